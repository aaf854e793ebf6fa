"""What an engine needs to know of a task: sequences, the network's shape, the loss and the score."""

from dataclasses import dataclass

import numpy as np

from odyssey.network import Network
from odyssey.variants import variant

BERNOULLI = "bernoulli"


@dataclass(frozen=True)
class Example:
    """One sequence.

    Attributes:
        inputs: float32 (T, M).
        targets: float32 (T, outputs) for the ``bernoulli`` loss.
    """

    inputs: np.ndarray
    targets: np.ndarray


@dataclass(frozen=True)
class Totals:
    """Sums over the sequences of a split.

    Attributes:
        loss: summed over all frames (and outputs), in nats.
        frames: number of predicted frames.
    """

    loss: float
    frames: int


@dataclass(frozen=True)
class Task:
    """A task on a corpus.

    Attributes:
        name: ``"music"``.
        corpus: name of the corpus.
        fingerprint: of the corpus.
        splits: ``train``, ``valid`` and ``test``, each a tuple of `Example`.
        inputs, outputs: widths of the network.
        loss: name of the loss; engines implement ``"bernoulli"`` (sigmoid outputs, cross-entropy summed
            over outputs and frames).
        score_name, score_unit: what is reported; lower is better.
        bidirectional: whether the network also reads backwards.
    """

    name: str
    corpus: str
    fingerprint: str
    splits: dict[str, tuple[Example, ...]]
    inputs: int
    outputs: int
    loss: str
    score_name: str
    score_unit: str
    bidirectional: bool = False

    def network(self, variant_code: str, blocks: int) -> Network:
        """The network that a trial trains on this task."""
        return Network(variant(variant_code), self.inputs, blocks, self.outputs, self.bidirectional)

    def measures(self, totals: Totals) -> tuple[float, float]:
        """Loss per frame and reported score (for this loss they are the same: nats per frame)."""
        loss = totals.loss / totals.frames
        return loss, loss
