"""What one hyperparameter does to the score of the pooled trials, with an interval that is honest for few of them.

Least squares on a level of each variant's own and on all four hyperparameters, the learning rate with its square. Its
standard errors are those of MacKinnon and White (1985), HC3: they hold where the scatter of the scores differs between
regions, and with few trials are rather too large than too small.
"""

from dataclasses import dataclass
from math import expm1, inf, isfinite, log1p, nan

import numpy as np
from scipy import stats

from odyssey.analysis.advice.pool import BLOCKS, MOMENTUM, NOISE, RATE, Pool
from odyssey.analysis.claims.responses import DIP
from odyssey.analysis.claims.verdict import LEVEL

LEAST_DEGREES = 10  # of freedom, below which no interval is given


@dataclass(frozen=True)
class Effect:
    """What goes with a hyperparameter; NaN where it cannot be estimated.

    Attributes:
        slope: change of the logarithm of the score.
        error: its standard error.
        degrees: of freedom.
        trials, variants: how many it rests on.
    """

    slope: float
    error: float
    degrees: int
    trials: int
    variants: int

    @property
    def known(self) -> bool:
        """Whether there is an interval at all."""
        return isfinite(self.error) and self.error > 0

    @property
    def change(self) -> float:
        """The relative change of the score, such as −0.1 for 10 % less error."""
        return expm1(self.slope)

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the relative change."""
        half = stats.t.ppf(1 - LEVEL / 2, self.degrees) * self.error if self.known else nan
        return expm1(self.slope - half), expm1(self.slope + half)

    @property
    def p(self) -> float:
        """Two-sided, of no change; NaN where there is no interval."""
        return float(2 * stats.t.sf(abs(self.slope) / self.error, self.degrees)) if self.known else nan

    def p_matters(self, margin: float) -> float:
        """Of a relative change of a margin or more, so that a small one shows that it is less, either way.

        Doubled, to be below the level exactly where the 95 % interval lies within the margin on both sides. NaN where
        there is no interval or no margin.
        """
        if not (self.known and isfinite(margin)):
            return nan
        low, high = log1p(-margin) if margin < 1 else -inf, log1p(margin)
        tails = stats.t.cdf([(low - self.slope) / self.error, (self.slope - high) / self.error], self.degrees)
        return float(min(1, 2 * tails.max()))


def effect(values: np.ndarray, columns: np.ndarray, number: int, variants: int = 1) -> Effect:
    """The change of `values` that goes with one more of a column.

    Args:
        values: float64 (n,).
        columns: of the regression, a level included, float64 (n, p). They may depend on one another.
        number: of the column.
        variants: of which the values are.
    """
    unknown = Effect(nan, nan, 0, len(values), variants)
    if not columns.size:
        return unknown
    basis, sizes, _ = np.linalg.svd(columns, full_matrices=False)
    basis = basis[:, sizes > 1e-9 * sizes[0]]
    degrees = len(values) - basis.shape[1]
    others = np.delete(columns, number, axis=1)
    # Frisch and Waugh: what the other columns leave of this one is all that its coefficient rests on.
    left = columns[:, number] - others @ np.linalg.lstsq(others, columns[:, number], rcond=None)[0]
    square = float(left @ left)
    if degrees < LEAST_DEGREES or square < 1e-9 * len(values):
        return unknown
    residual = values - basis @ (basis.T @ values)
    leverage = (basis**2).sum(axis=1)
    # A trial that is alone in its variant is fitted exactly and says nothing of the error.
    free = leverage < 1 - 1e-9
    error = np.sqrt(((left[free] * residual[free] / (1 - leverage[free])) ** 2).sum()) / square
    return Effect(float(left @ values) / square, float(error), degrees, len(values), variants)


def hyperparameter(pool: Pool, axis: int) -> Effect:
    """The change of the score from the lower to the upper end of a hyperparameter's range: the momentum from 0."""
    sign = -1 if axis == MOMENTUM else 1
    axes = pool.inputs - 0.5
    axes[:, axis] *= sign
    return effect(pool.scores, np.column_stack([axes, axes[:, RATE] ** 2, pool.levels()]), axis, len(pool.variants))


def middle_noise(pool: Pool) -> Effect:
    """The change of the score from less noise than `DIP` to noise within it."""
    axes, noise = pool.inputs - 0.5, pool.inputs[:, NOISE]
    columns = [(noise >= DIP[0]) & (noise <= DIP[1]), noise > DIP[1], axes[:, RATE], axes[:, RATE] ** 2]
    columns += [axes[:, BLOCKS], axes[:, MOMENTUM], pool.levels()]
    return effect(pool.scores, np.column_stack(columns), 0, len(pool.variants))
