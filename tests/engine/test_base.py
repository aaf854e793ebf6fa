"""The contract: trials pulled lazily, results handed on as they come, a clean end when something goes wrong."""

import threading

import pytest

from odyssey import training
from odyssey.engine import base, engine
from odyssey.engine.base import train_in_threads
from odyssey.errors import OdysseyError
from odyssey.protocol import Hyperparameters, Trial
from odyssey.tasks.base import Totals
from odyssey.training import Report


def trials(count):
    return [Trial("V", Hyperparameters(2, 0.1, 0.0, 0.0), seed=k, index=k) for k in range(count)]


class Steady:
    """A trainer without a network: every epoch is as good as the one before."""

    def train_epoch(self):
        return Totals(1.0, 1)

    evaluate = lambda self, split: Totals(1.0, 1)  # noqa: E731
    weights = lambda self: None  # noqa: E731
    restore = lambda self, weights: None  # noqa: E731


class Results(Report):
    def __init__(self):
        self.indices, self.threads, self.stop = [], set(), False

    def finished(self, trial, result):
        self.indices.append(trial.index)
        self.threads.add(threading.current_thread())

    def stopping(self):
        return self.stop


def test_every_trial_once_and_reported_from_the_calling_thread(toy_task):
    results = Results()
    train_in_threads(lambda task, trial: Steady(), toy_task(), trials(7), results, jobs=3)
    assert sorted(results.indices) == list(range(7))
    assert results.threads == {threading.current_thread()}


def test_trials_are_pulled_only_when_a_place_is_free(toy_task):
    pulled, seen = [], []

    def lazily():
        for trial in trials(6):
            pulled.append(trial.index)
            yield trial

    class Watch(Results):
        def finished(self, trial, result):
            super().finished(trial, result)
            seen.append(len(pulled) - len(self.indices))

    train_in_threads(lambda task, trial: Steady(), toy_task(), lazily(), Watch(), jobs=2)
    assert max(seen) < 2


def test_stopping_drops_unfinished_trials(toy_task):
    results = Results()

    class Stops(Steady):
        def train_epoch(self):
            results.stop = True
            return super().train_epoch()

    train_in_threads(lambda task, trial: Stops(), toy_task(), trials(5), results, jobs=2)
    assert results.indices == []


def test_an_error_in_one_trial_ends_all(toy_task):
    class Fails(Steady):
        def train_epoch(self):
            raise OSError("broken")

    with pytest.raises(OSError, match="broken"):
        train_in_threads(
            lambda task, trial: Fails() if trial.index == 1 else Steady(), toy_task(), trials(50), Results(), jobs=2
        )


class Ends(Steady):
    """Ends when it is let go, well or badly."""

    def __init__(self, go, problem=None):
        self.go, self.problem = go, problem

    def train_epoch(self):
        assert self.go.wait(10)
        if self.problem:
            raise self.problem
        return super().train_epoch()


def test_an_error_in_one_trial_throws_no_result_away(toy_task, monkeypatch):
    """Trials 0 and 2 fail, 1 and 3 end well, all before anybody looks; then no other trial starts."""
    monkeypatch.setattr(training, "MAX_EPOCHS", 1)
    go, pulled, real = threading.Event(), [], base.wait

    def lazily():
        for trial in trials(50):
            pulled.append(trial.index)
            yield trial

    def look(futures, return_when):
        go.set()
        return real(futures)

    def make(task, trial):
        return Ends(go, OSError(f"broken {trial.index}") if trial.index % 2 == 0 else None)

    monkeypatch.setattr(base, "wait", look)
    results = Results()
    with pytest.raises(OSError, match="broken"):
        train_in_threads(make, toy_task(), lazily(), results, jobs=4)
    assert sorted(results.indices) == [1, 3] and pulled == [0, 1, 2, 3]


@pytest.mark.parametrize("from_trials", [False, True])
def test_results_that_come_after_an_error_are_kept(toy_task, monkeypatch, from_trials):
    """Trial 0 is in its last evaluation when trial 1 fails, or when there is no telling which trial comes next."""
    monkeypatch.setattr(training, "MAX_EPOCHS", 1)
    testing, failed = threading.Event(), threading.Event()

    class Tested(Steady):
        def evaluate(self, split):
            if split == "test":
                testing.set()
                assert failed.wait(10)
            return super().evaluate(split)

    class Fails(Steady):
        def train_epoch(self):
            assert testing.wait(10)
            raise OSError("broken")

    def lazily():
        yield trials(1)[0]
        if from_trials:
            assert testing.wait(10)
            raise OSError("broken")
        yield from trials(50)[1:]

    real = base.wait

    def look(futures, return_when):
        if from_trials:
            failed.set()
        done = real(futures, return_when=return_when)
        failed.set()  # Only after the failure has been seen.
        return done

    monkeypatch.setattr(base, "wait", look)
    results = Results()
    with pytest.raises(OSError, match="broken"):
        train_in_threads(
            lambda task, trial: Fails() if trial.index else Tested(), toy_task(), lazily(), results, jobs=2
        )
    assert results.indices == [0]


def test_who_cannot_take_a_result_is_given_no_other(toy_task):
    class Full(Results):
        def finished(self, trial, result):
            super().finished(trial, result)
            raise OSError("disk full")

    results = Full()
    with pytest.raises(OSError, match="disk full"):
        train_in_threads(lambda task, trial: Steady(), toy_task(), trials(50), results, jobs=3)
    assert len(results.indices) == 1


def test_engines_share_results(toy_task, monkeypatch):
    """The same trial from both, to the end: same epochs, same scores to rounding (cuda: tests/engine/cuda)."""
    monkeypatch.setattr(training, "MAX_EPOCHS", 5)
    outcome = {}
    for name in ("cpu", "torch"):

        class Keep(Report):
            def finished(self, trial, result, name=name):
                outcome[name] = result

        engine(name, dtype="float64").train(toy_task(), trials(1), Keep())
    first, second = outcome.values()
    assert (first.epochs, first.best_epoch, first.parameters) == (second.epochs, second.best_epoch, second.parameters)
    assert first.test_score == pytest.approx(second.test_score, rel=1e-9)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "gpu"}, "unknown engine 'gpu'"),
        ({"jobs": 0}, "jobs"),
        ({"dtype": "float16"}, "float16"),
    ],
)
def test_bad_choices(options, message):
    with pytest.raises(OdysseyError, match=message):
        engine(**options)
