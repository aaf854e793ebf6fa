"""The flat vector of weights: nothing lost, nothing shared, padding zero."""

import numpy as np
import pytest

from odyssey.engine.cuda.layout import Layout
from odyssey.engine.cuda.plan import Limits, plan
from odyssey.network import Network
from odyssey.variants import VARIANTS


def layout(code, blocks=27, bidirectional=True, shared=9000):
    network = Network(VARIANTS[code], 5, blocks, 6, bidirectional)
    division = plan(network, 4, Limits(cluster=8, shared=shared), 1000)
    return network, division, Layout(network, division)


@pytest.mark.parametrize("code", VARIANTS)
def test_there_and_back(code):
    network, division, places = layout(code)
    assert division.slices > 1
    parameters = network.initial_parameters(np.random.default_rng(0))
    flat = places.flat(parameters, "float64")
    assert np.count_nonzero(flat) == network.parameter_count() < places.size == len(flat)
    for name, values in places.parameters(flat).items():
        np.testing.assert_array_equal(values, parameters[name], err_msg=name)


def test_a_slice_computes_its_own_columns():
    """y · R by slices, as the kernel goes through the flat vector, is y · Rᵀ of the network, row by row."""
    network, division, places = layout("V", bidirectional=False)
    parameters = network.initial_parameters(np.random.default_rng(1))
    flat = places.flat(parameters, "float64")
    n, stride, rows = division.width, division.slices * division.width, 4
    stored = flat[places.layers()[0].R :][: stride * rows * stride].reshape(stride, division.slices, rows, n)
    y = np.zeros(stride)
    y[:27] = np.random.default_rng(2).standard_normal(27)
    by_slices = np.einsum("k,kcgj->gcj", y, stored).reshape(rows, stride)[:, :27]
    np.testing.assert_allclose(by_slices.ravel(), parameters["forward.R"] @ y[:27], rtol=1e-12)


def test_all_begins_are_multiples_of_four():
    """Numbers are read four at a time."""
    for code in VARIANTS:
        _, _, places = layout(code)
        begins = [getattr(layer, name) for layer in places.layers() for name in ("W", "R", "b", "p", "Q")]
        assert all(begin % 4 == 0 for begin in [*begins, *places.output(), places.size])
