"""The sequences that are measured on: a task's own data, in as many pieces of one length as are wanted.

What an update costs depends on the length of its sequence alone, not on what is in it; and a rival that compiles its
code anew for each length (`odyssey.bench.scan`) should not have to.
"""

from dataclasses import replace

import numpy as np

from odyssey.corpora.base import SPLITS
from odyssey.tasks.base import CTC, Example, Task


def mean_frames(task: Task) -> int:
    """The mean length of the task's training sequences, in whole frames."""
    return round(float(np.mean([len(example.inputs) for example in task.splits["train"]])))


def sample(task: Task, frames: int, sequences: int) -> Task:
    """The task, with `sequences` sequences of `frames` frames each, the same ones in each split.

    They are its training sequences end to end, cut anew; where these are used up, it goes on with the first. For
    the loss ``ctc`` the labels of a sequence are taken to be spread evenly over its frames.
    """
    examples = task.splits["train"]
    inputs = np.concatenate([example.inputs for example in examples])
    targets = np.concatenate([example.targets for example in examples])
    places = _places(examples, len(inputs)) if task.loss == CTC else None

    def piece(number):
        wanted = np.arange(number * frames, (number + 1) * frames) % len(inputs)
        if places is None:
            return Example(inputs[wanted], targets[wanted])
        # A piece that begins near the end takes first the labels of its first frames.
        inside = np.isin(places, wanted)
        order = np.argsort((places[inside] - wanted[0]) % len(inputs), kind="stable")
        return Example(inputs[wanted], targets[inside][order])

    pieces = tuple(piece(number) for number in range(sequences))
    return replace(task, splits=dict.fromkeys(SPLITS, pieces))


def _places(examples, total):
    """The frame, counted from the first of all, at which each label is taken to stand."""
    places, begin = [], 0
    for example in examples:
        length, labels = len(example.inputs), len(example.targets)
        places.append(begin + (np.arange(labels) * length + length // 2) // max(labels, 1))
        begin += length
    return np.minimum(np.concatenate(places), total - 1)
