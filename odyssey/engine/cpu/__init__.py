"""The compiled engine: Numba, one thread a trial, no GIL while an epoch runs."""

from collections.abc import Iterable

import scipy.linalg.cython_blas  # noqa: F401 - loads the BLAS that compiled code calls, so that it can be limited
from threadpoolctl import threadpool_limits

from odyssey.engine.base import train_in_threads
from odyssey.engine.cpu.compiled import code_cache
from odyssey.protocol import Trial
from odyssey.tasks.base import Task
from odyssey.training import Report

with code_cache():
    from odyssey.engine.cpu.data import Data
    from odyssey.engine.cpu.trainer import CPUTrainer


class CPUEngine:
    """`odyssey.engine.base.Engine` on the processor's cores.

    Args:
        jobs: trials trained at the same time.
        dtype: ``"float32"`` or ``"float64"``.
    """

    hardware = None

    def __init__(self, jobs: int = 1, dtype: str = "float32"):
        self.label = f"cpu-{dtype}"
        self.jobs, self._dtype = jobs, dtype

    def train(self, task: Task, trials: Iterable[Trial], report: Report) -> None:
        """Train all `trials`, see `Engine.train`."""
        data = Data(task, self._dtype)

        def trainer(task, trial):
            return CPUTrainer(task, trial, data, self._dtype)

        # One thread for the matrix products inside a trial: the cores are busy with trials, and the sums come in
        # the same order whatever the machine's load.
        with threadpool_limits(1, user_api="blas"):
            train_in_threads(trainer, task, trials, report, self.jobs)
