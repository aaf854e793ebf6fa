"""The nine LSTM architectures of the study, each one declared value.

Everything else (the torch module, the compiled kernels, parameter counts, wiring diagrams, tables)
reads these declarations; nothing branches on a variant's code. A tenth architecture is one more
`Variant` in `VARIANTS`.

Source: Greff et al. 2017, section II (the block) and section IV.C (the eight variants).
"""

from dataclasses import dataclass
from math import prod

from odyssey.errors import OdysseyError

GATES = ("i", "f", "o")
ACTIVATIONS = ("tanh", "identity")


@dataclass(frozen=True)
class Variant:
    """One architecture: the vanilla block with at most a few things changed.

    Attributes:
        code: short name used on the command line and in the records, such as ``"NIG"``.
        name: the name in words.
        change: what differs from vanilla, in one sentence.
        gates: the gates that have weights of their own, a subset of ``GATES`` in that order. A gate
            that is missing is constantly 1, unless `coupled` says otherwise.
        coupled: the forget gate is 1 − input gate; it then has no weights of its own.
        input_activation: g, applied to the block input z: ``"tanh"`` or ``"identity"``.
        output_activation: h, applied to the cell state: ``"tanh"`` or ``"identity"``.
        peepholes: whether each gate with weights also sees the cell state.
        gate_recurrence: whether each gate also sees all gate activations of the previous step.

    Raises:
        OdysseyError: the declaration contradicts itself.
    """

    code: str
    name: str
    change: str
    gates: tuple[str, ...] = GATES
    coupled: bool = False
    input_activation: str = "tanh"
    output_activation: str = "tanh"
    peepholes: bool = True
    gate_recurrence: bool = False

    def __post_init__(self):
        if self.gates != tuple(g for g in GATES if g in self.gates):
            raise OdysseyError(f"variant {self.code}: gates {self.gates} must be a subset of {GATES}, in that order")
        if self.coupled and ("f" in self.gates or "i" not in self.gates):
            raise OdysseyError(f"variant {self.code}: coupled gates need an input gate and no forget gate of its own")
        for activation in (self.input_activation, self.output_activation):
            if activation not in ACTIVATIONS:
                raise OdysseyError(f"variant {self.code}: unknown activation {activation!r}; known: {ACTIVATIONS}")

    @property
    def rows(self) -> tuple[str, ...]:
        """The block order of the stacked weights: the block input z, then the gates with weights."""
        return ("z", *self.gates)

    def parameter_shapes(self, inputs: int, blocks: int) -> dict[str, tuple[int, ...]]:
        """Shapes of one layer's parameters, in the order in which they are initialised.

        Args:
            inputs: M, the number of inputs.
            blocks: N, the number of LSTM blocks.

        Returns:
            With K = ``len(rows)`` and G = ``len(gates)``: ``W`` (K·N, M) input weights, ``R`` (K·N, N)
            recurrent weights, ``b`` (K·N,) biases, ``p`` (G, N) peepholes, ``Q`` (G·N, G·N) gate
            recurrence, the last two only where the variant has them. Rows are stacked in the order of
            `rows`, and of `gates` for ``p`` and ``Q``.
        """
        k, g = len(self.rows) * blocks, len(self.gates) * blocks
        shapes = {"W": (k, inputs), "R": (k, blocks), "b": (k,)}
        if self.peepholes and self.gates:
            shapes["p"] = (len(self.gates), blocks)
        if self.gate_recurrence and self.gates:
            shapes["Q"] = (g, g)
        return shapes

    def parameter_count(self, inputs: int, blocks: int) -> int:
        """Number of weights of one layer with `inputs` inputs and `blocks` blocks."""
        return sum(prod(shape) for shape in self.parameter_shapes(inputs, blocks).values())


VARIANTS: dict[str, Variant] = {
    variant.code: variant
    for variant in (
        Variant("V", "Vanilla", "The block with all three gates, both activations and peepholes."),
        Variant("NIG", "No input gate", "The input gate is constantly 1.", gates=("f", "o")),
        Variant("NFG", "No forget gate", "The forget gate is constantly 1.", gates=("i", "o")),
        Variant("NOG", "No output gate", "The output gate is constantly 1.", gates=("i", "f")),
        Variant("NIAF", "No input activation function", "The block input is linear.", input_activation="identity"),
        Variant("NOAF", "No output activation function", "The block output is linear.", output_activation="identity"),
        Variant("CIFG", "Coupled input and forget gate", "The forget gate is 1 − i.", gates=("i", "o"), coupled=True),
        Variant("NP", "No peepholes", "The gates do not see the cell state.", peepholes=False),
        Variant("FGR", "Full gate recurrence", "Every gate sees all gates of the step before.", gate_recurrence=True),
    )
}


def variant(code: str) -> Variant:
    """The architecture called `code`.

    Raises:
        OdysseyError: there is no such variant.
    """
    try:
        return VARIANTS[code]
    except (KeyError, TypeError):
        raise OdysseyError(f"unknown variant {code!r}; choose one of {', '.join(VARIANTS)}") from None
