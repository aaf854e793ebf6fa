"""On which network to tune the learning rate: whether the best rate of a small one serves a large one."""

from collections.abc import Mapping

import numpy as np

from odyssey.analysis.advice.curve import LARGE, SMALL, Curve
from odyssey.analysis.advice.margin import Margin
from odyssey.analysis.advice.pool import BLOCKS
from odyssey.analysis.advice.rate import BestRates
from odyssey.analysis.advice.words import SILENT, Advice, agreement, sureness
from odyssey.analysis.claims.verdict import PAPER_NAMES
from odyssey.analysis.claims.words import SPACE, number, percent
from odyssey.analysis.samples import AXES

SIZE = "size to tune on"
FINE, BAD = "fine", "bad"
_SECTION = "As we read the paper, in its section on the learning rate"


def size(
    task: str, curve: Curve, without: Mapping[str, Curve], best: BestRates, share: float, margin: Margin, each: int
) -> Advice:
    """Whether the learning rate can be tuned on a small network; decided if it is whichever variant is left out.

    Args:
        task: name.
        curve: of the learning rate.
        without: the same without each variant.
        best: the best trials.
        share: of the score's variance that is due to learning rate and blocks together, NaN where not known.
        margin: what matters.
        each: trials of each variant.
    """
    lost, correlation = curve.lost, best.correlation
    small, large = (AXES[BLOCKS].decode(0.5 + place) for place in (SMALL, LARGE))
    said = _said(lost, margin)
    other = {code: one.lost for code, one in without.items() if _said(one.lost, margin) != said}
    single = max(other, key=lambda code: abs(other[code].value - lost.value)) if said and other else ""
    fine, bad = said == FINE and not single, said == BAD and not single
    text = f"Try the rate of a small network on a large one: {each} trials each cannot tell what that loses."
    if fine:
        text = "Tune the learning rate on a small network and keep it for a large one."
    elif bad:
        text = "Tune the learning rate on a network of the size that you will use."
    evidence = ["The trials are too few to say what it would lose."]
    if lost.known:
        evidence = [f"With the best rate of a network of {small:.0f} blocks one of {large:.0f} loses {_loses(lost)}."]
        if single:
            evidence.append(f"Without {single}: {_loses(other[single])}.")
    if correlation.known:
        evidence.append(
            f"Among the {best.trials} best trials the rank correlation of learning rate and blocks is "
            f"{number(correlation.value)} ({number(correlation.low)} to {number(correlation.high)})."
        )
    if np.isfinite(share):
        evidence.append(
            f"The interaction of the two has {percent(share)} of the variance, by the mean of both estimates over the "
            "variants."
        )
    told = task in PAPER_NAMES
    return Advice(
        SIZE,
        "a small network" if fine else "the final size" if bad else "not known",
        text,
        " ".join(evidence),
        f"{_SECTION}: it interacts little with the hidden size, so tune it on a small network." if told else "",
        agreement(fine, bad) if told else SILENT,
        sureness(fine or bad, each),
    )


def _said(lost, margin):
    if lost.known and lost.high < margin.relative:
        return FINE
    return BAD if lost.known and lost.low > margin.relative else ""


def _loses(lost):
    return (
        f"{percent(lost.value)} (with 95{SPACE}% confidence less than {percent(lost.high)})"
        if lost.known
        else "too few trials"
    )
