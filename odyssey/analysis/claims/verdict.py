"""A claim of the paper, the verdict on it, and the parts of a claim that are decided one by one.

Source: Greff et al. 2017. The claims are in our words; what "abstract" marks is stated there, the others are as we read
the body of the paper. The rules are ours: the paper states no rule by which its claims could fail.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import isnan, nan

from odyssey.analysis.claims.words import SPACE, listed
from odyssey.analysis.comparison import ALPHA
from odyssey.protocol import TRIALS

HOLDS, FAILS, UNTOLD, NO_RECORDS = "holds", "does not hold", "cannot be told", "no records"

# What the paper calls each task.
PAPER_NAMES = {"speech": "TIMIT", "handwriting": "IAM-OnDB", "music": "JSB Chorales"}
# The architectures that the paper is about: one that somebody adds is no part of what it claims.
OTHERS = ("NIG", "NFG", "NOG", "NIAF", "NOAF", "CIFG", "NP", "FGR")

LEVEL = ALPHA  # of every test, as in the paper; intervals have 95 %
# A difference between scores that matters, by task, in the unit of the score: one percentage point of frame or
# character error, a tenth of a nat a frame. A convention, and the same whatever is compared and however many trials
# there are: a margin taken from the spread of the scores would forgive the noisier variant more.
MATTERS = {"speech": 1.0, "handwriting": 1.0, "music": 0.1}

_UNITS = {
    **dict.fromkeys(("speech", "handwriting"), ("percentage point", "percentage points")),
    "music": ("nat a frame", "nats a frame"),
}
# Nobody will train more trials of each variant than this: a larger need is not told apart from an endless one.
MOST_TRIALS = 5000

# Said with the rules of every group of claims.
LISTED = "What decided a verdict, or left it open, comes first, then what is as claimed all the same."


def margin(task: str) -> str:
    """What matters on a task (`MATTERS`), such as ``0.1 nats a frame``."""
    one, several = _UNITS[task]
    return f"{MATTERS[task]:g}{SPACE}{one if MATTERS[task] == 1 else several}"


def margins() -> str:
    """The same for all tasks: ``1 percentage point on speech and handwriting, 0.1 nats a frame on music``."""
    tasks: dict[str, list[str]] = {}
    for task in MATTERS:
        tasks.setdefault(margin(task), []).append(task)
    return ", ".join(f"{one} on {listed(alike)}" for one, alike in tasks.items())


@dataclass(frozen=True)
class Claim:
    """One of the paper's claims.

    Attributes:
        code: ``"C1"`` to ``"C15"``.
        short: in a few words, for a table.
        text: in one sentence, with the paper's names of the corpora.
        mark: ``"A"`` where the abstract states it, ``"R"`` as we read the body of the paper, ``"A, R"`` for both.
        section: of the paper that has it, or that it belongs to.
        rule: how it is judged on each task, in words.
        method: what its numbers are and what is asked of them, in words; the same for several claims, or empty.
    """

    code: str
    short: str
    text: str
    mark: str
    section: str
    rule: str
    method: str

    @property
    def stated(self) -> str:
        """Where the paper states it, in words."""
        body = f"as we read the paper, in its section on {self.section}"
        return {"A": "in the abstract", "R": body, "A, R": f"in the abstract; {body}"}[self.mark]


@dataclass(frozen=True)
class Verdict:
    """What the records of one task and corpus say of a claim.

    Attributes:
        claim: its code.
        task, corpus: where; the corpus is empty where there are no records.
        trials: of each variant, on which it rests.
        verdict: `HOLDS`, `FAILS`, `UNTOLD` or `NO_RECORDS`.
        because: one sentence, with the numbers.
        needed: one sentence on what would decide it; empty where it is decided.
    """

    claim: str
    task: str
    corpus: str
    trials: int
    verdict: str
    because: str
    needed: str = ""


@dataclass(frozen=True)
class Part:
    """A statement of which a claim has one or several, all of which have to be true.

    Attributes:
        shown: whether the evidence has it true.
        refuted: whether the evidence has it false.
        because: the numbers, without a full stop.
        trials: of each variant that are likely to decide it, where it is open; infinite for more than anybody will
            have, NaN where that cannot be estimated.
        floor: whether it may take more, because the variants themselves may differ.
        lacking: what it lacks beside trials in general, without a full stop.
        note: what its numbers rest on, said once for all parts that share it; without a full stop.
    """

    shown: bool
    refuted: bool
    because: str
    trials: float = nan
    floor: bool = False
    lacking: str = ""
    note: str = ""


def conclude(parts: Iterable[Part], each: int) -> tuple[str, str, str]:
    """Verdict, because and needed of a claim that is true where all its parts are.

    It holds where every part is shown, and does not where one is refuted. What is said of it begins with the parts that
    decided it, or that left it open, and goes on with those that are shown all the same.

    Args:
        parts: of the claim.
        each: how many trials of each variant there are.
    """
    parts = list(parts)
    shown = [part for part in parts if part.shown]
    refuted = [part for part in parts if part.refuted and not part.shown]
    if refuted:
        return FAILS, _reason(refuted, shown), ""
    undecided = [part for part in parts if not part.shown]
    if not undecided:
        return HOLDS, _reason(parts), ""
    return UNTOLD, _reason(undecided, shown), _sentence(_needed(undecided, each))


def _reason(parts: list[Part], shown: Iterable[Part] = ()) -> str:
    reason = _sentence([part.because for part in parts] + [part.note for part in (*parts, *shown)])
    others = "; ".join(part.because for part in shown)
    return f"{reason} As claimed: {others}." if others else reason


def _needed(parts: list[Part], each: int) -> list[str]:
    lacking = [part.lacking for part in parts if part.lacking]
    if lacking:
        return lacking
    most = max(part.trials for part in parts)
    if any(isnan(part.trials) for part in parts):
        return ["more trials of each variant; how many cannot be estimated from these"]
    if most > MOST_TRIALS:
        return [f"more than {MOST_TRIALS} trials of each variant; the study has {TRIALS}"]
    if most <= each:
        return ["more trials, perhaps many: what was found lies close to the limit of the rule"]
    number = f"at least {most:.0f}" if any(part.floor for part in parts) else f"about {most:.0f}"
    beyond = f", more than the study's {TRIALS}" if most > TRIALS else ""
    return [f"{number} trials of each variant{beyond}, a rough estimate from the {each} at hand"]


def _sentence(pieces: Iterable[str]) -> str:
    text = "; ".join(dict.fromkeys(piece for piece in pieces if piece))
    return f"{text[0].upper()}{text[1:]}." if text else ""
