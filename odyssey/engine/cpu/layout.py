"""How the weights of a network lie in memory: one flat vector, padded so that vector instructions fit.

Every row of blocks is padded from N to S, the next multiple of `LANES`. The input and recurrent
matrices are stored transposed (from, to), so that the products of a sequence walk memory in order.
Padding is zero and stays zero: a padded block's input, output and gradients all vanish.
"""

from math import prod
from typing import NamedTuple

import numpy as np

from odyssey.engine.cpu.vector import LANES
from odyssey.network import Network
from odyssey.variants import Variant


class Wiring(NamedTuple):
    """A variant's declaration as the compiled loops read it. Rows count in block order; −1 where there is none."""

    rows: int
    input_row: int
    forget_row: int
    output_row: int
    coupled: bool
    input_tanh: bool
    output_tanh: bool
    gate_recurrence: bool


class LayerWeights(NamedTuple):
    """One hidden layer's weights, views into the flat vector: M inputs, K rows, G gates with weights.

    W (M, K·S), R (S, K·S), b (K·S,), p (G, S), Q (G·S, G·S). Where the variant has no peepholes, p is zeros of its
    own, outside the flat vector, so that nothing ever updates them; where it has no gate recurrence, Q is empty.
    """

    W: np.ndarray
    R: np.ndarray
    b: np.ndarray
    p: np.ndarray
    Q: np.ndarray


class OutputWeights(NamedTuple):
    """The output layer's weights: W (S, outputs), b (outputs,)."""

    W: np.ndarray
    b: np.ndarray


# For each parameter, as it lies in memory, which axes count blocks (B) and which something else (x).
_AXES = {"W": "xB", "R": "BB", "b": "B", "p": "xB", "Q": "BB", "output.W": "Bx", "output.b": "x"}


class Layout:
    """The places of a network's parameters in the flat vector.

    Attributes:
        size: length of the flat vector, padding included.
        stride: S.
    """

    def __init__(self, network: Network):
        self.blocks = network.blocks
        self.stride = -(-network.blocks // LANES) * LANES
        self._places = {}
        begin = 0
        for name, shape in network.parameter_shapes().items():
            padded = tuple(
                length // self.blocks * self.stride if axis == "B" else length
                for length, axis in zip(_stored(name, shape), _axes(name), strict=True)
            )
            end = begin + prod(padded)
            self._places[name] = (begin, end, padded)
            begin = end
        self.size = begin

    def view(self, flat: np.ndarray, name: str) -> np.ndarray:
        """The padded array of parameter `name` inside `flat`, as it is stored; empty if the network lacks it."""
        begin, end, shape = self._places.get(name, (0, 0, (0,) * len(_axes(name))))
        return flat[begin:end].reshape(shape)

    def layer(self, flat: np.ndarray, name: str) -> LayerWeights:
        """The weights of hidden layer `name` as views into `flat`."""
        weights = LayerWeights(*(self.view(flat, f"{name}.{key}") for key in LayerWeights._fields))
        if not weights.p.size:
            gates = len(weights.b) // self.stride - 1
            weights = weights._replace(p=np.zeros((gates, self.stride), flat.dtype))
        return weights

    def output(self, flat: np.ndarray) -> OutputWeights:
        """The output layer's weights as views into `flat`."""
        return OutputWeights(self.view(flat, "output.W"), self.view(flat, "output.b"))

    def fill(self, flat: np.ndarray, parameters: dict[str, np.ndarray]) -> None:
        """Put `parameters` (shapes of `Network.parameter_shapes`) into `flat`, casting to its precision."""
        for name, values in parameters.items():
            self._without_padding(flat, name)[...] = _split(_stored_array(name, values), name, self.blocks)

    def read(self, flat: np.ndarray) -> dict[str, np.ndarray]:
        """The opposite of `fill`: the parameters by name, in the shapes of `Network.parameter_shapes`."""
        parameters = {}
        for name, (_, _, padded) in self._places.items():
            shape = tuple(
                length // self.stride * self.blocks if axis == "B" else length
                for length, axis in zip(padded, _axes(name), strict=True)
            )
            parameters[name] = _stored_array(name, self._without_padding(flat, name).reshape(shape))
        return parameters

    def _without_padding(self, flat, name):
        """A view of parameter `name` in which each axis of blocks is two: which row, and which of the N blocks."""
        view = _split(self.view(flat, name), name, self.stride)
        index = []
        for axis in _axes(name):
            index += [slice(None), slice(self.blocks)] if axis == "B" else [slice(None)]
        return view[tuple(index)]


def _axes(name):
    return _AXES[name if name in _AXES else name.split(".")[1]]


def _stored(name, shape):
    """The shape, unpadded, in which a parameter of `shape` is stored: matrices are transposed, peepholes are not."""
    return shape if name.endswith(".p") else shape[::-1]


def _stored_array(name, values):
    return values if name.endswith(".p") else values.T


def _split(array, name, width):
    shape = []
    for length, axis in zip(array.shape, _axes(name), strict=True):
        shape += [length // width, width] if axis == "B" else [length]
    return array.reshape(shape)


def wiring(variant: Variant) -> Wiring:
    """The declaration of `variant` in the form that the compiled loops read."""

    def row(gate):
        return variant.rows.index(gate) if gate in variant.gates else -1

    return Wiring(
        rows=len(variant.rows),
        input_row=row("i"),
        forget_row=row("f"),
        output_row=row("o"),
        coupled=variant.coupled,
        input_tanh=variant.input_activation == "tanh",
        output_tanh=variant.output_activation == "tanh",
        gate_recurrence=variant.gate_recurrence and bool(variant.gates),
    )
