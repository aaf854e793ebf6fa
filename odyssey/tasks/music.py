"""The task ``music``: from each frame of a piano-roll, predict the next (section IV.A of the paper, JSB Chorales)."""

import numpy as np

from odyssey.corpora.base import SPLITS, Corpus
from odyssey.corpora.rolls import KEYS
from odyssey.tasks.base import BERNOULLI, Example, Task


def music_task(corpus: Corpus) -> Task:
    """The task on a corpus of piano-rolls.

    Args:
        corpus: its examples are rolls, uint8 (T, 88) with T ≥ 2.

    Returns:
        The task: a roll of T frames makes an example of T − 1 frames, inputs and targets float32 (T − 1, 88).
        The score is the negative log-likelihood per predicted frame, summed over the keys, in nats.
    """
    return Task(
        name="music",
        corpus=corpus.name,
        fingerprint=corpus.fingerprint,
        splits={split: tuple(_example(roll) for roll in corpus.splits[split]) for split in SPLITS},
        inputs=KEYS,
        outputs=KEYS,
        loss=BERNOULLI,
        score_name="negative log-likelihood",
        score_unit="nats per frame",
    )


def _example(roll: np.ndarray) -> Example:
    frames = roll.astype(np.float32)
    return Example(inputs=frames[:-1], targets=frames[1:])
