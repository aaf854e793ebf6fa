"""Which architectures cost less than vanilla at no loss, and which are worse.

The contrasts are those of the claims (`odyssey.analysis.claims.contrast`): best tenths by Welch's test, with what their
selection adds to the error. Tests are corrected by Holm's method, since a reader looks at all of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan

import numpy as np
import pandas as pd

from odyssey.analysis.advice.margin import Margin
from odyssey.analysis.advice.pool import failed
from odyssey.analysis.advice.words import SILENT, Advice, agreement, changed, sureness
from odyssey.analysis.claims.contrast import LEAST_VALUES, contrast
from odyssey.analysis.claims.variants import FOUND_WORSE
from odyssey.analysis.claims.verdict import LEVEL, OTHERS
from odyssey.analysis.claims.words import SPACE, listed, percent
from odyssey.analysis.comparison import BASELINE, holm
from odyssey.analysis.samples import LIMIT

CHEAPER, WORSE_ONES = "architectures with fewer parameters", "architectures to leave"
BETTER, WORSE, AS_GOOD, UNSHOWN = "better", "worse", "as good", "not shown"
PAPER_CHEAPER = {"CIFG", "NP"}
_TOO_FEW, _ALL_WORSE = "The scores are too few", "All that have fewer parameters are worse"
_NONE_WORSE = "The intervals of all exclude that they are worse by what matters"
_SECTION = "As we read the paper, in its comparison of the variants"


@dataclass(frozen=True)
class Price:
    """What an architecture costs over what vanilla costs, with as many blocks; NaN where it was not measured.

    Attributes:
        parameters: of the network.
        time: of an update.
    """

    parameters: float
    time: float

    @property
    def size(self) -> str:
        """The parameters in per cent, with three digits: an architecture may save less than one in a hundred."""
        return f"{100 * self.parameters:.3g}{SPACE}%"


@dataclass(frozen=True)
class Standing:
    """An architecture against vanilla.

    Attributes:
        code: its own.
        word: `BETTER`, `WORSE`, `AS_GOOD` (the interval leaves no room for a difference that matters) or `UNSHOWN`.
        difference, low, high: of the best tenths' means, relative to vanilla's, with a 95 % interval; positive is
            worse, NaN where a best tenth has too few scores.
        paper: p of the paper's own test, which does not count the selection of the best tenths.
        values: scores in the smaller best tenth; fewer than `LEAST_VALUES` decide nothing.
        failed: how many of its trials (`odyssey.analysis.advice.pool.failed`).
        price: what it costs.
    """

    code: str
    word: str
    difference: float
    low: float
    high: float
    paper: float
    values: int
    failed: int
    price: Price

    @property
    def suspect(self) -> bool:
        """Whether the paper's own test calls it worse."""
        return self.difference > 0 and self.paper < LEVEL

    @property
    def told(self) -> str:
        """The numbers, such as ``CIFG −0.5 % (−2.1 to +1.0 %) with 74 % of the parameters in 70 % of the time``."""
        size = f"with {self.price.size} of the parameters"
        time = f" in {percent(self.price.time)} of the time" if np.isfinite(self.price.time) else ""
        if not np.isfinite(self.low):
            return f"{self.code}, too few scores, {size}{time}"
        return f"{self.code} {changed(self.difference, self.low, self.high)} {size}{time}"


def standings(trials: pd.DataFrame, prices: Mapping[str, Price], margin: Margin) -> list[Standing]:
    """Each recorded architecture but vanilla, in the order of the prices; none without trials of vanilla.

    Args:
        trials: of one task and corpus, as many of each variant.
        prices: by variant.
        margin: a difference that matters.
    """
    cells = dict(list(trials.groupby("variant", sort=False)))
    codes = [code for code in prices if code in cells and code != BASELINE]
    if BASELINE not in cells:
        return []
    found = [contrast(cells[code], cells[BASELINE]) for code in codes]
    corrected = holm(np.array([one.p for one in found]))
    rows = []
    for code, one, p in zip(codes, found, corrected, strict=True):
        low, high = one.interval if one.known else (nan, nan)
        word = UNSHOWN
        enough = one.values >= LEAST_VALUES
        if enough and p < LEVEL:
            word = WORSE if one.difference > 0 else BETTER
        elif enough and low > -margin.absolute and high < margin.absolute:
            word = AS_GOOD
        relative = (value / one.baseline for value in (one.difference, low, high))
        rows.append(
            Standing(code, word, *relative, one.paper, one.values, int(failed(cells[code]).sum()), prices[code])
        )
    return rows


