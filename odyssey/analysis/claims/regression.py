"""What blocks, noise and momentum do to score, time and length of training: a regression for each variant.

It has all four hyperparameters, as coordinates of the search space (`odyssey.analysis.samples`), and the square of the
learning rate, whose effect has a minimum. The score enters by its rank among the variant's trials, so that a few bad
trials weigh no more than others, time and epochs as their logarithm. The spread of a forest over its trees would say
how trees differ, not how other trials would.

Noise does not change what an epoch costs, so its effect on the length of training is measured in epochs: seconds also
differ from machine to machine, and the trials of a cell may come from several. Since every trial draws its
hyperparameters at random, machines add scatter to the effects on the time and no bias.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from scipy import stats

from odyssey.analysis.samples import AXES, samples
from odyssey.protocol import BLOCKS

DIP = (0.2, 0.5)  # the paper's own range of noise
RATE_AXIS, BLOCKS_AXIS, NOISE_AXIS, MOMENTUM_AXIS = range(len(AXES))
# Of the jackknife: every twentieth trial is left out in turn.
GROUPS = 20


@dataclass(frozen=True)
class Cell:
    """The trials of one variant.

    Attributes:
        inputs: points of the unit cube, float64 (n, 4), in the order of `AXES`.
        scores: limited test scores, float64 (n,).
        times: log10 of the seconds of training, float64 (n,).
        epochs: log10 of the epochs of training, float64 (n,).
    """

    inputs: np.ndarray
    scores: np.ndarray
    times: np.ndarray
    epochs: np.ndarray

    @property
    def ranks(self) -> np.ndarray:
        """Places of the scores from 0, the best, to 1; ties share theirs."""
        return (stats.rankdata(self.scores) - 0.5) / len(self.scores)

    def where(self, chosen: np.ndarray) -> "Cell":
        """Some of the trials, by a mask, bool (n,)."""
        return Cell(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})


def cell(trials: pd.DataFrame) -> Cell | None:
    """The trials of one variant, columns of the archive; None where none has a score.

    Raises:
        OdysseyError: as `odyssey.analysis.samples.samples`.
    """
    found = samples(trials)
    epochs = trials.sort_values("index", kind="stable")["epochs"].to_numpy(float)
    return Cell(found.inputs, found.scores, found.times, np.log10(epochs)) if len(found.scores) else None


def error(measure: Callable[[Cell], float], one: Cell) -> float:
    """Standard error of a measure by the `jackknife`."""
    return jackknife(lambda chosen: measure(one.where(chosen)), len(one.scores))


def jackknife(measure: Callable[[np.ndarray], float], count: int) -> float:
    """Standard error by the jackknife over `GROUPS` groups of trials (Tukey 1958), which are random.

    Args:
        measure: gives a number for some of the trials, by a mask, bool (n,).
        count: n, of all trials.
    """
    group = np.arange(count) % GROUPS
    found = np.array([measure(group != number) for number in range(GROUPS)])
    return float(np.sqrt((GROUPS - 1) * found.var()))


def effects(values: np.ndarray, inputs: np.ndarray, *more: np.ndarray, without: int | None = None) -> np.ndarray:
    """Coefficients of a least-squares regression on an intercept, the columns `more`, the square of the learning rate
    and the four axes, in that order.

    Args:
        values: float64 (n,).
        inputs: points of the unit cube, float64 (n, 4).
        more: further columns, float64 (n,) each.
        without: an axis to leave out, because `more` stands for it.
    """
    axes = [inputs[:, axis] for axis in range(len(AXES)) if axis != without]
    columns = [np.ones(len(values)), *more, (inputs[:, RATE_AXIS] - 0.5) ** 2, *axes]
    return np.linalg.lstsq(np.stack(columns, axis=1), values, rcond=None)[0]


def score_effect(axis: int) -> Callable[[Cell], float]:
    """Of an axis on the rank of the score; positive is worse."""
    return lambda found: float(effects(found.ranks, found.inputs)[2 + axis])


def time_effect(axis: int) -> Callable[[Cell], float]:
    """Of an axis on log10 of the time."""
    return lambda found: float(effects(found.times, found.inputs)[2 + axis])


def epochs_effect(axis: int) -> Callable[[Cell], float]:
    """Of an axis on log10 of the epochs."""
    return lambda found: float(effects(found.epochs, found.inputs)[2 + axis])


def diminishing(found: Cell) -> float:
    """Ranks gained by 100 more blocks in the lower half of their (logarithmic) range, less those in the upper."""
    blocks = found.inputs[:, BLOCKS_AXIS]
    fitted = effects(found.ranks, found.inputs, np.maximum(blocks - 0.5, 0))
    lower = fitted[3 + BLOCKS_AXIS]
    upper = lower + fitted[1]
    middle = np.sqrt(BLOCKS[0] * BLOCKS[1])
    gains = -0.5 * np.array([lower, upper]) / np.array([middle - BLOCKS[0], BLOCKS[1] - middle])
    return float(100 * (gains[0] - gains[1]))


def dip(found: Cell) -> float:
    """Ranks gained by noise within `DIP` against less noise than that."""
    noise = found.inputs[:, NOISE_AXIS]
    inside, above = (noise >= DIP[0]) & (noise <= DIP[1]), noise > DIP[1]
    return float(-effects(found.ranks, found.inputs, inside * 1.0, above * 1.0, without=NOISE_AXIS)[1])
