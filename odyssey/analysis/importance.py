"""How much of the test score's variance is due to each hyperparameter, to pairs of them, and to more than two.

Source: Greff et al. 2017, section on the importance of hyperparameters: functional ANOVA of a regression forest for
each cell, over the whole search space; a share is the mean over the trees of each tree's own (Hutter, Hoos and
Leyton-Brown 2014). Ours are the spread over trees, the second estimate by a Gaussian process, and the cross-validation,
which says whether either of them knows anything: the decomposition of a surrogate is exact whatever the surrogate is
worth. How diverged trials enter stands in `odyssey.analysis.samples`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from odyssey.analysis.forest import Forest
from odyssey.analysis.process import Process
from odyssey.analysis.samples import AXES, samples
from odyssey.protocol import TRIALS

FEWEST = 8  # trials below which nothing is estimated: two for each hyperparameter
VERY_FEW = 20
FOLDS = 5
POINTS = 25  # on the axis of a marginal
CELLS = 16  # on an axis of a heat map
SCORE, TIME = "score", "time"

MAIN = tuple((axis,) for axis in range(len(AXES)))
PAIRS = tuple(combinations(range(len(AXES)), 2))
TERMS = MAIN + PAIRS
REST = "rest"
HEAT = (0, 1)  # the axes of the heat maps: learning rate and blocks


def term_name(term: tuple[int, ...]) -> str:
    """What a term is called: the columns of its hyperparameters, such as ``learning_rate × blocks``."""
    return " × ".join(AXES[axis].name for axis in term)


NAMES = (*(term_name(term) for term in TERMS), REST)


@dataclass(frozen=True)
class Importance:
    """What the trials of one cell say about its hyperparameters. What cannot be computed is NaN.

    Attributes:
        trials: how many there are.
        limited, unscored: how many scores were limited; how many trials had none (`odyssey.analysis.samples`).
        forest, forest_spread: share of the variance of a tree's prediction of the score due to each of `NAMES`, mean
            and standard deviation over the trees that vary; float64 (11,), the means add up to 1. Not the shares of
            the forest's own, mean prediction: in a mean over trees most of what each tree alone takes for interaction
            cancels, and in a mean of shares it stays.
        process: the same shares by the Gaussian process.
        forest_r2, process_r2: share of the scores' variance predicted in cross-validation; 0 is what their mean
            predicts, and below it a surrogate does worse than that.
        marginals: for each of SCORE and TIME the forest's mean prediction and its standard deviation over trees on
            each axis, all others averaged out; float64 (4, 2, POINTS). Times are log10 of seconds.
        total: mean prediction of the score over learning rate (rows) and blocks, float64 (CELLS, CELLS).
        interaction: what is left of it without the mean and the effects of either.
    """

    trials: int
    limited: int
    unscored: int
    forest: np.ndarray
    forest_spread: np.ndarray
    process: np.ndarray
    forest_r2: float
    process_r2: float
    marginals: dict[str, np.ndarray]
    total: np.ndarray
    interaction: np.ndarray


def axis_points(count: int) -> np.ndarray:
    """Coordinates of `count` points on an axis of the unit cube: the middles of equal intervals."""
    return (np.arange(count) + 0.5) / count


def importance(trials: pd.DataFrame) -> Importance:
    """The importance of the hyperparameters in one cell.

    Args:
        trials: of one cell, with the columns of the archive.

    Raises:
        OdysseyError: ``fanova`` is not installed, or a trial is not in the search space.
    """
    data = samples(trials)
    few = len(data.scores) - data.unscored < FEWEST
    nothing = np.full(len(NAMES), np.nan)
    forest = None if few else Forest(data.inputs, data.scores)
    mean, spread = (nothing, nothing) if few else forest_shares(forest)
    total, interaction = np.full((2, CELLS, CELLS), np.nan) if few else heat(forest)
    unknown = np.full((len(AXES), 2, POINTS), np.nan)
    return Importance(
        trials=len(trials),
        limited=data.limited,
        unscored=data.unscored,
        forest=mean,
        forest_spread=spread,
        process=nothing if few else process_shares(Process(data.inputs, data.scores)),
        forest_r2=np.nan if few else predicted(Forest, data.inputs, data.scores),
        process_r2=np.nan if few else predicted(Process, data.inputs, data.scores),
        marginals={
            SCORE: unknown if few else marginals(forest),
            TIME: unknown if len(trials) < FEWEST else marginals(Forest(data.inputs, data.times)),
        },
        total=total,
        interaction=interaction,
    )


def forest_shares(forest: Forest) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation, over the trees that vary, of the share of each of `NAMES`, float64 (11,) each."""
    fractions = np.array([forest.fractions(term) for term in TERMS])
    fractions = np.vstack([fractions, np.clip(1 - fractions.sum(axis=0), 0, 1)])
    varying = fractions[:, np.isfinite(fractions).all(axis=0)]
    if not varying.size:
        return np.full(len(NAMES), np.nan), np.full(len(NAMES), np.nan)
    return varying.mean(axis=1), varying.std(axis=1)


def process_shares(process: Process) -> np.ndarray:
    """Share of each of `NAMES` by the Gaussian process, float64 (11,)."""
    shares = process.shares(TERMS)
    return np.append(shares, np.clip(1 - shares.sum(), 0, 1))


def predicted(surrogate: Callable, inputs: np.ndarray, values: np.ndarray) -> float:
    """Share of the variance of `values`, (n,), that a surrogate predicts for trials it was not fitted to (R²).

    The trials are drawn at random, so every fifth of them makes a random fold. NaN where nothing varies.
    """
    if np.ptp(values) == 0:
        return np.nan
    fold = np.arange(len(values)) % FOLDS
    errors = np.empty(len(values))
    for number in range(FOLDS):
        inside = fold != number
        found = surrogate(inputs[inside], values[inside]).predict(inputs[~inside])
        errors[~inside] = values[~inside] - found
    return float(1 - (errors**2).sum() / ((values - values.mean()) ** 2).sum())


def marginals(forest: Forest) -> np.ndarray:
    """Mean and standard deviation over trees of the prediction along each axis, float64 (4, 2, POINTS)."""
    points = axis_points(POINTS)[:, None]
    found = [forest.marginals(axis, points) for axis in MAIN]
    return np.array([[trees.mean(axis=0), trees.std(axis=0)] for trees in found])


def heat(forest: Forest) -> tuple[np.ndarray, np.ndarray]:
    """Mean prediction over the two axes of `HEAT`, and what is left of it without the mean and the effects of
    either; float64 (CELLS, CELLS) each."""
    points = axis_points(CELLS)
    grid = np.stack(np.meshgrid(points, points, indexing="ij"), axis=-1).reshape(-1, 2)
    both = forest.marginals(HEAT, grid).mean(axis=0).reshape(CELLS, CELLS)
    first, second = (forest.marginals((axis,), points[:, None]).mean(axis=0) for axis in HEAT)
    centre = forest.marginals((), np.empty((1, 0))).mean()
    return both, both - first[:, None] - second[None, :] + centre


def caution(trials: int) -> str:
    """One or two sentences on how much the importance in a cell of so many trials can carry; empty for a full study."""
    if trials >= TRIALS:
        return ""
    sentence = f"Each cell has {trials} of the study's {TRIALS} trials."
    if trials < VERY_FEW:
        sentence += (
            " That is far too few: what stands here shows what the analysis will look like, and little about the "
            "hyperparameters."
        )
    elif trials < TRIALS / 2:
        sentence += " That is few: shares may be off by many points, and small ones mean nothing."
    return sentence
