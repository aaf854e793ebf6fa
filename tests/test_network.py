import numpy as np
import pytest

from odyssey.network import Network
from odyssey.variants import VARIANTS, variant


def test_one_layer():
    network = Network(variant("V"), inputs=5, blocks=3, outputs=7)
    assert network.layers == ("forward",)
    assert list(network.parameter_shapes().items()) == [
        ("forward.W", (12, 5)),
        ("forward.R", (12, 3)),
        ("forward.b", (12,)),
        ("forward.p", (3, 3)),
        ("output.W", (7, 3)),
        ("output.b", (7,)),
    ]
    assert network.parameter_count() == 12 * 5 + 12 * 3 + 12 + 9 + 21 + 7


def test_two_layers_side_by_side():
    network = Network(variant("FGR"), inputs=5, blocks=3, outputs=7, bidirectional=True)
    assert network.layers == ("forward", "backward")
    layer = [("W", (12, 5)), ("R", (12, 3)), ("b", (12,)), ("p", (3, 3)), ("Q", (9, 9))]
    assert list(network.parameter_shapes().items()) == [
        *((f"forward.{name}", shape) for name, shape in layer),
        *((f"backward.{name}", shape) for name, shape in layer),
        ("output.W", (7, 6)),
        ("output.b", (7,)),
    ]


def test_music_network_of_the_paper():
    """88 keys in and out, N blocks forwards: 4(88N + N² + N) + 3N and 88N + 88."""
    assert Network(variant("V"), 88, 100, 88).parameter_count() == 4 * (8800 + 10000 + 100) + 300 + 8800 + 88


@pytest.mark.parametrize("code", VARIANTS)
def test_initial_parameters_are_one_stream(code):
    network = Network(VARIANTS[code], inputs=4, blocks=3, outputs=2, bidirectional=True)
    parameters = network.initial_parameters(np.random.default_rng(5))
    stream = 0.1 * np.random.default_rng(5).standard_normal(network.parameter_count())
    assert list(parameters) == list(network.parameter_shapes())
    assert {name: values.shape for name, values in parameters.items()} == network.parameter_shapes()
    assert {values.dtype for values in parameters.values()} == {np.dtype(np.float64)}
    np.testing.assert_allclose(np.concatenate([v.ravel() for v in parameters.values()]), stream, rtol=1e-15)


def test_initial_parameters_leave_the_generator_behind_them():
    network = Network(variant("NP"), inputs=4, blocks=3, outputs=2)
    generator = np.random.default_rng(5)
    first, second = network.initial_parameters(generator), network.initial_parameters(generator)
    assert not np.array_equal(first["forward.W"], second["forward.W"])


def test_every_weight_has_the_same_spread():
    network = Network(variant("FGR"), inputs=88, blocks=60, outputs=88, bidirectional=True)
    for name, values in network.initial_parameters(np.random.default_rng(0)).items():
        assert abs(values.mean()) < 4 * 0.1 / values.size**0.5, name
        assert abs(values.std() / 0.1 - 1) < 4 / (2 * values.size) ** 0.5, name
