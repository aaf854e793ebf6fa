// The products inside the time loop: one vector by the recurrent weights of this block, forwards and backwards.
//
// The weights are in shared memory, as far as there is room ("near"), the other rows in the second cache ("far"). A row
// near by is longer than its columns by as much as spreads neighbouring rows over the banks of shared memory.
#pragma once

#include <job.cuh>

// At the beginning of shared memory: doubles for sums over the cluster, then the job, then numbers.
constexpr int SUMS = 64;
constexpr int HEADER = SUMS * sizeof(double) + (sizeof(Job) + 15) / 16 * 16;

__device__ __forceinline__ real* numbers() { return reinterpret_cast<real*>(shared_memory() + HEADER); }

// Some columns of a recurrent matrix (rows, columns). What is in shared memory is named by its place there, not by its
// address, so that the compiler knows what kind of memory it is.
struct Recurrent {
    int near_at, near_rows, near_step;
    const real* far;
    int far_step;
    int rows, columns;

    __device__ __forceinline__ real* near() const { return numbers() + near_at; }
};

// Copies what is to be near; follow it by a barrier. Several loads are on their way at the same time.
__device__ __forceinline__ void bring_near(const Recurrent& matrix)
{
    constexpr int TOGETHER = 8;
    const int quads = matrix.columns / 4, items = matrix.near_rows * quads;
    for (int item = thread(); item < items; item += TOGETHER * threads()) {
        Four fours[TOGETHER];
#pragma unroll
        for (int k = 0; k < TOGETHER; k++) {
            const int at = smaller(item + k * threads(), items - 1);
            fours[k] = load(matrix.far + (at / quads * matrix.far_step + at % quads * 4));
        }
#pragma unroll
        for (int k = 0; k < TOGETHER; k++) {
            const int at = smaller(item + k * threads(), items - 1);
            store(matrix.near() + (at / quads * matrix.near_step + at % quads * 4), fours[k]);
        }
    }
}

__device__ __forceinline__ void add_rows(
    const real* vector, const real* rows, int step, int begin, int end, real (&sums)[4])
{
#pragma unroll 2
    for (int k = begin; k < end; k += 4) {
        Four x = load(vector + k);
#pragma unroll
        for (int q = 0; q < 4; q++) {
            Four row = load(rows + (k + q) * step);
#pragma unroll
            for (int e = 0; e < 4; e++) sums[e] += x.at[q] * row.at[e];
        }
    }
}

// What of a product is a thread's: one of so many places, and for it one of so many summands, the numbers `begin` to
// `end` of those that are summed. Found outside the time loop, for the sake of the divisions.
struct Share {
    int place, part, begin, end;

    __device__ __forceinline__ Share(int item, int places, int parts, int depth)
        : place(places ? item % places : 0), part(places ? item / places : parts)
    {
        int length = divided_up(depth, 4 * (parts ? parts : 1)) * 4;
        begin = smaller(part * length, depth);
        end = smaller(begin + length, depth);
    }
};

// A thread's share of vector · matrix, forwards: places are columns, four at a time.
__device__ __forceinline__ Share share_of(const Recurrent& matrix, int parts)
{
    return {thread(), matrix.columns / 4, parts, matrix.rows};
}

// vector · matrix in `parts` summands: out (parts, columns). Threads are at least as many as a fourth of the columns.
template <bool ALL_NEAR>
__device__ __forceinline__ void multiply(
    const real* vector, const Recurrent& matrix, const Share& share, int parts, real* out)
{
    if (share.part >= parts) return;
    const int column = share.place * 4, border = ALL_NEAR ? share.end : smaller(share.end, matrix.near_rows);
    Four sums = {};
    add_rows(vector, matrix.near() + column, matrix.near_step, share.begin, border, sums.at);
    if (!ALL_NEAR && border < share.end)
        add_rows(
            vector, matrix.far + column, matrix.far_step, share.begin > border ? share.begin : border, share.end,
            sums.at);
    store(out + share.part * matrix.columns + column, sums);
}

// A thread's share of matrix · vector: places are pairs of near rows, half of these rows apart. There may be more of
// these than threads.
__device__ __forceinline__ Share transposed_share_of(const Recurrent& matrix, int parts, int item)
{
    return {item, matrix.near_rows / 2, parts, matrix.columns};
}

// matrix · vector: out (parts, rows), of whose rows beyond the near ones only part 0 counts.
template <bool ALL_NEAR>
__device__ __forceinline__ void multiply_transposed(
    const real* vector, const Recurrent& matrix, Share share, int parts, real* out)
{
    const int pairs = matrix.near_rows / 2, items = pairs * parts;
    for (int item = thread(); item < items;) {
        const real* rows = matrix.near() + share.place * matrix.near_step;
        const int other = pairs * matrix.near_step;
        Four a = {}, b = {};
#pragma unroll 4
        for (int c = share.begin; c < share.end; c += 4) {
            const Four x = load(vector + c), of_a = load(rows + c), of_b = load(rows + other + c);
#pragma unroll
            for (int e = 0; e < 4; e++) {
                a.at[e] += x.at[e] * of_a.at[e];
                b.at[e] += x.at[e] * of_b.at[e];
            }
        }
        real* to = out + share.part * matrix.rows + share.place;
        to[0] = (a.at[0] + a.at[1]) + (a.at[2] + a.at[3]);
        to[pairs] = (b.at[0] + b.at[1]) + (b.at[2] + b.at[3]);
        item += threads();
        if (item < items) share = transposed_share_of(matrix, parts, item);
    }
    // Far rows: a warp each, so that neighbouring lanes read neighbouring numbers.
    for (int k = matrix.near_rows + warp(); !ALL_NEAR && k < matrix.rows; k += warps()) {
        const real* row = matrix.far + (long long)k * matrix.far_step;
        real sum = 0;
        for (int c = 4 * lane(); c < matrix.columns; c += 4 * WARP) {
            Four x = load(vector + c), weights = load(row + c);
#pragma unroll
            for (int e = 0; e < 4; e++) sum += x.at[e] * weights.at[e];
        }
        sum = warp_sum(sum);
        if (lane() == 0) out[k] = sum;
    }
}

// What `multiply_transposed` left of one row, summed.
template <bool ALL_NEAR>
__device__ __forceinline__ real row_sum(const Recurrent& matrix, int row, int parts, const real* out)
{
    real sum = out[row];
    if (ALL_NEAR || row < matrix.near_rows)
#pragma unroll 2
        for (int part = 1; part < parts; part++) sum += out[part * matrix.rows + row];
    return sum;
}
