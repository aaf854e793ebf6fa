"""How many blocks, how much input noise, which momentum: by their effects among trials with a good learning rate."""

from collections.abc import Mapping, Sequence
from math import log2

from odyssey.analysis.advice.decision import (
    A_MOMENTUM,
    HELPS,
    HURTS,
    INPUT_NOISE,
    MORE_BLOCKS,
    SAME,
    SOME_NOISE,
    UNSHOWN,
    Decision,
)
from odyssey.analysis.advice.words import SILENT, Advice, agreement, changed, does, sureness
from odyssey.analysis.claims.responses import DIP
from odyssey.analysis.claims.verdict import PAPER_NAMES
from odyssey.protocol import BLOCKS as RANGE

_DOUBLINGS = log2(RANGE[1] / RANGE[0])
_SECTION = "As we read the paper, in its section on"


def blocks(task: str, decided: Mapping[str, Decision], costs: Sequence[tuple[int, float]], each: int) -> Advice:
    """How many blocks.

    Args:
        task: name.
        decided: by `odyssey.analysis.advice.decision.decisions`, of trials with a good learning rate.
        costs: sizes of a network, and the time of an update of one twice as large over that of this one.
        each: trials of each variant.
    """
    found = decided[MORE_BLOCKS]
    effect = found.effect
    text = {
        HELPS: "Take as many blocks as you can pay for: more of them help.",
        HURTS: "Take few blocks: more of them hurt.",
        SAME: "Take few blocks: more make no difference that matters.",
    }.get(found.word)
    if text is None:
        careful = (
            "many blocks as you can pay for, as the paper says" if task in PAPER_NAMES else "few blocks as seem enough"
        )
        low, high = effect.interval
        why = f"{effect.trials} trials cannot show whether more help."
        if found.single or low > 0 or high < 0:
            why = f"more of them {does(found, several=True)}."
        text = f"Take as {careful}: {why}"
    evidence = _evidence(found, f"from {RANGE[0]} to {RANGE[1]} blocks")
    if effect.known:
        doubling = ((1 + end) ** (1 / _DOUBLINGS) - 1 for end in (effect.change, *effect.interval))
        evidence += f" Each doubling: {changed(*doubling)}."
    if costs:
        steps = " and with ".join(
            f"{2 * size} blocks takes {cost:.1f} times as long as one with {size}" for size, cost in costs
        )
        evidence += f" Measured: an update of vanilla with {steps}."
    return _advice(
        (MORE_BLOCKS, _short(found, "not known")),
        (text, evidence),
        f"{_SECTION} the hidden size: larger networks do better, with diminishing returns, and take more time.",
        (found.word == HELPS, found.word in (HURTS, SAME)),
        (task, found, each),
    )


def noise(task: str, decided: Mapping[str, Decision], each: int) -> Advice:
    """How much input noise; `decided` as for `blocks`."""
    found, some = decided[INPUT_NOISE], decided[SOME_NOISE]
    text = f"Add noise to the inputs: it {does(found)}." if found.word == HELPS else f"Add none: noise {does(found)}."
    short, deciding = _short(found, "no effect shown"), found
    if some.word == HELPS and found.word != HELPS:
        short, deciding = f"try {_middle()}", some
        text = f"Try noise of {_middle()}, which {does(some)}; over its whole range noise {does(found)}."
    evidence = _evidence(found, "from noise of 0 to 1")
    if some.effect.known:
        evidence += f" Noise of {_middle()} against less: {changed(some.effect.change, *some.effect.interval)}."
    dip = " The exception is a small dip for noise of 0.2 to 0.5 on TIMIT." if task == "speech" else ""
    return _advice(
        (INPUT_NOISE, short),
        (text, evidence),
        f"{_SECTION} the input noise: it almost always hurts.{dip}",
        (found.word == HURTS, found.word in (HELPS, SAME)),
        (task, deciding, each),
    )


def momentum(task: str, decided: Mapping[str, Decision], each: int) -> Advice:
    """Which momentum; `decided` as for `blocks`."""
    found = decided[A_MOMENTUM]
    shown = found.word in (HELPS, HURTS)
    if shown and not found.negligible:
        perhaps = "" if found.beyond else ", perhaps by less than matters"
        text = f"Use {'a high' if found.word == HELPS else 'little or no'} momentum: it {does(found)}{perhaps}."
    else:
        text = f"Do not tune the momentum: it {does(found)}."
    evidence = _evidence(found, "from a momentum of 0 to 0.99")
    if found.effect.known:
        half = ((1 + end) ** 0.5 - 1 for end in (found.effect.change, *found.effect.interval))
        evidence += f" From 0 to 0.9, half of the logarithmic way: {changed(*half)}."
    return _advice(
        (A_MOMENTUM, _short(found, "no effect shown")),
        (text, evidence),
        f"{_SECTION} the momentum: it changes nothing noticeably, where the learning rate is multiplied by one minus "
        "the momentum, as here.",
        (found.negligible, shown and found.beyond),
        (task, found, each),
    )


def _advice(named, said, stated, against, of):
    (topic, short), (text, evidence), (agrees, differs), (task, deciding, each) = named, said, against, of
    told = task in PAPER_NAMES
    return Advice(
        topic,
        short,
        text,
        evidence,
        stated if told else "",
        agreement(agrees, differs) if told else SILENT,
        sureness(deciding.word != UNSHOWN, each),
    )


def _short(found, unknown):
    if found.single:
        return f"{unknown}: hangs on {found.single}"
    return unknown if found.word == UNSHOWN else does(found)


def _evidence(found: Decision, where: str) -> str:
    effect, without = found.effect, found.without
    if not effect.known:
        return f"{effect.trials} trials with a good learning rate are too few for an interval."
    evidence = (
        f"The score changes by {changed(effect.change, *effect.interval)} {where}, in {effect.trials} trials with a "
        f"good learning rate, of {effect.variants} variants."
    )
    if without:
        rest = changed(without.change, *without.interval) if without.known else "too few trials for an interval"
        evidence += f" Without {found.single}: {rest}."
    return evidence


def _middle():
    return f"{DIP[0]} to {DIP[1]}"
