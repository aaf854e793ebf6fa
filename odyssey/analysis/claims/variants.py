"""Claims C1 to C6: which variants are better than vanilla, worse, or the same.

A claim that there is *no* difference is not shown by a test that finds none: with few trials no test finds any. It is
shown where the 95 % interval of the difference excludes every difference that matters. In the same way a claim of a
difference is refuted only where the interval excludes one that matters. What matters is fixed for each task in the unit
of its score (`odyssey.analysis.claims.verdict.MATTERS`), so that neither a noisy variant nor a small study is forgiven
more than others; from a handful of scores nothing is decided. Where one variant out of several would refute
a claim, the tests that could do so are corrected by Holm's method, since eight of them refute something by chance;
where all of several have to be shown, chance works against the claim, and nothing is corrected.
"""

from dataclasses import dataclass
from math import inf, log10

import numpy as np

from odyssey.analysis.claims.contrast import (
    LEAST_TRIALS,
    LEAST_VALUES,
    Contrast,
    contrast,
    trials_to_find,
    trials_to_fit,
)
from odyssey.analysis.claims.evidence import Evidence
from odyssey.analysis.claims.verdict import LEVEL, LISTED, MATTERS, OTHERS, PAPER_NAMES, Claim, Part, margins
from odyssey.analysis.claims.words import listed, number, p_value
from odyssey.analysis.comparison import BASELINE, holm

NOT_BETTER, WORSE, SAME = "not better", "worse", "no change"

SECTION = "the comparison of the variants"
_TESTED = (
    "The best tenths are compared by Welch's test, its error enlarged by what selecting a tenth adds, which the "
    f"paper's own test leaves out. A difference matters from {margins()}. Each variant: difference from vanilla "
    "in percentage points or nats, positive is worse (95 % interval; p, and p by the paper's own test). Nothing is "
    f"decided from fewer than {LEAST_VALUES} values in a best tenth. {LISTED}"
)
_ONE = {
    WORSE: "It has to be significantly worse, and fails where its interval ends below a difference that matters.",
    SAME: "The interval has to lie within what matters on both sides; a significant difference makes it fail.",
}
_SEVERAL = {
    NOT_BETTER: "The interval of each has to exclude being better by what matters; one that is significantly better "
    "makes it fail",
    WORSE: "Each has to be significantly worse, uncorrected, since chance does not help to show all of them; one whose "
    "interval ends below a difference that matters makes it fail",
    SAME: "The interval of each has to lie within what matters on both sides; one that differs significantly makes it "
    "fail",
}


@dataclass(frozen=True)
class _Expected:
    """What the paper says of some variants on a task."""

    kind: str
    codes: tuple[str, ...]

    @property
    def rule(self) -> str:
        count = len(self.codes)
        return _ONE[self.kind] if count == 1 else f"{_SEVERAL[self.kind]}, by Holm's correction for {count} tests."


@dataclass(frozen=True)
class VariantClaim:
    """A claim with what it expects on each task."""

    short: str
    text: str
    mark: str
    expected: dict[str, _Expected]

    def claim(self, code: str) -> Claim:
        """The claim, its rule in words."""
        rules = {}
        for task, expected in self.expected.items():
            rules.setdefault(expected.rule, []).append(task)
        if len(rules) == 1:
            told = next(iter(rules))
        else:
            told = " ".join(f"On {listed(tasks)}: {rule[0].lower()}{rule[1:]}" for rule, tasks in rules.items())
        return Claim(code, self.short, self.text, self.mark, SECTION, told, _TESTED)

    def parts(self, evidence: Evidence) -> list[Part]:
        """What the trials say of each variant that the claim is about."""
        expected = self.expected[evidence.task]
        missing = [code for code in (BASELINE, *expected.codes) if code not in evidence.cells]
        if BASELINE in missing:
            return [Part(False, False, "vanilla is not recorded", lacking="trials of V")]
        found = {
            code: contrast(evidence.cells[code], evidence.cells[BASELINE])
            for code in expected.codes
            if code not in missing
        }
        parts = [Part(False, False, f"{code} is not recorded", lacking=f"trials of {code}") for code in missing]
        return parts + _judged(expected.kind, found, len(expected.codes), MATTERS[evidence.task])


