"""What an engine needs to know of a task: sequences, the network's shape, the loss and the score."""

from dataclasses import dataclass

import numpy as np

from odyssey.errors import OdysseyError
from odyssey.network import Network
from odyssey.transcription import BLANK, best_path, edit_distance
from odyssey.variants import variant

# The losses, each summed over the sequence (see `Task.loss`).
BERNOULLI = "bernoulli"
CATEGORICAL = "categorical"
CTC = "ctc"


@dataclass(frozen=True)
class Example:
    """One sequence.

    Attributes:
        inputs: float32 (T, M).
        targets: for the loss ``bernoulli`` float32 (T, outputs); for ``categorical`` int32 (T,), the class of each
            frame; for ``ctc`` int32 (U,), the labels in order, each from 1 to outputs − 1 (0 is the blank).
    """

    inputs: np.ndarray
    targets: np.ndarray


@dataclass(frozen=True)
class Totals:
    """Sums over the sequences of a split.

    Attributes:
        loss: in nats.
        units: what loss and errors are counted in: frames, for the loss ``ctc`` labels of the references.
        errors: frames classified wrongly; for ``ctc`` the edit distance between transcription and reference; 0
            where the loss is the score.
    """

    loss: float
    units: int
    errors: int = 0


@dataclass(frozen=True)
class Task:
    """A task on a corpus.

    Attributes:
        name: ``"speech"``, ``"handwriting"`` or ``"music"``.
        corpus: name of the corpus.
        fingerprint: of the corpus.
        splits: ``train``, ``valid`` and ``test``, each a tuple of `Example`.
        inputs, outputs: widths of the network.
        loss: ``"bernoulli"`` (sigmoid outputs, cross-entropy summed over outputs and frames), ``"categorical"``
            (softmax, cross-entropy summed over frames) or ``"ctc"`` (softmax with a blank, connectionist temporal
            classification; a sequence too short for its labels has no alignment, and adds no loss and no gradient).
        score_name, score_unit: what is reported; lower is better.
        bidirectional: whether the network also reads backwards.

    Raises:
        OdysseyError: there is no such loss, a sequence has no frame, a number that is none or a target that cannot be,
            or a split has nothing to score.
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

    def __post_init__(self):
        if self.loss not in (BERNOULLI, CATEGORICAL, CTC):
            raise OdysseyError(
                f"task {self.name}: unknown loss {self.loss!r}; choose {BERNOULLI}, {CATEGORICAL} or {CTC}"
            )
        for split, examples in self.splits.items():
            for number, example in enumerate(examples):
                problem = self._problem(example)
                if problem:
                    raise OdysseyError(
                        f"task {self.name}: {split} sequence {number} (counted from 0) {problem}; "
                        f"leave it out of the corpus {self.corpus}, or correct it"
                    )
            if not any(len(example.targets) for example in examples):
                raise OdysseyError(
                    f"task {self.name}: the split {split} has nothing to score; add sequences to the corpus "
                    f"{self.corpus}"
                )

    def _problem(self, example: Example) -> str | None:
        """What is wrong with an example: the compiled engine trusts shapes, and takes classes as places in memory."""
        inputs, targets = example.inputs, example.targets
        if inputs.ndim != 2 or inputs.shape[1] != self.inputs:
            return f"has inputs of shape {inputs.shape} instead of (frames, {self.inputs})"
        if not len(inputs):
            return "has no frame"
        if not np.isfinite(inputs).all():
            return "has an input that is not a finite number"
        if self.loss == BERNOULLI:
            shape, first, last = (len(inputs), self.outputs), 0, 1
        elif self.loss == CATEGORICAL:
            shape, first, last = (len(inputs),), 0, self.outputs - 1
        else:
            shape, first, last = (targets.size,), BLANK + 1, self.outputs - 1
        if targets.shape != shape:
            return f"has targets of shape {targets.shape} instead of {shape}"
        if self.loss != BERNOULLI and targets.dtype.kind not in "iu":
            return f"has targets of type {targets.dtype} instead of whole numbers"
        if not ((targets >= first) & (targets <= last)).all():
            return f"has a target that is not from {first} to {last}"
        return None

    def network(self, variant_code: str, blocks: int) -> Network:
        """The network that a trial trains on this task."""
        return Network(variant(variant_code), self.inputs, blocks, self.outputs, self.bidirectional)

    def measures(self, totals: Totals) -> tuple[float, float]:
        """Loss per unit (`Totals.units`), and the reported score: the same for ``bernoulli``, else the errors in %."""
        loss = totals.loss / totals.units
        return loss, loss if self.loss == BERNOULLI else 100 * totals.errors / totals.units

    def errors(self, path: np.ndarray, targets: np.ndarray) -> int:
        """Errors in one sequence.

        Args:
            path: the most probable output of each frame, whole numbers (T,).
            targets: as in `Example`.

        Returns:
            Frames that are not of their class; for ``ctc`` the edit distance of the best path's labels from the
            targets (`odyssey.transcription`). For ``bernoulli`` the loss is the score, and nothing is an error.
        """
        if self.loss == CTC:
            return edit_distance(best_path(path), targets)
        return int(np.count_nonzero(path != targets))
