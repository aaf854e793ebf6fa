"""The network around the LSTM layer: its shape, its parameters and how they are initialised.

One hidden layer forwards in time, for some tasks a second one backwards, both into one output layer
(section IV.B of the paper). Engines agree on the names and the order given here, so that the same
generator gives them the same initial weights.
"""

from dataclasses import dataclass
from math import prod

import numpy as np

from odyssey.protocol import INITIAL_STD
from odyssey.variants import Variant


@dataclass(frozen=True)
class Network:
    """Shape of a network.

    Attributes:
        variant: architecture of the hidden layers.
        inputs: M.
        blocks: N per hidden layer.
        outputs: units of the output layer.
        bidirectional: whether a second hidden layer reads the sequence backwards.
    """

    variant: Variant
    inputs: int
    blocks: int
    outputs: int
    bidirectional: bool = False

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the hidden layers."""
        return ("forward", "backward") if self.bidirectional else ("forward",)

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """Shapes of all parameters in the order of initialisation.

        ``forward.W``, … (and ``backward.W``, …) as in `Variant.parameter_shapes`, then ``output.W``
        (outputs, D·N) and ``output.b`` (outputs,), with D hidden layers side by side.
        """
        layer = self.variant.parameter_shapes(self.inputs, self.blocks)
        shapes = {f"{name}.{key}": shape for name in self.layers for key, shape in layer.items()}
        shapes["output.W"] = (self.outputs, len(self.layers) * self.blocks)
        shapes["output.b"] = (self.outputs,)
        return shapes

    def parameter_count(self) -> int:
        """Number of weights, biases included."""
        return sum(prod(shape) for shape in self.parameter_shapes().values())

    def initial_parameters(self, generator: np.random.Generator) -> dict[str, np.ndarray]:
        """Every weight from N(0, 0.1²) (section IV.B), float64, drawn in the order of `parameter_shapes`."""
        return {name: generator.normal(0.0, INITIAL_STD, size=shape) for name, shape in self.parameter_shapes().items()}