def cheaper(task: str, found: list[Standing], each: int) -> Advice:
    """Which architectures have fewer parameters than vanilla and lose nothing.

    Where the trials do not decide, only those are advised that the paper has and does not find worse.
    """
    light = [one for one in found if one.price.parameters < 1 and one.word != WORSE]
    free = [one for one in light if one.word in (AS_GOOD, BETTER)]
    open_ = [one for one in light if one.word == UNSHOWN]
    worse = FOUND_WORSE.get(task)
    spared = [one for one in open_ if worse and one.code in OTHERS and one.code not in worse]
    hoped = [one for one in spared if not one.suspect]
    words = []
    if free:
        words.append(f"Take {listed(_codes(free), 'or')}: fewer parameters than vanilla, and no worse.")
    if hoped:
        words.append(_to_try(hoped, bool(free), each))
    if not words:
        rest = "is shown to be" if open_ else "is"
        words.append(f"Take vanilla: no architecture with fewer parameters {rest} as good.")
    if doubted := [code for code in _codes(open_) if code in (worse or ())]:
        words.append(f"Not decided here: {listed(doubted)}, which the paper finds worse.")
    if suspect := [one.code for one in spared if one.suspect]:
        words.append(f"Not decided, but worse by the paper's own test, uncorrected: {listed(suspect)}.")
    if unknown := [one.code for one in open_ if one not in spared and one.code not in (worse or ())]:
        words.append(f"Not decided: {listed(unknown)}.")
    codes = set(_codes(free))
    lost = {one.code for one in found if one.word == WORSE} & PAPER_CHEAPER
    undecided = f"{listed(_codes(hoped or open_))}: not decided" if open_ else "none"
    return Advice(
        CHEAPER,
        listed(_codes(free)) or undecided,
        " ".join(words),
        _evidence(light) or f"{_TOO_FEW if light else _ALL_WORSE}.",
        f"{_SECTION}: coupled gates (CIFG) and no peepholes (NP) change nothing significantly." if worse else "",
        agreement(codes >= PAPER_CHEAPER and not codes & worse, bool(lost or codes & worse)) if worse else SILENT,
        sureness(bool(free) or not light, each),
    )


def worse_ones(task: str, found: list[Standing], each: int) -> Advice:
    """Which architectures are worse than vanilla."""
    poor = [one for one in found if one.word == WORSE]
    others = [one for one in found if one.word == UNSHOWN]
    theirs = FOUND_WORSE.get(task)
    codes, cleared = set(_codes(poor)), {one.code for one in found if one.word in (AS_GOOD, BETTER)}
    text = (
        f"Leave out {listed(_codes(poor))}: worse than vanilla." if poor else "None is shown to be worse than vanilla."
    )
    if others:
        text += f" Of {listed(_codes(others))} it cannot be told from {each} trials each."
    if poor:
        rest = len(found) + 1 - len(poor)
        text += f" The advice on hyperparameters is on the other {rest} {'variant' if rest == 1 else 'variants'}."
    broken = [f"{one.code} {one.failed}" for one in found if one.failed]
    failures = f"Trials of {each} that diverged or ended worse than {LIMIT:.0f} times the best: {listed(broken)}."
    failures = failures if broken else ""
    return Advice(
        WORSE_ONES,
        listed(_codes(poor)) or "none shown",
        text,
        " ".join(filter(None, (_evidence(poor or others) or f"{_TOO_FEW if others else _NONE_WORSE}.", failures))),
        _found_worse(theirs, codes) if theirs else "",
        agreement(codes == theirs, bool(codes - theirs or cleared & theirs)) if theirs else SILENT,
        sureness(bool(poor) or not others, each),
    )


def _found_worse(theirs, codes):
    """What the paper finds worse, and that it is borne out in part."""
    found = f"{_SECTION}: {listed(sorted(theirs))} are significantly worse."
    here = f"{listed(sorted(codes))} {'is' if len(codes) == 1 else 'are'} worse here, too."
    return f"{found} {here}" if codes and codes < theirs else found


def _to_try(hoped, others, each):
    """What the trials leave open and the paper does not find worse; `others` are advised already."""
    sizes = listed([f"{one.code} with {one.price.size}" for one in hoped])
    return (
        f"{'Also try' if others else 'Try'} {listed(_codes(hoped), 'or')}, which the paper does not find worse: fewer "
        f"parameters than vanilla ({sizes} of them). {each} trials each neither show a loss nor exclude one."
    )


def _codes(found):
    return [one.code for one in found]


def _evidence(found):
    """In full what is decided, of the rest only how wide the intervals are: the table has them all."""
    told = [one.told for one in found if one.word != UNSHOWN]
    halves = [(one.high - one.low) / 2 for one in found if one.word == UNSHOWN and np.isfinite(one.low)]
    words = [f"Against vanilla: {'; '.join(told)}."] if told else []
    if halves:
        widths = f"±{percent(min(halves))} to ±{percent(max(halves))}" if len(halves) > 1 else f"±{percent(halves[0])}"
        words.append(f"Where it is not decided the intervals reach {widths} around the estimate.")
    few = min((one.values for one in found if one.word == UNSHOWN), default=LEAST_VALUES)
    if few < LEAST_VALUES:
        words.append(f"At least {LEAST_VALUES} scores in a best tenth are asked for; there are {few}.")
    return " ".join(words)
