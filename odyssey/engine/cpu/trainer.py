"""One trial of the compiled engine: buffers, weights, and the calls into compiled code."""

import numpy as np

from odyssey.engine.cpu.epoch import Batch, Sequences, evaluate, train_epoch
from odyssey.engine.cpu.layer import workspace
from odyssey.engine.cpu.layout import Layout, wiring
from odyssey.engine.cpu.output import output_workspace
from odyssey.protocol import Trial
from odyssey.tasks.base import Example, Task, Totals


class Data:
    """A task's splits as the compiled code reads them, in the engine's precision; shared by all trials."""

    def __init__(self, task: Task, dtype: str):
        self.train = _end_to_end(task.splits["train"], dtype)
        self.batches = {split: _side_by_side(task.splits[split], dtype) for split in ("valid", "test")}
        self.longest = max(len(example.inputs) for example in task.splits["train"])
        self.widest = max(len(task.splits[split]) for split in ("valid", "test"))


def _end_to_end(examples: tuple[Example, ...], dtype: str) -> Sequences:
    begins = np.cumsum([0] + [len(example.inputs) for example in examples])
    return Sequences(
        np.concatenate([example.inputs for example in examples]).astype(dtype),
        np.concatenate([example.targets for example in examples]).astype(dtype),
        begins,
    )


def _side_by_side(examples: tuple[Example, ...], dtype: str) -> Batch:
    longest_first = sorted(examples, key=lambda example: -len(example.inputs))
    inputs, targets, begins = [], [], [0]
    for t in range(len(longest_first[0].inputs)):
        alive = [example for example in longest_first if len(example.inputs) > t]
        inputs += [example.inputs[t] for example in alive]
        targets += [example.targets[t] for example in alive]
        begins.append(begins[-1] + len(alive))
    return Batch(np.array(inputs, dtype), np.array(targets, dtype), np.array(begins))


class CPUTrainer:
    """`odyssey.training.Trainer` in compiled code."""

    def __init__(self, task: Task, trial: Trial, data: Data, dtype: str):
        network = task.network(trial.variant, trial.hyperparameters.blocks)
        self._trial, self._data = trial, data
        self._generator = trial.generator()
        self._layout = Layout(network)
        self._flat = np.zeros(self._layout.size, dtype)
        self._layout.fill(self._flat, network.initial_parameters(self._generator))
        self._velocity = np.zeros_like(self._flat)
        self._gradient = np.zeros_like(self._flat)
        self._wiring = wiring(network.variant)
        rows, stride = len(network.variant.rows), self._layout.stride
        self._train_buffers = (
            workspace(data.longest, rows, stride, dtype),
            output_workspace(data.longest, network.outputs, dtype),
        )
        self._test_buffers = (
            workspace(data.widest, rows, stride, dtype),
            output_workspace(data.widest, network.outputs, dtype),
        )

    def train_epoch(self) -> Totals:
        """One update per training sequence."""
        h = self._trial.hyperparameters
        layout, flat, gradient = self._layout, self._flat, self._gradient
        loss = train_epoch(
            self._data.train,
            flat,
            self._velocity,
            gradient,
            layout.layer(flat, "forward"),
            layout.layer(gradient, "forward"),
            layout.output(flat),
            layout.output(gradient),
            self._wiring,
            h.blocks,
            *self._train_buffers,
            h.learning_rate * (1 - h.momentum),
            h.momentum,
            h.input_noise,
            self._generator,
        )
        return Totals(loss, len(self._data.train.inputs))

    def evaluate(self, split: str) -> Totals:
        """All sequences of the split side by side."""
        batch = self._data.batches[split]
        loss = evaluate(
            batch,
            self._layout.layer(self._flat, "forward"),
            self._layout.output(self._flat),
            self._wiring,
            self._trial.hyperparameters.blocks,
            *self._test_buffers,
        )
        return Totals(loss, len(batch.inputs))

    def parameters(self) -> dict[str, np.ndarray]:
        """The current weights under the names and in the shapes of `Network.parameter_shapes`."""
        return self._layout.read(self._flat)

    def weights(self) -> np.ndarray:
        """A copy of the flat vector."""
        return self._flat.copy()

    def restore(self, weights: np.ndarray) -> None:
        """Take back what `weights` gave."""
        self._flat[:] = weights
