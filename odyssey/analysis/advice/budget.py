"""How many random trials a search takes to come near the best, and what they cost."""

from dataclasses import dataclass
from math import isfinite, nan

import numpy as np
import pandas as pd

from odyssey.analysis.advice.margin import Margin
from odyssey.analysis.advice.rate import BestRates
from odyssey.analysis.advice.words import SILENT, Advice, sureness
from odyssey.analysis.budget import best_of
from odyssey.analysis.claims.words import listed
from odyssey.progress import duration

BUDGET = "budget"
# Where one trial alone is near the best, three quarters of all searches have it with three quarters of the trials: that
# says how many there were, not how many it takes.
_LONE = 0.7


@dataclass(frozen=True)
class Needed:
    """What one variant's search needs to come within what matters of the best of all its trials; NaN where it does not.

    Attributes:
        half, most: trials with which half and three quarters of all searches do.
        within: trials with which half of all searches do whose learning rates are in the range of most of the best.
        seconds: of a trial on one core, mean.
    """

    half: float
    most: float
    within: float
    seconds: float


def needed(cell: pd.DataFrame, best: BestRates, margin: Margin) -> Needed:
    """Of the trials of one cell."""
    found = best_of(cell)
    target = found["median"].iloc[-1] + margin.absolute
    good = cell[best.inside(cell["learning_rate"])]
    return Needed(
        _first(found, "median", target),
        _first(found, "high", target),
        _first(best_of(good), "median", target) if len(good) else nan,
        float(cell["seconds"].mean()),
    )


def budget(trials: pd.DataFrame, best: BestRates, margin: Margin, each: int) -> Advice:
    """How many random trials, and what they cost; decided where half of the trials at hand are enough.

    Args:
        trials: of the variants that the advice is about.
        best: the best of these.
        margin: what matters.
        each: trials of each variant.
    """
    cells = {code: needed(cell, best, margin) for code, cell in trials.groupby("variant", sort=False)}
    half, most, within = (
        {code: getattr(cell, name) for code, cell in cells.items()} for name in ("half", "most", "within")
    )
    told = np.isfinite(list(most.values()))
    if not told.any():
        why = "No trial has a score." if isfinite(margin.absolute) else "What matters to this score is not laid down."
        return Advice(BUDGET, "not known", "Nothing yet.", why, "", SILENT, sureness(False, each))
    typical = _middle(most)
    decided = bool(told.all() and max(most.values()) <= each / 2)
    seconds = float(np.mean([cell.seconds for cell in cells.values()]))
    lone = not decided and typical >= _LONE * each
    text = f"Plan for {typical} random trials to come within {margin.told} of the best, about "
    text += f"{duration(typical * seconds)} on one core."
    if lone:
        text = f"As many random trials as you can pay for: {each} each are too few to see how many it takes."
    elif not decided:
        text += f" Take more if you can: {each} trials each are too few to see where more stop helping."
    evidence = (
        f"Within {margin.told} of the best of {each} trials, median over the variants (from fewest to most): half of "
        f"all random searches get there with {_range(half)} trials, three quarters with {_range(most)}"
        f"{_missing(most)}. With the learning rate kept to the range above, {_kept(within)}. A trial takes "
        f"{duration(seconds)} on one core, on average."
    )
    if lone:
        evidence += f" Three quarters of {each} is what comes out where a single trial is near the best of its search."
    return Advice(
        BUDGET, "not known" if lone else f"{typical} trials", text, evidence, "", SILENT, sureness(decided, each)
    )


def _first(found, column, target):
    enough = found.loc[found[column] <= target, "k"]
    return float(enough.iloc[0]) if len(enough) else nan


def _finite(counts):
    return [count for count in counts.values() if isfinite(count)]


def _middle(counts):
    return int(np.ceil(np.median(_finite(counts))))


def _range(counts):
    finite = _finite(counts)
    return f"{_middle(counts)} ({min(finite):.0f} to {max(finite):.0f})"


def _kept(within):
    if not _finite(within):
        return "none does"
    return f"half do with {_range(within)}{_missing(within)}"


def _missing(counts):
    """Which variants never get there, in words."""
    never = [code for code, count in counts.items() if not isfinite(count)]
    if not never:
        return ""
    return f"; {len(never)} of {len(counts)} variants never {'does' if len(never) == 1 else 'do'}: {listed(never)}"
