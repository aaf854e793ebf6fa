from dataclasses import replace
from math import inf, isnan, nan

import pytest

from odyssey.protocol import DIVERGED, FINISHED, Hyperparameters, Trial
from odyssey.tasks.base import CTC, Totals
from odyssey.training import Report, Stopped, run

TRIAL = Trial("V", Hyperparameters(2, 0.1, 0.0, 0.0), seed=1)
FRAMES = {"train": 10, "valid": 4, "test": 5}


class Scripted:
    """A trainer whose validation losses per frame are given; its weights are the number of the epoch."""

    def __init__(self, valid, train=None, test=100.0):
        self.valid, self.train, self.test = valid, train or {}, test
        self.epoch = 0
        self.current = 0
        self.tested_with = None

    def train_epoch(self):
        self.epoch += 1
        self.current = self.epoch
        return Totals(self.train.get(self.epoch, 1.0) * FRAMES["train"], FRAMES["train"])

    def evaluate(self, split):
        if split == "test":
            assert self.tested_with is None
            self.tested_with = self.current
            return Totals(self.test * FRAMES["test"], FRAMES["test"])
        assert split == "valid"
        return Totals(self.valid(self.epoch) * FRAMES["valid"], FRAMES["valid"])

    def weights(self):
        return self.current

    def restore(self, weights):
        self.current = weights


@pytest.fixture
def train(toy_task):
    def train(trainer, report=None):
        return run(TRIAL, toy_task(), trainer, report or Report())

    return train


def test_stops_when_the_best_lies_more_than_15_epochs_back(train):
    trainer = Scripted(lambda epoch: {1: 9.0, 2: 8.0, 3: 5.0}.get(epoch, 6.0))
    result = train(trainer)
    assert (result.status, result.best_epoch, result.epochs) == (FINISHED, 3, 3 + 16)
    assert (result.valid_loss, result.valid_score) == (5.0, 5.0)
    assert (result.test_loss, result.test_score) == (100.0, 100.0)
    assert trainer.tested_with == 3
    assert result.curves.valid_loss == result.curves.valid_score == [9.0, 8.0, 5.0] + 16 * [6.0]
    assert result.curves.train_loss == 19 * [1.0]
    assert result.seconds > 0
    # 4(NM + N² + N) + 3N for N = 2, M = 3, and 2 outputs.
    assert result.parameters == 4 * (6 + 4 + 2) + 6 + 4 + 2


def test_an_improvement_after_16_epochs_is_still_seen(train):
    result = train(Scripted(lambda epoch: {3: 5.0, 19: 4.0}.get(epoch, 6.0)))
    assert (result.best_epoch, result.epochs) == (19, 19 + 16)


def test_an_improvement_after_17_epochs_comes_too_late(train):
    result = train(Scripted(lambda epoch: {3: 5.0, 20: 4.0}.get(epoch, 6.0)))
    assert (result.best_epoch, result.epochs) == (3, 19)


@pytest.mark.parametrize(
    "losses, best",
    [
        (lambda epoch: 50.0 - epoch if epoch <= 40 else 20.0, 40),  # epoch 41 and all later ones have a higher loss
        (lambda epoch: 7.0, 1),  # equal in both: the first
        (lambda epoch: {5: 1.0, 21: 0.5}.get(epoch, 7.0), 21),
        (lambda epoch: {5: 1.0, 22: 0.5}.get(epoch, 7.0), 5),
    ],
)
def test_among_equal_scores_the_lower_loss_is_better(toy_task, losses, best):
    class AllBlank(Scripted):
        """Every unit is an error in every epoch: a score of 100 %, whatever the loss."""

        def evaluate(self, split):
            return replace(super().evaluate(split), errors=FRAMES[split])

    result = run(TRIAL, toy_task(loss=CTC, outputs=3), AllBlank(losses), Report())
    assert (result.best_epoch, result.epochs) == (best, best + 16)
    assert (result.valid_score, result.valid_loss) == (100.0, losses(best))


def test_a_better_score_counts_more_than_a_lower_loss(toy_task):
    class Worse(Scripted):
        """The loss falls while the errors grow."""

        def evaluate(self, split):
            return replace(super().evaluate(split), errors=min(self.epoch, FRAMES[split]))

    result = run(TRIAL, toy_task(loss=CTC, outputs=3), Worse(lambda epoch: 100.0 - epoch), Report())
    assert (result.best_epoch, result.epochs, result.valid_score) == (1, 17, 25.0)


def test_at_most_150_epochs(train):
    trainer = Scripted(lambda epoch: 1000.0 - epoch)
    result = train(trainer)
    assert (result.status, result.best_epoch, result.epochs) == (FINISHED, 150, 150)
    assert trainer.tested_with == trainer.epoch == 150


def test_first_epoch_among_equals(train):
    trainer = Scripted(lambda epoch: 3.0)
    result = train(trainer)
    assert (result.best_epoch, result.epochs) == (1, 17)
    assert trainer.tested_with == 1


@pytest.mark.parametrize("bad", [nan, inf, -inf])
@pytest.mark.parametrize("where", ["train", "valid"])
def test_divergence_keeps_the_best_epoch(train, where, bad):
    if where == "valid":
        trainer = Scripted(lambda epoch: bad if epoch == 4 else 10.0 - epoch)
    else:
        trainer = Scripted(lambda epoch: 10.0 - epoch, train={4: bad})
    result = train(trainer)
    assert (result.status, result.best_epoch, result.epochs) == (DIVERGED, 3, 4)
    assert (result.valid_score, result.test_score, trainer.tested_with) == (7.0, 100.0, 3)
    assert len(result.curves.train_loss) == len(result.curves.valid_loss) == len(result.curves.valid_score) == 4


def test_divergence_before_any_epoch_is_over(train):
    trainer = Scripted(lambda epoch: nan)
    result = train(trainer)
    assert (result.status, result.best_epoch, result.epochs) == (DIVERGED, 0, 1)
    assert all(map(isnan, (result.valid_loss, result.valid_score, result.test_loss, result.test_score)))
    assert trainer.tested_with is None


def test_divergence_in_the_test(train):
    result = train(Scripted(lambda epoch: 3.0, test=inf))
    assert (result.status, result.best_epoch, result.epochs) == (DIVERGED, 1, 17)
    assert (result.valid_score, result.test_score) == (3.0, inf)


def test_the_report_hears_of_each_epoch(train):
    heard = []

    class Listener(Report):
        def epoch(self, trial, curves):
            assert trial is TRIAL
            heard.append((len(curves.valid_loss), curves.valid_score[-1]))

    train(Scripted(float), Listener())
    assert heard == [(epoch, float(epoch)) for epoch in range(1, 18)]


def test_stopped_between_epochs(train):
    class Impatient(Report):
        epochs = 0

        def epoch(self, trial, curves):
            self.epochs = len(curves.valid_score)

        def stopping(self):
            return self.epochs == 5

    trainer = Scripted(lambda epoch: 1.0)
    with pytest.raises(Stopped):
        train(trainer, Impatient())
    assert trainer.epoch == 5
    assert trainer.tested_with is None
