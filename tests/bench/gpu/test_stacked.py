"""Stacked trials take the steps of the readable engine, each of them its own."""

from itertools import pairwise

import pytest
import torch

from odyssey.bench.gpu.stacked import StackedTrainer
from odyssey.bench.sample import sample
from odyssey.engine.torch import TorchTrainer
from odyssey.errors import OdysseyError
from odyssey.protocol import Hyperparameters, Trial
from odyssey.tasks.base import BERNOULLI, CATEGORICAL, CTC

needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="NOT TESTED: there is no NVIDIA GPU here")
TASKS = [(BERNOULLI, False), (CATEGORICAL, True), (BERNOULLI, True)]
SEQUENCES = 3


def toy(toy_task, loss, bidirectional):
    return sample(toy_task(sequences=4, outputs=3, frames=20, loss=loss, bidirectional=bidirectional), 9, SEQUENCES)


def trials(count, momentum=0.7):
    return [Trial("V", Hyperparameters(5, 0.1, momentum, 0.0), seed) for seed in range(count)]


def references(task, those):
    """Each trial as the readable engine trains it, on the sequences in its own order, and the loss of every epoch."""
    trainers = [TorchTrainer(task, trial, torch.float64, torch.device("cpu")) for trial in those]
    # Larger weights than the initial ones, so that the peepholes matter.
    for trainer in trainers:
        trainer.restore({name: 6 * weights for name, weights in trainer.weights().items()})

    def epoch():
        return sum(
            trainer.update(*trainer.training[(first + step) % SEQUENCES])
            for first, trainer in enumerate(trainers)
            for step in range(SEQUENCES)
        )

    return trainers, epoch


def enlarged(task, those, dtype, device):
    found = StackedTrainer(task, those, dtype, device)
    for number in range(len(those)):
        for values in found.parameters(number).values():
            values *= 6
    return found


def check(stacked, trainers, momentum, **tolerance):
    """Each trial's weights, at the look-ahead point."""
    for number, trainer in enumerate(trainers):
        found = stacked.parameters(number)
        assert set(found) == set(trainer.weights())
        for name, weights in trainer.weights().items():
            ahead = weights + momentum * trainer.velocity[name]
            torch.testing.assert_close(found[name].cpu(), ahead, check_dtype=False, **tolerance)


@pytest.mark.parametrize(("loss", "bidirectional"), TASKS)
def test_updates_are_those_of_the_readable_engine(toy_task, cpu, loss, bidirectional):
    task, those = toy(toy_task, loss, bidirectional), trials(4)
    trainers, epoch = references(task, those)
    stacked = enlarged(task, those, torch.float64, cpu)
    check(stacked, trainers, 0.7, rtol=0, atol=0)
    losses = []
    for _ in range(3):
        losses.append(epoch())
        assert stacked.train_epoch() == pytest.approx(losses[-1], rel=1e-12)
        check(stacked, trainers, 0.7, rtol=1e-10, atol=1e-12)
    assert all(later < 0.99 * earlier for earlier, later in pairwise(losses))  # It learns: the steps are compared.


def test_a_trial_may_come_twice(toy_task, cpu):
    [one] = trials(1)
    stacked = StackedTrainer(toy(toy_task, BERNOULLI, False), [one] * (SEQUENCES + 1), torch.float64, cpu)
    stacked.train_epoch()
    first, other, *_, last = (stacked.parameters(number)["forward.R"] for number in range(SEQUENCES + 1))
    # The last begins with the same sequence as the first.
    torch.testing.assert_close(first, last, rtol=1e-12, atol=0)
    assert (first - other).abs().max() > 1e-6


def test_ctc_is_refused(toy_task, cpu):
    task = toy_task(outputs=3, loss=CTC)
    with pytest.raises(OdysseyError, match="task toy: stacked trials have no CTC"):
        StackedTrainer(task, trials(2), torch.float32, cpu)


@needs_gpu
@pytest.mark.parametrize(("loss", "bidirectional"), TASKS)
def test_as_a_graph(toy_task, loss, bidirectional):
    """What is replayed are the same updates, and those that warmed up have left nothing."""
    task, those = toy(toy_task, loss, bidirectional), trials(4)
    trainers, epoch = references(task, those)
    stacked = enlarged(task, those, torch.float64, torch.device("cuda"))
    for _ in range(3):
        assert stacked.train_epoch() == pytest.approx(epoch(), rel=1e-9)
    check(stacked, trainers, 0.7, rtol=1e-7, atol=1e-9)
