"""The least time that one update can take on a machine of given limits.

One sequence of T frames; M inputs, N blocks, K rows of them (4 in vanilla), G gates with weights, D hidden layers, O
outputs; float32, so 4 bytes a weight. Three things cannot be spared:

- *Reading the recurrent weights.* Each frame needs the output of the one before, so that in every frame, forwards and
  again backwards, a layer's weights R, 4·K·N² bytes, and Q of a variant with full gate recurrence, 4·G²·N² bytes, must
  pass through the core: D · 2T · bytes / read rate. The rate is that of a buffer of so many bytes.
- *Whole-sequence matrix products.* In each layer X W (T×M by M×KN), its gradient (M×T by T×KN) and that of R (N×T by
  T×KN), of Q likewise; at the outputs H W (T×DN by DN×O), its gradient and that of H. Each counts 2·m·k·n
  operations, at the rate that BLAS or the engine's own product has for its shape, whichever is faster.
- *The update.* Weights and velocities are read and written, gradients read: 5 · 4 bytes · P / read rate, P being the
  number of weights, the rate that of a buffer of 3 · 4 · P bytes.

It leaves out what is arithmetic in the recurrence: the products with R are taken to be free once R is there, and so are
the functions of the block. `functions` says what those take, from the engine's own rate, as an explanation of where
the rest of the time goes; it is no part of the bound. Nor is the noise, nor the loss.
"""

from dataclasses import dataclass

from odyssey.bench.limits import Limits
from odyssey.network import Network

_BYTES = 4


@dataclass(frozen=True)
class Bound:
    """The three parts of the bound in seconds, and what explains them.

    Attributes:
        recurrence, products, update: seconds, as above.
        functions: seconds that the functions of the block take beside it.
        read_rate: bytes a second at which the recurrent weights can be read.
        product_rate: floating-point operations a second of the products, all together.
    """

    recurrence: float
    products: float
    update: float
    functions: float
    read_rate: float
    product_rate: float

    @property
    def total(self) -> float:
        """The least time of an update."""
        return self.recurrence + self.products + self.update


def bound(network: Network, frames: int, limits: Limits) -> Bound:
    """The bound for one update of `network` on a sequence of `frames` frames."""
    layers = len(network.layers)
    v, n = network.variant, network.blocks
    shapes = v.parameter_shapes(network.inputs, n)
    recurrent = sum(_BYTES * shapes[name][0] * shapes[name][1] for name in ("R", "Q") if name in shapes)
    weights = network.parameter_count()
    whole = products(network, frames)
    product_seconds = sum(2 * m * k * n / limits.product_rate(m, k, n) for m, k, n in whole)
    functions = [v.input_activation, v.output_activation].count("tanh") * limits.function_seconds("tanh", n)
    functions += len(v.gates) * limits.function_seconds("sigmoid", n)
    return Bound(
        recurrence=layers * 2 * frames * recurrent / limits.read_rate(recurrent),
        products=product_seconds,
        update=5 * _BYTES * weights / limits.read_rate(3 * _BYTES * weights),
        functions=layers * frames * n * functions,
        read_rate=limits.read_rate(recurrent),
        product_rate=sum(2 * m * k * n for m, k, n in whole) / product_seconds,
    )


def products(network: Network, frames: int) -> list[tuple[int, int, int]]:
    """The whole-sequence products of an update, each as (m, k, n) for (m × k) by (k × n)."""
    shapes = network.variant.parameter_shapes(network.inputs, network.blocks)
    rows, inputs = shapes["W"]
    layer = [(frames, inputs, rows), (inputs, frames, rows), (network.blocks, frames, rows)]
    if "Q" in shapes:
        layer.append((shapes["Q"][1], frames, shapes["Q"][0]))
    hidden, outputs = len(network.layers) * network.blocks, network.outputs
    return layer * len(network.layers) + [
        (frames, hidden, outputs),
        (hidden, frames, outputs),
        (frames, outputs, hidden),
    ]
