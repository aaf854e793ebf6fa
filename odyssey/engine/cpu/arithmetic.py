"""Elementary functions that LLVM turns into vector instructions, in the precision of their argument.

float64 takes the exact functions of the C library. float32 takes polynomials without branches, which
cost a fraction of the scalar library call:

- `tanh`: the rational minimax approximation of degree 13/6 known from Eigen, |error| < 4e-7;
- `sigmoid`: through tanh, |error| < 3e-7 (absolute: deep in the negative tail the relative error is large,
  which moves a closed gate by less than rounding moves an open one);
- `exp_nonpositive`: 2ⁿ times a polynomial of degree 6 (Cephes), relative error < 2e-7; 0 below −87.
"""

import math

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic, overload

# Options of all compiled code here. Rounding may change, but infinities and NaN keep their meaning (no `ninf`, no
# `nnan`): a diverging trial must be seen to diverge. Python's check for division by zero would keep LLVM from
# vectorising.
FAST = {
    "nogil": True,
    "fastmath": {"contract", "reassoc", "nsz", "arcp", "afn"},
    "error_model": "numpy",
}

_f = np.float32
_TANH_LIMIT = _f(7.90531110763549805)
_TANH_NUMERATOR = tuple(
    _f(c)
    for c in (
        4.89352455891786e-03,
        6.37261928875436e-04,
        1.48572235717979e-05,
        5.12229709037114e-08,
        -8.60467152213735e-11,
        2.00018790482477e-13,
        -2.76076847742355e-16,
    )
)
_TANH_DENOMINATOR = tuple(
    _f(c) for c in (4.89352518554385e-03, 2.26843463243900e-03, 1.18534705686654e-04, 1.19825839466702e-06)
)
_A1, _A3, _A5, _A7, _A9, _A11, _A13 = _TANH_NUMERATOR
_B0, _B2, _B4, _B6 = _TANH_DENOMINATOR
_ZERO, _HALF, _ONE = _f(0.0), _f(0.5), _f(1.0)
_EXP_FLOOR = _f(-87.0)
_LOG2E, _LN2_HIGH, _LN2_LOW = _f(1.44269504088896341), _f(0.693359375), _f(-2.12194440e-4)
_E0, _E1, _E2, _E3, _E4, _E5 = (
    _f(c) for c in (1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 0.5)
)


def tanh(x):
    """Hyperbolic tangent of a float32 or float64 (vectorised where it is compiled)."""
    return math.tanh(x)


def sigmoid(x):
    """Logistic function of a float32 or float64 (vectorised where it is compiled)."""
    return 0.5 + 0.5 * math.tanh(0.5 * x)


def exp_nonpositive(x):
    """Exponential of a float32 or float64 that is at most 0 (vectorised where it is compiled)."""
    return math.exp(x)


@njit(**FAST)
def _tanh32(x):
    # Written so that a NaN stays one: min and max would swallow it and hide a diverged network.
    x = _TANH_LIMIT if x > _TANH_LIMIT else x
    x = -_TANH_LIMIT if x < -_TANH_LIMIT else x
    s = x * x
    numerator = x * (_A1 + s * (_A3 + s * (_A5 + s * (_A7 + s * (_A9 + s * (_A11 + s * _A13))))))
    return numerator / (_B0 + s * (_B2 + s * (_B4 + s * _B6)))


@intrinsic
def _float_from_bits(typing_context, bits):
    """The float32 whose bit pattern is the int32 `bits`."""

    def generate(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], ir.FloatType())

    return types.float32(types.int32), generate


@njit(nogil=True, fastmath={"contract"}, error_model="numpy")
def _exp32(x):
    y = _EXP_FLOOR if x < _EXP_FLOOR else x
    n = np.int32(y * _LOG2E - _HALF)
    whole = np.float32(n)
    r = (y - whole * _LN2_HIGH) - whole * _LN2_LOW
    p = _E5 + r * (_E4 + r * (_E3 + r * (_E2 + r * (_E1 + r * _E0))))
    value = (_ONE + r + r * r * p) * _float_from_bits(np.int32((n + np.int32(127)) << np.int32(23)))
    return _ZERO if x < _EXP_FLOOR else value


@overload(tanh, inline="always")
def _tanh(x):
    if x == types.float32:
        return lambda x: _tanh32(x)
    return lambda x: math.tanh(x)


@overload(sigmoid, inline="always")
def _sigmoid(x):
    if x == types.float32:
        return lambda x: _HALF + _HALF * _tanh32(_HALF * x)
    return lambda x: 0.5 + 0.5 * math.tanh(0.5 * x)


@overload(exp_nonpositive, inline="always")
def _exp_nonpositive(x):
    if x == types.float32:
        return lambda x: _exp32(x)
    return lambda x: math.exp(x)
