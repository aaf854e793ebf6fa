"""In which order to tune, and how many random trials that takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan

import numpy as np
import pandas as pd

from odyssey.analysis.advice.rate import BestRates
from odyssey.analysis.advice.words import SILENT, UNTOLD, Advice, agreement, sureness
from odyssey.analysis.budget import best_of
from odyssey.analysis.claims.average import LEAST_VARIANTS
from odyssey.analysis.claims.shares import LEAST_R2
from odyssey.analysis.claims.verdict import MATTERS, PAPER_NAMES
from odyssey.analysis.claims.words import percent
from odyssey.analysis.importance import MAIN, VERY_FEW, Importance
from odyssey.analysis.samples import AXES
from odyssey.progress import duration

ORDER, BUDGET = "order", "budget"
PAPER_ORDER = ("learning rate", "blocks", "noise", "momentum")
_AS_THERE = "as in the paper"
_IN_THAT_ORDER = (
    f"Begin with the {PAPER_ORDER[0]} and go on in the paper's order: {', '.join(PAPER_ORDER[1:])}. "
    "These trials cannot tell."
)


def order(task: str, importance: Mapping[str, Importance], each: int) -> Advice:
    """In which order to tune, by the main effects: the mean of the forest's and the process's, over the variants.

    Decided where both estimates have the same first three, from `VERY_FEW` trials of each variant and with surrogates
    that predict unseen trials.
    """
    told = task in PAPER_NAMES
    shares = {name: _shares(importance, name) for name in ("forest", "process")}
    known = all(len(found) >= LEAST_VARIANTS for found in shares.values())
    stated = (
        "As we read the paper, in its section on the impact of the hyperparameters: learning rate, then hidden size, "
    )
    stated = f"{stated}then input noise; momentum last." if told else ""
    if not known:
        unknown = "Of too few variants the shares of the hyperparameters can be estimated."
        return Advice(
            ORDER,
            _AS_THERE,
            _IN_THAT_ORDER,
            unknown,
            stated,
            UNTOLD if told else SILENT,
            sureness(False, each),
        )
    means = {name: found.mean(axis=0) for name, found in shares.items()}
    ranked = np.argsort(-sum(means.values()), kind="stable")
    names = [AXES[axis].label for axis in ranked]
    same = len({tuple(np.argsort(-found, kind="stable")[:3]) for found in means.values()}) == 1
    quality = [np.median([getattr(one, f"{name}_r2") for one in importance.values()]) for name in means]
    decided = same and min(quality) >= LEAST_R2 and each >= VERY_FEW
    parts = "; ".join(
        f"{AXES[axis].label} {percent(means['forest'][axis])} and {percent(means['process'][axis])}" for axis in ranked
    )
    return Advice(
        ORDER,
        ", ".join(names) if decided else _AS_THERE,
        f"Tune {', then '.join(names)}." if decided else _IN_THAT_ORDER,
        f"Shares of the variance by the forest and by the process, means over the variants: {parts}. R² on "
        f"unseen trials, medians: {_r2(quality[0])} and {_r2(quality[1])}.",
        stated,
        agreement(decided and tuple(names) == PAPER_ORDER, decided and tuple(names) != PAPER_ORDER) if told else SILENT,
        sureness(decided, each),
    )


def pair_share(importance: Mapping[str, Importance], number: int) -> float:
    """Mean share of a term over variants and both estimates; NaN where one has none."""
    found = [_shares(importance, name, number) for name in ("forest", "process")]
    return float(np.mean([one.mean() for one in found])) if all(len(one) for one in found) else nan


@dataclass(frozen=True)
class Needed:
    """What one variant's search needs to come within `MATTERS` of the best of all its trials; NaN where it does not.

    Attributes:
        half, most: trials with which half and three quarters of all searches do.
        within: trials with which half of all searches do whose learning rates are in the range of most of the best.
        seconds: of a trial on one core, mean.
    """

    half: float
    most: float
    within: float
    seconds: float


def needed(cell: pd.DataFrame, best: BestRates) -> Needed:
    """Of the trials of one cell."""
    found = best_of(cell)
    target = found["median"].iloc[-1] * (1 + MATTERS)
    good = cell[best.inside(cell["learning_rate"])]
    return Needed(
        _first(found, "median", target),
        _first(found, "high", target),
        _first(best_of(good), "median", target) if len(good) else nan,
        float(cell["seconds"].mean()),
    )


def budget(trials: pd.DataFrame, best: BestRates, each: int) -> Advice:
    """How many random trials, and what they cost; decided where half of the trials at hand are enough."""
    cells = [needed(cell, best) for _, cell in trials.groupby("variant", sort=False)]
    half, most, within = (np.array([getattr(cell, name) for cell in cells]) for name in ("half", "most", "within"))
    told = np.isfinite(most)
    if not told.any():
        return Advice(BUDGET, "not known", "Nothing yet.", "No trial has a score.", "", SILENT, sureness(False, each))
    typical = _middle(most)
    decided = bool(told.all() and most.max() <= each / 2)
    seconds = float(np.mean([cell.seconds for cell in cells]))
    text = f"Plan for {typical} random trials to come within {percent(MATTERS)} of the best, about "
    text += f"{duration(typical * seconds)} on one core."
    if not decided:
        text += f" Take more if you can: {each} trials each are too few to see where more stop helping."
    near = f"Within {percent(MATTERS)} of the best of {each} trials, median over the variants (from fewest to most)"
    evidence = (
        f"{near}: half of all random searches get there with {_range(half)} trials, three quarters with {_range(most)}"
    )
    if np.isfinite(within).any():
        evidence += f"; with the learning rate kept to the range above, half do with {_range(within)}"
    evidence += f". A trial takes {duration(seconds)} on one core, on average."
    return Advice(BUDGET, f"{typical} trials", text, evidence, "", SILENT, sureness(decided, each))


def _shares(importance, name, number=None):
    """A row for each variant that has an estimate."""
    found = np.array([getattr(one, name) for one in importance.values()], float)
    found = found[np.isfinite(found).all(axis=1)] if len(found) else np.zeros((0, len(MAIN)))
    return found[:, : len(MAIN)] if number is None else found[:, number : number + 1]


def _r2(value):
    return f"{value:.2f}".replace("-", "−")


def _first(found, column, target):
    enough = found.loc[found[column] <= target, "k"]
    return float(enough.iloc[0]) if len(enough) else nan


def _middle(counts):
    return int(np.ceil(np.median(counts[np.isfinite(counts)])))


def _range(counts):
    counts = counts[np.isfinite(counts)]
    return f"{_middle(counts)} ({counts.min():.0f} to {counts.max():.0f})"
