"""All trials of a task together, so that few trials a cell still say something of what all architectures share.

Scores of different variants are put on one scale by their logarithm, of which each regression takes out a level of
each variant's own: an effect is a relative one, 5 % more being as bad for a good variant as for a poor one.

How bad trials enter: a score counts as no worse than that of a trial that has hardly learned, and so does a trial
without one. Those are the quarter of a cell's trials with the lowest learning rates; their median is the limit, or the
cell's median where that is worse. A few trials whose score exploded would else be all that a mean shows.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from odyssey.analysis.samples import AXES, LIMIT, Samples, samples
from odyssey.protocol import DIVERGED, MAX_EPOCHS

RATE, BLOCKS, NOISE, MOMENTUM = range(len(AXES))
HARDLY = 4  # one trial in four


@dataclass(frozen=True)
class Pool:
    """Trials of one task and corpus, n of them, cell after cell.

    Attributes:
        inputs: points of the unit cube, float64 (n, 4), in the order of `odyssey.analysis.samples.AXES`; the momentum
            as there, so that 1 is no momentum.
        scores: natural logarithm of the test scores, the worst limited, float64 (n,).
        times: natural logarithm of the seconds of training on one core, float64 (n,).
        cells: each trial's variant, str (n,).
        unfinished: whether training ended with the last epoch allowed and not because it no longer improved, (n,).
        failed: whether it failed (`failed`), (n,).
    """

    inputs: np.ndarray
    scores: np.ndarray
    times: np.ndarray
    cells: np.ndarray
    unfinished: np.ndarray
    failed: np.ndarray

    def levels(self) -> np.ndarray:
        """A column for each variant that is 1 for its trials, float64 (n, variants)."""
        return (self.cells[:, None] == np.unique(self.cells)).astype(float)

    @property
    def variants(self) -> list[str]:
        """Of which there are trials, in their order."""
        return list(dict.fromkeys(self.cells.tolist()))

    def where(self, chosen: np.ndarray) -> "Pool":
        """The trials of which `chosen`, bool (n,), is true."""
        return replace(self, **{name: getattr(self, name)[chosen] for name in vars(self)})


def pool(trials: pd.DataFrame) -> Pool:
    """The trials of one task and corpus, columns of the archive.

    A cell without a score above 0 is left out: nothing is relative to it.
    """
    parts = []
    for code, cell in trials.groupby("variant", sort=False):
        found = samples(cell)
        if len(found.scores) and found.scores.min() > 0:
            ordered = cell.sort_values("index", kind="stable")
            parts.append(
                Pool(
                    found.inputs,
                    np.log(np.minimum(found.scores, _limit(found))),
                    found.times * np.log(10),
                    np.full(len(cell), code),
                    (ordered["epochs"] >= MAX_EPOCHS).to_numpy() & ~(ordered["status"] == DIVERGED).to_numpy(),
                    failed(ordered),
                )
            )
    if not parts:
        nothing = np.zeros(0)
        return Pool(np.zeros((0, len(AXES))), nothing, nothing, nothing.astype(str), nothing > 0, nothing > 0)
    return Pool(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in vars(parts[0])})


def failed(cell: pd.DataFrame) -> np.ndarray:
    """Which trials of a cell failed, bool (n,): diverged, or without a score, or worse than `LIMIT` times the best."""
    scores = cell["test_score"].to_numpy(float)
    best = np.fmin.reduce(scores, initial=np.inf)
    exploded = scores > LIMIT * best if best > 0 else np.zeros(len(scores), bool)
    return exploded | ~np.isfinite(scores) | (cell["status"] == DIVERGED).to_numpy()


def _limit(found: Samples) -> float:
    """The score of a trial that has hardly learned."""
    lowest = np.argsort(found.inputs[:, RATE], kind="stable")[: -(-len(found.scores) // HARDLY)]
    return max(float(np.median(found.scores[lowest])), float(np.median(found.scores)))
