"""In which order to tune the hyperparameters one after another."""

from collections.abc import Mapping
from itertools import pairwise
from math import nan

import numpy as np

from odyssey.analysis.advice.words import SILENT, UNTOLD, Advice, agreement, sureness
from odyssey.analysis.claims.average import LEAST_VARIANTS, Average
from odyssey.analysis.claims.shares import LEAST_R2
from odyssey.analysis.claims.verdict import PAPER_NAMES
from odyssey.analysis.claims.words import SPACE, listed, percent, point_span, points
from odyssey.analysis.importance import MAIN, VERY_FEW, Importance
from odyssey.analysis.known import TRUE
from odyssey.analysis.samples import AXES

ORDER = "order"
PAPER_ORDER = ("learning rate", "blocks", "noise", "momentum")
_ESTIMATES = ("forest", "process")
_AS_THERE = "as in the paper"
_IN_THAT_ORDER = (
    f"Begin with the {PAPER_ORDER[0]} and go on in the paper's order: {', '.join(PAPER_ORDER[1:])}. "
    "These trials cannot tell."
)


def order(task: str, importance: Mapping[str, Importance], calibration: Mapping[str, np.ndarray], each: int) -> Advice:
    """In which order to tune, by the main effects: the mean of the forest's and the process's, over the variants.

    Two neighbours are told apart by the intervals of claim C8 (`odyssey.analysis.claims.shares`): that of the
    difference of their shares has to exclude zero by one estimate, and the other has to have the same sign. Asked only
    from `VERY_FEW` trials of each variant and with surrogates that predict unseen trials.

    Args:
        task: name.
        importance: by variant, of those that the advice is about.
        calibration: as `odyssey.analysis.claims.evidence.Evidence` has it.
        each: trials of each variant.
    """
    told = task in PAPER_NAMES
    stated = (
        "As we read the paper, in its section on the impact of the hyperparameters: learning rate, then hidden size, "
        "then input noise; momentum last."
        if told
        else ""
    )
    shares = {name: _shares(importance, name) for name in _ESTIMATES}
    if any(len(found) < LEAST_VARIANTS for found in shares.values()):
        few = "Of too few variants the shares of the hyperparameters can be estimated."
        silent = UNTOLD if told else SILENT
        return Advice(ORDER, _AS_THERE, _IN_THAT_ORDER, few, stated, silent, sureness(False, each))
    means = {name: np.mean(list(found.values()), axis=0)[: len(MAIN)] for name, found in shares.items()}
    ranked = [int(axis) for axis in np.argsort(-sum(means.values()), kind="stable")]
    quality = [np.median([getattr(one, f"{name}_r2") for one in importance.values()]) for name in _ESTIMATES]
    usable = min(quality) >= LEAST_R2 and each >= VERY_FEW
    less = {pair: _differences(shares, calibration, *pair) for pair in pairwise(ranked)}
    apart = {pair: usable and _apart(averages.values()) for pair, averages in less.items()}
    groups = [[ranked[0]]]
    for pair, parted in apart.items():
        if parted:
            groups.append([])
        groups[-1].append(pair[1])
    decided = any(apart.values())
    parts = "; ".join(
        f"{AXES[axis].label} {percent(means['forest'][axis])} and {percent(means['process'][axis])}" for axis in ranked
    )
    steps = [
        f"{AXES[first].label} less {AXES[second].label} {listed([_written(average) for average in averages.values()])}"
        for (first, second), averages in less.items()
        if all(average.known for average in averages.values())
    ]
    differences = f" Differences in % of the variance (95{SPACE}% intervals): {'; '.join(steps)}." if steps else ""
    backwards = [pair for pair, parted in apart.items() if parted and pair[0] > pair[1]]
    return Advice(
        ORDER,
        ", then ".join(listed([AXES[axis].label for axis in group]) for group in groups) if decided else _AS_THERE,
        f"Tune {', then '.join(map(_named, groups))}." if decided else _IN_THAT_ORDER,
        f"Shares of the variance by the forest and by the process, means over {len(shares['forest'])} variants: "
        f"{parts}.{differences} R² on unseen trials, medians: {_r2(quality[0])} and {_r2(quality[1])}.",
        stated,
        agreement(all(apart.values()) and ranked == sorted(ranked), bool(backwards)) if told else SILENT,
        sureness(decided, each),
    )


def pair_share(importance: Mapping[str, Importance], number: int) -> float:
    """Mean share of a term over variants and both estimates; NaN where one has none."""
    found = [_shares(importance, name) for name in _ESTIMATES]
    means = [np.mean([one[number] for one in shares.values()]) for shares in found if shares]
    return float(np.mean(means)) if len(means) == len(found) else nan


def _shares(importance, name):
    """Of each variant that has an estimate."""
    found = {code: np.asarray(getattr(one, name), float) for code, one in importance.items()}
    return {code: one for code, one in found.items() if np.isfinite(one).all()}


def _differences(shares, calibration, first, second):
    """Of two main effects by each estimate, over the variants, with the bias that the estimate is known to have."""
    found = {}
    for name in _ESTIMATES:
        bias = np.mean(calibration[name], axis=0) - TRUE if name in calibration else np.full(len(TRUE), nan)
        values = {code: float(one[first] - one[second]) for code, one in shares[name].items()}
        found[name] = Average(values, float(bias[first] - bias[second]))
    return found


def _apart(averages):
    """Whether the first is shown to be above the second; it is above by the mean of both estimates."""
    averages = list(averages)
    return all(one.mean > 0 for one in averages) and any(one.interval()[0] > 0 for one in averages)


def _named(group):
    names = listed([AXES[axis].label for axis in group])
    return f"{names}, whose order cannot be told" if len(group) > 1 else names


def _written(average):
    return f"{points(average.mean)} ({point_span(*average.interval())})"


def _r2(value):
    return f"{value:.2f}".replace("-", "−")
