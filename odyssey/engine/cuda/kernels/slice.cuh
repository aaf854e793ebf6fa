// The part of a trial that this block has: some blocks of one hidden layer, with their weights and buffers.
#pragma once

#include <descent.cuh>
#include <recurrence.cuh>

// Block input and gates.
enum Kind { Z, I, F, O, ROWS };
// Kept of each frame and LSTM block, in two times four numbers: the rows, the cell state, and the state after the
// output activation.
constexpr int C = 4, C_OUT = 5, KEPT = 8;

// Shapes: n blocks here, S = slices · n, K rows, G gates, T frames, D directions. Weights in the flat vector have their
// columns in the order of slices; "here" are those of this block.
struct Slice {
    int direction, number, width, stride;

    // Weights here, and by how much their rows are apart: W (M, K·n), R (S, K·n), Q (G·S, G·n), b (K·n), p (G·n).
    long long W, b, p;
    long long R_at, Q_at;
    int step, Q_step;
    Recurrent R, Q;

    // Places in shared memory: y (2, S) and gates_seen (2, G·S): outputs and gates of the step before, and those of
    // this step; deltas (K·n); inbox (2, slices, n) and gate_inbox (2, slices, G·n): gradients that other blocks found;
    // parts; alignments of CTC.
    int y, gates_seen, deltas, inbox, gate_inbox, parts, gate_parts, gate_parts_back, alignments;

    // In the scratch memory, all in the order of time. Of this block: pre (T, K·n), kept (T, n, KEPT), d_hidden (T, n);
    // of its layer: gates_kept (T, G·S); of all: x (T, M), hidden (T, D·S), logits (T, outputs).
    real *pre, *kept, *d_hidden, *gates_kept, *x, *hidden, *logits;

    __device__ Slice(const Job& job)
    {
        direction = rank() / job.slices;
        number = rank() % job.slices;
        width = job.width;
        stride = job.slices * width;

        const Places& places = job.layers[direction];
        const int gates = job.rows - 1;
        int columns = job.rows * width, gate_columns = job.gate_recurrence ? gates * width : 0;
        step = job.slices * columns;
        Q_step = job.slices * gate_columns;
        W = places.W + number * columns;
        b = places.b + number * columns;
        p = places.p + number * gates * width;
        R_at = places.R + number * columns;
        Q_at = places.Q + number * gate_columns;

        int at = 0;
        R = {at, job.near_R, job.stride_R, job.weights + R_at, step, stride, columns};
        at += job.near_R * job.stride_R;
        const int gate_rows = job.gate_recurrence ? gates * stride : 0;
        Q = {at, job.near_Q, job.stride_Q, job.weights + Q_at, Q_step, gate_rows, gate_columns};
        at += job.near_Q * job.stride_Q;
        y = at;
        at += 2 * stride;
        gates_seen = at;
        at += 2 * Q.rows;
        deltas = at;
        at += columns;
        inbox = at;
        at += 2 * stride;
        gate_inbox = at;
        at += 2 * job.slices * gate_columns;
        parts = at;
        gate_parts = at + job.forward_R * columns;
        gate_parts_back = at + job.backward_R * stride;
        alignments = job.alignments_at;

        real* scratch = job.scratch;
        pre = scratch + rank() * job.frames * columns;
        scratch += CLUSTER * job.frames * columns;
        kept = scratch + rank() * job.frames * KEPT * width;
        scratch += CLUSTER * job.frames * KEPT * width;
        d_hidden = scratch + rank() * job.frames * width;
        scratch += CLUSTER * job.frames * width;
        hidden = scratch;
        scratch += job.frames * job.directions * stride;
        gates_kept = scratch + direction * job.frames * Q.rows;
        scratch += job.directions * job.frames * Q.rows;
        x = scratch;
        scratch += job.frames * job.padded_inputs;
        logits = scratch;
    }

    // Neither gate recurrence, nor rows of R that are not in shared memory.
    __device__ bool plain() const { return Q.rows == 0 && R.near_rows == R.rows; }

    // Where block j here is in the order of all blocks.
    __device__ int place(int j) const { return number * width + j; }
};
