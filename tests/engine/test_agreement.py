"""The engines against each other: the same random numbers, the same rules, hence the same trajectories.

float64 agrees to rounding. In float32 two things differ: the order of sums, and the compiled engine's polynomials for
the activations, exact to three units in the last place. Both are of the order of the unit roundoff, 6e-8, but each
update carries them on into the next. Measured over the first three epochs of the cases here: losses differ by up to
2e-7 of their value, single weights (of the order of 0.1) by up to 1e-6. The tolerances, 1e-5, leave room for other
machines' sums; a changed rule (no factor 1 − m, say, or noise drawn in another order) exceeds them a hundredfold.
"""

from dataclasses import replace

import pytest
import torch
import trajectories
from declarations import BEYOND_THE_NINE

from odyssey.engine.cpu import CPUTrainer, Data
from odyssey.engine.torch import TorchTrainer
from odyssey.protocol import DIVERGED, Hyperparameters, Trial
from odyssey.tasks.base import CATEGORICAL, CTC
from odyssey.training import Report, run
from odyssey.variants import VARIANTS

TASKS = ("music", "speech", "handwriting")
TOLERANCE = {"float64": 1e-9, "float32": 1e-5}
EPOCHS = 3


def both(task, trial, dtype):
    return (
        CPUTrainer(task, trial, Data(task, dtype), dtype),
        TorchTrainer(task, trial, getattr(torch, dtype), torch.device("cpu")),
    )


def assert_same_trajectory(task, trial, dtype):
    trajectories.assert_same_trajectory(*both(task, trial, dtype), TOLERANCE[dtype], EPOCHS)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize(
    "kind", [{}, {"bidirectional": True, "loss": CATEGORICAL}, {"bidirectional": True, "loss": CTC}], ids=TASKS
)
@pytest.mark.parametrize("code", VARIANTS)
def test_three_epochs_of_every_variant(toy_task, code, kind, dtype):
    task = toy_task(sequences=6, inputs=5, outputs=4, frames=13, **kind)
    trial = Trial(code, Hyperparameters(blocks=11, learning_rate=0.05, momentum=0.7, input_noise=0.4), seed=3)
    assert_same_trajectory(task, trial, dtype)


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_three_epochs_on_music(music_task, dtype):
    """The real task, where sequences and layers are long; a few chorales, so that the reference is done in time."""
    few = replace(music_task, splits={split: examples[:12] for split, examples in music_task.splits.items()})
    trial = Trial("V", Hyperparameters(blocks=43, learning_rate=0.003, momentum=0.9, input_noise=0.2), seed=0)
    assert_same_trajectory(few, trial, dtype)


@pytest.mark.parametrize("own", BEYOND_THE_NINE, ids=lambda own: own.name)
def test_declarations_beyond_the_nine(toy_task, monkeypatch, own):
    monkeypatch.setitem(VARIANTS, "OWN", own)
    trial = Trial("OWN", Hyperparameters(blocks=5, learning_rate=0.02, momentum=0.5, input_noise=0.1), seed=1)
    assert_same_trajectory(toy_task(), trial, "float64")


def test_divergence_is_seen_by_both(toy_task):
    """An absurd learning rate overflows float32; both engines must report it, and the trial ends as diverged."""
    task = toy_task(sequences=3)
    trial = Trial("NOAF", Hyperparameters(blocks=4, learning_rate=1e38, momentum=0.9, input_noise=0.0), seed=0)
    for trainer in both(task, trial, "float32"):
        assert run(trial, task, trainer, Report()).status == DIVERGED
