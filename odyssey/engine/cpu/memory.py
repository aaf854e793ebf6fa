"""Memory that begins at a cache line, so that no vector of the compiled loops straddles two."""

from math import prod

import numpy as np

CACHE_LINE = 64


def zeros(shape: int | tuple[int, ...], dtype: str) -> np.ndarray:
    """Like `numpy.zeros`."""
    shape = (shape,) if isinstance(shape, int) else shape
    size = prod(shape) * np.dtype(dtype).itemsize
    memory = np.zeros(size + CACHE_LINE, np.uint8)
    begin = -memory.ctypes.data % CACHE_LINE
    return memory[begin : begin + size].view(dtype).reshape(shape)
