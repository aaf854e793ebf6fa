"""A variant's best tenth against vanilla's, with the uncertainty that comes from which trials happened to be drawn.

Welch's test, as the paper has it, takes the trials of a best tenth for a sample. They are not: they are what was
selected, and another 200 trials would have moved the border of the best tenth too. The variance of the mean of the k
best of n is about (s² + (1 − k/n)(b − m)²) / k, with mean m and variance s² of those k and b the score at their border
(the estimator of an expected shortfall; Manistre and Hancock 2005). Without the second term two equal variants differ
"significantly" in up to one case out of four at the paper's 200 trials a cell, and with it in about one out of twenty.
"""

from dataclasses import dataclass
from math import isfinite, nan, sqrt

import numpy as np
import pandas as pd
from scipy import stats

from odyssey.analysis.claims.verdict import LEVEL
from odyssey.analysis.comparison import TOP_SHARE, top, welch
from odyssey.analysis.effect import POWER, detectable_shift, welch_degrees
from odyssey.protocol import TRIALS

# With a smaller power for what matters, two equal variants could often not be shown to be equal by the whole study.
HARDLY_MISSED = 0.99


@dataclass(frozen=True)
class Tenth:
    """The best tenth of a cell.

    Attributes:
        scores: test scores, best validation score first.
        mean: of them.
        spread: by which the mean varies, times the square root of their number; NaN for fewer than two.
    """

    scores: np.ndarray
    mean: float
    spread: float


def tenth(trials: pd.DataFrame) -> Tenth:
    """The best tenth of one cell's trials (`odyssey.analysis.comparison.top`)."""
    scores = top(trials)["test_score"].to_numpy(float)
    if len(scores) < 2:
        return Tenth(scores, float(scores.mean()) if len(scores) else nan, nan)
    mean = float(scores.mean())
    border = (1 - len(scores) / len(trials)) * (scores[-1] - mean) ** 2
    return Tenth(scores, mean, sqrt(scores.var(ddof=1) + border))


@dataclass(frozen=True)
class Contrast:
    """The mean of a variant's best tenth less vanilla's; what cannot be computed is NaN.

    Attributes:
        difference: in the unit of the score; positive is worse.
        error: its standard error, the selection included.
        degrees: of freedom (Welch 1947).
        baseline: vanilla's mean.
        matters: a difference that matters: what the whole study would hardly miss (`worth_finding`). A share of
            vanilla's mean would not do: a likelihood in nats has no scale on which 5 % are little or much.
        paper: p of the paper's own test, Welch's.
        values: how many scores the smaller best tenth has.
        spreads: of both (`Tenth`).
    """

    difference: float
    error: float
    degrees: float
    baseline: float
    matters: float
    paper: float
    values: int
    spreads: tuple[float, float]

    @property
    def known(self) -> bool:
        """Whether there is an interval at all."""
        return isfinite(self.error) and self.error > 0

    @property
    def interval(self) -> tuple[float, float]:
        """95 % confidence interval of the difference."""
        half = stats.t.ppf(1 - LEVEL / 2, self.degrees) * self.error
        return self.difference - half, self.difference + half

    @property
    def p(self) -> float:
        """Two-sided, of no difference."""
        return float(2 * stats.t.sf(abs(self.difference) / self.error, self.degrees)) if self.known else nan

    def p_less(self, bound: float) -> float:
        """Of a difference of `bound` or more, so that a small one shows that it is less.

        Doubled, to be below the level exactly where the 95 % interval is below the bound.
        """
        if not self.known:
            return nan
        return float(min(1, 2 * stats.t.cdf((self.difference - bound) / self.error, self.degrees)))


def contrast(trials: pd.DataFrame, baseline: pd.DataFrame) -> Contrast:
    """A cell's trials against vanilla's."""
    first, second = tenth(trials), tenth(baseline)
    counts = len(first.scores), len(second.scores)
    error, degrees = nan, nan
    if min(counts) > 1:
        parts = [one.spread**2 / count for one, count in zip((first, second), counts, strict=True)]
        error = sqrt(sum(parts))
        if error > 0:
            degrees = welch_degrees(parts, counts)
    return Contrast(
        first.mean - second.mean,
        error,
        degrees,
        second.mean,
        worth_finding((first.spread, second.spread)),
        welch(first.scores, second.scores).p,
        min(counts),
        (first.spread, second.spread),
    )


def worth_finding(spreads: tuple[float, float]) -> float:
    """The difference that the study's `TRIALS` trials a cell show with a power of `HARDLY_MISSED`.

    Args:
        spreads: of the two best tenths (`Tenth.spread`); where there is none, neither is there a difference (NaN).
    """
    count = TRIALS // TOP_SHARE
    parts = [spread**2 / count for spread in spreads]
    if not sum(parts) > 0:
        return nan
    return detectable_shift(welch_degrees(parts, (count, count)), LEVEL, HARDLY_MISSED) * sqrt(sum(parts))


def trials_needed(spreads: tuple[float, float], difference: float, most: int = TRIALS) -> int | None:
    """Trials a cell that would show a difference with a power of `POWER`, by the noncentral t distribution.

    Args:
        spreads: of the two best tenths (`Tenth.spread`).
        difference: that is there.
        most: trials beyond which nobody looks.

    Returns:
        A multiple of ten, since a tenth of them is compared; None where it is more than `most`.
    """
    squares = np.square(spreads)
    count = np.arange(2, most // TOP_SHARE + 1)
    degrees = squares.sum() ** 2 / (squares**2).sum() * (count - 1)
    shift = difference / np.sqrt(squares.sum() / count)
    limit = stats.t.ppf(1 - LEVEL / 2, degrees)
    power = stats.nct.sf(limit, degrees, shift) + stats.nct.cdf(-limit, degrees, shift)
    enough = count[power >= POWER]
    return int(enough[0]) * TOP_SHARE if len(enough) else None
