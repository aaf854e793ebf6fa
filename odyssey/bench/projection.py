"""What a trial costs, and the study: on the corpora at hand, and on corpora of the paper's size.

A trial costs its epochs, and an epoch an update on each training sequence and the evaluation of each validation
sequence. What these take is measured (`odyssey.bench.stored`); between the sizes that were measured, their logarithm
is interpolated linearly in that of N.

What the study trains is drawn in advance (`odyssey.protocol.draw_trial`), so the sizes of all its networks are known,
the largest included. How many epochs each of them takes is not: they are drawn from those of the recorded trials of
its cell, whatever their hyperparameters. That leaves out how epochs depend on these, which matters only as far as they
go with blocks: no other hyperparameter changes the cost of an epoch. And they are epochs on the corpus at hand: whether
a trial on more and longer sequences needs as many cannot be known before one has been trained.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from odyssey.bench.operations import operations
from odyssey.bench.sample import mean_frames
from odyssey.corpora.pen_statistics import IAMONDB
from odyssey.errors import OdysseyError
from odyssey.protocol import TRIALS, draw_trial
from odyssey.tasks.base import Task
from odyssey.variants import VARIANTS

# Greff et al. 2017, as we read the paper: its count of trials, hours of a trial on one CPU, and CPUs.
PAPER_TRIALS, PAPER_HOURS, PAPER_CPUS = 5400, 24.3, 128
HOURS_A_YEAR = 24 * 365.25

RESAMPLES, LEVEL = 1000, 0.95
# Of a cell with fewer recorded trials, those of all cells of the task are drawn from.
FEWEST = 5
_SEED = 0


class Size(NamedTuple):
    """Training and validation sequences of a corpus, and their mean length in frames."""

    train: int
    valid: int
    frames: int


# Strokes begin and end with points that are kept, whatever their number: on average three quarters of a frame more.
_STROKES = IAMONDB.strokes_per_character * IAMONDB.characters_per_line
# The paper's corpora, as we read the paper (section IV.A). The lengths of IAM-OnDB's lines are not in it: they are half
# of the points of a line of IAM-OnDB (Liwicki and Bunke 2005), and what the ends of strokes add.
PAPER_SIZES = {
    "speech": Size(3696, 400, 304),
    "handwriting": Size(5355, 2956, round(IAMONDB.points_per_line / 2 + 0.75 * _STROKES)),
    "music": Size(229, 76, 61),
}


def paper_cpu_years() -> float:
    """What the whole study cost in the paper, in years of one CPU."""
    return PAPER_TRIALS * PAPER_HOURS / HOURS_A_YEAR


def epoch_seconds(size: pd.DataFrame, task: str, variant: str, blocks: np.ndarray, corpus: Size) -> np.ndarray:
    """Seconds of one core that an epoch takes, training and validation.

    Args:
        size: of a `Measurement`.
        task, variant: what is trained.
        blocks: N, one for each network; outside the sizes that were measured, the nearest of them counts.
        corpus: the measured length nearest to its own counts, and then costs are proportional to frames.

    Raises:
        OdysseyError: the variant was not measured on the task.
    """
    measured = size[(size["task"] == task) & (size["variant"] == variant)]
    if measured.empty:
        raise OdysseyError(
            f"{variant} on {task} was not measured: measure all variants with "
            "odyssey bench --scale book/measurements/cost.json"
        )
    nearest = measured.loc[(measured["frames"] - corpus.frames).abs().idxmin(), "frames"]
    rows = measured[measured["frames"] == nearest].sort_values("blocks")

    def interpolated(column):
        return np.exp(np.interp(np.log(blocks), np.log(rows["blocks"]), np.log(rows[column])))

    milliseconds = corpus.train * interpolated("update_ms") + corpus.valid * interpolated("evaluation_ms")
    return milliseconds / 1000 * corpus.frames / nearest


def trial_seconds(size: pd.DataFrame, trials: pd.DataFrame, corpus: Size) -> np.ndarray:
    """Seconds of one core that recorded trials of one task would take on a corpus of this size, in as many epochs."""
    seconds = np.zeros(len(trials))
    for variant in trials["variant"].unique():
        rows = (trials["variant"] == variant).to_numpy()
        task, blocks = trials["task"].iloc[0], trials["blocks"].to_numpy()[rows]
        seconds[rows] = epoch_seconds(size, task, variant, blocks, corpus) * trials["epochs"].to_numpy()[rows]
    return seconds


class Cost(NamedTuple):
    """What a task's part of the study, all its planned trials, costs on a corpus of some size.

    Attributes:
        task: its name.
        size: of the corpus.
        seconds: of a trial on one core, the expected mean over all planned ones.
        epochs: of a trial, likewise.
        operations: of a trial, likewise.
        totals: seconds of one core for all of them, and
        longests: of the longest of them, as they might turn out: float64 (RESAMPLES,).
    """

    task: str
    size: Size
    seconds: float
    epochs: float
    operations: float
    totals: np.ndarray
    longests: np.ndarray

    @property
    def total(self) -> float:
        """Expected seconds of one core for all trials of the task."""
        return self.seconds * TRIALS * len(VARIANTS)

    @property
    def longest(self) -> float:
        """Expected seconds of the longest of all trials of the task, on one core."""
        return float(self.longests.mean())

    @property
    def total_operations(self) -> float:
        """Expected operations of all trials of the task."""
        return self.operations * TRIALS * len(VARIANTS)

    @property
    def steps(self) -> float:
        """Steps in time of a trial's updates that must come one after another: each frame forwards and backwards."""
        return 2 * self.size.frames * self.size.train * self.epochs


