// Losses of frames on their own, in nats: `logits` of the frames, without bias, become the gradient of the loss.
//
// Each function takes a thread's share of the frames `begin` to `end` and returns its share of the loss.
#pragma once

#include <vector.cuh>

// Sigmoid outputs, cross-entropy summed over outputs; padded outputs get no gradient.
__device__ double bernoulli(
    real* logits, const real* bias, const real* targets, int outputs, int padded, int begin, int end)
{
    double loss = 0;
    for (int item = begin * padded + thread(); item < end * padded; item += threads()) {
        int j = item % padded;
        if (j < outputs) {
            real a = logits[item] + bias[j], target = targets[item];
            real e = exp(a < 0 ? a : -a), inverse = 1 / (1 + e);
            loss += (a < 0 ? real(0) : a) - a * target + log1p(e);
            logits[item] = (a < 0 ? e * inverse : inverse) - target;
        } else {
            logits[item] = 0;
        }
    }
    return loss;
}

// Adds the bias and subtracts the largest of a frame; returns the logarithm of the sum of exponentials of what is left.
// All lanes of the warp return the same; `largest` is the number of the largest, the first among equals. NaN where a
// logit is not finite.
__device__ double shift(real* row, const real* bias, int outputs, int& largest)
{
    real peak = -infinite();
    bool finite = true;
    for (int j = lane(); j < outputs; j += WARP) {
        row[j] += bias[j];
        finite &= bool(isfinite(row[j]));
        peak = row[j] > peak ? row[j] : peak;
    }
    peak = warp_max(peak);
    int first = outputs;
    real sum = 0;
    for (int j = lane(); j < outputs; j += WARP) {
        if (row[j] == peak) first = smaller(first, j);
        row[j] -= peak;
        sum += exp(row[j]);
    }
    for (int distance = WARP / 2; distance > 0; distance /= 2) first = smaller(first, from_lane(first, distance));
    largest = first < outputs ? first : 0;
    sum = warp_sum(sum);
    return lanes_where(!finite) ? not_a_number() : log(double(sum));
}

// Softmax of what `shift` left, into its place; padded outputs become zero.
__device__ void softmax(real* row, double logarithm, int outputs, int padded)
{
    real total = exp(real(logarithm));
    for (int j = lane(); j < padded; j += WARP) row[j] = j < outputs ? exp(row[j]) / total : real(0);
    warp_barrier();
}

// Softmax outputs, cross-entropy with the class of each frame; `path`, where there is one, gets the most probable.
__device__ double categorical(
    real* logits, const real* bias, const int* targets, int* path, int outputs, int padded, int begin, int end)
{
    double loss = 0;
    for (int t = begin + warp(); t < end; t += warps()) {
        real* row = logits + (long long)t * padded;
        int largest;
        double logarithm = shift(row, bias, outputs, largest);
        warp_barrier();
        if (lane() == 0) {
            loss += logarithm - double(row[targets[t]]);
            if (path) path[t] = largest;
        }
        warp_barrier();
        softmax(row, logarithm, outputs, padded);
        if (lane() == 0) row[targets[t]] -= 1;
    }
    return loss;
}
