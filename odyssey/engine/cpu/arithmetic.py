"""Elementary functions of compiled code, for numbers and for vectors of eight (`odyssey.engine.cpu.vector`).

float64 takes the exact functions of the C library. float32 takes polynomials without branches, which cost a fraction
of the library's call and are off by at most three units in the last place (relative error below 3e-7):

- `exp_nonpositive`: 2ⁿ times a polynomial of degree 6 (Cephes `expf`); 0 below −87;
- `sigmoid`: 1 / (1 + e⁻ˣ), through the exponential of −|x|, as exact for closed gates as for open ones;
- `tanh`: (1 − e⁻²ˣ) / (1 + e⁻²ˣ), and a polynomial near zero (Cephes `tanhf`), where that difference would cancel.
"""

import math

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic, overload

from odyssey.engine.cpu.vector import LANES, Vector, lane, select, splat, with_lane

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
    """Hyperbolic tangent of a number or vector (float32 or float64)."""
    return math.tanh(x)


def sigmoid(x):
    """Logistic function of a number or vector (float32 or float64)."""
    return 0.5 + 0.5 * math.tanh(0.5 * x)


def exp_nonpositive(x):
    """Exponential of a number or vector (float32 or float64) that is at most 0."""
    return math.exp(x)


@intrinsic
def _truncate(typing_context, x):
    """A float32, or a vector of them, without what stands behind the point."""

    def generate(context, builder, signature, arguments):
        kind = arguments[0].type
        return builder.sitofp(builder.fptosi(arguments[0], _integers(kind)), kind)

    return x(x), generate


@intrinsic
def _power_of_two(typing_context, n):
    """2ⁿ for whole numbers from −126 to 127 in float32, or vectors of them: n becomes the exponent's bits."""

    def generate(context, builder, signature, arguments):
        kind = arguments[0].type
        bits = _integers(kind)
        exponent = builder.add(builder.fptosi(arguments[0], bits), _constant(bits, 127))
        return builder.bitcast(builder.shl(exponent, _constant(bits, 23)), kind)

    return n(n), generate


def _integers(kind):
    """The type of as many 32-bit whole numbers as `kind` has floats."""
    return ir.VectorType(ir.IntType(32), kind.count) if isinstance(kind, ir.VectorType) else ir.IntType(32)


def _constant(kind, value):
    return ir.Constant(kind, [value] * kind.count if isinstance(kind, ir.VectorType) else value)


def _fill(number, x):
    """`number` in the form of x: eight times where x is a vector (compiled code only)."""
    raise NotImplementedError


@overload(_fill, inline="always")
def _fill_like(number, x):
    if isinstance(x, Vector):
        return lambda number, x: splat(number)
    return lambda number, x: number


# No `reassoc`: the two steps to the remainder r must not be taken together.
@njit(nogil=True, fastmath={"contract"}, error_model="numpy")
def _exp32(x):
    y = select(x < _EXP_FLOOR, _fill(_EXP_FLOOR, x), x)
    n = _truncate(y * _LOG2E - _HALF)
    r = (y - n * _LN2_HIGH) - n * _LN2_LOW
    p = _E5 + r * (_E4 + r * (_E3 + r * (_E2 + r * (_E1 + r * _E0))))
    value = (_ONE + r + r * r * p) * _power_of_two(n)
    return select(x < _EXP_FLOOR, _fill(_ZERO, x), value)


@njit(**FAST)
def _sigmoid32(x):
    e = _exp32(select(x < _ZERO, x, _ZERO - x))
    open_gate = _ONE / (_ONE + e)
    return select(x < _ZERO, e * open_gate, open_gate)


@njit(**FAST)
def _tanh32(x):
    size = select(x < _ZERO, _ZERO - x, x)
    e = _exp32(_ZERO - _TWO * size)
    large = (_ONE - e) / (_ONE + e)
    s = x * x
    small = x + x * s * (_T0 + s * (_T1 + s * (_T2 + s * (_T3 + s * _T4))))
    return select(size < _TANH_SMALL, small, select(x < _ZERO, _ZERO - large, large))


def _declare(function, polynomial, exact):
    """Let compiled code take `polynomial` for float32, and `exact` for float64, number by number."""

    @njit(**FAST)
    def number_by_number(x):
        result = x
        for k in range(LANES):
            result = with_lane(result, k, exact(lane(x, k)))
        return result

    @overload(function, inline="always")
    def choose(x):
        if x in (types.float32, Vector(types.float32)):
            return lambda x: polynomial(x)
        if x == types.float64:
            return lambda x: exact(x)
        if x == Vector(types.float64):
            return lambda x: number_by_number(x)
        return None


_declare(tanh, _tanh32, njit(**FAST)(lambda x: math.tanh(x)))
_declare(sigmoid, _sigmoid32, njit(**FAST)(lambda x: 0.5 + 0.5 * math.tanh(0.5 * x)))
_declare(exp_nonpositive, _exp32, njit(**FAST)(lambda x: math.exp(x)))
