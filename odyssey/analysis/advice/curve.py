"""The score along the learning rate, pooled over the variants: the basin, and whether it moves with the blocks.

The logarithm of the score is a cubic spline of that of the learning rate, the same for all variants but for a level of
each variant's own, with linear effects of the other hyperparameters and a parabola that the blocks may add to it.
Everything is computed again from resampled trials, drawn with replacement within each cell and with a fixed seed; the
intervals are the middle 95 % of what these give.
"""

from dataclasses import dataclass
from math import isfinite, nan

import numpy as np
from scipy.interpolate import BSpline

from odyssey.analysis.advice.pool import BLOCKS, MOMENTUM, NOISE, RATE, Pool
from odyssey.analysis.claims.responses import DECADES, basin
from odyssey.analysis.samples import AXES

RESAMPLES = 400
POINTS = 81  # on the axis of the learning rate: twenty a decade
LEAST_A_PARAMETER = 3  # trials for each parameter of the regression
SMALL, LARGE = -0.25, 0.25  # on the axis of the blocks, from its middle: the middles of its lower and upper half
_DEGREE = 3
_INSIDE = (0.25, 0.5, 0.75)  # knots: the whole decades
_KNOTS = np.concatenate([np.zeros(_DEGREE + 1), _INSIDE, np.ones(_DEGREE + 1)])
_SEED = 0
_POINTS = np.linspace(0, 1, POINTS)


@dataclass(frozen=True)
class Estimate:
    """A number with the middle 95 % of what resampled trials give; NaN where it cannot be estimated."""

    value: float
    low: float
    high: float

    @property
    def known(self) -> bool:
        """Whether there is an interval."""
        return isfinite(self.low) and isfinite(self.high)


UNKNOWN = Estimate(nan, nan, nan)


@dataclass(frozen=True)
class Curve:
    """What the trials say of the learning rate.

    Attributes:
        lower, upper: ends of the basin, in which the score is within what matters of its lowest, as learning rates.
        width: of the basin in decades.
        at_lower_limit, at_upper_limit: whether the basin reaches the end of the search space.
        below: by how much the score a decade below a given range is worse than its lowest.
        time: of training at the upper end of that range, over that at the lower.
        lost: by how much a large network is worse with the best learning rate of a small one than with its own. It
            cannot be less than nothing, so its ends are bounds for one side each, with 95 %.
    """

    lower: Estimate = UNKNOWN
    upper: Estimate = UNKNOWN
    width: Estimate = UNKNOWN
    at_lower_limit: bool = False
    at_upper_limit: bool = False
    below: Estimate = UNKNOWN
    time: Estimate = UNKNOWN
    lost: Estimate = UNKNOWN

    @property
    def known(self) -> bool:
        """Whether there were trials enough."""
        return self.width.known


def curve(pool: Pool, low: float, high: float, margin: float) -> Curve:
    """The curve of the pooled trials; NaN where there are too few for its parameters, or no margin.

    Args:
        pool: the trials.
        low, high: a range of learning rates.
        margin: a relative change of the score that matters.
    """
    if not (len(pool.scores) and isfinite(margin)):
        return Curve()
    levels = pool.levels()
    shift = pool.inputs[:, BLOCKS] - 0.5
    bent = shift[:, None] * _parabola(pool.inputs[:, RATE])
    others = pool.inputs[:, [NOISE, MOMENTUM]] - 0.5
    columns = np.column_stack([levels, _along(pool.inputs[:, RATE]), others, shift, bent])
    if len(columns) < LEAST_A_PARAMETER * columns.shape[1]:
        return Curve()
    spline = slice(levels.shape[1], levels.shape[1] + _along(_POINTS).shape[1])
    weights = _weights(pool.cells)
    scores, times = np.moveaxis(_solved(columns, np.stack([pool.scores, pool.times], axis=1), weights), -1, 0)
    middle, seconds = (found[:, spline] @ _along(_POINTS).T for found in (scores, times))
    basins = [basin(np.exp(one - one.min()), margin) for one in middle]
    start, end = np.array([(one.start, one.stop - 1) for one in basins]).T
    rates = AXES[RATE].decode(_POINTS)
    # The nearest points of the axis to the range, and to a decade below it.
    places = [int(np.abs(np.log(rates / rate)).argmin()) for rate in (low, high, low / 10)]
    turned = scores[:, -2:] @ _parabola(_POINTS).T
    small, large = middle + SMALL * turned, middle + LARGE * turned
    tuned = large[np.arange(len(large)), small.argmin(axis=1)]
    return Curve(
        _estimate(rates[start]),
        _estimate(rates[end]),
        _estimate((end - start) * DECADES / (POINTS - 1)),
        bool(start[0] == 0),
        bool(end[0] == POINTS - 1),
        _estimate(np.expm1(middle[:, places[2]] - middle.min(axis=1))) if low / 10 >= rates[0] else UNKNOWN,
        _estimate(np.exp(seconds[:, places[1]] - seconds[:, places[0]])),
        _estimate(np.expm1(tuned - large.min(axis=1)), (5, 95)),
    )


def curves_without(pool: Pool, low: float, high: float, margin: float) -> dict[str, Curve]:
    """The curve of all variants but one, for each of them; empty where there is only one."""
    codes = pool.variants if len(pool.variants) > 1 else []
    return {code: curve(pool.where(pool.cells != code), low, high, margin) for code in codes}


def _along(places):
    """Cubic splines of the learning rate but the first: all of them add up to the levels."""
    return BSpline.design_matrix(np.asarray(places, float), _KNOTS, _DEGREE).toarray()[:, 1:]


def _parabola(places):
    return np.stack([places - 0.5, (places - 0.5) ** 2], axis=1)


def _weights(cells):
    """How often each trial is drawn: once in the first row, at random in the others, each cell as often as it has
    trials."""
    generator = np.random.default_rng(_SEED)
    weights = np.ones((1 + RESAMPLES, len(cells)))
    for cell in np.unique(cells):
        inside = cells == cell
        weights[1:, inside] = generator.multinomial(inside.sum(), np.full(inside.sum(), 1 / inside.sum()), RESAMPLES)
    return weights


def _solved(columns, values, weights):
    """Least-squares coefficients of each column of values, for each row of weights: (rows, columns, values), the
    shortest where several fit as well."""
    squares, products = (
        (weights @ (columns[:, :, None] * other[:, None, :]).reshape(len(columns), -1)).reshape(
            len(weights), columns.shape[1], -1
        )
        for other in (columns, values)
    )
    return np.linalg.pinv(squares, hermitian=True) @ products


def _estimate(found, ends=(2.5, 97.5)):
    """The first is that of the trials themselves."""
    return Estimate(float(found[0]), *(float(end) for end in np.percentile(found[1:], ends)))
