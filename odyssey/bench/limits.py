"""What one core of this machine can do, measured: reading memory, matrix products, functions of the block.

All in float32, all compiled, and each the best of many tries: a limit, and no average.
"""

from collections.abc import Callable
from time import perf_counter

import numpy as np
from numba import njit

from odyssey.engine.cpu.arithmetic import FAST, sigmoid, tanh
from odyssey.engine.cpu.product import product
from odyssey.engine.cpu.vector import LANES

# One try takes about so many seconds: long against the call and the clock, short against other work on the machine.
_TRY, _TRIES = 0.002, 30
# Rows and columns of a product that is large enough for the full rate of the matrix product.
_LARGE = 512


class Limits:
    """The limits of the core that this runs on; each is measured when first asked for, and kept.

    Measure inside `odyssey.bench.turns.one_core`, as what is compared with them.
    """

    def __init__(self):
        self._rates: dict[tuple, float] = {}

    def read_rate(self, size: int) -> float:
        """Bytes a second at which a sum runs, over and over, through a buffer of `size` bytes.

        Small buffers come from the first cache, larger ones from the second or the third. Of a sum over the buffer
        as one stream, and as eight streams side by side, the faster counts.
        """
        return self._kept(("read", size), lambda: self._read(size))

    def product_rate(self, m: int, k: int, n: int) -> float:
        """Floating-point operations a second, 2·m·k·n each time, of the product (m, k) by (k, n).

        Of BLAS and the engine's own product, the faster counts.
        """
        return self._kept(("product", m, k, n), lambda: self._product(m, k, n))

    def largest_product_rate(self) -> float:
        """`product_rate` of a product so large that it is no matter of the shape."""
        return self.product_rate(_LARGE, _LARGE, _LARGE)

    def function_seconds(self, name: str, size: int) -> float:
        """Seconds for ``"tanh"`` or ``"sigmoid"``, the engine's own, of one value in a vector of `size`."""
        return self._kept((name, size), lambda: self._function(name, size))

    def _kept(self, key, measure):
        if key not in self._rates:
            self._rates[key] = measure()
        return self._rates[key]

    @staticmethod
    def _read(size):
        values = np.ones(size // 4, np.float32)
        streams = values[: len(values) // 8 * 8].reshape(8, -1)
        return max(
            values.nbytes / _seconds(lambda times: _sum(values, times)),
            streams.nbytes / _seconds(lambda times: _sum_of_eight(streams, times)),
        )

    @staticmethod
    def _product(m, k, n):
        a, b, out = np.ones((m, k), np.float32), np.ones((k, n), np.float32), np.empty((m, n), np.float32)
        # The engine's own takes whole vectors.
        wide = -(-n // LANES) * LANES
        wide_b, wide_out = np.ones((k, wide), np.float32), np.empty((m, wide), np.float32)
        return (2 * m * k * n) / min(
            _seconds(lambda times: _products(a, b, out, times)),
            _seconds(lambda times: _own_products(a, wide_b, wide_out, times)),
        )

    @staticmethod
    def _function(name, size):
        values, out = np.linspace(-4, 4, size, dtype=np.float32), np.empty(size, np.float32)
        function = {"tanh": _tanhs, "sigmoid": _sigmoids}[name]
        return _seconds(lambda times: function(values, out, times)) / size


def _seconds(repeat: Callable[[int], object]) -> float:
    """The least time of one of the turns that ``repeat(times)`` takes."""
    repeat(1)  # Compiles.
    times = 1
    while (seconds := _timed(repeat, times)) < _TRY:
        times *= 2 if seconds <= 0 else max(2, round(_TRY / seconds))
    return min(_timed(repeat, times) for _ in range(_TRIES)) / times


def _timed(repeat, times):
    began = perf_counter()
    repeat(times)
    return perf_counter() - began


@njit(**FAST)
def _sum(values, times):
    total = np.float32(0)
    for _ in range(times):
        s = np.float32(0)
        for j in range(values.shape[0]):
            s += values[j]
        total += s
    return total


@njit(**FAST)
def _sum_of_eight(values, times):
    total = np.float32(0)
    for _ in range(times):
        s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = np.float32(0)
        for j in range(values.shape[1]):
            s0 += values[0, j]
            s1 += values[1, j]
            s2 += values[2, j]
            s3 += values[3, j]
            s4 += values[4, j]
            s5 += values[5, j]
            s6 += values[6, j]
            s7 += values[7, j]
        total += ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7))
    return total


@njit(**FAST)
def _products(a, b, out, times):
    for _ in range(times):
        np.dot(a, b, out)


@njit(**FAST)
def _own_products(a, b, out, times):
    for _ in range(times):
        product(a, b, out)


@njit(**FAST)
def _tanhs(values, out, times):
    for _ in range(times):
        for j in range(values.shape[0]):
            out[j] = tanh(values[j])


@njit(**FAST)
def _sigmoids(values, out, times):
    for _ in range(times):
        for j in range(values.shape[0]):
            out[j] = sigmoid(values[j])
