"""The vectorised functions against the C library in double precision, over the whole float32 range."""

import math

import numpy as np
import pytest
from numba import njit

from odyssey.engine.cpu.arithmetic import FAST, exp_nonpositive, sigmoid, tanh


@njit(**FAST)
def apply_tanh(x, out):
    for k in range(x.size):
        out[k] = tanh(x[k])


@njit(**FAST)
def apply_sigmoid(x, out):
    for k in range(x.size):
        out[k] = sigmoid(x[k])


@njit(**FAST)
def apply_exp(x, out):
    for k in range(x.size):
        out[k] = exp_nonpositive(x[k])


def applied(function, x):
    out = np.empty_like(x)
    function(x, out)
    return out


def finite_floats():
    """Every 1009th finite float32, both signs: four million, all exponents, denormals included."""
    bits = np.arange(0, 0x7F800000, 1009, dtype=np.uint32)
    positive = bits.view(np.float32)
    return np.concatenate([-positive[::-1], positive])


def exact_sigmoid(x):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-x.astype(np.float64)))


def relative_error(ours, exact):
    """Where the exact value is a normal float32; elsewhere only its size matters."""
    normal = np.abs(exact) > 1.2e-38
    assert np.abs(ours[~normal]).max(initial=0) < 1.3e-38
    return np.abs(ours[normal] / exact[normal] - 1).max()


def test_tanh_over_the_float32_range():
    x = finite_floats()
    assert relative_error(applied(apply_tanh, x), np.tanh(x.astype(np.float64))) < 3e-7


def test_sigmoid_over_the_float32_range():
    x = finite_floats()
    x = x[x > -87]
    assert relative_error(applied(apply_sigmoid, x), exact_sigmoid(x)) < 3e-7


def test_sigmoid_far_below_zero_is_zero():
    assert (applied(apply_sigmoid, np.array([-88, -200, -1e38], np.float32)) == 0).all()


def test_exp_over_the_nonpositive_float32_range():
    x = finite_floats()
    x = x[x <= 0]
    exact = np.exp(x.astype(np.float64))
    ours = applied(apply_exp, x)
    normal = x > -87
    assert (np.abs(ours[normal] - exact[normal]) / exact[normal]).max() < 2e-7
    assert (ours[~normal] <= 1.7e-38).all()
    assert (ours[~normal] >= 0).all()


@pytest.mark.parametrize(
    ("function", "exact"), [(apply_tanh, math.tanh), (apply_sigmoid, lambda x: float(exact_sigmoid(np.array(x))))]
)
def test_double_precision_is_that_of_the_library(function, exact):
    x = np.linspace(-30, 30, 2001)
    np.testing.assert_allclose(applied(function, x), [exact(value) for value in x], rtol=1e-15, atol=2e-16)


@pytest.mark.parametrize("function", [apply_tanh, apply_sigmoid, apply_exp])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_nan_stays_nan(function, dtype):
    assert np.isnan(applied(function, np.full(40, np.nan, dtype))).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_infinities_saturate(dtype):
    x = np.array([-np.inf, np.inf], dtype)
    np.testing.assert_allclose(applied(apply_tanh, x), [-1, 1])
    np.testing.assert_allclose(applied(apply_sigmoid, x), [0, 1])
    assert applied(apply_exp, x[:1])[0] == 0


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "exp_nonpositive"])
def test_same_functions_outside_compiled_code(name):
    python = {"tanh": tanh, "sigmoid": sigmoid, "exp_nonpositive": exp_nonpositive}[name]
    compiled = {"tanh": apply_tanh, "sigmoid": apply_sigmoid, "exp_nonpositive": apply_exp}[name]
    x = np.array([-3.0, -0.2, 0.0])
    np.testing.assert_allclose([python(value) for value in x], applied(compiled, x), rtol=1e-15)
