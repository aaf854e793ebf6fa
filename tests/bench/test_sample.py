"""Sequences of one length: the task's own frames in their order, and the labels that belong to them."""

import numpy as np
import pytest

from odyssey.bench.sample import mean_frames, sample
from odyssey.corpora.base import SPLITS
from odyssey.tasks.base import BERNOULLI, CATEGORICAL, CTC


def joined(examples, name):
    return np.concatenate([getattr(example, name) for example in examples])


@pytest.mark.parametrize("loss", [BERNOULLI, CATEGORICAL])
def test_frames_keep_their_order_and_targets(toy_task, loss):
    task = toy_task(sequences=5, outputs=3, loss=loss)
    inputs, targets = (joined(task.splits["train"], name) for name in ("inputs", "targets"))
    # Once round and on: the frames are used up.
    few = sample(task, 4, len(inputs) // 4 + 2)
    for split in SPLITS:
        assert {len(example.inputs) for example in few.splits[split]} == {4}
        length = 4 * len(few.splits[split])
        np.testing.assert_array_equal(joined(few.splits[split], "inputs"), np.resize(inputs, (length, 3)))
        wanted = np.resize(targets, (length, *targets.shape[1:]))
        np.testing.assert_array_equal(joined(few.splits[split], "targets"), wanted)
        assert few.splits[split][0].targets.dtype == targets.dtype


def test_labels_go_with_their_frames(toy_task):
    task = toy_task(sequences=5, outputs=4, frames=40, loss=CTC)
    frames = sum(len(example.inputs) for example in task.splits["train"])
    labels = joined(task.splits["train"], "targets")
    for length in (frames, 7, 1):
        pieces = sample(task, length, -(-frames // length)).splits["train"]
        assert sum(len(piece.inputs) for piece in pieces) >= frames
        # All labels once and in order; after the last, the first come again.
        np.testing.assert_array_equal(joined(pieces, "targets")[: len(labels)], labels)
        assert all(abs(len(piece.targets) - length / 2) <= 3 for piece in pieces if length == 7)
    # A piece that goes on with the first sequence has the labels of its own frames first.
    last, first = task.splits["train"][-1], task.splits["train"][0]
    wrapped = sample(task, frames + len(first.inputs) - len(last.inputs), 2).splits["train"][1]
    assert wrapped.targets.dtype == np.int32
    around = sample(task, len(first.inputs), frames).splits["train"]
    for piece in around:
        assert abs(len(piece.targets) - len(first.inputs) / 2) <= 3


def test_pieces_can_be_longer_than_the_corpus(toy_task):
    task = toy_task()
    frames = sum(len(example.inputs) for example in task.splits["train"])
    (piece,) = sample(task, 3 * frames, 1).splits["train"]
    assert len(piece.inputs) == len(piece.targets) == 3 * frames


def test_mean(toy_task):
    task = toy_task(sequences=2, frames=8)
    assert mean_frames(task) == 4  # 8 and 1, and half to even
