"""One trial of the engine cuda: its memory on the device, and what it asks the dispatcher for."""

from ctypes import sizeof

import numpy as np

from odyssey.engine.cpu.layout import wiring
from odyssey.engine.cpu.noise import read_state, write_state
from odyssey.engine.cuda import jobs
from odyssey.engine.cuda.data import Data
from odyssey.engine.cuda.device import Device, Memory
from odyssey.engine.cuda.dispatcher import Dispatcher, Request
from odyssey.engine.cuda.layout import Layout
from odyssey.engine.cuda.plan import KEPT, SUMS, padded, plan
from odyssey.protocol import Trial
from odyssey.tasks.base import BERNOULLI, CATEGORICAL, CTC, Task, Totals

_LOSSES = {BERNOULLI: jobs.BERNOULLI, CATEGORICAL: jobs.CATEGORICAL, CTC: jobs.CTC}
# Of CTC (kernels/ctc.cuh): places before the first state, and bytes of a sum.
MARGIN, SUM = 2, 16
# Bytes of shared memory in front of a network's numbers: sums over the cluster, and the job.
HEADER = 8 * SUMS + -(-sizeof(jobs.Job) // 16) * 16
# Fields that a plan and a job have in common.
_DIVISION = (
    *("slices", "width", "near_R", "near_Q", "stride_R", "stride_Q"),
    *("forward_R", "forward_Q", "backward_R", "backward_Q"),
)


class CUDATrainer:
    """`odyssey.training.Trainer` on a GPU.

    Each epoch leaves new weights in memory of their own, so that keeping the old ones costs nothing. An epoch and the
    evaluation on the validation set are one piece of work, and the noise of the next epoch is drawn meanwhile.
    """

    def __init__(self, task: Task, trial: Trial, data: Data, device: Device, dispatcher: Dispatcher, dtype: str):
        self._task, self._data, self._device, self._dispatcher = task, data, device, dispatcher
        self._dtype = np.dtype(dtype)
        h = trial.hyperparameters
        network = task.network(trial.variant, h.blocks)
        states = 2 * data.labels + 1 if task.loss == CTC else 0
        turns = 4 * (states + MARGIN) * SUM if states else 0
        self._plan = plan(network, self._dtype.itemsize, device.limits, HEADER + turns)
        self._shared = HEADER + self._plan.shared + turns
        self._layout = Layout(network, self._plan)
        self._generator = trial.generator()
        initial = self._layout.flat(network.initial_parameters(self._generator), dtype)
        self._weights = device.upload(initial)
        self._velocity = device.upload(np.zeros_like(initial))
        device.prepare(dtype, self._plan.cluster)
        self._alike = (dtype, self._plan.cluster, self._plan.threads)
        self._scratch, self._alignments = self._buffers(network, states)
        self._losses, self._done = device.host((2,), "float64"), device.host((1,), "int32")
        self._job = self._shape(network)
        self._job.input_noise, self._job.learning_rate, self._job.momentum = h.input_noise, h.learning_rate, h.momentum
        sequences = len(data.begins["train"]) - 1
        self._orders = [device.host((sequences,), "int32") for _ in range(2)]
        frames = data.begins["train"][-1]
        self._draws = int(frames) * task.inputs if h.input_noise > 0 else 0
        self._noise = [device.empty(4 * self._draws) for _ in range(2)] if self._draws else [None] * 2
        self._state, self._drawn = device.host((6,), "uint64"), device.host((1,), "int32")
        self._epoch = 0
        self._valid: Totals | None = None
        self._next_noise = self._draw(0)

    def train_epoch(self) -> Totals:
        """One update per training sequence, in fresh random order and with fresh noise; then the validation."""
        now = self._epoch % 2
        if self._next_noise:
            self._next_noise.wait()
            write_state(self._generator, self._state)
        self._epoch += 1
        self._next_noise = self._draw(1 - now)
        job = self._copy()
        before, after = self._weights, self._device.empty(self._layout.size * self._dtype.itemsize)
        job.before, job.weights = before.address, after.address
        job.training, job.steps = self._data.splits["train"], len(self._orders[now])
        job.order = self._orders[now].ctypes.data
        job.noise = self._noise[now].address if self._draws else None
        trained, valid = self._work(job, "valid", (before, after))
        self._weights, self._valid = after, valid
        return Totals(trained, self._data.units["train"])

    def evaluate(self, split: str) -> Totals:
        """All sequences of the split."""
        if split == "valid" and self._valid:
            return self._valid
        job = self._copy()
        job.before = job.weights = self._weights.address
        return self._work(job, split, (self._weights,))[1]

    def weights(self) -> Memory:
        """The flat vector as it is now; nothing changes it."""
        return self._weights

    def restore(self, weights: Memory) -> None:
        """Take back what `weights` gave."""
        self._weights, self._valid = weights, None

    def parameters(self) -> dict[str, np.ndarray]:
        """The current weights under the names and in the shapes of `Network.parameter_shapes`."""
        flat = np.empty(self._layout.size, self._dtype)
        self._device.download(self._weights, flat)
        return self._layout.parameters(flat)

    def _draw(self, place: int) -> Request | None:
        """Draw the order of an epoch, and have its noise drawn."""
        sequences = len(self._orders[place])
        self._orders[place][:] = self._generator.permutation(sequences)
        if not self._draws:
            return None
        # Noise comes in the order of the sequences, but kernels want it in one piece: its amount is that of an epoch.
        self._state[:] = read_state(self._generator)
        noise = self._noise[place]
        job = jobs.NoiseJob(self._state.ctypes.data, noise.address, self._draws, self._drawn.ctypes.data)
        return self._dispatcher.ask(Request(job, self._drawn, held=(noise, self._state)))

    def _work(self, job: jobs.Job, split: str, held: tuple) -> tuple[float, Totals]:
        """Have `job` done with an evaluation of `split`: the loss of training, and what the evaluation found."""
        examples, begins = self._task.splits[split], self._data.begins[split]
        job.evaluated = self._data.splits[split]
        path = None
        if self._task.loss != BERNOULLI:
            path = self._device.host((int(begins[-1]),), "int32")
            job.path = path.ctypes.data
        held = (*held, self._velocity, self._scratch, self._alignments, self._losses, self._noise, self._orders, path)
        self._dispatcher.ask(Request(job, self._done, self._alike, self._shared, held)).wait()
        trained, loss = map(float, self._losses)
        errors = 0
        if path is not None:
            parts = np.split(path, begins[1:-1])
            errors = sum(map(self._task.errors, parts, (example.targets for example in examples)))
        return trained, Totals(loss, self._data.units[split], errors)

    def _copy(self) -> jobs.Job:
        return jobs.Job.from_buffer_copy(self._job)

    def _buffers(self, network, states) -> tuple[Memory, Memory]:
        """Scratch memory and that of CTC, as kernels/slice.cuh and kernels/ctc.cuh divide them."""
        p, frames, layers = self._plan, self._data.longest, len(network.layers)
        rows, stride = len(network.variant.rows), p.slices * p.width
        own = (rows + KEPT + 1) * p.width
        layer = stride + ((rows - 1) * stride if network.variant.gate_recurrence else 0)
        numbers = p.cluster * own + layers * layer + padded(network.inputs) + padded(network.outputs)
        # Zeros, since padding that nobody writes is read.
        scratch = self._device.upload(np.zeros(frames * numbers, self._dtype))
        return scratch, self._device.empty(2 * frames * states * SUM)

    def _shape(self, network) -> jobs.Job:
        """A job with all that stays the same from epoch to epoch."""
        variant, p = network.variant, self._plan
        output_w, output_b = self._layout.output()
        job = jobs.Job(
            velocity=self._velocity.address,
            size=self._layout.size,
            output_W=output_w,
            output_b=output_b,
            inputs=network.inputs,
            padded_inputs=padded(network.inputs),
            outputs=network.outputs,
            padded_outputs=padded(network.outputs),
            directions=len(network.layers),
            blocks=network.blocks,
            **wiring(variant)._asdict(),
            peepholes=variant.peepholes and bool(variant.gates),
            loss=_LOSSES[self._task.loss],
            **{name: getattr(p, name) for name in _DIVISION},
            alignments_at=p.shared // self._dtype.itemsize,
            scratch=self._scratch.address,
            alignments=self._alignments.address,
            frames=self._data.longest,
            losses=self._losses.ctypes.data,
            done=self._done.ctypes.data,
        )
        for number, places in enumerate(self._layout.layers()):
            job.layers[number] = places
        return job
