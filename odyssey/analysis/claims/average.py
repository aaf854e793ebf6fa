"""A number of each variant, averaged over the variants of a task, and where that average lies.

Each cell has trials of its own, so the numbers of the variants are independent, and Student's interval of their mean
covers both how variants differ and how uncertain each number is.
"""

from dataclasses import dataclass
from math import inf, isfinite, nan

import numpy as np
from scipy import stats

from odyssey.analysis.claims.verdict import LEVEL

# More than half of the paper's nine: fewer would not stand for all of them.
LEAST_VARIANTS = 5


@dataclass(frozen=True)
class Average:
    """Mean over variants.

    Attributes:
        values: one of each variant, float64 (v,); those that are not finite are left out.
        bias: by which such a number is known to be off; widens the interval on both sides.
    """

    values: np.ndarray
    bias: float = 0.0

    @property
    def _told(self) -> np.ndarray:
        values = np.asarray(self.values, float)
        return values[np.isfinite(values)]

    @property
    def known(self) -> bool:
        """Whether enough variants have a number."""
        return len(self._told) >= LEAST_VARIANTS and isfinite(self.bias)

    @property
    def mean(self) -> float:
        """Of the variants; NaN where not enough have a number."""
        return float(self._told.mean()) if self.known else nan

    def half(self, tests: int = 1) -> float:
        """Half the width of the interval without the bias, corrected by Bonferroni's method for so many tests."""
        if not self.known:
            return nan
        error = self._told.std(ddof=1) / np.sqrt(len(self._told))
        return float(stats.t.ppf(1 - LEVEL / tests / 2, len(self._told) - 1) * error)

    def interval(self, tests: int = 1) -> tuple[float, float]:
        """95 % interval, wider by the bias; NaN where not enough variants have a number."""
        half = self.half(tests) + abs(self.bias)
        return self.mean - half, self.mean + half

    def trials(self, bound: float, each: int) -> float:
        """Trials of each variant with which the interval would exclude a bound if the mean stayed where it is.

        The width falls with the square root of the trials. NaN where no number of them would do.
        """
        room = abs(self.mean - bound) - abs(self.bias)
        if not room > 0:
            return nan
        needed = np.ceil(each * (self.half() / room) ** 2)
        return float(needed) if isfinite(needed) else inf
