"""A task small enough to train in milliseconds."""

import numpy as np

from odyssey.tasks.base import BERNOULLI, Example, Task


def toy_task(sequences=4, inputs=3, outputs=2, frames=7, bidirectional=False, seed=0):
    """Random sequences of 1 to `frames` frames; each split has `sequences` of them, the second is one frame long."""
    generator = np.random.default_rng(seed)

    def example(length):
        values = generator.standard_normal((length, inputs)).astype(np.float32)
        return Example(values, (generator.random((length, outputs)) < 0.4).astype(np.float32))

    def split():
        lengths = generator.integers(1, frames + 1, size=sequences)
        lengths[:1], lengths[1:2] = frames, 1
        return tuple(example(length) for length in lengths)

    splits = {name: split() for name in ("train", "valid", "test")}
    return Task("toy", "toy", "0", splits, inputs, outputs, BERNOULLI, "NLL", "nats", bidirectional)
