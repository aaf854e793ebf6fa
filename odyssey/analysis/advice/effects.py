"""What one hyperparameter does to the score of the pooled trials, with an interval that is honest for few of them.

Least squares on a level of each variant's own and on all four hyperparameters, the learning rate with its square. Its
standard errors are those of MacKinnon and White (1985), HC3: they hold where the scatter of the scores differs between
regions, and with few trials are rather too large than too small.
"""

from dataclasses import dataclass
from math import expm1, isfinite, nan

import numpy as np
from scipy import stats

from odyssey.analysis.advice.pool import BLOCKS, MOMENTUM, NOISE, RATE, Pool
from odyssey.analysis.claims.responses import DIP
from odyssey.analysis.claims.verdict import LEVEL, MATTERS

HELPS, HURTS, SAME, UNSHOWN = "helps", "hurts", "makes no difference", "makes no difference that can be shown"
LEAST_DEGREES = 10  # of freedom, below which no interval is given


@dataclass(frozen=True)
class Effect:
    """A relative change of the score, such as −0.1 for 10 % less error; NaN where it cannot be estimated.

    Attributes:
        change: the estimate.
        low, high: 95 % interval.
        trials: that it rests on.
    """

    change: float
    low: float
    high: float
    trials: int

    @property
    def known(self) -> bool:
        """Whether there is an interval at all."""
        return isfinite(self.low) and isfinite(self.high)

    @property
    def word(self) -> str:
        """`HELPS` or `HURTS` where the interval excludes 0, `SAME` where it excludes all that matters, else
        `UNSHOWN`."""
        if self.known and self.high < 0:
            return HELPS
        if self.known and self.low > 0:
            return HURTS
        return SAME if self.negligible else UNSHOWN

    @property
    def negligible(self) -> bool:
        """Whether the interval leaves no room for a change that matters, `MATTERS`."""
        return self.known and self.low > -MATTERS and self.high < MATTERS


def effect(values: np.ndarray, columns: np.ndarray, number: int) -> Effect:
    """The change of e to the power of `values` that goes with one more of a column.

    Args:
        values: float64 (n,).
        columns: of the regression, a level included, float64 (n, p). They may depend on one another.
        number: of the column.
    """
    unknown = Effect(nan, nan, nan, len(values))
    others = np.delete(columns, number, axis=1)
    # Frisch and Waugh: what the other columns leave of this one is all that its coefficient rests on.
    left = columns[:, number] - others @ np.linalg.lstsq(others, columns[:, number], rcond=None)[0]
    square = float(left @ left)
    degrees = len(values) - np.linalg.matrix_rank(columns) if columns.size else 0
    if degrees < LEAST_DEGREES or square < 1e-9 * len(values):
        return unknown
    basis, sizes, _ = np.linalg.svd(columns, full_matrices=False)
    basis = basis[:, sizes > 1e-9 * sizes[0]]
    residual = values - basis @ (basis.T @ values)
    leverage = (basis**2).sum(axis=1)
    # A trial that is alone in its variant is fitted exactly and says nothing of the error.
    free = leverage < 1 - 1e-9
    error = np.sqrt(((left[free] * residual[free] / (1 - leverage[free])) ** 2).sum()) / square
    coefficient = float(left @ values) / square
    half = stats.t.ppf(1 - LEVEL / 2, degrees) * error
    return Effect(expm1(coefficient), expm1(coefficient - half), expm1(coefficient + half), len(values))


def hyperparameter(pool: Pool, axis: int) -> Effect:
    """The change of the score from the lower to the upper end of a hyperparameter's range: the momentum from 0."""
    sign = -1 if axis == MOMENTUM else 1
    axes = pool.inputs - 0.5
    axes[:, axis] *= sign
    return effect(pool.scores, np.column_stack([axes, axes[:, RATE] ** 2, pool.levels()]), axis)


def middle_noise(pool: Pool) -> Effect:
    """The change of the score from less noise than `DIP` to noise within it."""
    axes, noise = pool.inputs - 0.5, pool.inputs[:, NOISE]
    columns = [(noise >= DIP[0]) & (noise <= DIP[1]), noise > DIP[1], axes[:, RATE], axes[:, RATE] ** 2]
    columns += [axes[:, BLOCKS], axes[:, MOMENTUM], pool.levels()]
    return effect(pool.scores, np.column_stack(columns), 0)
