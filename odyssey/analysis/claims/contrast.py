"""A variant's best tenth against vanilla's, with the uncertainty that comes from which trials happened to be drawn.

Welch's test, as the paper has it, takes the trials of a best tenth for a sample. They are not: they are what was
selected, and another 200 trials would have moved the border of the best tenth too. The variance of the mean of the k
best of n is about (s² + (1 − k/n)(b − m)²) / k, with mean m and variance s² of those k and b the score at their border
(the estimator of an expected shortfall; Manistre and Hancock 2005). Without the second term two equal variants differ
"significantly" in up to one case out of four at the paper's 200 trials a cell, and with it in about one out of twenty.
"""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isfinite, nan, sqrt

import numpy as np
import pandas as pd
from scipy import stats

from odyssey.analysis.claims.verdict import LEVEL, MOST_TRIALS
from odyssey.analysis.comparison import TOP_SHARE, top, welch
from odyssey.analysis.effect import POWER, welch_degrees

# From fewer scores in a best tenth a spread is hardly known: two that happen to lie close together would show anything.
LEAST_VALUES = 5
# With so many trials a best tenth has so many scores.
LEAST_TRIALS = (LEAST_VALUES - 1) * TOP_SHARE + 1


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
        paper: p of the paper's own test, Welch's.
        values: how many scores the smaller best tenth has.
        spreads: of both (`Tenth`).
    """

    difference: float
    error: float
    degrees: float
    baseline: float
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
        welch(first.scores, second.scores).p,
        min(counts),
        (first.spread, second.spread),
    )


def trials_to_find(spreads: tuple[float, float], difference: float) -> float:
    """Trials a cell with which a difference is found, on its side, with a power of `POWER` (noncentral t distribution).

    Args:
        spreads: of the two best tenths (`Tenth.spread`).
        difference: that is there.

    Returns:
        A multiple of ten, since a tenth of them is compared; infinite where it is more than `MOST_TRIALS`.
    """

    def found(degrees: float, error: float) -> bool:
        power = stats.nct.sf(stats.t.ppf(1 - LEVEL / 2, degrees), degrees, abs(difference) / error)
        # Where the difference is that many errors that scipy gives up, it is found.
        return not power < POWER

    return _first(spreads, found)


def trials_to_fit(spreads: tuple[float, float], room: float) -> float:
    """Trials a cell with which half of the 95 % interval is no wider than `room`; the rest as `trials_to_find`."""
    return _first(spreads, lambda degrees, error: stats.t.ppf(1 - LEVEL / 2, degrees) * error <= room)


def _first(spreads: tuple[float, float], enough: Callable[[float, float], bool]) -> float:
    """The fewest trials a cell that are enough by Welch's degrees of freedom and standard error of the difference."""
    squares = np.square(spreads)
    per_count = squares.sum() ** 2 / (squares**2).sum()
    counts = range(2, MOST_TRIALS // TOP_SHARE + 1)
    first = bisect_left(
        counts, True, key=lambda count: bool(enough(per_count * (count - 1), sqrt(squares.sum() / count)))
    )
    return float(counts[first] * TOP_SHARE) if first < len(counts) else inf
