"""A piece of advice, and how its words follow from numbers."""

from dataclasses import dataclass
from math import floor, log10

from odyssey.analysis.advice.decision import HELPS, HURTS, SAME, Decision
from odyssey.analysis.claims.words import SPACE, percent, span
from odyssey.protocol import TRIALS

AGREES, DIFFERS, UNTOLD, SILENT = "agrees", "differs", "cannot be told", "says nothing"
SURE, INDICATED, OPEN = "sure", "indicated", "open"
SURE_FROM = TRIALS // 2  # trials of each variant
_DIGITS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Advice:
    """What to do, and why.

    Attributes:
        topic: one of `odyssey.analysis.advice.TOPICS`.
        short: the advice in a few words, for a table.
        text: the advice in a sentence or two.
        evidence: the numbers that it rests on.
        stated: what the paper says of it, as we read it; empty where it says nothing.
        paper: `AGREES`, `DIFFERS`, `UNTOLD` or `SILENT`: whether what was found is what the paper says.
        sureness: `SURE`, `INDICATED` or `OPEN`.
    """

    topic: str
    short: str
    text: str
    evidence: str
    stated: str
    paper: str
    sureness: str


def sureness(decided: bool, each: int) -> str:
    """Where an interval decides: `SURE` with half of the study's trials of each variant, `INDICATED` with fewer."""
    return (SURE if each >= SURE_FROM else INDICATED) if decided else OPEN


def agreement(agrees: bool, differs: bool) -> str:
    """Of what was found with what the paper says; `UNTOLD` where it is open."""
    return DIFFERS if differs else AGREES if agrees else UNTOLD


def does(decision: Decision, several: bool = False) -> str:
    """What a hyperparameter does, in words: ``hurts``, ``helps a little``, ``makes no difference that 54 trials can
    show``, ``seems to hurt, but not for sure once corrected for several tests``, ``has an effect that hangs on NOAF
    alone``.

    Args:
        decision: what was decided.
        several: whether the subject is a plural.
    """
    said = _does(decision)
    if not several:
        return said
    verb, _, rest = said.partition(" ")
    return " ".join(filter(None, ({"has": "have"}.get(verb, verb.removesuffix("s")), rest)))


def _does(decision):
    if decision.single:
        return f"has an effect that hangs on {decision.single} alone"
    if decision.word in (HELPS, HURTS):
        return f"{decision.word} a little" if decision.negligible else decision.word
    if decision.word == SAME:
        return f"{SAME} that matters"
    low, high = decision.effect.interval
    if low > 0 or high < 0:
        return f"seems to {'hurt' if low > 0 else 'help'}, but not for sure once corrected for several tests"
    return f"{SAME} that {decision.effect.trials} trials can show"


def changed(change: float, low: float, high: float) -> str:
    """A relative change with its interval, such as ``+3.1 % (−2 to +8 %)``."""
    return f"{percent(change, signed=True)} ({span(low, high, signed=True)})"


def power(value: float) -> str:
    """A positive number with two digits and a power of ten, such as ``3.2 · 10⁻⁴``."""
    exponent = floor(log10(value))
    mantissa = round(value / 10**exponent, 1)
    if mantissa == 10:
        mantissa, exponent = 1.0, exponent + 1
    factor = "" if mantissa == 1 else f"{mantissa:.1f}{SPACE}·{SPACE}"
    return f"{factor}10{str(exponent).translate(_DIGITS)}"
