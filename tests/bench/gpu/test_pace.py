"""The pace of engines whose epochs take known times, on a clock of the test's own."""

import heapq
from math import nan

import pytest

from odyssey.bench.gpu import pace as module
from odyssey.bench.gpu.pace import engine_rate, hardly_evaluated
from odyssey.errors import OdysseyError
from odyssey.protocol import Hyperparameters, Trial
from odyssey.tasks.base import CTC


class Simulated:
    """An engine whose trials each take as many seconds for an epoch as they have blocks, the first one more.

    A trial is over after as many epochs as `over` says for its seed. Time stands still elsewhere.
    """

    label = "simulated"

    def __init__(self, monkeypatch, places, over=None, compiling=0.0):
        self.places, self.over, self.compiling, self.now, self.epochs = places, over or {}, compiling, 0.0, {}
        monkeypatch.setattr(module, "perf_counter", lambda: self.now)

    def train(self, task, trials, report):
        self.task = task
        queue = iter(trials)
        running = []

        def start(trial):
            if trial:
                self.epochs[trial.seed] = 0
                heapq.heappush(running, (self.now + trial.hyperparameters.blocks + self.compiling, trial.seed, trial))

        for _ in range(self.places):
            start(next(queue, None))
        while running and not report.stopping():
            self.now, seed, trial = heapq.heappop(running)
            self.epochs[seed] += 1
            if self.epochs[seed] == self.over.get(seed, nan):
                report.finished(trial, None)
                start(next(queue, None))
            else:
                report.epoch(trial, None)
                heapq.heappush(running, (self.now + trial.hyperparameters.blocks, seed, trial))


def trials(*blocks):
    return [Trial("V", Hyperparameters(size, 0.01, 0.9, 0.0), seed) for seed, size in enumerate(blocks)]


def frames(task):
    return sum(len(example.inputs) for example in task.splits["train"])


def test_equal_trials(monkeypatch, toy_task):
    engine, those = Simulated(monkeypatch, 3, compiling=50), trials(4, 4, 4)
    rate = engine_rate(engine, toy_task(), those, those, budget=6)
    assert rate == pytest.approx(3 * frames(toy_task()) / 4)
    # The first epoch compiles, and two of four seconds each are more than the budget.
    assert engine.now == 50 + 3 * 4 and set(engine.epochs.values()) == {3}


def test_the_budget_is_used(monkeypatch, toy_task):
    engine, those = Simulated(monkeypatch, 2), trials(4, 4)
    engine_rate(engine, toy_task(), those, those, budget=20)
    assert set(engine.epochs.values()) == {1 + 5}


def test_no_trial_trains_so_long_that_it_stops_early(monkeypatch, toy_task):
    engine, those = Simulated(monkeypatch, 2), trials(1, 1)
    assert engine_rate(engine, toy_task(), those, those, budget=1e6) == pytest.approx(2 * frames(toy_task()))
    assert set(engine.epochs.values()) == {module.MOST_EPOCHS}


def test_small_networks_that_go_ahead_count_no_more_than_large_ones(monkeypatch, toy_task):
    """In a search each place spends its time on both, epoch for epoch."""
    engine, those = Simulated(monkeypatch, 2), trials(1, 5)
    rate = engine_rate(engine, toy_task(), those, those, budget=1)
    assert engine.epochs[0] > 3 * engine.epochs[1]
    assert rate == pytest.approx(2 * frames(toy_task()) / 3)


def test_trials_that_are_over_make_place(monkeypatch, toy_task):
    """One diverges in its first epoch, one after three; others, which are not timed, come in their places."""
    those = trials(4, 4, 2, 3, 3, 3)
    engine = Simulated(monkeypatch, 3, over={1: 1, 2: 4})
    rate = engine_rate(engine, toy_task(), those, those[:3], budget=1)
    assert set(engine.epochs) == {0, 1, 2, 3, 4}
    assert rate == pytest.approx(3 * frames(toy_task()) / ((4 + 2) / 2))


def test_nothing_to_time(monkeypatch, toy_task):
    those = trials(4, 4)
    engine = Simulated(monkeypatch, 2, over={0: 1, 1: 1})
    with pytest.raises(OdysseyError, match="no trial trained on"):
        engine_rate(engine, toy_task(), those, those)


def test_an_engine_that_is_too_slow_is_stopped(monkeypatch, toy_task):
    those = trials(10, 20, 10_000)
    engine = Simulated(monkeypatch, 3)
    with pytest.raises(OdysseyError, match=r"no trial trained on .* in 30 s"):
        engine_rate(engine, toy_task(), those, those)
    assert 30 < engine.now < 100


def test_the_compiled_engine(toy_task):
    """A real engine, from many threads."""
    from odyssey.engine.cpu import CPUEngine

    those = trials(3, 3)
    assert engine_rate(CPUEngine(jobs=2), toy_task(), those, those, budget=0.01) > 0


@pytest.mark.parametrize("loss", ["bernoulli", CTC])
def test_hardly_anything_is_evaluated(toy_task, loss):
    task = toy_task(sequences=5, outputs=3, loss=loss)
    found = hardly_evaluated(task)
    assert found.splits["train"] == task.splits["train"]
    [left] = found.splits["valid"]
    assert found.splits["test"] == (left,)
    scored = [len(example.inputs) for example in task.splits["valid"] if len(example.targets)]
    assert len(left.inputs) == min(scored) and len(left.targets)
