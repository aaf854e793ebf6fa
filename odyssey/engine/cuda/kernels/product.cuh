// Matrix products over whole sequences: each warp has a tile of the result, each lane a part of it, in registers.
//
// result[i][j] = Σ_k a(k, i) · b(k, j). The operands come straight from the caches: shared memory holds the recurrent
// weights. An operand lies ACROSS when neighbours in i or j are neighbours in memory, ALONG when neighbours in k are;
// its `step` is the distance of the others. Four numbers are read at once, hence all extents but that of the frames are
// multiples of four, and frames are k of operands ACROSS or i of an a ALONG.
#pragma once

#include <vector.cuh>

enum Order { ACROSS, ALONG };

struct Operand {
    const real* values;
    int step;
};

// Numbers of the result that are a lane's. Large parts take fewer loads; small ones leave no warp idle where the result
// has few columns.
struct Large {
    static constexpr int TALL = 8, WIDE = 8;
};
struct Small {
    static constexpr int TALL = 4, WIDE = 4;
};
struct Flat {
    static constexpr int TALL = 2, WIDE = 4;
};

// Rows of a lane's part that are taken at the same time.
constexpr int TOGETHER = 2;

// Lanes above one another, and side by side, in a tile.
constexpr int LANES_DOWN = 4, LANES_ACROSS = 8;

// COUNT numbers along i or j of an operand, as a lane reads them: four by four from `first` on, each four `lanes` fours
// after the one before, so that the lanes of a warp read neighbours. Beyond `extent` they are others once more.
template <Order ORDER, int COUNT>
struct Reader {
    const real* values;
    int step;
    int at[ORDER == ALONG ? COUNT : COUNT / 4];

    __device__ __forceinline__ Reader(const Operand& from, int first, int lanes, int extent)
        : values(from.values), step(from.step)
    {
        if (ORDER == ALONG)
#pragma unroll
            for (int r = 0; r < COUNT; r++) at[r] = smaller(first + r / 4 * 4 * lanes + r % 4, extent - 1) * step;
        else
#pragma unroll
            for (int r = 0; r < COUNT / 4; r++) at[r] = smaller(first + r * 4 * lanes, extent - 4);
    }

    // Numbers k to k + 3 of each, where the operand lies ALONG.
    __device__ __forceinline__ void read_four(int k, Four (&to)[COUNT]) const
    {
#pragma unroll
        for (int r = 0; r < COUNT; r++) to[r] = load(values + (at[r] + k));
    }

    // Number k of each, where it lies ACROSS.
    __device__ __forceinline__ void read_one(int k, real (&to)[COUNT]) const
    {
#pragma unroll
        for (int r = 0; r < COUNT; r += 4) {
            Four four = load(values + (at[r / 4] + k * step));
#pragma unroll
            for (int e = 0; e < 4; e++) to[r + e] = four.at[e];
        }
    }
};

template <int TALL, int WIDE>
__device__ __forceinline__ void multiply_add(
    const real (&left)[TALL], const real (&right)[WIDE], real (&sums)[TALL][WIDE])
{
#pragma unroll
    for (int r = 0; r < TALL; r++)
#pragma unroll
        for (int c = 0; c < WIDE; c++) sums[r][c] += left[r] * right[c];
}

template <int COUNT>
__device__ __forceinline__ void pick(const Four (&fours)[COUNT], int q, real (&to)[COUNT])
{
#pragma unroll
    for (int r = 0; r < COUNT; r++) to[r] = fours[r].at[q];
}

// How far number r of a lane's is from its first one (see `Reader`).
__device__ __forceinline__ int place(int r, int lanes)
{
    return r / 4 * 4 * lanes + r % 4;
}

// `take(i, j, four, before)` gets each four neighbours of the result (rows, columns) once, and what `take.before(i, j)`
// read for it; `depth` is the extent of k.
template <Order ORDER_A, Order ORDER_B, typename Part, typename Take>
__device__ __noinline__ void product(Operand a, Operand b, int rows, int columns, int depth, Take take)
{
    constexpr int TALL = Part::TALL, WIDE = Part::WIDE;
    const int tiles_across = divided_up(columns, LANES_ACROSS * WIDE);
    const int tiles = divided_up(rows, LANES_DOWN * TALL) * tiles_across;
    for (int tile = warp(); tile < tiles; tile += warps()) {
        const int i = tile / tiles_across * LANES_DOWN * TALL + lane() / LANES_ACROSS * smaller(TALL, 4);
        const int j = tile % tiles_across * LANES_ACROSS * WIDE + lane() % LANES_ACROSS * 4;
        const Reader<ORDER_A, TALL> left(a, i, LANES_DOWN, rows);
        const Reader<ORDER_B, WIDE> right(b, j, LANES_ACROSS, columns);
        real sums[TALL][WIDE] = {};
        real l[TALL], r[WIDE];
        if (ORDER_A == ACROSS) {
#pragma unroll 4
            for (int k = 0; k < depth; k++) {
                left.read_one(k, l);
                right.read_one(k, r);
                multiply_add(l, r, sums);
            }
        } else {
            constexpr int AHEAD = TALL * WIDE <= 16 ? 2 : 1;
#pragma unroll AHEAD
            for (int k = 0; k < depth; k += 4) {
                Four fours_l[TALL], fours_r[WIDE];
                left.read_four(k, fours_l);
                if (ORDER_B == ALONG) right.read_four(k, fours_r);
#pragma unroll
                for (int q = 0; q < 4; q++) {
                    pick(fours_l, q, l);
                    if (ORDER_B == ALONG)
                        pick(fours_r, q, r);
                    else
                        right.read_one(k + q, r);
                    multiply_add(l, r, sums);
                }
            }
        }
        // A few at a time: their loads are then on their way together.
#pragma unroll
        for (int r = 0; r < TALL; r += TOGETHER) {
            typename Take::Before before[TOGETHER][WIDE / 4];
#pragma unroll
            for (int e = 0; e < TOGETHER * WIDE / 4; e++) {
                const int row = i + place(r + e % TOGETHER, LANES_DOWN), column = j + e / TOGETHER * 4 * LANES_ACROSS;
                before[e % TOGETHER][e / TOGETHER] = take.before(smaller(row, rows - 1), smaller(column, columns - 4));
            }
#pragma unroll
            for (int e = 0; e < TOGETHER * WIDE / 4; e++) {
                const int row = i + place(r + e % TOGETHER, LANES_DOWN), column = j + e / TOGETHER * 4 * LANES_ACROSS;
                const real(&four)[WIDE] = sums[r + e % TOGETHER];
                const int c = e / TOGETHER * 4;
                if (row < rows && column < columns)
                    take(row, column, Four{four[c], four[c + 1], four[c + 2], four[c + 3]},
                         before[e % TOGETHER][e / TOGETHER]);
            }
        }
    }
}

// Puts the result where it belongs.
struct Into {
    real* values;
    int step;

    struct Before {};

    __device__ __forceinline__ Before before(int, int) const { return {}; }
    __device__ __forceinline__ void operator()(int i, int j, const Four& four, Before) const
    {
        store(values + (i * step + j), four);
    }
};
