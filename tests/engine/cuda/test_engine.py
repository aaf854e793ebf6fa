"""The whole engine: many trials at a time, the results of the torch engine, the contract when something goes wrong."""

import pytest

from odyssey import training
from odyssey.engine import engine
from odyssey.engine.cuda import CUDAEngine
from odyssey.errors import OdysseyError
from odyssey.protocol import Hyperparameters, Trial
from odyssey.training import Report


class Results(Report):
    def __init__(self):
        self.by_index = {}

    def finished(self, trial, result):
        self.by_index[trial.index] = result


def trials(count):
    return [Trial("V", Hyperparameters(2 + k, 0.1, 0.3, 0.1 * (k % 2)), seed=k, index=k) for k in range(count)]


def test_the_results_of_the_torch_engine(device, toy_task, monkeypatch):
    """To the end of each trial, some with noise and some without, in places that are filled again."""
    monkeypatch.setattr(training, "MAX_EPOCHS", 4)
    outcome = []
    for maker in (CUDAEngine(jobs=2, dtype="float64", device=device), engine("torch", dtype="float64")):
        outcome.append(Results())
        maker.train(toy_task(), trials(5), outcome[-1])
    ours, theirs = (results.by_index for results in outcome)
    assert ours.keys() == theirs.keys() == set(range(5))
    for k, result in ours.items():
        other = theirs[k]
        assert (result.epochs, result.best_epoch) == (other.epochs, other.best_epoch)
        assert result.parameters == other.parameters
        assert result.test_score == pytest.approx(other.test_score, rel=1e-9)
        assert result.curves.train_loss == pytest.approx(other.curves.train_loss, rel=1e-9)


def test_what_it_says_of_itself(emulated):
    made = CUDAEngine(device=emulated)
    assert (made.label, made.hardware, made.jobs) == ("cuda-float32", "emulated", 2 * emulated.multiprocessors)


def test_a_device_that_fails_ends_all(emulated, toy_task, monkeypatch):
    def fails(*arguments):
        raise OdysseyError("the GPU has failed")

    monkeypatch.setattr(emulated, "epochs", fails)
    with pytest.raises(OdysseyError, match="the GPU has failed"):
        CUDAEngine(jobs=3, device=emulated).train(toy_task(), trials(6), Results())
