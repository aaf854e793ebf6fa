"""Matrix products, against NumPy in float64."""

import numpy as np
import pytest

from odyssey.engine.cpu.product import _DEPTH, product
from odyssey.engine.cpu.vector import LANES


def matrices(rows, depth, columns, dtype):
    random = np.random.default_rng(7)
    a, b = random.standard_normal((rows, depth)), random.standard_normal((depth, columns))
    return a.astype(dtype), b.astype(dtype), np.full((rows, columns), np.nan, dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("columns", [LANES, 2 * LANES, 3 * LANES, 10 * LANES])
@pytest.mark.parametrize("rows", [1, 5, 6, 7, 12, 17])
def test_any_number_of_rows(rows, columns, dtype):
    a, b, out = matrices(rows, 9, columns, dtype)
    product(a, b, out)
    np.testing.assert_allclose(out, a.astype(float) @ b.astype(float), atol=1e-5 if dtype == "float32" else 1e-13)


@pytest.mark.parametrize("depth", [1, _DEPTH - 1, _DEPTH, _DEPTH + 1, 3 * _DEPTH + 5])
def test_any_depth(depth):
    a, b, out = matrices(8, depth, 24, "float64")
    product(a, b, out)
    np.testing.assert_allclose(out, a @ b, atol=1e-11)


def test_nothing_to_sum_gives_zeros():
    a, b, out = matrices(3, 0, LANES, "float32")
    product(a, b, out)
    assert (out == 0).all()


def test_views_transposed_and_cut():
    random = np.random.default_rng(8)
    a, wide, out = random.standard_normal((11, 7)), random.standard_normal((11, 40)), np.zeros((7, 32))
    product(a.T, wide[:, 8:], out)
    np.testing.assert_allclose(out, a.T @ wide[:, 8:], atol=1e-13)


def test_nothing_else_is_written():
    a, b, _ = matrices(7, 5, 16, "float32")
    around = np.full((9, 48), np.nan, "float32")
    product(a, b, around[1:8, 16:32])
    assert np.isfinite(around[1:8, 16:32]).all()
    around[1:8, 16:32] = np.nan
    assert np.isnan(around).all()


def test_not_a_number_and_infinity_are_passed_on():
    a, b, out = matrices(7, 5, 16, "float32")
    a[6, 2], b[3, 9] = np.nan, np.inf
    product(a, b, out)
    assert np.isnan(out[6]).all() and np.isinf(out[:6, 9]).all()
    assert np.isfinite(np.delete(out[:6], 9, axis=1)).all()
