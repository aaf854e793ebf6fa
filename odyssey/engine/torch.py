"""The readable engine: plain torch on any device, one trial a thread.

It is the reference for the compiled engine: the same protocol, written as in the paper.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, ctc_loss, log_softmax
from torch.nn.utils.rnn import pad_sequence

from odyssey.engine.base import train_in_threads
from odyssey.errors import OdysseyError
from odyssey.lstm import LSTM
from odyssey.network import Network
from odyssey.protocol import Trial
from odyssey.tasks.base import BERNOULLI, CATEGORICAL, CTC, Example, Task, Totals
from odyssey.training import Report
from odyssey.transcription import BLANK, alignable

EVALUATION_BATCH = 64


class Model(nn.Module):
    """The network of a trial: the LSTM and the output layer on top of it."""

    def __init__(self, network: Network, device=None, dtype=None):
        super().__init__()
        self.lstm = LSTM(
            network.inputs, network.blocks, network.variant, network.bidirectional, device=device, dtype=dtype
        )
        hidden = len(network.layers) * network.blocks
        self.output = nn.Linear(hidden, network.outputs, device=device, dtype=dtype)

    def weights(self) -> dict[str, nn.Parameter]:
        """The parameters under the names of `Network.parameter_shapes`."""
        return self.lstm.weights() | {"output.W": self.output.weight, "output.b": self.output.bias}

    def forward(self, inputs: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Logits (T, B, outputs) for inputs (T, B, M), or without the batch for one sequence."""
        y, _ = self.lstm(inputs, lengths=lengths)
        return self.output(y)


def connectionist_temporal_classification(logits: Tensor, labels: Tensor) -> Tensor:
    """−log p(labels) of one sequence, logits (T, outputs) and labels (U,); 0 where no alignment exists."""
    if not alignable(len(logits), labels.cpu().numpy()):
        return (0 * logits).sum()
    # The device's own kernel takes labels from where the logits are.
    lengths = torch.tensor([len(logits)]), torch.tensor([len(labels)])
    return ctc_loss(log_softmax(logits, dim=1)[:, None], labels[None], *lengths, blank=BLANK, reduction="sum")


# The loss of one sequence, summed over its frames: logits (T, outputs) and targets as in `Example`.
LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    BERNOULLI: partial(binary_cross_entropy_with_logits, reduction="sum"),
    CATEGORICAL: partial(cross_entropy, reduction="sum"),
    CTC: connectionist_temporal_classification,
}


