"""The nine architectures as one torch module, to be used like `torch.nn.LSTM`.

The module reads the declaration of a `Variant`, never its code: any other declaration works as well.

Source: Greff et al. 2017, section II (the block) and section IV.C (the variants).
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional

from odyssey.errors import OdysseyError
from odyssey.protocol import INITIAL_STD
from odyssey.variants import Variant
from odyssey.variants import variant as variant_called

_ACTIVATIONS = {"tanh": torch.tanh, "identity": lambda a: a}

State = tuple[Tensor, ...]


class Layer(nn.Module):
    """One hidden layer of LSTM blocks, which reads its input in the order in which it stands.

    Its parameters are named and shaped as in `Variant.parameter_shapes`; those that the variant lacks are None.
    """

    def __init__(self, variant: Variant, inputs: int, blocks: int, device=None, dtype=None):
        super().__init__()
        self.variant, self.inputs, self.blocks = variant, inputs, blocks
        shapes = variant.parameter_shapes(inputs, blocks)
        for name in ("W", "R", "b", "p", "Q"):
            weights = nn.Parameter(torch.empty(shapes[name], device=device, dtype=dtype)) if name in shapes else None
            self.register_parameter(name, weights)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw every weight from N(0, 0.1²) (section IV.B)."""
        for weights in self.parameters():
            nn.init.normal_(weights, std=INITIAL_STD)

    def state_sizes(self) -> tuple[int, ...]:
        """Widths of the state: N of y, N of c and, with gate recurrence, G·N of the gate activations."""
        return (self.blocks, self.blocks) if self.Q is None else (self.blocks, self.blocks, self.Q.shape[0])

    def forward(self, x: Tensor, state: State, real: Tensor | None = None) -> tuple[Tensor, State]:
        """Outputs (T, B, N) for inputs (T, B, M), and the state after the last frame.

        Args:
            x: inputs.
            state: y, c (B, N) and, with gate recurrence, the gate activations (B, G·N) before the first frame.
            real: (T, B, 1), False where a sequence is over: its state, and with it its output, then stays as it is.
        """
        v = self.variant
        g, h = _ACTIVATIONS[v.input_activation], _ACTIVATIONS[v.output_activation]
        peepholes = {} if self.p is None else dict(zip(v.gates, self.p.unbind(), strict=True))

        def gate(name: str, a: dict[str, Tensor], c: Tensor) -> Tensor | float:
            if name not in v.gates:
                return 1.0
            return torch.sigmoid(a[name] + peepholes[name] * c if peepholes else a[name])

        def step(Wx: Tensor, y: Tensor, c: Tensor, gates: Tensor | None = None) -> State:
            Wx_Ry = torch.addmm(Wx, y, self.R.t())
            a = dict(zip(v.rows, Wx_Ry.chunk(len(v.rows), dim=1), strict=True))
            if self.Q is not None:
                Q_gates = functional.linear(gates, self.Q).chunk(len(v.gates), dim=1)
                a |= {name: a[name] + q for name, q in zip(v.gates, Q_gates, strict=True)}
            z = g(a["z"])
            i = gate("i", a, c)
            f = 1 - i if v.coupled else gate("f", a, c)
            c = z * i + c * f
            o = gate("o", a, c)
            y = h(c) * o
            if self.Q is None:
                return y, c
            activations = {"i": i, "f": f, "o": o}
            return y, c, torch.cat([activations[name] for name in v.gates], dim=1)

        outputs = []
        # The input projection needs no recurrence: one product for all frames, biases included. `unbind` rather
        # than an index each frame: the gradient of an index is as large as all frames together.
        for t, Wx in enumerate(functional.linear(x, self.W, self.b).unbind()):
            after = step(Wx, *state)
            if real is not None:
                after = tuple(torch.where(real[t], new, old) for new, old in zip(after, state, strict=True))
            state = after
            outputs.append(state[0])
        return torch.stack(outputs), state


