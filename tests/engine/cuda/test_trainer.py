"""The trainer and its kernels against the torch engine: the same random numbers, the same rules, the same trajectories.

float64 agrees to rounding; float32 differs by the order of sums and by the GPU's own exponentials, of the order of the
unit roundoff (measured here and on an H100: losses by up to 6e-7 of their value, weights by up to 2e-6).
"""

from dataclasses import replace

import numpy as np
import pytest
import torch
import trajectories
from cuda_devices import EmulatedDevice
from declarations import BEYOND_THE_NINE

from odyssey.engine.cuda.data import Data
from odyssey.engine.cuda.dispatcher import Dispatcher
from odyssey.engine.cuda.plan import Limits
from odyssey.engine.cuda.trainer import CUDATrainer
from odyssey.engine.torch import TorchTrainer
from odyssey.errors import OdysseyError
from odyssey.protocol import DIVERGED, Hyperparameters, Trial
from odyssey.tasks.base import CATEGORICAL, CTC, Example, Task
from odyssey.training import Report, run
from odyssey.variants import VARIANTS

KINDS = {"music": {}, "speech": {"loss": CATEGORICAL}, "handwriting": {"loss": CTC}}
TOLERANCE = {"float64": 1e-9, "float32": 1e-5}


def trial(code="V", blocks=11, noise=0.4, rate=0.05):
    return Trial(code, Hyperparameters(blocks, learning_rate=rate, momentum=0.7, input_noise=noise), seed=3)


def assert_same_trajectory(device, task, of, dtype, epochs=2):
    with Dispatcher(device) as dispatcher:
        ours = CUDATrainer(task, of, Data(task, dtype, device), device, dispatcher, dtype)
        reference = TorchTrainer(task, of, getattr(torch, dtype), torch.device("cpu"))
        trajectories.assert_same_trajectory(ours, reference, TOLERANCE[dtype], epochs)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("code", VARIANTS)
def test_every_variant(device, toy_task, code, kind):
    task = toy_task(sequences=5, inputs=5, outputs=4, frames=13, bidirectional=kind != "music", **KINDS[kind])
    assert_same_trajectory(device, task, trial(code), "float64")


@pytest.mark.parametrize("own", BEYOND_THE_NINE, ids=lambda own: own.name)
def test_declarations_beyond_the_nine(device, toy_task, monkeypatch, own):
    monkeypatch.setitem(VARIANTS, "OWN", own)
    task = toy_task(sequences=3, inputs=5, outputs=4, frames=9, bidirectional=True, loss=CATEGORICAL)
    assert_same_trajectory(device, task, trial("OWN", blocks=5), "float64")


@pytest.mark.parametrize("kind", KINDS)
def test_single_precision(device, toy_task, kind):
    task = toy_task(sequences=5, inputs=5, outputs=4, frames=13, bidirectional=kind != "music", **KINDS[kind])
    assert_same_trajectory(device, task, trial(), "float32", epochs=3)


@pytest.mark.parametrize("code, limits", [
    ("V", Limits(cluster=8, shared=7000)),  # four slices
    ("NP", Limits(cluster=3, shared=7400)),  # three
    ("V", Limits(cluster=1, shared=12_000)),  # one, and most rows far
    ("FGR", Limits(cluster=8, shared=12_000)),  # eight, all near
    ("FGR", Limits(cluster=2, shared=12_000)),  # two, some rows of R and all of Q far
])  # fmt: skip
def test_slices_and_far_rows(emulator_folder, toy_task, code, limits):
    task = toy_task(sequences=2, inputs=5, outputs=6, frames=9)
    assert_same_trajectory(EmulatedDevice(emulator_folder, limits), task, trial(code, blocks=27), "float32")


def test_slices_of_a_layer_backwards(emulator_folder, toy_task):
    device = EmulatedDevice(emulator_folder, Limits(cluster=8, shared=9000))
    task = toy_task(sequences=2, inputs=5, outputs=6, frames=9, bidirectional=True, loss=CATEGORICAL)
    assert_same_trajectory(device, task, trial("FGR", blocks=27), "float32")


def test_many_labels(device, toy_task):
    """More states than threads of half a block, and sums beyond the range of double precision."""
    task = toy_task(sequences=2, inputs=3, outputs=40, frames=160, bidirectional=True, loss=CTC)
    assert_same_trajectory(device, task, trial(blocks=5), "float64", epochs=1)


@pytest.mark.parametrize("score", [1e9, 1e12, 7e18])
def test_scores_beyond_all_reason_are_no_good_loss(device, score):
    """A network that has blown up is worse than any other: no exponent of a sum wraps round."""
    example = Example(np.zeros((4, 1), np.float32), np.ones(2, np.int32))
    task = Task("own", "own", "0", dict.fromkeys(("train", "valid", "test"), (example,)), 1, 2, CTC, "e", "%", True)
    with Dispatcher(device) as dispatcher:
        trainer = CUDATrainer(task, trial(blocks=1), Data(task, "float64", device), device, dispatcher, "float64")
        parameters = trainer.parameters() | {"output.b": np.array([0.0, -score])}
        trainer.restore(device.upload(trainer._layout.flat(parameters, "float64")))
        # Two labels, each at its score or, where that is clipped, still far from any sensible one.
        assert 1.9e8 <= trainer.evaluate("test").loss <= 2.1 * score


@pytest.mark.parametrize("code, blocks", [("V", 100), ("CIFG", 140), ("NIAF", 200), ("FGR", 100)])
def test_sizes_of_the_study(gpu, music_task, code, blocks):
    """One block of threads, and clusters, on real sequences."""
    few = replace(music_task, splits={split: examples[:4] for split, examples in music_task.splits.items()})
    assert_same_trajectory(gpu, few, trial(code, blocks, 0.2, rate=0.001), "float32")


def test_the_same_bits_twice(device, toy_task):
    def once():
        with Dispatcher(device) as dispatcher:
            trainer = CUDATrainer(task, trial(blocks=30), Data(task, "float32", device), device, dispatcher, "float32")
            losses = [trainer.train_epoch().loss for _ in range(2)]
            return losses, {name: values.tobytes() for name, values in trainer.parameters().items()}

    task = toy_task(sequences=4, frames=10)
    assert once() == once()


def test_weights_are_kept_and_restored(device, toy_task):
    task = toy_task()
    with Dispatcher(device) as dispatcher:
        trainer = CUDATrainer(task, trial(noise=0.0), Data(task, "float64", device), device, dispatcher, "float64")
        trainer.train_epoch()
        kept, loss = trainer.weights(), trainer.evaluate("valid").loss
        trainer.train_epoch()
        assert trainer.evaluate("valid").loss != loss
        trainer.restore(kept)
        assert trainer.evaluate("valid").loss == loss


def test_divergence_is_seen(device, toy_task):
    task = toy_task(sequences=3)
    of = Trial("NOAF", Hyperparameters(blocks=4, learning_rate=1e38, momentum=0.9, input_noise=0.0), seed=0)
    with Dispatcher(device) as dispatcher:
        trainer = CUDATrainer(task, of, Data(task, "float32", device), device, dispatcher, "float32")
        assert run(of, task, trainer, Report()).status == DIVERGED


def test_too_many_blocks(emulated, toy_task):
    task = toy_task()
    with Dispatcher(emulated) as dispatcher, pytest.raises(OdysseyError, match="2000 blocks"):
        CUDATrainer(task, trial(blocks=2000), Data(task, "float32", emulated), emulated, dispatcher, "float32")
