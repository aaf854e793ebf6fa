"""Where the weights lie in the flat vector."""

import numpy as np
import pytest

from odyssey.engine.cpu.layout import Layout, wiring
from odyssey.engine.cpu.vector import LANES
from odyssey.network import Network
from odyssey.variants import VARIANTS, Variant


@pytest.mark.parametrize("code", VARIANTS)
@pytest.mark.parametrize("blocks", [1, LANES, LANES + 3])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_what_is_filled_in_can_be_read_back(code, blocks, bidirectional):
    network = Network(VARIANTS[code], 3, blocks, 5, bidirectional)
    parameters = network.initial_parameters(np.random.default_rng(0))
    layout = Layout(network)
    flat = np.zeros(layout.size)
    layout.fill(flat, parameters)
    back = layout.read(flat)
    assert list(back) == list(parameters)
    for name, values in parameters.items():
        np.testing.assert_array_equal(back[name], values, err_msg=name)
    assert np.count_nonzero(flat) == network.parameter_count(), "padding must stay zero"


def test_matrices_are_stored_from_input_to_block():
    """Element (k, j) of the stored W is what input k gives to padded column j: row j // S, block j % S."""
    network = Network(VARIANTS["V"], 3, 5, 2)
    parameters = network.initial_parameters(np.random.default_rng(1))
    layout = Layout(network)
    flat = np.zeros(layout.size)
    layout.fill(flat, parameters)
    layer, s = layout.layer(flat, "forward"), layout.stride
    assert layer.W.shape == (3, 4 * s)
    assert layer.R.shape == (s, 4 * s)
    assert layer.W[2, 3 * s + 4] == parameters["forward.W"][3 * 5 + 4, 2]
    assert layer.R[1, 2 * s + 3] == parameters["forward.R"][2 * 5 + 3, 1]
    assert layout.output(flat).W[4, 1] == parameters["output.W"][1, 4]


def test_missing_peepholes_are_zeros_outside_the_vector():
    layout = Layout(Network(VARIANTS["NP"], 3, 5, 2))
    flat = np.ones(layout.size)
    layer = layout.layer(flat, "forward")
    assert layer.p.shape == (3, layout.stride)
    assert not layer.p.any()
    assert not np.shares_memory(layer.p, flat)


def test_wiring_follows_the_declaration():
    assert wiring(VARIANTS["V"]) == (4, 1, 2, 3, False, True, True, False)
    assert wiring(VARIANTS["NIG"])[:4] == (3, -1, 1, 2)
    assert wiring(VARIANTS["CIFG"])[:5] == (3, 1, -1, 2, True)
    own = Variant("OWN", "Own", "Nothing gated.", gates=(), gate_recurrence=True, input_activation="identity")
    assert wiring(own) == (1, -1, -1, -1, False, False, True, False)
