"""An engine without networks: losses follow from the trial alone, an epoch takes as long as it is told to."""

import time
from math import nan

import numpy as np

from odyssey.engine.base import train_in_threads
from odyssey.tasks.base import Totals


class FakeTrainer:
    """The validation loss falls to a minimum at an epoch that the seed gives; every seventh trial diverges there."""

    def __init__(self, trial, delay=0.0):
        self.delay = delay
        values = np.random.default_rng(trial.seed)
        self.best = int(values.integers(1, 6))
        self.floor = float(values.random()) + 1
        self.diverges = (trial.index or 0) % 7 == 3
        self.dead = (trial.index or 0) % 7 == 5
        self.now = 0

    def train_epoch(self):
        time.sleep(self.delay)
        self.now += 1
        return Totals(nan if self.dead else 2 * self._loss(), 7)

    def evaluate(self, split):
        if split == "valid" and self.diverges and self.now > self.best:
            return Totals(nan, 7)
        return Totals(self._loss() * (1.1 if split == "test" else 1), 7)

    def weights(self):
        return self.now

    def restore(self, weights):
        self.now = weights

    def _loss(self):
        return self.floor + abs(self.now - self.best) / 3


class FakeEngine:
    """`odyssey.engine.Engine` of fake trainers; `trained` counts the results."""

    label, hardware = "fake-float32", None

    def __init__(self, jobs=1, delay=0.0):
        self.jobs, self.delay = jobs, delay
        self.trained = []

    def train(self, task, trials, report):
        finished = report.finished

        def noted(trial, result):
            self.trained.append((trial.variant, trial.index))
            finished(trial, result)

        report.finished = noted
        train_in_threads(lambda task, trial: self.make(trial), task, trials, report, self.jobs)

    def make(self, trial):
        """The trainer of a trial."""
        return FakeTrainer(trial, self.delay)
