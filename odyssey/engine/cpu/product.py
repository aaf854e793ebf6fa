"""Matrix products over a whole sequence.

These matrices are small: some tens of rows, some hundreds of columns. BLAS copies them into an order of its own before
it multiplies, which at such sizes costs as much as it saves. Here nothing is copied: a tile of the result, six rows by
two vectors, stays in the twelve registers that it needs while the loop runs over what is summed.
"""

from numba import njit

from odyssey.engine.cpu.arithmetic import FAST
from odyssey.engine.cpu.vector import LANES, load, repeated, splat, store

_ROWS = 6
# So many rows of b, two vectors wide, stay in the first cache while one tile after the other goes through them.
_DEPTH = 128


@njit(**FAST)
def product(a, b, out):
    """out = a @ b for a (m, k), in whatever order it lies (a transposed view is as good), b (k, n), out (m, n).

    n is a multiple of `LANES`. Where the last tile would stick out of the matrix, its outer rows or its second vector
    are the last ones of the matrix once more: they are computed twice, to the same result.
    """
    rows, columns, length = a.shape[0], out.shape[1], a.shape[1]
    zero = splat(out.dtype.type(0))
    for begin in range(0, max(length, 1), _DEPTH):
        end = min(begin + _DEPTH, length)
        for j in range(0, columns, 2 * LANES):
            right = min(j + LANES, columns - LANES)
            for i0 in range(0, rows, _ROWS):
                i1, i2, i3 = min(i0 + 1, rows - 1), min(i0 + 2, rows - 1), min(i0 + 3, rows - 1)
                i4, i5 = min(i0 + 4, rows - 1), min(i0 + 5, rows - 1)
                c0 = c1 = d0 = d1 = e0 = e1 = f0 = f1 = g0 = g1 = h0 = h1 = zero
                if begin > 0:
                    c0, c1 = load(out, i0, j), load(out, i0, right)
                    d0, d1 = load(out, i1, j), load(out, i1, right)
                    e0, e1 = load(out, i2, j), load(out, i2, right)
                    f0, f1 = load(out, i3, j), load(out, i3, right)
                    g0, g1 = load(out, i4, j), load(out, i4, right)
                    h0, h1 = load(out, i5, j), load(out, i5, right)
                for k in range(begin, end):
                    x, y = load(b, k, j), load(b, k, right)
                    v = repeated(a, i0, k)
                    c0 += v * x
                    c1 += v * y
                    v = repeated(a, i1, k)
                    d0 += v * x
                    d1 += v * y
                    v = repeated(a, i2, k)
                    e0 += v * x
                    e1 += v * y
                    v = repeated(a, i3, k)
                    f0 += v * x
                    f1 += v * y
                    v = repeated(a, i4, k)
                    g0 += v * x
                    g1 += v * y
                    v = repeated(a, i5, k)
                    h0 += v * x
                    h1 += v * y
                store(c0, out, i0, j)
                store(c1, out, i0, right)
                store(d0, out, i1, j)
                store(d1, out, i1, right)
                store(e0, out, i2, j)
                store(e1, out, i2, right)
                store(f0, out, i3, j)
                store(f1, out, i3, right)
                store(g0, out, i4, j)
                store(g1, out, i4, right)
                store(h0, out, i5, j)
                store(h1, out, i5, right)
