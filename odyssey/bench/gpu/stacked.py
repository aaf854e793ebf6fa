"""The rival ``stacked torch``: many trials of one size as one batched program in PyTorch.

The vanilla block, its weights stacked over the trials, written for speed: one product for the inputs of all frames, one
a frame for all four rows of the recurrence, one for all outputs; both directions of a bidirectional network side by
side. Autograd goes back only as far as what is added up in each block; the gradients of the weights follow from there
with one product each over all frames, instead of one a frame. On a GPU a whole update is one CUDA graph.
"""

from collections.abc import Sequence
from math import prod

import torch
from torch import Tensor

from odyssey.bench.gpu.graph import replayed
from odyssey.engine.torch import LOSSES
from odyssey.errors import OdysseyError
from odyssey.protocol import Trial
from odyssey.tasks.base import CTC, Task

VARIANT = "V"


class StackedTrainer:
    """B trials of the variant V side by side; updates are those of the engines, without noise.

    As in `odyssey.bench.library`, the weights are those of the look-ahead point, to which the optimiser's Nesterov step
    then is the study's rule. With D directions, S sequences of T frames, M inputs, N blocks and O outputs:

    Args:
        task: its S training sequences, of one length, are trained on, by the first trial in their order, by each
            further one from the next sequence on.
        trials: all of one size, learning rate and momentum (above 0), as suits the program best; a trial may
            come several times.
        dtype: of weights and data.
        device: where.

    Raises:
        OdysseyError: the task's loss is ``ctc``.
    """

    def __init__(self, task: Task, trials: Sequence[Trial], dtype: torch.dtype, device: torch.device):
        if task.loss == CTC:
            raise OdysseyError(f"task {task.name}: stacked trials have no CTC; choose another task")
        h = trials[0].hyperparameters
        self._loss, self._blocks, self._stack = LOSSES[task.loss], h.blocks, len(trials)
        self._network = task.network(VARIANT, h.blocks)
        layers, blocks = len(self._network.layers), h.blocks
        both = layers * self._stack
        self._shapes = {
            "W": (both, task.inputs, 4 * blocks),
            "R": (both, blocks, 4 * blocks),
            "b": (both, 1, 4 * blocks),
            "p": (both, 3, blocks),
            "output.W": (self._stack, layers * blocks, task.outputs),
            "output.b": (self._stack, 1, task.outputs),
        }
        # One vector of all weights: the optimiser's step is one kernel.
        self._theta = torch.zeros(sum(map(prod, self._shapes.values())), dtype=dtype, device=device)
        self._theta.grad = torch.zeros_like(self._theta)
        self._weights, self._gradients = self._views(self._theta), self._views(self._theta.grad)
        self._fill(trials)
        rate = h.learning_rate * (1 - h.momentum)
        self._optimiser = torch.optim.SGD([self._theta], rate, h.momentum, nesterov=True, fused=True)
        self._batches = self._stacked(task)
        self._inputs, self._targets = (torch.zeros_like(values) for values in self._batches[0])
        self._total = torch.zeros((), dtype=dtype, device=device)
        self._step = self._recorded() if device.type == "cuda" else self._update

    def train_epoch(self) -> float:
        """One update of each trial per sequence; the loss of each as its update saw it, summed over all trials."""
        self._total.zero_()
        for inputs, targets in self._batches:
            self._inputs.copy_(inputs)
            self._targets.copy_(targets)
            self._step()
        return self._total.item()

    def parameters(self, number: int) -> dict[str, Tensor]:
        """Views of a trial's weights at the look-ahead point, as in `Network.parameter_shapes`."""
        found = {}
        for layer, direction in enumerate(self._network.layers):
            W, R, b, p = (self._weights[name][layer * self._stack + number] for name in "WRbp")
            found |= {f"{direction}.W": W.T, f"{direction}.R": R.T, f"{direction}.b": b[0], f"{direction}.p": p}
        W, b = (self._weights[name][number] for name in ("output.W", "output.b"))
        return found | {"output.W": W.T, "output.b": b[0]}

    def _update(self) -> None:
        """One step of each trial on the sequences in the buffers, with nothing that waits for the GPU."""
        weights, two = self._weights, len(self._network.layers) == 2
        inputs = torch.cat([self._inputs, self._inputs.flip(1)]) if two else self._inputs
        sums = torch.baddbmm(weights["b"], inputs, weights["W"]).requires_grad_()
        outputs, cells = self._recurrence(sums)
        hidden = torch.cat([outputs[: self._stack], outputs[self._stack :].flip(1)], 2) if two else outputs
        logits = torch.baddbmm(weights["output.b"], hidden, weights["output.W"])
        loss = self._loss(logits.flatten(0, 1), self._targets.flatten(0, 1))
        # Each frame's sum has the gradient of its part that comes from the inputs.
        d_sums, d_logits = torch.autograd.grad(loss, (sums, logits))
        with torch.no_grad():
            self._total += loss
            self._gather(inputs, d_sums, outputs, cells, hidden, d_logits)
        self._optimiser.step()

    def _recurrence(self, sums: Tensor) -> tuple[Tensor, Tensor]:
        """Outputs and cell states (D·B, T, N) for what the inputs add to each block (D·B, T, 4·N): z, i, f, o."""
        N, R = self._blocks, self._weights["R"]
        p_if, p_o = self._weights["p"].split([2, 1], 1)
        y = c = sums.new_zeros(len(sums), 1, N)
        outputs, cells = [], []
        for from_inputs in sums.split(1, 1):
            z, i_f, o = torch.baddbmm(from_inputs, y, R).split([N, 2 * N, N], 2)
            i, f = torch.sigmoid(torch.addcmul(i_f.view(-1, 2, N), p_if, c)).split(1, 1)
            c = torch.addcmul(f * c, torch.tanh(z), i)
            y = torch.tanh(c) * torch.sigmoid(torch.addcmul(o, p_o, c))
            outputs.append(y)
            cells.append(c)
        return torch.cat(outputs, 1), torch.cat(cells, 1)

    def _gather(self, inputs, d_sums, outputs, cells, hidden, d_logits) -> None:
        """The gradients of the weights, into their buffers: products and sums over all frames."""
        gradients = self._gradients
        torch.bmm(inputs.mT, d_sums, out=gradients["W"])
        torch.bmm(_before(outputs).mT, d_sums, out=gradients["R"])
        torch.sum(d_sums, 1, keepdim=True, out=gradients["b"])
        # The gates i and f see the cell state of the frame before, o that of its own.
        seen = torch.stack([_before(cells), _before(cells), cells], 2)
        d_gates = d_sums[..., self._blocks :].unflatten(2, (3, self._blocks))
        torch.sum(d_gates * seen, 1, out=gradients["p"])
        torch.bmm(hidden.mT, d_logits, out=gradients["output.W"])
        torch.sum(d_logits, 1, keepdim=True, out=gradients["output.b"])

    def _recorded(self):
        """`_update` as a CUDA graph; the updates that warm it up are undone."""
        before = self._theta.clone()
        step = replayed(self._update)
        self._theta.copy_(before)
        self._optimiser.state[self._theta]["momentum_buffer"].zero_()
        return step

    def _views(self, flat: Tensor) -> dict[str, Tensor]:
        pieces = flat.split([prod(shape) for shape in self._shapes.values()])
        return {name: piece.view(shape) for (name, shape), piece in zip(self._shapes.items(), pieces, strict=True)}

    def _fill(self, trials: Sequence[Trial]) -> None:
        """Each trial's own initial weights."""
        drawn = {trial: self._network.initial_parameters(trial.generator()) for trial in set(trials)}
        initial = {
            trial: {name: torch.from_numpy(values).to(self._theta) for name, values in parameters.items()}
            for trial, parameters in drawn.items()
        }
        for number, trial in enumerate(trials):
            for name, view in self.parameters(number).items():
                view.copy_(initial[trial][name])

    def _stacked(self, task: Task) -> list[tuple[Tensor, Tensor]]:
        """For each update of an epoch inputs (B, T, M), and targets (B, T, O), or classes (B, T)."""
        examples = task.splits["train"]
        inputs = torch.stack([torch.from_numpy(example.inputs) for example in examples]).to(self._theta)
        targets = torch.stack([torch.from_numpy(example.targets) for example in examples])
        targets = targets.to(self._theta) if targets.is_floating_point() else targets.long().to(self._theta.device)
        places = torch.arange(self._stack, device=self._theta.device)
        order = [(places + first) % len(examples) for first in range(len(examples))]
        return [(inputs[chosen], targets[chosen]) for chosen in order]


def _before(frames: Tensor) -> Tensor:
    """What stood in (D·B, T, N) one frame earlier, zeros before the first."""
    return torch.cat([torch.zeros_like(frames[:, :1]), frames[:, :-1]], 1)
