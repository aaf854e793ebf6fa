"""The rivals train the same network: on the same sequences they have the losses of the study's torch engine."""

import numpy as np
import pytest
import torch

from odyssey.bench.library import LibraryTrainer
from odyssey.bench.sample import sample
from odyssey.bench.side_by_side import absent, compiled
from odyssey.engine.torch import LOSSES, Model, TorchTrainer
from odyssey.protocol import Hyperparameters, Trial
from odyssey.tasks.base import BERNOULLI, CATEGORICAL, CTC


def needs_jax():
    return pytest.importorskip("jax", reason="the rival in JAX is not tested: pip install 'jax[cpu]'")


def trial(variant, blocks=5):
    return Trial(variant, Hyperparameters(blocks, learning_rate=0.02, momentum=0.7, input_noise=0.0), seed=3)


def one_sequence(toy_task, loss, bidirectional):
    """Of one sequence, so that no order needs to be agreed on."""
    return sample(toy_task(sequences=4, outputs=3, frames=20, loss=loss, bidirectional=bidirectional, seed=2), 17, 1)


def losses(trainer, epochs=4):
    totals = [trainer.train_epoch() for _ in range(epochs)]
    return [getattr(total, "loss", total) for total in totals]


@pytest.mark.parametrize(
    ("loss", "bidirectional"), [(BERNOULLI, False), (BERNOULLI, True), (CATEGORICAL, True), (CTC, True)]
)
def test_library(toy_task, loss, bidirectional):
    task = one_sequence(toy_task, loss, bidirectional)
    reference = losses(TorchTrainer(task, trial("NP"), torch.float32, torch.device("cpu")))
    np.testing.assert_allclose(losses(LibraryTrainer(task, trial("NP"))), reference, rtol=1e-5)
    assert np.ptp(reference) > 0.005 * reference[0]  # It learns, and so the steps are compared too.


@pytest.mark.parametrize(("loss", "bidirectional"), [(BERNOULLI, False), (CATEGORICAL, True)])
def test_scan(toy_task, loss, bidirectional):
    needs_jax()
    from odyssey.bench.scan import ScanTrainer

    task = one_sequence(toy_task, loss, bidirectional)
    reference = losses(TorchTrainer(task, trial("V"), torch.float32, torch.device("cpu")))
    np.testing.assert_allclose(losses(ScanTrainer(task, trial("V"))), reference, rtol=1e-5)


def test_loss_and_gradient_of_the_scan(toy_task):
    needs_jax()
    from odyssey.bench.scan import loss_and_gradient

    task = one_sequence(toy_task, CATEGORICAL, True)
    network = task.network("V", 5)
    parameters = {
        name: (8 * values).astype(np.float32)  # So large that the peepholes matter.
        for name, values in network.initial_parameters(np.random.default_rng(1)).items()
    }
    example = task.splits["train"][0]
    model = Model(network)
    for name, weights in model.weights().items():
        weights.data = torch.from_numpy(parameters[name])
    expected = LOSSES[CATEGORICAL](model(torch.from_numpy(example.inputs)), torch.from_numpy(example.targets).long())
    expected.backward()
    found, gradient = loss_and_gradient(task, parameters, example.inputs, example.targets)
    assert found == pytest.approx(expected.item(), rel=1e-5)
    assert set(gradient) == set(parameters)
    for name, weights in model.weights().items():
        np.testing.assert_allclose(gradient[name], weights.grad.numpy(), rtol=1e-3, atol=1e-5, err_msg=name)


def test_a_rival_that_is_missing_is_named(toy_task, monkeypatch):
    needs_jax()
    assert absent(toy_task()) is None
    assert "CTC" in absent(toy_task(loss=CTC))
    monkeypatch.setattr("odyssey.bench.side_by_side.find_spec", lambda name: None)
    assert "jax[cpu]" in absent(toy_task())


def test_the_compiled_engine_is_timed_on_the_same_network(toy_task):
    task = one_sequence(toy_task, BERNOULLI, False)
    trainer = compiled(task, "NP", 5)
    assert trainer.train_epoch().loss == pytest.approx(
        losses(TorchTrainer(task, Trial("NP", trial("NP").hyperparameters, 0), torch.float32, torch.device("cpu")))[0],
        rel=1e-5,
    )
