"""Vectors of eight in compiled code against NumPy."""

import operator

import numpy as np
import pytest
from numba import njit

from odyssey.engine.cpu.arithmetic import FAST, exp_nonpositive, sigmoid, tanh
from odyssey.engine.cpu.memory import CACHE_LINE, zeros
from odyssey.engine.cpu.vector import LANES, lane, load, select, splat, store, sums, with_lane

DTYPES = ["float32", "float64"]
OPERATORS = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "add in place": operator.iadd,
    "subtract in place": operator.isub,
    "multiply in place": operator.imul,
    "divide in place": operator.itruediv,
}


def numbers(*shape, dtype="float32"):
    return np.random.default_rng(8).uniform(0.5, 2, shape).astype(dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("symbol", OPERATORS.values(), ids=OPERATORS)
def test_operators_on_vectors_and_numbers(symbol, dtype):
    @njit
    def compiled(x, y, out):
        store(symbol(load(x, 0), load(y, 0)), out, 0, 0)
        store(symbol(load(x, 0), y[3]), out, 1, 0)
        store(symbol(x[3], load(y, 0)), out, 2, 0)

    x, y = numbers(2, LANES, dtype=dtype)
    out = np.empty((3, LANES), dtype)
    compiled(x, y, out)
    np.testing.assert_array_equal(out, [symbol(x.copy(), y), symbol(x.copy(), y[3]), symbol(np.full(LANES, x[3]), y)])


def test_load_and_store_anywhere_and_nowhere_else():
    @njit
    def copy(source, row, column, target, place):
        store(load(source, row, column), target, place)

    source, target = numbers(5, 13), np.zeros(20, np.float32)
    copy(source, 2, 3, target, 7)  # neither begins where a vector would like it to
    np.testing.assert_array_equal(target, [0] * 7 + source[2, 3:11].tolist() + [0] * 5)


def test_splat_and_lanes():
    @njit
    def compiled(number, out):
        store(with_lane(splat(number), 5, number + number), out, 0)
        return lane(load(out, 0), 5)

    out = np.empty(LANES, np.float32)
    assert compiled(np.float32(1.5), out) == 3
    np.testing.assert_array_equal(out, [1.5] * 5 + [3] + [1.5] * 2)


@pytest.mark.parametrize("dtype", DTYPES)
def test_select_and_comparison(dtype):
    @njit
    def compiled(x, y, out):
        store(select(load(x, 0) < load(y, 0), load(x, 0), load(y, 0)), out, 0)

    x, y = numbers(2, LANES, dtype=dtype)
    x[0] = np.nan  # not less than anything
    out = np.empty(LANES, dtype)
    compiled(x, y, out)
    np.testing.assert_array_equal(out, np.where(x < y, x, y))


@pytest.mark.parametrize("dtype", DTYPES)
def test_sums_of_eight_vectors(dtype):
    @njit
    def compiled(m, out):
        rows = load(m, 0, 0), load(m, 1, 0), load(m, 2, 0), load(m, 3, 0)
        more = load(m, 4, 0), load(m, 5, 0), load(m, 6, 0), load(m, 7, 0)
        store(sums(*rows, *more), out, 0)

    matrix = np.random.default_rng(0).integers(-99, 99, (8, LANES)).astype(dtype)  # sums are exact
    out = np.empty(LANES, dtype)
    compiled(matrix, out)
    np.testing.assert_array_equal(out, matrix.sum(axis=1))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("function", [tanh, sigmoid, exp_nonpositive])
def test_functions_of_vectors_are_those_of_numbers(function, dtype):
    @njit(**FAST)
    def vectors(x, out):
        for k in range(0, x.size, LANES):
            store(function(load(x, k)), out, k)

    @njit(**FAST)
    def singly(x, out):
        for k in range(x.size):
            out[k] = function(x[k])

    x = -np.concatenate([np.geomspace(1e-30, 200, 1000), [0, np.inf, np.nan, 0.625, 87, 88, 1e30, 1e38]]).astype(dtype)
    if function is not exp_nonpositive:
        x = np.concatenate([x, -x])
    assert x.size % LANES == 0
    out, expected = np.empty_like(x), np.empty_like(x)
    vectors(x, out)
    singly(x, expected)
    np.testing.assert_array_equal(out, expected)


@pytest.mark.parametrize("shape", [7, (3, 5), (2, 1, 4), 0])
@pytest.mark.parametrize("dtype", [*DTYPES, "int32"])
def test_memory_begins_at_a_cache_line(shape, dtype):
    for _ in range(5):  # not by luck
        memory = zeros(shape, dtype)
        assert memory.ctypes.data % CACHE_LINE == 0 or memory.size == 0
        assert memory.flags.c_contiguous and memory.flags.writeable
        np.testing.assert_array_equal(memory, np.zeros(shape, dtype))
        assert memory.dtype == dtype