def _judged(kind: str, found: dict[str, Contrast], family: int, margin: float) -> list[Part]:
    """Each contrast against what is expected of it.

    Args:
        kind: of expectation.
        found: contrasts by variant.
        family: the number of tests, those not recorded included.
        margin: a difference that matters.
    """
    raw = [one.p_less(margin) if kind == WORSE else one.p for one in found.values()]
    # A variant without trials still takes part in the correction, as one that refutes nothing.
    corrected = holm(np.array(raw + [1.0] * (family - len(raw))))[: len(raw)]
    fewest = min((one.values for one in found.values() if one.known), default=0)
    alike = all(one.values == fewest for one in found.values() if one.known)
    note = f"{'' if alike else 'at least '}{fewest} values in each best tenth"
    parts = []
    for (code, one), p in zip(found.items(), corrected, strict=True):
        if not one.known:
            few = f"{code} against V: too few scores, or none that differ"
            lacking = f"at least {LEAST_VALUES} scores in the best tenths of {code} and V, not all of them the same"
            parts.append(Part(False, False, few, lacking=lacking))
            continue
        because = _because(code, one, margin)
        if one.values < LEAST_VALUES:
            lacking = (
                f"at least {LEAST_VALUES} values in each best tenth, as {LEAST_TRIALS} trials of each variant have"
            )
            parts.append(Part(False, False, because, lacking=lacking, note=note))
            continue
        low, high = one.interval
        refuted = bool(p < LEVEL)
        if kind == WORSE:
            shown = bool(one.difference > 0 and one.p < LEVEL)
        elif kind == SAME:
            shown = not refuted and -margin < low and high < margin
        else:
            refuted = refuted and one.difference < 0
            shown = not refuted and -margin < low
        parts.append(Part(shown, refuted, because, _trials(kind, one, margin), note=note))
    return parts


def _because(code: str, one: Contrast, margin: float) -> str:
    # A tenth of what matters is still told.
    decimals = 1 - round(log10(margin))
    difference, low, high = (number(value, decimals) for value in (one.difference, *one.interval))
    return f"{code} {difference} ({low} to {high}; {p_value(one.p)}, {p_value(one.paper)})"


def _trials(kind: str, one: Contrast, margin: float) -> float:
    """Trials of each variant that would decide it, one way or the other, if the difference is what it seems to be."""
    if kind == WORSE:
        found = one.difference if one.difference > 0 else 0.0
        room = margin - one.difference
    else:
        # A better variant refutes both other kinds, and a worse one "no change", however small the difference.
        found = one.difference if kind == SAME or one.difference < 0 else 0.0
        room = margin + (one.difference if kind == NOT_BETTER else -abs(one.difference))
    return min(
        trials_to_find(one.spreads, found) if found else inf,
        trials_to_fit(one.spreads, room) if room > 0 else inf,
    )


def _everywhere(kind: str, *codes: str) -> dict[str, _Expected]:
    return {task: _Expected(kind, codes) for task in PAPER_NAMES}


VARIANT_CLAIMS = {
    "C1": VariantClaim(
        "no variant better than vanilla",
        "No variant is significantly better than vanilla on any task.",
        "A",
        _everywhere(NOT_BETTER, *OTHERS),
    ),
    "C2": VariantClaim(
        "NFG and NOAF both worse",
        "Without forget gate (NFG) or output activation (NOAF) a block is significantly worse on all three tasks.",
        "A, R",
        _everywhere(WORSE, "NFG", "NOAF"),
    ),
    "C3": VariantClaim(
        "CIFG no change",
        "Coupling input and forget gate (CIFG) changes nothing significantly on any task.",
        "R",
        _everywhere(SAME, "CIFG"),
    ),
    "C4": VariantClaim(
        "NP no change",
        "Leaving out the peepholes (NP) changes nothing significantly on any task.",
        "R",
        _everywhere(SAME, "NP"),
    ),
    "C5": VariantClaim(
        "FGR no change; on JSB worse",
        "Full gate recurrence (FGR) changes nothing significantly on TIMIT and IAM-OnDB, and is worse on JSB Chorales.",
        "R",
        {**_everywhere(SAME, "FGR"), "music": _Expected(WORSE, ("FGR",))},
    ),
    "C6": VariantClaim(
        "NIG, NOG, NIAF worse; on JSB no change",
        "Without input gate (NIG), output gate (NOG) or input activation (NIAF) a block is significantly worse on "
        "TIMIT and IAM-OnDB, and not significantly different on JSB Chorales.",
        "R",
        {**_everywhere(WORSE, "NIG", "NOG", "NIAF"), "music": _Expected(SAME, ("NIG", "NOG", "NIAF"))},
    ),
}

# By task, the variants that the paper finds significantly worse than vanilla.
FOUND_WORSE = {
    task: {
        code
        for claim in VARIANT_CLAIMS.values()
        if claim.expected[task].kind == WORSE
        for code in claim.expected[task].codes
    }
    for task in PAPER_NAMES
}
