"""How the weights of a network lie in the memory of a GPU: one flat vector, in slices, padded to fours.

With C slices of n LSTM blocks, S = C·n, K rows and G gates, the input and recurrent matrices are stored transposed
(from, to), and the columns of a slice are neighbours: W (M, C, K, n), R (S, C, K, n), b (C, K, n), p (C, G, n),
Q (G, S, C, G, n), and the output layer's W (D, S, outputs), b (outputs,). Padding is zero and stays zero, as on the CPU
(`odyssey.engine.cpu.layout`).
"""

import numpy as np

from odyssey.engine.cuda.jobs import Places
from odyssey.engine.cuda.plan import Plan, padded
from odyssey.network import Network


class Layout:
    """The places of a network's parameters in the flat vector.

    Attributes:
        size: length of the flat vector, padding included.
    """

    def __init__(self, network: Network, plan: Plan):
        self._network = network
        self._indices, self._begins = {}, {}
        begin = 0
        for name in network.parameter_shapes():
            index, size = _index(name, network, plan)
            self._begins[name], self._indices[name] = begin, begin + index
            begin += size
        self.size = begin

    def layers(self) -> list[Places]:
        """Where the weights of each hidden layer begin; 0 for what the network lacks."""
        return [
            Places(*(self._begins.get(f"{layer}.{key}", 0) for key in ("W", "R", "b", "p", "Q")))
            for layer in self._network.layers
        ]

    def output(self) -> tuple[int, int]:
        """Where the output layer's weights and biases begin."""
        return self._begins["output.W"], self._begins["output.b"]

    def flat(self, parameters: dict[str, np.ndarray], dtype: str) -> np.ndarray:
        """The flat vector of `parameters` (shapes of `Network.parameter_shapes`)."""
        flat = np.zeros(self.size, dtype)
        for name, values in parameters.items():
            flat[self._indices[name]] = values
        return flat

    def parameters(self, flat: np.ndarray) -> dict[str, np.ndarray]:
        """The opposite of `flat`."""
        return {name: flat[index] for name, index in self._indices.items()}


def _index(name: str, network: Network, plan: Plan) -> tuple[np.ndarray, int]:
    """The place of each number of parameter `name`, in the shape that `Network` gives it; how many places it takes."""
    n, stride = plan.width, plan.slices * plan.width
    rows = len(network.variant.rows)
    blocks, outputs = np.arange(network.blocks), padded(network.outputs)

    def columns(count):
        """Places in a row of all slices: (count·N,)."""
        return (blocks // n * count * n + blocks % n + np.arange(count)[:, None] * n).ravel()

    key = name.split(".")[1]
    if name == "output.b":
        return np.arange(network.outputs), outputs
    if name == "output.W":
        layers = len(network.layers)
        sources = (np.arange(layers)[:, None] * stride + blocks).ravel()
        return np.arange(network.outputs)[:, None] + sources * outputs, layers * stride * outputs
    count = rows - 1 if key in "pQ" else rows
    to, step = columns(count), plan.slices * count * n
    if key == "b":
        return to, step
    if key == "p":
        return to.reshape(count, -1), step
    sources, height = {
        "W": (np.arange(network.inputs), padded(network.inputs)),
        "R": (blocks, stride),
        "Q": ((np.arange(rows - 1)[:, None] * stride + blocks).ravel(), (rows - 1) * stride),
    }[key]
    return to[:, None] + sources * step, height * step
