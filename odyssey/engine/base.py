"""The contract of the engines: many trials in, each result out as soon as it is there."""

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import Protocol

from odyssey.errors import OdysseyError
from odyssey.protocol import Trial
from odyssey.tasks.base import Task
from odyssey.training import Report, Stopped, Trainer, run

PRECISIONS = ("float32", "float64")


class Engine(Protocol):
    """Trains trials.

    Attributes:
        label: engine and precision, as recorded with each result, such as ``"cpu-float32"``.
        jobs: trials at a time.
        hardware: what computes, and what compiled its code, where that is not the processor; else None.
    """

    label: str
    jobs: int
    hardware: str | None

    def train(self, task: Task, trials: Iterable[Trial], report: Report) -> None:
        """Train all `trials`; each result goes to ``report.finished`` in the order of completion.

        `trials` is consumed lazily, one for each free place, from the calling thread. Returns early,
        dropping unfinished trials, once ``report.stopping()`` is true.
        """


def check_precision(dtype: str) -> None:
    """Refuse what no engine computes in.

    Raises:
        OdysseyError: `dtype` is neither ``"float32"`` nor ``"float64"``.
    """
    if dtype not in PRECISIONS:
        raise OdysseyError(f"unknown precision {dtype!r}; choose {' or '.join(PRECISIONS)}")


def train_in_threads(
    make_trainer: Callable[[Task, Trial], Trainer], task: Task, trials: Iterable[Trial], report: Report, jobs: int
) -> None:
    """`Engine.train` with one thread a trial, at most `jobs` at a time.

    ``report.finished`` is called from the calling thread. An exception in a trial or from `trials` lets the running
    epochs end, hands on the results that are there by then, drops unfinished trials and is raised again: of several
    the first one. One from ``report.finished`` itself, or Ctrl-C in the calling thread, hands on nothing more.
    """
    halted = False
    failure = None

    class Linked(Report):
        def epoch(self, trial, curves):
            report.epoch(trial, curves)

        def stopping(self):
            return halted or report.stopping()

    def one(trial):
        return run(trial, task, make_trainer(task, trial), Linked())

    running = {}
    queue = iter(trials)
    exhausted = False
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        try:
            while True:
                try:
                    while not (halted or exhausted) and len(running) < jobs and not report.stopping():
                        trial = next(queue, None)
                        if trial is None:
                            exhausted = True
                        else:
                            running[pool.submit(one, trial)] = trial
                except Exception as problem:
                    failure, halted = failure or problem, True
                if not running:
                    break
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    trial = running.pop(future)
                    problem = future.exception()
                    if problem is None:
                        report.finished(trial, future.result())
                    elif not isinstance(problem, Stopped):
                        failure, halted = failure or problem, True
        finally:
            halted = True
    if failure:
        raise failure