def corpus_size(task: Task) -> Size:
    """The size of the corpus that a task has at hand."""
    return Size(len(task.splits["train"]), len(task.splits["valid"]), mean_frames(task))


def cost(size: pd.DataFrame, task: Task, trials: pd.DataFrame, corpus: Size) -> Cost:
    """The cost of a task's part of the study: `TRIALS` planned trials of each declared variant.

    How it might turn out is a bootstrap in two steps, with a fixed seed: the recorded trials of a cell are drawn again
    with replacement, since others might have been recorded, and then from these the epochs of each planned trial.

    Args:
        size: of a `Measurement`.
        task: the task.
        trials: recorded trials of the task, at least one.
        corpus: what all are to be trained on.

    Raises:
        OdysseyError: a variant was not measured on the task.
    """
    generator = np.random.default_rng([_SEED, *task.name.encode()])
    recorded = trials["epochs"].to_numpy()
    again = _drawn(recorded, generator)
    totals, longests, means = np.zeros(RESAMPLES), np.zeros(RESAMPLES), []
    for variant in VARIANTS:
        own = recorded[(trials["variant"] == variant).to_numpy()]
        # The cells that share the task's trials share what is drawn of them too: their errors are the same.
        known, drawn = (own, _drawn(own, generator)) if len(own) >= FEWEST else (recorded, again)
        blocks = np.array(planned_blocks(task.name, variant))
        seconds = epoch_seconds(size, task.name, variant, blocks, corpus)
        places = generator.integers(drawn.shape[1], size=(RESAMPLES, TRIALS))
        planned = seconds * np.take_along_axis(drawn, places, axis=1)
        totals += planned.sum(axis=1)
        longests = np.maximum(longests, planned.max(axis=1))
        sizes, trials_each = np.unique(blocks, return_counts=True)
        frames = [operations(task.network(variant, int(n))) for n in sizes]
        work = corpus.train * corpus.frames * np.average(frames, weights=trials_each)
        means.append(known.mean() * np.array([seconds.mean(), 1.0, work]))
    return Cost(task.name, corpus, *(float(mean) for mean in np.mean(means, axis=0)), totals, longests)


@cache
def planned_blocks(task: str, variant: str) -> tuple[int, ...]:
    """N of each trial that the study has for a cell, `TRIALS` numbers; kept, because drawing takes a while."""
    return tuple(draw_trial(task, variant, index).hyperparameters.blocks for index in range(TRIALS))


def interval(values: np.ndarray) -> tuple[float, float]:
    """The middle 95 % of what might turn out, such as `Cost.totals`."""
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _drawn(epochs, generator):
    """As many of them again, with replacement, (RESAMPLES, n)."""
    return epochs[generator.integers(len(epochs), size=(RESAMPLES, len(epochs)))]


def by_variant(trials: pd.DataFrame, values) -> float:
    """The mean over the variants of the means of `values`, one for each of `trials`: as if all had as many trials."""
    return float(pd.Series(np.asarray(values, float)).groupby(trials["variant"].to_numpy()).mean().mean())