class LSTM(nn.Module):
    """An LSTM layer of any of the study's architectures, forwards in time or both ways.

    Used like a one-layer `torch.nn.LSTM`. Weights start from N(0, 0.1²), as in the study.

    Args:
        input_size: M, width of the input.
        blocks: N, LSTM blocks per direction (torch's ``hidden_size``).
        variant: code of an architecture, such as ``"CIFG"``, or a `Variant` of your own.
        bidirectional: whether a second layer of N blocks reads each sequence from its end.
        batch_first: inputs and outputs are (B, T, …) instead of (T, B, …); states are not affected.
        device, dtype: of the weights.

    Attributes:
        forward_layer, backward_layer: the `Layer` of each direction; the latter None unless `bidirectional`.

    Raises:
        OdysseyError: a size is not a whole number of at least 1, there is no such variant, or weights cannot be of
            that type.
    """

    def __init__(
        self,
        input_size: int,
        blocks: int,
        variant: str | Variant = "V",
        bidirectional: bool = False,
        batch_first: bool = False,
        device=None,
        dtype=None,
    ):
        super().__init__()
        for name, value in (("input_size", input_size), ("blocks", blocks)):
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise OdysseyError(f"{name} must be a whole number of at least 1, not {value!r}")
        if dtype is not None and not (isinstance(dtype, torch.dtype) and dtype.is_floating_point):
            raise OdysseyError(f"dtype must be a floating-point type of torch such as torch.float32, not {dtype!r}")
        self.variant = variant if isinstance(variant, Variant) else variant_called(variant)
        self.input_size, self.blocks = input_size, blocks
        self.bidirectional, self.batch_first = bidirectional, batch_first
        self.forward_layer = Layer(self.variant, input_size, blocks, device, dtype)
        self.backward_layer = Layer(self.variant, input_size, blocks, device, dtype) if bidirectional else None

    def extra_repr(self) -> str:
        return (
            f"{self.input_size}, {self.blocks}, variant={self.variant.code!r}, bidirectional={self.bidirectional}, "
            f"batch_first={self.batch_first}"
        )

    def reset_parameters(self) -> None:
        """Draw every weight from N(0, 0.1²) (section IV.B)."""
        for layer in self._layers().values():
            layer.reset_parameters()

    def weights(self) -> dict[str, nn.Parameter]:
        """The parameters under the names of `Network.parameter_shapes`: ``"forward.W"``, …, ``"backward.W"``, …"""
        layers = self._layers().items()
        return {
            f"{direction}.{name}": weights for direction, layer in layers for name, weights in layer.named_parameters()
        }

    def forward(self, x: Tensor, state: State | None = None, lengths=None) -> tuple[Tensor, State]:
        """Outputs for a batch of sequences, or for one, and the state after the last frame.

        With D = 2 if bidirectional, else 1:

        Args:
            x: (T, B, M), with ``batch_first`` (B, T, M), or (T, M) for one sequence without a batch.
            state: (y, c), each (D, B, N), or (D, N) without a batch: the output and the cell state before the first
                frame, for the backward direction before the last frame. With gate recurrence (y, c, gates), where
                gates (D, B, G·N) are the activations of the gates in the order of ``variant.gates``. Zero by default.
            lengths: whole numbers (B,) from 1 to T for a batch of padded sequences: each ends after that many frames.
                What stands in the padding has no influence, NaN included.

        Returns:
            The outputs (T, B, D·N), shaped like `x`, zero in the padding; and the state, shaped like the argument,
            after each sequence's last frame, for the backward direction after its first.

        Raises:
            OdysseyError: a shape, the type of `x` or of the state, or a length does not fit.
        """
        self._check_input(x)
        if x.dim() == 2:
            if lengths is not None:
                raise OdysseyError("lengths need a batch: give x three dimensions, or no lengths")
            state = self._state_before(state, x, ())
            y, state = self._read(x.unsqueeze(1), tuple(s.unsqueeze(1) for s in state), None)
            return y.squeeze(1), tuple(s.squeeze(1) for s in state)
        if self.batch_first:
            x = x.transpose(0, 1)
        y, state = self._read(x, self._state_before(state, x, x.shape[1:2]), lengths)
        return (y.transpose(0, 1) if self.batch_first else y), state

    def _read(self, x: Tensor, before: State, lengths) -> tuple[Tensor, State]:
        """`forward` for x (T, B, M)."""
        real = None
        if lengths is not None:
            lengths = _checked_lengths(lengths, x)
            real = (torch.arange(len(x), device=x.device)[:, None] < lengths)[..., None]
            x = torch.where(real, x, 0)
        outputs, after = [], []
        for d, (direction, layer) in enumerate(self._layers().items()):
            backwards = direction == "backward"
            y, last = layer(_reversed(x, lengths) if backwards else x, tuple(s[d] for s in before), real)
            outputs.append(_reversed(y, lengths) if backwards else y)
            after.append(last)
        y = torch.cat(outputs, dim=-1)
        return y if real is None else torch.where(real, y, 0), tuple(map(torch.stack, zip(*after, strict=True)))

    def _layers(self) -> dict[str, Layer]:
        layers = {"forward": self.forward_layer, "backward": self.backward_layer}
        return {direction: layer for direction, layer in layers.items() if layer is not None}

    def _state_before(self, state: State | None, x: Tensor, batch: tuple[int, ...]) -> State:
        shapes = [(len(self._layers()), *batch, size) for size in self.forward_layer.state_sizes()]
        if state is None:
            return tuple(x.new_zeros(shape) for shape in shapes)
        state = tuple(state) if isinstance(state, Iterable) else (state,)
        given = [tuple(s.shape) if isinstance(s, Tensor) else type(s).__name__ for s in state]
        if given != shapes:
            raise OdysseyError(f"the state must be {len(shapes)} tensors of shapes {shapes}, not {given}")
        self._check_type("the state", *state)
        return state

    def _check_input(self, x: Tensor) -> None:
        if not isinstance(x, Tensor):
            raise OdysseyError(f"x must be a tensor, not {type(x).__name__}; convert it by torch.as_tensor")
        if x.dim() not in (2, 3):
            raise OdysseyError(f"x must have 3 dimensions, or 2 without a batch, not {x.dim()}")
        if x.shape[-1] != self.input_size:
            raise OdysseyError(f"x must have {self.input_size} inputs in its last dimension, not {x.shape[-1]}")
        if x.shape[1 if x.dim() == 3 and self.batch_first else 0] == 0:
            raise OdysseyError("x must have at least one frame")
        self._check_type("x", x)

    def _check_type(self, name: str, *values: Tensor) -> None:
        weights = self.forward_layer.W
        for value in values:
            if value.dtype != weights.dtype and not torch.is_autocast_enabled(value.device.type):
                raise OdysseyError(f"{name} is {value.dtype} but the weights are {weights.dtype}; convert one of them")


