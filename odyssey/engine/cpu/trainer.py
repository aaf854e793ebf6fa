"""One trial of the compiled engine: buffers, weights, and the calls into compiled code."""

import numpy as np

from odyssey.engine.cpu.apart import compile_apart, ready
from odyssey.engine.cpu.data import Data
from odyssey.engine.cpu.epoch import room, train_epoch
from odyssey.engine.cpu.evaluation import Desk, evaluate
from odyssey.engine.cpu.layer import workspace
from odyssey.engine.cpu.layout import Layout, wiring
from odyssey.engine.cpu.memory import zeros
from odyssey.engine.cpu.noise import read_state, write_state
from odyssey.engine.cpu.output import loss_workspace
from odyssey.protocol import Trial
from odyssey.tasks.base import BERNOULLI, Task, Totals


class CPUTrainer:
    """`odyssey.training.Trainer` in compiled code."""

    def __init__(self, task: Task, trial: Trial, data: Data, dtype: str, apart: bool = True):
        self._compile = (lambda done: compile_apart(task, trial.variant, dtype, done)) if apart else None
        network = task.network(trial.variant, trial.hyperparameters.blocks)
        self._task, self._trial, self._data = task, trial, data
        self._generator = trial.generator()
        self._layers = network.layers
        self._layout = Layout(network)
        self._flat = zeros(self._layout.size, dtype)
        self._layout.fill(self._flat, network.initial_parameters(self._generator))
        self._velocity = zeros(self._layout.size, dtype)
        self._gradient = zeros(self._layout.size, dtype)
        self._wiring = wiring(network.variant)
        rows, stride, width = len(network.variant.rows), self._layout.stride, len(self._layers)
        self._training = (
            tuple(workspace(data.longest, rows, stride, dtype) for _ in self._layers),
            room(data.longest, width, task.inputs, stride, task.outputs, dtype),
            loss_workspace(task.loss, data.longest, data.labels, task.outputs, dtype),
        )
        self._evaluation = (
            workspace(data.widest, rows, stride, dtype),
            Desk(
                hidden=zeros((data.batch_frames, width * stride), dtype),
                logits=zeros((data.batch_frames, task.outputs), dtype),
                path=zeros(0 if task.loss == BERNOULLI else data.batch_frames, "int32"),
                recurrent=zeros((data.widest, rows * stride), dtype),
                gates=zeros((data.widest, (rows - 1) * stride), dtype),
                sequence=zeros((data.longest_evaluated, task.outputs), dtype),
            ),
            loss_workspace(task.loss, data.longest_evaluated, data.labels_evaluated, task.outputs, dtype),
        )

    def train_epoch(self) -> Totals:
        """One update per training sequence."""
        h = self._trial.hyperparameters
        layout, flat, gradient = self._layout, self._flat, self._gradient
        order = self._generator.permutation(len(self._data.train.begins) - 1)
        random = read_state(self._generator)
        loss = self._call(
            train_epoch,
            self._data.train,
            order,
            flat,
            self._velocity,
            gradient,
            self._views(flat),
            self._views(gradient),
            layout.output(flat),
            layout.output(gradient),
            self._wiring,
            h.blocks,
            *self._training,
            h.learning_rate * (1 - h.momentum),
            h.momentum,
            h.input_noise,
            random,
        )
        write_state(self._generator, random)
        return Totals(loss, len(self._data.train.targets))

    def evaluate(self, split: str) -> Totals:
        """All sequences of the split, batch by batch."""
        loss, units, errors = 0.0, 0, 0
        layers, output = self._views(self._flat), self._layout.output(self._flat)
        desk = self._evaluation[1]
        for batch, examples, rows in self._data.evaluated[split]:
            blocks = self._trial.hyperparameters.blocks
            loss += self._call(evaluate, batch, layers, output, self._wiring, blocks, *self._evaluation)
            units += len(batch.targets)
            if self._task.loss != BERNOULLI:
                paths = (desk.path[frames] for frames in rows)
                errors += sum(map(self._task.errors, paths, (example.targets for example in examples)))
        return Totals(loss, units, errors)

    def parameters(self) -> dict[str, np.ndarray]:
        """The current weights under the names and in the shapes of `Network.parameter_shapes`."""
        return self._layout.read(self._flat)

    def weights(self) -> np.ndarray:
        """A copy of the flat vector."""
        return self._flat.copy()

    def restore(self, weights: np.ndarray) -> None:
        """Take back what `weights` gave."""
        self._flat[:] = weights

    def _call(self, function, *arguments):
        """A compiled function, which another process has compiled by then (`odyssey.engine.cpu.apart`)."""
        if self._compile and not ready(function, arguments):
            self._compile(lambda: ready(function, arguments))
        return function(*arguments)

    def _views(self, flat):
        """The weights of the hidden layers inside `flat`."""
        return tuple(self._layout.layer(flat, name) for name in self._layers)
