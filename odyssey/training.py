"""One trial from first epoch to test: the rules of training that all engines share.

At most 150 epochs; stop when the best epoch lies more than 15 epochs back; test with the best epoch's
weights (section IV.B of the paper and the authors' code). The best epoch has the lowest validation score, and
among equal scores the lowest validation loss: a network trained by CTC first learns to say blank everywhere, and
its character error rate stays at exactly 100 % for many epochs while it learns. On music, score and loss are one.
"""

from math import isfinite, nan
from time import perf_counter
from typing import Any, Protocol

from odyssey.protocol import DIVERGED, FINISHED, MAX_EPOCHS, PATIENCE, Curves, Result, Trial
from odyssey.tasks.base import Task, Totals


class Trainer(Protocol):
    """What an engine offers for one trial. Weights are whatever the engine likes them to be."""

    def train_epoch(self) -> Totals:
        """One update per training sequence, in fresh random order and with fresh noise."""

    def evaluate(self, split: str) -> Totals:
        """Without noise, with the current weights."""

    def weights(self) -> Any:
        """A copy of the current weights."""

    def restore(self, weights: Any) -> None:
        """Take back what `weights` gave."""


class Stopped(Exception):  # noqa: N818 - no error: somebody asked for it
    """The search was asked to stop; the trial has no result and will be trained again from the start."""


class Report:
    """Where a running search listens. The defaults listen to nothing; all methods may be called from any thread."""

    def epoch(self, trial: Trial, curves: Curves) -> None:
        """Called after each epoch with the curves so far, which go on growing."""

    def finished(self, trial: Trial, result: Result) -> None:
        """Called with each result as soon as it is there."""

    def stopping(self) -> bool:
        """Whether to give up unfinished trials: asked before every epoch."""
        return False


def run(trial: Trial, task: Task, trainer: Trainer, report: Report, max_epochs: int | None = None) -> Result:
    """Train `trial` with `trainer` to its end, or to `max_epochs` (`MAX_EPOCHS` where None), and test it.

    The trainer is left with the weights of the best epoch. A trial has diverged when a training, validation or test
    loss is not finite; it keeps its best epoch, if it had one.

    Raises:
        Stopped: `report` asked for it.
    """
    began = perf_counter()
    curves = Curves()
    best_epoch, best_weights, valid = 0, None, (nan, nan)
    status = FINISHED
    for epoch in range(1, (max_epochs or MAX_EPOCHS) + 1):
        if report.stopping():
            raise Stopped
        totals = trainer.train_epoch()
        train_loss = totals.loss / totals.units
        loss, score = task.measures(trainer.evaluate("valid"))
        curves.train_loss.append(train_loss)
        curves.valid_loss.append(loss)
        curves.valid_score.append(score)
        if not (isfinite(train_loss) and isfinite(loss)):
            status = DIVERGED
            break
        if best_epoch == 0 or (score, loss) < (valid[1], valid[0]):
            best_epoch, best_weights, valid = epoch, trainer.weights(), (loss, score)
        report.epoch(trial, curves)
        if epoch - best_epoch > PATIENCE:
            break
    test = (nan, nan)
    if best_epoch:
        trainer.restore(best_weights)
        test = task.measures(trainer.evaluate("test"))
        if not isfinite(test[0]):
            status = DIVERGED
    return Result(
        status=status,
        epochs=len(curves.train_loss),
        best_epoch=best_epoch,
        valid_loss=valid[0],
        valid_score=valid[1],
        test_loss=test[0],
        test_score=test[1],
        parameters=task.network(trial.variant, trial.hyperparameters.blocks).parameter_count(),
        seconds=perf_counter() - began,
        curves=curves,
    )
