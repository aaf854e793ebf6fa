// Connectionist temporal classification (Graves et al. 2006, section 4).
//
// U labels are spelt with 2U + 1 states: blank, label, blank, …, label, blank. From frame to frame an alignment stays,
// moves on by one state, or by two where that skips the blank between two different labels. The backward pass is the
// forward pass of labels and frames read from the other end; half of the threads go each way.
//
// Sums over alignments leave the range of double precision within one frame. Each has an exponent of its own beside its
// mantissa, as on the CPU (odyssey/engine/cpu/ctc.py): logarithms would make each frame wait for exponentials.
#pragma once

#include <losses.cuh>

constexpr int BLANK = 0;
// Places before the first state; alignments start from the second of them.
constexpr int MARGIN = 2;
// Exponent of what is impossible: below all that occurs in thousands of frames, since no score counts as less than LEAST,
// far beyond those of any network that still learns. A term that is so many binary orders below another does not change
// their sum.
constexpr long long NEVER = -(1ll << 40);
constexpr double LEAST = -1e8;
constexpr int NEGLIGIBLE = -1000;

constexpr double LN2 = 0.6931471805599453, LOG2E = 1.4426950408889634;

// mantissa · 2^exponent.
struct alignas(16) Sum {
    double mantissa;
    long long exponent;
};

// 2^k for k ≤ 0.
__device__ __forceinline__ double power_of_two(long long k)
{
    return k > NEGLIGIBLE ? __longlong_as_double((1023 + k) << 52) : 0.0;
}

__device__ __forceinline__ Sum add(const Sum& a, const Sum& b, const Sum& c)
{
    long long top = a.exponent > b.exponent ? a.exponent : b.exponent;
    top = c.exponent > top ? c.exponent : top;
    const double sum = a.mantissa * power_of_two(a.exponent - top) + b.mantissa * power_of_two(b.exponent - top)
                     + c.mantissa * power_of_two(c.exponent - top);
    const long long bits = __double_as_longlong(sum);
    return {__longlong_as_double((bits & ((1ll << 52) - 1)) | (1023ll << 52)), top + (bits >> 52) - 1023};
}

// e^score as a mantissa between ½ and 1 and an exponent; the score is not positive.
__device__ __forceinline__ Sum emission(real score)
{
    const double clipped = score < LEAST ? LEAST : double(score);
    const double order = ceil(clipped * LOG2E);
    return {double(exp(real(clipped - order * LN2))), (long long)order};
}

// Where the sums lie. With S states: of the alignments of the frames up to each, and of those from each on but without
// the frame itself, (T, S) both, in job.alignments; and of two frames in turn, each way, (2, 2, S with margin), in
// shared memory.
struct Alignments {
    Sum *forwards, *backwards, *turns;
    int states, step;

    __device__ Alignments(double* at, real* shared, int frames, int labels)
        : forwards(reinterpret_cast<Sum*>(at)), turns(reinterpret_cast<Sum*>(shared)), states(2 * labels + 1),
          step(2 * labels + 1 + MARGIN)
    {
        backwards = forwards + (long long)frames * states;
    }
};

// Length of the shortest alignment: a frame for each label, and for the blank between equal neighbours.
__device__ int fewest_frames(const int* labels, int count)
{
    int fewest = count;
    for (int u = 1; u < count; u++) fewest += labels[u] == labels[u - 1];
    return fewest;
}

// Sums over all alignments, by one block; `scores` are logits that `shift` has gone over.
__device__ void align(const Alignments& sums, const real* scores, int padded, int frames, const int* labels, int count)
{
    const int half = threads() / 2, first = thread() % half;
    const bool reverse = thread() >= half;
    Sum* const turns = sums.turns + (reverse ? 2 * sums.step : 0);
    for (int place = first; place < 2 * sums.step; place += half)
        turns[place] = {1.0, place == MARGIN - 1 ? 0 : NEVER};
    block_barrier();
    for (int t = 0; t < frames; t++) {
        const Sum* from = turns + t % 2 * sums.step;
        Sum* to = turns + (t + 1) % 2 * sums.step;
        const int frame = reverse ? frames - 1 - t : t;
        for (int s = first; s < sums.states; s += half) {
            int symbol = BLANK;
            bool skips = false;
            if (s % 2) {
                const int u = s / 2, last = count - 1;
                symbol = labels[reverse ? last - u : u];
                skips = u == 0 || symbol != labels[reverse ? last - u + 1 : u - 1];
            }
            const real score = scores[frame * padded + symbol];
            const int place = s + MARGIN;
            Sum two_before = from[place - 2];
            if (!skips) two_before.exponent = NEVER;
            Sum sum = add(from[place], from[place - 1], two_before);
            if (reverse) sums.backwards[(long long)frame * sums.states + s] = sum;
            const Sum factor = emission(score);
            sum = {sum.mantissa * factor.mantissa, sum.exponent + factor.exponent};
            to[place] = sum;
            if (!reverse) sums.forwards[(long long)frame * sums.states + s] = sum;
        }
        // Nothing starts later than before the first frame; now nobody reads that any more.
        if (t == 1 && first == 0) to[MARGIN - 1].exponent = NEVER;
        block_barrier();
    }
}

// p(labels), but for the normalisers of the softmax.
__device__ Sum likelihood(const Alignments& sums, int frames)
{
    // An alignment ends with the last label or with the blank after it.
    const Sum* end = sums.forwards + (long long)frames * sums.states;
    const Sum nothing = {1.0, NEVER};
    return add(end[-1], sums.states > 1 ? end[-2] : nothing, nothing);
}

// The gradient in place of the softmax of frame t, by one warp: less the probabilities of the labels, given all of
// them.
__device__ void subtract_posterior(
    const Alignments& sums, const Sum& likelihood, real* row, int outputs, int t, const int* labels, int count)
{
    const Sum* forwards = sums.forwards + (long long)t * sums.states;
    const Sum* backwards = sums.backwards + (long long)t * sums.states;
    auto posterior = [&](int state) {
        const Sum &a = forwards[state], &b = backwards[2 * count - state];
        // At most 1, so that the exponents' sum is at most 1 more than the likelihood's.
        const long long order = a.exponent + b.exponent - likelihood.exponent;
        return 2 * (a.mantissa * b.mantissa / likelihood.mantissa) * power_of_two(order - 1);
    };
    double blank = 0;
    for (int u = lane(); u <= count; u += WARP) blank += posterior(2 * u);
    blank = warp_sum(blank);
    for (int j = lane(); j < outputs; j += WARP) {
        double sum = j == BLANK ? blank : 0.0;
        for (int u = 0; u < count; u++)
            if (labels[u] == j) sum += posterior(2 * u + 1);
        row[j] -= real(sum);
    }
}