def _checked_lengths(lengths, x: Tensor) -> Tensor:
    """Lengths as a tensor on the device of x (T, B, M)."""
    frames, batch = x.shape[:2]
    problem = f"lengths must be {batch} whole numbers, one for each sequence of the batch"
    try:
        lengths = torch.as_tensor(lengths)
    # Text, None, lists of uneven length, numbers beyond 64 bits: torch has an exception for each.
    except (TypeError, ValueError, RuntimeError, OverflowError):
        raise OdysseyError(problem) from None
    if lengths.shape != (batch,) or lengths.dtype == torch.bool or lengths.is_floating_point() or lengths.is_complex():
        raise OdysseyError(problem)
    if ((lengths < 1) | (lengths > frames)).any():
        raise OdysseyError(f"lengths must lie between 1 and the {frames} frames of x, not {lengths.tolist()}")
    return lengths.to(x.device)


def _reversed(frames: Tensor, lengths: Tensor | None) -> Tensor:
    """Each sequence of frames (T, B, …) from its end to its start; the padding stays where it is."""
    if lengths is None:
        return frames.flip(0)
    t = torch.arange(len(frames), device=frames.device)[:, None]
    return frames[torch.where(t < lengths, lengths - 1 - t, t), torch.arange(len(lengths), device=frames.device)]
