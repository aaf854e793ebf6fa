"""What importance is computed from: a cell's trials as points of the unit cube, with their scores and times.

The cube is the search space as it was sampled: learning rate, blocks and 1 − momentum on a logarithmic scale, input
noise on a linear one. A share of variance is taken over the search space, so this is the scale it has to be taken on.

How bad trials enter: a score above `LIMIT` times the best of its cell counts as so much, because a loss has no upper
end and a single trial that exploded would else be all of the variance. A trial that diverged before it had a score
counts as the worst (limited) score of its cell: left out, it would hide just that its learning rate was too high. One
that diverged later has the score of its best epoch. The time of a trial is what it took, however it ended.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from odyssey.errors import OdysseyError
from odyssey.protocol import BLOCKS, INPUT_NOISE, LEARNING_RATE, ONE_MINUS_MOMENTUM

LIMIT = 10.0  # also where the figures' axes of scores end
LEAST_SECONDS = 1e-3  # the records' resolution: zero has no logarithm


@dataclass(frozen=True)
class Axis:
    """One hyperparameter as an axis of the unit cube.

    Attributes:
        name: its column in the records.
        label: what figures and tables call it.
        limits: of the search space; for the momentum, of 1 − momentum.
        logarithmic: whether it is sampled log-uniformly.
    """

    name: str
    label: str
    limits: tuple[float, float]
    logarithmic: bool

    def encode(self, trials: pd.DataFrame) -> np.ndarray:
        """Its values in `trials` as coordinates, float64 (n,) in [0, 1].

        Raises:
            OdysseyError: a value is not in the search space.
        """
        values = trials[self.name].to_numpy(float)
        values = 1 - values if self.name == "momentum" else values
        low, high = self.limits
        if self.logarithmic:
            with np.errstate(divide="ignore", invalid="ignore"):
                place = np.log10(values / low) / np.log10(high / low)
        else:
            place = (values - low) / (high - low)
        outside = ~((place > -1e-9) & (place < 1 + 1e-9))
        if outside.any():
            raise OdysseyError(
                f"{self.label} {trials[self.name].to_numpy()[outside][0]:g} is not in the search space, over which "
                "importance is computed: leave such trials out"
            )
        return place.clip(0, 1)

    def decode(self, places: np.ndarray) -> np.ndarray:
        """Values at coordinates in [0, 1]; for the momentum, of 1 − momentum."""
        low, high = self.limits
        return low * (high / low) ** places if self.logarithmic else low + places * (high - low)


AXES = (
    Axis("learning_rate", "learning rate", LEARNING_RATE, True),
    Axis("blocks", "blocks", BLOCKS, True),
    Axis("input_noise", "noise", INPUT_NOISE, False),
    Axis("momentum", "momentum", ONE_MINUS_MOMENTUM, True),
)


@dataclass(frozen=True)
class Samples:
    """The trials of one cell.

    Attributes:
        inputs: points of the unit cube, float64 (n, 4), in the order of `AXES`.
        scores: test scores, limited, float64 (n,); empty where no trial has a score.
        times: log10 of the seconds of training on one core, float64 (n,).
        limited: how many scores were above the limit.
        unscored: how many trials had no score.
    """

    inputs: np.ndarray
    scores: np.ndarray
    times: np.ndarray
    limited: int
    unscored: int


def samples(trials: pd.DataFrame) -> Samples:
    """The trials of one cell, columns of the archive, in the order of the index.

    Raises:
        OdysseyError: a trial is not in the search space.
    """
    trials = trials.sort_values("index", kind="stable")
    inputs = np.stack([axis.encode(trials) for axis in AXES], axis=1)
    times = np.log10(trials["seconds"].to_numpy(float).clip(LEAST_SECONDS))
    raw = trials["test_score"].to_numpy(float)
    known = np.isfinite(raw)
    if not known.any():
        return Samples(inputs, np.empty(0), times, 0, len(raw))
    best = raw[known].min()
    limit = LIMIT * best if best > 0 else np.inf
    scores = np.minimum(raw, limit)
    scores[~known] = scores[known].max()
    return Samples(inputs, scores, times, int((raw[known] > limit).sum()), int((~known).sum()))
