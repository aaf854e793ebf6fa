"""Gaussian noise, number for number what `numpy.random.Generator.standard_normal` draws in single precision from SFC64.

Numba offers that method in compiled code, but calls the bit generator through a pointer for each number: on music a
network of 20 blocks then spends a third of its time on noise. Here the state is in registers.

Sources: Marsaglia and Tsang, *The ziggurat method for generating random variables* (2000), with NumPy's tables;
SFC64 is Chris Doty-Humphrey's *Small Fast Counting* generator.
"""

import math

import numpy as np
from numba import njit
from numba.np.random._constants import fi_float, ki_float, wi_float, ziggurat_nor_inv_r_f, ziggurat_nor_r_f

# No `fastmath`: the numbers are to be the same on every machine.
_EXACT = {"nogil": True, "error_model": "numpy"}

_BUFFERED, _BUFFER = 4, 5


def read_state(generator: np.random.Generator) -> np.ndarray:
    """State of a generator on SFC64 as `standard_normal` wants it: six whole numbers.

    They are the four words of SFC64, and whether half a word is left over from the last draw, and which.
    """
    state = generator.bit_generator.state
    return np.array([*state["state"]["state"], state["has_uint32"], state["uinteger"]], np.uint64)


def write_state(generator: np.random.Generator, state: np.ndarray) -> None:
    """Let the generator go on where `standard_normal` stopped."""
    generator.bit_generator.state = {
        "bit_generator": "SFC64",
        "state": {"state": state[:_BUFFERED]},
        "has_uint32": int(state[_BUFFERED]),
        "uinteger": int(state[_BUFFER]),
    }


@njit(**_EXACT)
def standard_normal(state, out):
    """Fill `out`, float32 of one dimension, and leave the state behind the last number drawn."""
    for k in range(out.shape[0]):
        while True:
            bits = _next_half_word(state)
            layer = np.int64(bits & np.uint64(0xFF))
            magnitude = (bits >> np.uint64(9)) & np.uint64(0x7FFFFF)
            x = np.float32(np.float32(magnitude) * wi_float[layer])
            if bits & np.uint64(0x100):
                x = -x
            if magnitude < ki_float[layer]:
                break
            if layer == 0:
                x = _tail(state)
                if magnitude & np.uint64(0x100):
                    x = -x
                break
            height = (fi_float[layer - 1] - fi_float[layer]) * _next_fraction(state) + fi_float[layer]
            if height < math.exp(-0.5 * np.float64(x) * np.float64(x)):
                break
        out[k] = x


@njit(**_EXACT)
def _tail(state):
    """A number from the tail of the distribution, beyond the lowest layer."""
    while True:
        beyond = np.float32(-ziggurat_nor_inv_r_f * np.float32(math.log1p(-_next_fraction(state))))
        y = np.float32(-np.float32(math.log1p(-_next_fraction(state))))
        if np.float32(y + y) > np.float32(beyond * beyond):
            return np.float32(ziggurat_nor_r_f + beyond)


@njit(**_EXACT)
def _next_fraction(state):
    """A float32 in [0, 1)."""
    return np.float32(np.float32(_next_half_word(state) >> np.uint64(8)) * np.float32(1 / 16777216))


@njit(**_EXACT)
def _next_half_word(state):
    """32 random bits: the lower half of a fresh word, then its upper half."""
    if state[_BUFFERED]:
        state[_BUFFERED] = 0
        return state[_BUFFER]
    word = state[0] + state[1] + state[3]
    state[3] += np.uint64(1)
    state[0] = state[1] ^ (state[1] >> np.uint64(11))
    state[1] = state[2] + (state[2] << np.uint64(3))
    state[2] = ((state[2] << np.uint64(24)) | (state[2] >> np.uint64(40))) + word
    state[_BUFFERED] = 1
    state[_BUFFER] = word >> np.uint64(32)
    return word & np.uint64(0xFFFFFFFF)
