"""The compiled engine on its own: exactness, determinism, and evaluation side by side."""

from dataclasses import replace
from itertools import chain

import numpy as np
import pytest

from odyssey import training
from odyssey.engine import engine
from odyssey.engine.cpu import CPUTrainer, Data, data
from odyssey.protocol import Hyperparameters, Trial
from odyssey.tasks.base import CATEGORICAL, CTC
from odyssey.training import Report
from odyssey.variants import VARIANTS


def trial(code="V", blocks=9, learning_rate=0.05, momentum=0.8, input_noise=0.3, seed=4, index=None):
    return Trial(code, Hyperparameters(blocks, learning_rate, momentum, input_noise), seed, index)


def trainer(task, dtype="float64", **options):
    return CPUTrainer(task, trial(**options), Data(task, dtype), dtype)


class Results(Report):
    def __init__(self):
        self.by_index = {}

    def finished(self, trial, result):
        self.by_index[trial.index] = result


def without_seconds(result):
    return replace(result, seconds=0.0)


# The networks of the three tasks.
TASKS = {
    "music": {},
    "speech": {"outputs": 4, "bidirectional": True, "loss": CATEGORICAL},
    "handwriting": {"outputs": 4, "bidirectional": True, "loss": CTC},
}


@pytest.mark.parametrize("kind", TASKS)
@pytest.mark.parametrize("code", VARIANTS)
def test_side_by_side_is_one_by_one(toy_task, monkeypatch, code, kind):
    task = toy_task(sequences=9, frames=11, **TASKS[kind])
    # Several batches, of which the first is one sequence alone.
    monkeypatch.setattr(data, "BATCH_FRAMES", 14)
    ours = trainer(task, code=code)
    ours.train_epoch()
    monkeypatch.setattr(data, "BATCH_FRAMES", 1)
    other = trainer(task, code=code)
    other.restore(ours.weights())
    singly = other.evaluate("valid")
    together = ours.evaluate("valid")
    assert together.loss == pytest.approx(singly.loss, rel=1e-12)
    assert together.errors == singly.errors
    assert together.units == singly.units == sum(len(example.targets) for example in task.splits["valid"])


def test_batches_hold_at_most_so_many_frames(toy_task, monkeypatch):
    monkeypatch.setattr(data, "BATCH_FRAMES", 14)
    task = toy_task(sequences=9, frames=11)
    batches = Data(task, "float32").evaluated["valid"]
    lengths = [[len(example.inputs) for example in batch.examples] for batch in batches]
    assert len(batches) > 2
    assert all(sum(batch) <= 14 for batch in lengths)
    assert sorted(chain(*lengths)) == sorted(len(example.inputs) for example in task.splits["valid"])
    for batch, examples, rows in batches:
        for example, own in zip(examples, rows, strict=True):
            np.testing.assert_array_equal(batch.inputs[own], example.inputs)


def test_evaluation_has_no_noise_and_changes_nothing(toy_task):
    ours = trainer(toy_task(), input_noise=1.0)
    before = ours.weights()
    assert ours.evaluate("valid") == ours.evaluate("valid")
    np.testing.assert_array_equal(ours.weights(), before)


def test_noise_is_fresh_every_epoch(toy_task):
    """With a learning rate that moves nothing, the loss changes from epoch to epoch through the noise alone."""
    noisy = trainer(toy_task(), learning_rate=1e-300, input_noise=0.5)
    clean = trainer(toy_task(), learning_rate=1e-300, input_noise=0.0)
    assert len({noisy.train_epoch().loss for _ in range(4)}) == 4
    losses = [clean.train_epoch().loss for _ in range(4)]
    np.testing.assert_allclose(losses, losses[0], rtol=1e-12)


def test_padding_stays_zero(toy_task):
    for code in VARIANTS:
        ours = trainer(toy_task(), code=code, blocks=5)
        for _ in range(3):
            ours.train_epoch()
        used = sum(values.size for values in ours.parameters().values())
        assert np.count_nonzero(ours.weights()) <= used


def test_restore(toy_task):
    ours = trainer(toy_task())
    ours.train_epoch()
    kept, loss = ours.weights(), ours.evaluate("valid").loss
    ours.train_epoch()
    assert ours.evaluate("valid").loss != loss
    ours.restore(kept)
    assert ours.evaluate("valid").loss == loss


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_same_bits_whatever_the_company(toy_task, monkeypatch, dtype):
    """A result does not depend on the number of workers, the order of trials, or what was trained before."""
    monkeypatch.setattr(training, "MAX_EPOCHS", 4)
    task = toy_task(sequences=12, inputs=6, outputs=5, frames=20)
    trials = [trial(code, blocks=7 + 8 * k, seed=k, index=k) for k, code in enumerate(VARIANTS)]
    runs = []
    for jobs, order in ((1, trials), (3, trials[::-1]), (2, trials[4:] + trials[:4])):
        results = Results()
        engine("cpu", jobs=jobs, dtype=dtype).train(task, order, results)
        runs.append({index: without_seconds(result) for index, result in results.by_index.items()})
    assert len(runs[0]) == len(trials)
    assert runs[0] == runs[1] == runs[2]


def test_compiled_code_releases_the_gil(toy_task):
    from odyssey.engine.cpu.epoch import train_epoch
    from odyssey.engine.cpu.evaluation import evaluate

    assert train_epoch.targetoptions["nogil"]
    assert evaluate.targetoptions["nogil"]
