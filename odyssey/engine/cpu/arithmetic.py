"""Elementary functions that LLVM turns into vector instructions, in the precision of their argument.

float64 takes the exact functions of the C library. float32 takes polynomials without branches, which cost a fraction
of the scalar library call and are off by at most three units in the last place (relative error below 3e-7):

- `exp_nonpositive`: 2ⁿ times a polynomial of degree 6 (Cephes `expf`); 0 below −87;
- `sigmoid`: 1 / (1 + e⁻ˣ), through the exponential of −|x|, as exact for closed gates as for open ones;
- `tanh`: (1 − e⁻²ˣ) / (1 + e⁻²ˣ), and a polynomial near zero (Cephes `tanhf`), where that difference would cancel.
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
_ZERO, _HALF, _ONE, _TWO = _f(0.0), _f(0.5), _f(1.0), _f(2.0)
_TANH_SMALL = _f(0.625)
_T0, _T1, _T2, _T3, _T4 = (
    _f(c) for c in (-3.33332819422e-1, 1.33314422036e-1, -5.37397155531e-2, 2.06390887954e-2, -5.70498872745e-3)
)
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


@njit(**FAST)
def _sigmoid32(x):
    e = _exp32(-abs(x))
    open_gate = _ONE / (_ONE + e)
    return e * open_gate if x < _ZERO else open_gate


@njit(**FAST)
def _tanh32(x):
    e = _exp32(-_TWO * abs(x))
    magnitude = (_ONE - e) / (_ONE + e)
    s = x * x
    small = x + x * s * (_T0 + s * (_T1 + s * (_T2 + s * (_T3 + s * _T4))))
    return small if abs(x) < _TANH_SMALL else (-magnitude if x < _ZERO else magnitude)


@overload(tanh, inline="always")
def _tanh(x):
    if x == types.float32:
        return lambda x: _tanh32(x)
    return lambda x: math.tanh(x)


@overload(sigmoid, inline="always")
def _sigmoid(x):
    if x == types.float32:
        return lambda x: _sigmoid32(x)
    return lambda x: 0.5 + 0.5 * math.tanh(0.5 * x)


@overload(exp_nonpositive, inline="always")
def _exp_nonpositive(x):
    if x == types.float32:
        return lambda x: _exp32(x)
    return lambda x: math.exp(x)
