"""The network that is handed over is that of the best epoch."""

import pytest
import torch

from odyssey import engine
from odyssey.errors import OdysseyError
from odyssey.protocol import Hyperparameters, Trial
from odyssey.tasks.base import BERNOULLI, CTC, Totals
from odyssey.trained import trained_network
from odyssey.training import Report

FEW = 6


def trial_of(seed=3, learning_rate=0.1):
    return Trial("V", Hyperparameters(blocks=5, learning_rate=learning_rate, momentum=0.5, input_noise=0.3), seed)


@pytest.fixture(scope="module", params=[BERNOULLI, CTC])
def case(request):
    """A task, and what the compiled engine itself records of the trial on it."""
    from toys import toy_task

    task = toy_task(sequences=6, outputs=3, bidirectional=True, loss=request.param)
    results = []

    class Kept(Report):
        def finished(self, trial, result):
            results.append(result)

    engine.engine("cpu", dtype="float64").train(task, [trial_of()], Kept())
    return task, results[0]


def evaluated(task, model, split):
    """Loss and score of a split, reckoned from the logits of the model, sequence by sequence."""
    from odyssey.engine.torch import LOSSES

    loss, units, errors = 0.0, 0, 0
    for example in task.splits[split]:
        targets = torch.from_numpy(example.targets)
        targets = targets.double() if task.loss == BERNOULLI else targets.long()
        logits = model(torch.from_numpy(example.inputs).double())
        loss += LOSSES[task.loss](logits, targets).item()
        units += len(example.targets)
        if task.loss != BERNOULLI:
            errors += task.errors(logits.argmax(dim=1).numpy(), example.targets)
    return task.measures(Totals(loss, units, errors))


def test_weights_are_the_best_epochs(case):
    task, result = case
    assert result.best_epoch < result.epochs  # so that the last epoch's weights would be wrong
    model = trained_network(task, trial_of(), dtype="float64")
    assert evaluated(task, model, "valid") == pytest.approx((result.valid_loss, result.valid_score), rel=1e-9)
    assert evaluated(task, model, "test") == pytest.approx((result.test_loss, result.test_score), rel=1e-9)


def test_training_stops_after_the_epochs_asked_for(case):
    task, result = case
    for epochs in (1, FEW):
        model = trained_network(task, trial_of(), dtype="float64", max_epochs=epochs)
        scores = zip(result.curves.valid_score[:epochs], result.curves.valid_loss[:epochs], strict=True)
        best = min(range(epochs), key=list(scores).__getitem__)
        loss, score = evaluated(task, model, "valid")
        assert score == pytest.approx(result.curves.valid_score[best], rel=1e-9)
        assert loss == pytest.approx(result.curves.valid_loss[best], rel=1e-9)


def test_same_trial_same_weights_and_no_gradients(toy_task):
    task = toy_task()
    first, again, other = (trained_network(task, trial_of(seed=seed), max_epochs=2) for seed in (1, 1, 2))
    for name, weights in first.weights().items():
        assert weights.dtype == torch.float32 and not weights.requires_grad
        assert torch.equal(weights, again.weights()[name])
        assert not torch.equal(weights, other.weights()[name])
    assert not first.training


def test_what_cannot_be_trained(toy_task):
    with pytest.raises(OdysseyError, match="unknown precision 'float16'; choose float32 or float64"):
        trained_network(toy_task(), trial_of(), dtype="float16")
    with pytest.raises(OdysseyError, match="max_epochs must be at least 1, not 0"):
        trained_network(toy_task(), trial_of(), max_epochs=0)
    task = toy_task(loss=BERNOULLI, outputs=3, bidirectional=True)
    with pytest.raises(OdysseyError, match="toy V: the loss was not finite"):
        trained_network(task, trial_of(learning_rate=1e300), dtype="float64")
