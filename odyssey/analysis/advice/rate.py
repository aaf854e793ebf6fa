"""How to set the learning rate: where the best trials are, and how wide the basin is."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from odyssey.analysis.advice.curve import RESAMPLES, UNKNOWN, Curve, Estimate
from odyssey.analysis.advice.margin import Margin
from odyssey.analysis.advice.pool import RATE, Pool
from odyssey.analysis.advice.words import SILENT, Advice, agreement, changed, power, sureness
from odyssey.analysis.claims.responses import WIDE
from odyssey.analysis.claims.verdict import LEVEL, PAPER_NAMES
from odyssey.analysis.claims.words import SPACE, percent, span
from odyssey.analysis.comparison import TOP_SHARE, scored, top
from odyssey.analysis.samples import AXES

LEARNING_RATE = "learning rate"
MOST = (10, 25, 75, 90)  # percentiles: the middle 80 % of the best trials, and the middle half
KNOWN_TO = 1.0  # decades within which both ends of a range have to be known
_SECTION = "As we read the paper, in its section on the learning rate"
_SEED = 0


@dataclass(frozen=True)
class BestRates:
    """The learning rates of every variant's best tenth, all together.

    Attributes:
        lowest, lower, upper, highest: percentiles `MOST` of them.
        trials: how many these are.
        correlation: rank correlation of the learning rate with the blocks among them.
        single: a variant without which one of these would lie more than `KNOWN_TO` elsewhere; empty where there is
            none.
    """

    lowest: Estimate = UNKNOWN
    lower: Estimate = UNKNOWN
    upper: Estimate = UNKNOWN
    highest: Estimate = UNKNOWN
    trials: int = 0
    correlation: Estimate = UNKNOWN
    single: str = ""

    def inside(self, rates: np.ndarray) -> np.ndarray:
        """Which learning rates (n,) are in the range of most of the best: from `lowest` to `highest`."""
        return (rates >= self.lowest.value) & (rates <= self.highest.value)


def best_rates(trials: pd.DataFrame) -> BestRates:
    """Of the trials of one task and corpus; intervals from trials drawn with replacement within each cell.

    NaN where no trial has a score.
    """
    generator = np.random.default_rng(_SEED)
    best, again = [], []
    for _, cell in trials.groupby("variant", sort=False):
        found = top(cell)
        if len(found):
            ranked = scored(cell).sort_values(["valid_score", "index"], kind="stable")["learning_rate"].to_numpy()
            # The best of a resample are its lowest places in the ranking.
            places = np.sort(generator.integers(len(ranked), size=(RESAMPLES, len(ranked))), axis=1)
            best.append(found)
            again.append(np.log10(ranked[places[:, : len(found)]]))
    if not best:
        return BestRates()
    best = pd.concat(best)
    percentiles = np.percentile(np.log10(best["learning_rate"]), MOST)
    ends = np.percentile(np.percentile(np.concatenate(again, axis=1), MOST, axis=1), [2.5, 97.5], axis=1).T
    estimates = [
        Estimate(*(10 ** np.array([value, *end])).tolist()) for value, end in zip(percentiles, ends, strict=True)
    ]
    correlation = _correlation(best["learning_rate"], best["blocks"])
    return BestRates(*estimates, len(best), correlation, _single(best, percentiles))


def learning_rate(
    task: str, curve: Curve, without: Mapping[str, Curve], best: BestRates, margin: Margin, each: int
) -> Advice:
    """Where to search, and where to start.

    Decided where both ends of the range are known to within a decade, whichever variant is left out, and where there
    are trials enough for a tenth of them.

    Args:
        task: name.
        curve: of the learning rate.
        without: the same without each variant.
        best: the best trials.
        margin: what matters.
        each: trials of each variant.
    """
    known, where = False, "no score yet"
    text, evidence = "Nothing yet.", "No trial has a score."
    if best.trials:
        ends = (best.lowest, best.highest)
        known = each >= TOP_SHARE and max(np.log10(one.high / one.low) for one in ends) <= KNOWN_TO and not best.single
        where = f"{power(best.lowest.value)} to {power(best.highest.value)}"
        text = f"Search from {where}. {_start(curve, without)}"
        evidence = f"That is where 80{SPACE}% of the {best.trials} best trials of these variants are."
        if best.single:
            evidence += f" Without {best.single} they lie more than a decade elsewhere."
        if not margin.known:
            evidence += " There is no margin to tell a basin by."
        elif not curve.known:
            evidence += " They are too few for the shape of the basin."
    every = [curve, *without.values()]
    told = task in PAPER_NAMES
    return Advice(
        LEARNING_RATE,
        where,
        text,
        evidence,
        f"{_SECTION}: a basin up to two orders of magnitude wide, whose high end trains fastest; so start high and "
        "divide by ten until the score gets no better."
        if told
        else "",
        agreement(all(map(_as_there, every)), all(map(_against, every))) if told else SILENT,
        sureness(known, each),
    )


def findings(pool: Pool, curve: Curve, best: BestRates) -> dict[str, str]:
    """What is known of the learning rate, in numbers with their 95 % intervals; empty where it is not known."""
    rates = AXES[RATE].decode(pool.inputs[:, RATE])
    inside, below, above = best.inside(rates), rates < best.lowest.value, rates > best.highest.value
    width, time, loss = curve.width, curve.time, curve.below

    told_time = f"{percent(time.value)} ({span(time.low, time.high)})" if curve.known else ""

    def still(chosen):
        return percent(pool.unfinished[chosen].mean()) if chosen.any() else ""

    def failed(chosen):
        return f"{pool.failed[chosen].sum()} of {chosen.sum()}" if chosen.any() else ""

    return {
        "80 % of the best: from": _rate(best.lowest),
        "80 % of the best: to": _rate(best.highest),
        "half of the best: from": _rate(best.lower),
        "half of the best: to": _rate(best.upper),
        "basin": f"{power(curve.lower.value)} to {power(curve.upper.value)}" if curve.known else "",
        "its width, decades": f"{width.value:.1f} ({width.low:.1f} to {width.high:.1f})" if curve.known else "",
        "time at the upper end of the 80 %, of that at the lower": told_time,
        "score a decade below the 80 %, against the lowest": changed(loss.value, loss.low, loss.high)
        if loss.known
        else "",
        "still training at the last epoch, below the 80 %": still(below),
        "still training at the last epoch, within them": still(inside),
        "failed, above the 80 %": failed(above),
        "failed, within them": failed(inside),
    }


def _correlation(first, second):
    """Spearman's, with Fieller's (1957) interval; NaN for fewer than ten values or where nothing varies."""
    if len(first) < 10 or min(first.nunique(), second.nunique()) < 2:
        return UNKNOWN
    rank = float(first.rank().corr(second.rank()))
    half = stats.norm.ppf(1 - LEVEL / 2) * np.sqrt(1.06 / (len(first) - 3))
    middle = np.arctanh(np.clip(rank, -1 + 1e-9, 1 - 1e-9))
    return Estimate(rank, float(np.tanh(middle - half)), float(np.tanh(middle + half)))


def _single(best, ends):
    """Of the variants that move an end of the range too far, the one that moves it the most; empty for none."""
    codes = best["variant"].unique()
    rest = {code: best.loc[best["variant"] != code, "learning_rate"] for code in codes if len(codes) > 1}
    moved = {code: np.abs(np.percentile(np.log10(rates), MOST) - ends).max() for code, rates in rest.items()}
    far = {code: way for code, way in moved.items() if way > KNOWN_TO}
    return max(far, key=far.get, default="")


def _as_there(curve):
    return curve.width.low > WIDE and curve.time.high < 1


def _against(curve):
    # Cut off by the search space, a basin may be wider than can be seen.
    narrow = curve.width.high < WIDE and not curve.at_lower_limit and not curve.at_upper_limit
    return narrow or curve.time.low > 1


def _start(curve, without):
    every = [curve, *without.values()]
    text = "Which end trains faster cannot be told; the paper starts at the upper one."
    if all(one.time.high < 1 for one in every):
        text = "Start at the upper end, where training is faster, and go down."
    elif all(one.time.low > 1 for one in every):
        text = "Start at the lower end, where training is faster, and go up."
    if curve.at_upper_limit:
        text += " The basin reaches the upper end of the search space: also try what lies above."
    if curve.at_lower_limit:
        text += " The basin reaches the lower end of the search space: also try what lies below."
    return text


def _rate(estimate):
    return f"{power(estimate.value)} ({power(estimate.low)} to {power(estimate.high)})" if estimate.known else ""
