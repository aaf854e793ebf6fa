"""How many trial-steps a second an engine trains, seen from where a running search listens."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import inf
from statistics import fmean
from threading import Lock
from time import perf_counter

from odyssey.engine.base import Engine
from odyssey.errors import OdysseyError
from odyssey.protocol import PATIENCE, Trial
from odyssey.tasks.base import Task
from odyssey.training import Report

BUDGET = 1.5
# No trial stops early before it has done so many.
MOST_EPOCHS = PATIENCE + 1
# The first compiles and fills caches; of two or more that follow, the mean counts.
FEWEST_EPOCHS = 3
# Seconds from the first epoch of all, after which the engine is told to stop in any case.
LIMIT = 30.0


def engine_rate(
    engine: Engine, task: Task, trials: Iterable[Trial], first: Sequence[Trial], budget: float = BUDGET
) -> float:
    """Trial-steps a second of `engine` with all its places taken.

    It trains until each of the first trials has done `FEWEST_EPOCHS` epochs and `budget` seconds are over, or each
    has done `MOST_EPOCHS`. What counts of a trial are the whole epochs that ended after all had done their first. With
    so many places, each of the first trials taking s seconds for an epoch of so many frames, the rate is places ·
    frames / mean s: that of a search whose trials all take as many epochs, and whose places are never empty. Where
    small networks go ahead of large ones, it is less than the epochs that were counted would say, since a search
    spends most of its time on the large ones.

    Args:
        engine: its places are as many as there are first trials.
        task: its training sequences are trained on; of the others one is left, so that evaluation hardly counts.
        trials: first those of `first`, and where some may diverge, others that take their places.
        first: those that begin together and are timed.
        budget: seconds.

    Raises:
        OdysseyError: hardly anything happened in `LIMIT` seconds.
    """
    pace = Pace(first, budget)
    engine.train(hardly_evaluated(task), trials, pace)
    frames = sum(len(example.inputs) for example in task.splits["train"])
    return len(first) * frames / pace.epoch_seconds()


class Pace(Report):
    """Notes when the epochs of the first trials end, and has the engine stop when that is enough."""

    def __init__(self, first: Sequence[Trial], budget: float):
        self._budget = budget
        self._ends = {trial: [] for trial in first}
        self._at_work = set(first)
        # Epochs that all trials at work have done, how many of these trials have not done the next, and when the
        # first of these epochs was over.
        self._done, self._behind, self._began = 0, len(first), inf
        self._enough, self._deadline = False, inf
        self._lock = Lock()

    def epoch(self, trial, curves):
        now = perf_counter()
        with self._lock:
            if self._deadline == inf:
                self._deadline = now + LIMIT
            if trial in self._ends:
                self._ends[trial].append(now)
                if len(self._ends[trial]) == self._done + 1:
                    self._behind -= 1
                    self._go_on(now)

    def finished(self, trial, result):
        now = perf_counter()
        with self._lock:
            if trial in self._at_work:
                self._at_work.remove(trial)
                self._behind -= len(self._ends[trial]) <= self._done
                self._go_on(now)

    def stopping(self):
        return self._enough or perf_counter() > self._deadline

    def epoch_seconds(self) -> float:
        """Mean seconds of an epoch of each trial, and of these the mean over the trials.

        Raises:
            OdysseyError: no trial has done an epoch after all had done their first.
        """
        means = []
        for ends in self._ends.values():
            before = [end for end in ends if end <= self._began]
            after = len(ends) - len(before)
            if before and after:
                means.append((ends[-1] - before[-1]) / after)
        if not means:
            raise OdysseyError(f"no trial trained on after all had done an epoch, in {LIMIT:.0f} s: try fewer trials")
        return fmean(means)

    def _go_on(self, now):
        """All at work may have done one more epoch."""
        while self._behind == 0 and not self._enough:
            self._done += 1
            self._began = min(self._began, now)
            lasted = self._done >= FEWEST_EPOCHS and now - self._began >= self._budget
            self._enough = lasted or self._done >= MOST_EPOCHS or not self._at_work
            self._behind = sum(len(self._ends[trial]) <= self._done for trial in self._at_work)


def hardly_evaluated(task: Task) -> Task:
    """The task with all of its training sequences, and of the others the shortest that there is something to score."""
    scored = [example for example in task.splits["valid"] if len(example.targets)]
    shortest = (min(scored, key=lambda example: len(example.inputs)),)
    return replace(task, splits={"train": task.splits["train"], "valid": shortest, "test": shortest})
