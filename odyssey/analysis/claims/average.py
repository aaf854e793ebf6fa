"""A number of each variant, averaged over the variants of a task, and where that average lies.

Each cell has trials of its own, so the numbers of the variants are independent, and Student's interval of their mean
covers both how variants differ and how uncertain each number is. More trials narrow the second only: the variance of
the numbers less the mean square of their standard errors is the variance between variants (the method of moments;
Hedges and Olkin 1985), and stays. It is believed only where the variants differ significantly (Cochran 1954): of few
trials it may come out large where there is none.
"""

from dataclasses import dataclass
from math import ceil, inf, isfinite, nan

import numpy as np
from scipy import stats

from odyssey.analysis.claims.verdict import LEVEL
from odyssey.analysis.claims.words import sides

# More than half of the paper's nine: fewer would not stand for all of them.
LEAST_VARIANTS = 5
_STEP = 10  # a number of trials is no better known than to ten of them


@dataclass(frozen=True)
class Average:
    """Mean over variants.

    Attributes:
        values: by variant; those that are not finite are left out.
        bias: by which such a number is known to be off; widens the interval on both sides.
        errors: standard error of each value by variant; None where it is not known.
    """

    values: dict[str, float]
    bias: float = 0.0
    errors: dict[str, float] | None = None

    @property
    def _told(self) -> dict[str, float]:
        return {code: value for code, value in self.values.items() if isfinite(value)}

    @property
    def _variance(self) -> float:
        return float(np.var(list(self._told.values()), ddof=1))

    @property
    def known(self) -> bool:
        """Whether enough variants have a number."""
        return len(self._told) >= LEAST_VARIANTS and isfinite(self.bias)

    @property
    def mean(self) -> float:
        """Of the variants; NaN where not enough have a number."""
        return float(np.mean(list(self._told.values()))) if self.known else nan

    @property
    def between(self) -> float:
        """Variance between variants that no number of trials takes away; 0 where none is shown, or the errors are not
        known."""
        if self.errors is None or not self.known:
            return 0.0
        degrees, sampling = len(self._told) - 1, float(np.mean([self.errors[code] ** 2 for code in self._told]))
        if self._variance * degrees <= sampling * stats.chi2.isf(LEVEL, degrees):
            return 0.0
        return self._variance - sampling

    def half(self, tests: int = 1) -> float:
        """Half the width of the interval without the bias, corrected by Bonferroni's method for so many tests."""
        return self._quantile(tests) * np.sqrt(self._variance / len(self._told)) if self.known else nan

    def interval(self, tests: int = 1) -> tuple[float, float]:
        """95 % interval, wider by the bias; NaN where not enough variants have a number."""
        half = self.half(tests) + abs(self.bias)
        return self.mean - half, self.mean + half

    def sides(self, low: float = -inf, high: float = inf) -> str:
        """How many variants by themselves are between two numbers, and which are not, in words."""
        return sides({code: low < value < high for code, value in self._told.items()})

    def trials(self, bound: float, each: int, tests: int = 1) -> float:
        """Trials of each variant with which the interval would exclude a bound if the mean stayed where it is.

        The part of the variance that is not `between` the variants falls with the number of trials.

        Args:
            bound: to be excluded.
            each: trials of each variant that there are.
            tests: as in `half`.

        Returns:
            A multiple of ten; the least that it may take where nothing is `between` the variants. Infinite where they
            differ so much that no number would do, NaN where the bound is nearer than the bias.
        """
        room = abs(self.mean - bound) - abs(self.bias)
        if not room > 0:
            return nan
        variance = len(self._told) * (room / self._quantile(tests)) ** 2
        if self.between >= variance:
            return inf
        exact = each * (self._variance - self.between) / (variance - self.between)
        return float(_STEP * ceil(exact / _STEP - 1e-9))

    def _quantile(self, tests: int) -> float:
        return float(stats.t.ppf(1 - LEVEL / tests / 2, len(self._told) - 1))