class TorchTrainer:
    """One trial: its network, its random generator and the steps of training (a `training.Trainer`).

    Args:
        task: what it is trained on.
        trial: what to train.
        dtype: torch's floating-point type of weights and data.
        device: torch's device.
    """

    def __init__(self, task: Task, trial: Trial, dtype: torch.dtype, device: torch.device):
        self.task = task
        self.loss = LOSSES[task.loss]
        self.dtype, self.device = dtype, device
        self.hyperparameters = trial.hyperparameters
        network = task.network(trial.variant, trial.hyperparameters.blocks)
        self.generator = trial.generator()
        self.model = Model(network, device, dtype)
        initial = network.initial_parameters(self.generator)
        self.restore({name: torch.from_numpy(values) for name, values in initial.items()})
        self.velocity = {name: torch.zeros_like(weights) for name, weights in self.model.weights().items()}
        self.training = [self._tensors(example) for example in task.splits["train"]]
        self.batches = {split: list(self._batches(task.splits[split])) for split in ("train", "valid", "test")}

    def train_epoch(self) -> Totals:
        """One update per training sequence, in fresh random order and with fresh noise (section IV.B).

        Returns:
            The loss of each sequence as its update saw it: with noise, at the look-ahead point.
        """
        sigma = self.hyperparameters.input_noise
        loss = 0.0
        for index in self.generator.permutation(len(self.training)):
            inputs, targets = self.training[index]
            if sigma > 0:
                noise = self.generator.standard_normal(size=tuple(inputs.shape), dtype=np.float32)
                inputs = inputs + sigma * self._tensor(noise)
            loss += self.update(inputs, targets)
        return Totals(loss, sum(len(targets) for _, targets in self.training))

    def update(self, inputs: Tensor, targets: Tensor) -> float:
        """One step of Nesterov momentum as in the authors' code; returns the loss at the look-ahead point.

        v ← m v; θ ← θ + v; g = ∇L(θ); v ← v − η(1−m) g; θ ← θ − η(1−m) g, where L is the summed loss of one
        sequence: inputs (T, M), targets as in `Example`.
        """
        m = self.hyperparameters.momentum
        rate = self.hyperparameters.learning_rate * (1 - m)
        weights = self.model.weights()
        with torch.no_grad():
            for name, theta in weights.items():
                theta += self.velocity[name].mul_(m)
        loss = self.loss(self.model(inputs), targets)
        gradients = torch.autograd.grad(loss, list(weights.values()))
        with torch.no_grad():
            for (name, theta), g in zip(weights.items(), gradients, strict=True):
                self.velocity[name] -= rate * g
                theta -= rate * g
        return loss.item()

    @torch.no_grad()
    def evaluate(self, split: str) -> Totals:
        """Loss and errors of ``"train"``, ``"valid"`` or ``"test"`` without noise, with the current weights."""
        loss, units, errors = 0.0, 0, 0
        for inputs, lengths, targets in self.batches[split]:
            logits = self.model(inputs, lengths)
            for k, (length, target) in enumerate(zip(lengths, targets, strict=True)):
                own = logits[:length, k]
                loss += self.loss(own, target).item()
                units += len(target)
                if self.task.loss != BERNOULLI:
                    errors += self.task.errors(own.argmax(dim=1).cpu().numpy(), target.cpu().numpy())
        return Totals(loss, units, errors)

    def weights(self) -> dict[str, Tensor]:
        """A copy of the current weights under the names of `Network.parameter_shapes`."""
        return {name: weights.detach().clone() for name, weights in self.model.weights().items()}

    @torch.no_grad()
    def restore(self, weights: dict[str, Tensor]) -> None:
        """Take back what `weights` gave; values of another type or device are converted."""
        for name, theta in self.model.weights().items():
            theta.copy_(weights[name])

    def _tensor(self, values: np.ndarray) -> Tensor:
        return torch.tensor(values, device=self.device, dtype=self.dtype)

    def _tensors(self, example: Example) -> tuple[Tensor, Tensor]:
        """Inputs, and targets: numbers in the trial's precision, classes and labels as torch wants indices."""
        if example.targets.dtype.kind == "f":
            return self._tensor(example.inputs), self._tensor(example.targets)
        return self._tensor(example.inputs), torch.tensor(example.targets, device=self.device, dtype=torch.int64)

    def _batches(self, examples: tuple[Example, ...]) -> Iterator[tuple[Tensor, Tensor, tuple[Tensor, ...]]]:
        """Padded batches of inputs (T, B, M), lengths (B,) and B targets, in order of length."""
        in_order = sorted(examples, key=lambda example: len(example.inputs))
        for start in range(0, len(in_order), EVALUATION_BATCH):
            inputs, targets = zip(*map(self._tensors, in_order[start : start + EVALUATION_BATCH]), strict=True)
            yield pad_sequence(inputs), torch.tensor([len(x) for x in inputs]), targets


class TorchEngine:
    """Trains trials with torch (an `engine.base.Engine`).

    On the CPU each trial computes on one thread, so that its result depends neither on `jobs` nor on the
    number of cores: a sum split among threads is rounded differently.

    Args:
        jobs: trials trained at the same time, one thread each.
        dtype: ``"float32"`` or ``"float64"``.
        device: as torch spells it, such as ``"cpu"`` or ``"cuda"``.

    Raises:
        OdysseyError: torch has no such device here.
    """

    def __init__(self, jobs: int = 1, dtype: str = "float32", device: str = "cpu"):
        self.jobs = jobs
        self.dtype = {"float32": torch.float32, "float64": torch.float64}[dtype]
        self.device = _available(device)
        self.hardware = None if self.device.type == "cpu" else f"{_name(self.device)} / PyTorch {torch.__version__}"
        self.label = f"torch-{dtype}" + ("" if self.device.type == "cpu" else f"-{self.device.type}")

    def train(self, task: Task, trials: Iterable[Trial], report: Report) -> None:
        """See `engine.base.Engine.train`."""
        with _one_thread_an_operation():
            train_in_threads(self._trainer, task, trials, report, self.jobs)

    def _trainer(self, task: Task, trial: Trial) -> TorchTrainer:
        return TorchTrainer(task, trial, self.dtype, self.device)


@contextmanager
def _one_thread_an_operation() -> Iterator[None]:
    # torch keeps this number for the whole process and hands it to each new thread: it is set around all
    # trials, since trials that set and restored it themselves would disturb one another.
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _name(device: torch.device) -> str:
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


def _available(device: str) -> torch.device:
    try:
        torch.zeros(1, device=device).item()
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise OdysseyError(f"torch cannot use the device {device!r} ({reason}); choose another, or cpu") from None
    return torch.device(device)
