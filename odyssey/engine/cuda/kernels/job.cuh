// What the host hands over: one `Job` a trial. odyssey/engine/cuda/jobs.py declares the same fields in the same order.
#pragma once

#include <vector.cuh>

enum Loss { BERNOULLI, CATEGORICAL, CTC };

// Sequences end to end: inputs (ΣT, M), targets (ΣT, outputs) of `real`, or (ΣT,) or (ΣU,) of int; M and outputs
// padded.
struct Split {
    const real* inputs;
    const void* targets;
    const int* begins;
    const int* target_begins;
    long long count;
};

// Places of a hidden layer's weights in the flat vector: see odyssey/engine/cuda/layout.py.
struct Places {
    long long W, R, b, p, Q;
};

struct Job {
    // The flat vectors: what the weights are before, and what they become.
    const real* before;
    real* weights;
    real* velocity;
    long long size;
    Places layers[2];
    long long output_W, output_b;

    // The network: inputs and outputs padded to four, and how many outputs there are; directions (hidden layers); each
    // layer's blocks, in slices of `width`; rows (block input and gates) and which gate is in which row (-1: none).
    int inputs, padded_inputs, outputs, padded_outputs, directions, blocks, slices, width;
    int rows, input_row, forget_row, output_row, coupled, input_tanh, output_tanh, peepholes, gate_recurrence;
    int loss;

    // How the work is divided: rows of R and Q in shared memory, length of such a row there, and into how many parts
    // the recurrent products are split, forwards and backwards; and behind how many numbers there the alignments of CTC
    // begin.
    int near_R, near_Q, stride_R, stride_Q, forward_R, forward_Q, backward_R, backward_Q, alignments_at;

    // Training: so many updates (0: none), on the sequences in `order`, with `noise` (ΣT·M) in that order.
    Split training;
    const int* order;
    long long steps;
    const float* noise;
    double input_noise, learning_rate, momentum;

    // Evaluation of all sequences of a split (none: count 0) with the weights as they are then; `path` (ΣT,) gets the
    // most probable output of each frame, where the loss is not Bernoulli.
    Split evaluated;
    int* path;

    // Buffers for `frames` frames.
    real* scratch;
    double* alignments;
    long long frames;

    // Results on the host: losses summed over training and evaluation, NaN where a weight is no longer finite.
    double* losses;
    int* done;
};
