"""The engine for NVIDIA GPUs: each trial on a multiprocessor of its own, or on a cluster of them, many side by side.

A trial cannot be batched, since it is updated after every sequence; but trials are independent, and a hundred of them
fill a GPU. A kernel trains a whole epoch of a trial (kernels/epoch.cu); the rules of training stay with
`odyssey.training`, in one thread a trial.
"""

from collections.abc import Iterable

from odyssey.engine.base import train_in_threads
from odyssey.engine.cuda.data import Data
from odyssey.engine.cuda.device import Device
from odyssey.engine.cuda.dispatcher import Dispatcher
from odyssey.engine.cuda.trainer import CUDATrainer
from odyssey.protocol import Trial
from odyssey.tasks.base import Task
from odyssey.training import Report

# Trials for each multiprocessor: small ones share one, and while some wait for the host others compute.
TRIALS_EACH = 2


class CUDAEngine:
    """`odyssey.engine.base.Engine` on a GPU.

    Args:
        jobs: trials side by side, by default twice as many as the device has multiprocessors.
        dtype: ``"float32"`` or ``"float64"``.
        device: by default the GPU.

    Raises:
        OdysseyError: there is no GPU, or no CuPy.
    """

    def __init__(self, jobs: int | None = None, dtype: str = "float32", device: Device | None = None):
        self.label = f"cuda-{dtype}"
        if device is None:
            from odyssey.engine.cuda.gpu import GPU

            device = GPU()
        self.hardware = device.name
        self.jobs, self._dtype, self._device = jobs or TRIALS_EACH * device.multiprocessors, dtype, device

    def train(self, task: Task, trials: Iterable[Trial], report: Report) -> None:
        """See `odyssey.engine.base.Engine.train`."""
        data = Data(task, self._dtype, self._device)
        with Dispatcher(self._device) as dispatcher:

            def trainer(task, trial):
                return CUDATrainer(task, trial, data, self._device, dispatcher, self._dtype)

            train_in_threads(trainer, task, trials, report, self.jobs)
