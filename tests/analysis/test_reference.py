"""The reference scores against counting by hand and against torch's own softmax regression."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch

from odyssey.analysis import reference
from odyssey.errors import OdysseyError
from odyssey.tasks.base import BERNOULLI, CATEGORICAL, CTC, Example, Task

CLASSES = 4


def examples(seed, lengths, shift=1.0):
    """Sequences of frames of overlapping classes, normal around the corners of a square; class 0 is the commonest."""
    generator = np.random.default_rng(seed)
    centres = shift * np.array([[1, 1, 0], [1, -1, 0], [-1, 1, 0], [-1, -1, 0]])
    made = []
    for length in lengths:
        targets = generator.choice(CLASSES, length, p=(0.4, 0.3, 0.2, 0.1)).astype(np.int32)
        inputs = centres[targets] + generator.normal(size=(length, 3))
        made.append(Example(inputs.astype(np.float32), targets))
    return tuple(made)


def task(train, test, loss=CATEGORICAL):
    """A task that classifies frames."""
    splits = {"train": train, "valid": examples(5, (7,)), "test": test}
    return Task("toy", "toy", "0" * 16, splits, 3, CLASSES, loss, "frame error", "%", bidirectional=True)


def test_class_counts_are_of_frames_in_each_split():
    toy = task(examples(0, (30, 1, 12)), examples(1, (9, 4)))
    for split, counts in reference.class_counts(toy).items():
        expected = Counter(int(k) for example in toy.splits[split] for k in example.targets)
        assert counts.tolist() == [expected[k] for k in range(CLASSES)]


def test_majority_is_that_of_training_and_the_error_that_of_test():
    def labelled(*targets):
        return Example(np.zeros((len(targets), 3), np.float32), np.array(targets, np.int32))

    # Commonest in training, counted in frames: 2. Commonest in the test split: 3.
    toy = task((labelled(1), labelled(1), labelled(2, 2, 2)), (labelled(3, 3, 3, 3, 3), labelled(2, 1, 2)))
    assert reference.majority_error(toy) == 100 * 6 / 8
    draw = task((labelled(3, 1),), toy.splits["test"])
    assert reference.majority_error(draw) == 100 * 7 / 8


def test_linear_fit_is_the_minimum_of_the_penalised_cross_entropy():
    """The objective is convex: where its gradient, here by torch, vanishes is the one minimum."""
    train = examples(0, (200, 31, 150))
    weights, bias = (torch.tensor(part, requires_grad=True) for part in reference.fit_linear(train, CLASSES))
    inputs = torch.tensor(np.concatenate([example.inputs for example in train]), dtype=torch.float64)
    targets = torch.tensor(np.concatenate([example.targets for example in train]), dtype=torch.long)
    loss = torch.nn.functional.cross_entropy(inputs @ weights + bias, targets)
    loss = loss + reference.PENALTY / 2 * (weights**2).sum()
    loss.backward()
    assert weights.shape == (3, CLASSES) and bias.shape == (CLASSES,)
    assert weights.grad.abs().max() < 2e-5 and bias.grad.abs().max() < 2e-5
    # What the gradient cannot see: the loss lies well below that of the classes' frequencies alone.
    shares = torch.bincount(targets) / len(targets)
    assert loss < -(shares * shares.log()).sum() - 0.1


def test_without_features_the_bias_knows_the_frequencies():
    train = tuple(replace(example, inputs=np.zeros_like(example.inputs)) for example in examples(2, (400, 100)))
    weights, bias = reference.fit_linear(train, CLASSES)
    shares = np.exp(bias) / np.exp(bias).sum()
    counts = np.bincount(np.concatenate([example.targets for example in train]), minlength=CLASSES)
    np.testing.assert_allclose(shares, counts / counts.sum(), atol=1e-4)
    assert not weights.any()


def test_linear_error_counts_the_test_frames_of_another_class():
    toy = task(examples(0, (300, 200)), examples(1, (80, 33)))
    weights, bias = reference.fit_linear(toy.splits["train"], CLASSES)
    wrong = [
        int(np.argmax([bias[k] + weights[:, k] @ frame for k in range(CLASSES)]) != target)
        for example in toy.splits["test"]
        for frame, target in zip(example.inputs, example.targets, strict=True)
    ]
    assert reference.linear_error(toy) == pytest.approx(100 * np.mean(wrong))
    assert 15 < reference.linear_error(toy) < reference.majority_error(toy) - 10
    apart = task(examples(0, (300, 200), shift=8), examples(1, (80, 33), shift=8))
    assert reference.linear_error(apart) == 0


def rolls(seed, lengths, stay):
    """Sequences of two keys, each of which is as it was with probability `stay`; the first one sounds more often."""
    generator = np.random.default_rng(seed)
    made = []
    for length in lengths:
        frames = [generator.random(2) < (0.8, 0.3)]
        for _ in range(length):
            frames.append(np.where(generator.random(2) < stay, frames[-1], generator.random(2) < (0.8, 0.3)))
        frames = np.array(frames, np.float32)
        made.append(Example(frames[:-1], frames[1:]))
    return tuple(made)


def piano(stay):
    splits = {split: rolls(seed, (400, 7), stay) for seed, split in enumerate(("train", "valid", "test"))}
    return Task("toy", "toy", "0" * 16, splits, 2, 2, BERNOULLI, "negative log-likelihood", "nats per frame")


def told_by_hand(task, by_state):
    """Each frame and key by itself: the share of the training frames like it, one of each kind added."""
    losses = []
    for example in task.splits["test"]:
        for before, after in zip(example.inputs, example.targets, strict=True):
            loss = 0.0
            for key in range(2):
                alike = [
                    int(target[key])
                    for other in task.splits["train"]
                    for state, target in zip(other.inputs, other.targets, strict=True)
                    if not by_state or state[key] == before[key]
                ]
                share = (sum(alike) + 1) / (len(alike) + 2)
                loss -= np.log(share if after[key] else 1 - share)
            losses.append(loss)
    return np.mean(losses)


@pytest.mark.parametrize("stay", [0.0, 0.9])
def test_losses_of_keys_are_those_of_shares_counted_by_hand(stay):
    task = piano(stay)
    frequency, persistence = reference.frequency_loss(task), reference.persistence_loss(task)
    assert frequency == pytest.approx(told_by_hand(task, False), rel=1e-12)
    assert persistence == pytest.approx(told_by_hand(task, True), rel=1e-12)
    assert persistence < frequency - 0.4 if stay else persistence == pytest.approx(frequency, abs=0.01)


@pytest.mark.parametrize("of", [reference.frequency_loss, reference.persistence_loss])
def test_tasks_that_do_not_predict_the_next_frame_are_refused(of):
    with pytest.raises(OdysseyError, match="task toy does not predict the next frame"):
        of(task(examples(0, (5,)), examples(1, (5,))))


@pytest.mark.parametrize("loss", [BERNOULLI, CTC])
@pytest.mark.parametrize("of", [reference.class_counts, reference.majority_error, reference.linear_error])
def test_other_tasks_are_refused(of, loss, toy_task):
    with pytest.raises(OdysseyError, match="task toy does not classify frames"):
        of(toy_task(loss=loss))
