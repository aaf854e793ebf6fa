"""How many blocks, how much input noise, which momentum: by their effects among trials with a good learning rate."""

from collections.abc import Sequence
from math import log2

from odyssey.analysis.advice.effects import HELPS, HURTS, SAME, UNSHOWN, Effect, hyperparameter, middle_noise
from odyssey.analysis.advice.pool import BLOCKS, MOMENTUM, NOISE, Pool
from odyssey.analysis.advice.words import SILENT, Advice, agreement, changed, does, sureness
from odyssey.analysis.claims.responses import DIP
from odyssey.analysis.claims.verdict import PAPER_NAMES
from odyssey.protocol import BLOCKS as RANGE

MORE_BLOCKS, INPUT_NOISE, A_MOMENTUM = "more blocks", "input noise", "momentum"
_DOUBLINGS = log2(RANGE[1] / RANGE[0])
_SECTION = "As we read the paper, in its section on"


def blocks(task: str, good: Pool, costs: Sequence[tuple[int, float]], each: int) -> Advice:
    """How many blocks.

    Args:
        task: name.
        good: trials with a learning rate in the basin.
        costs: sizes of a network, and the time of an update of one twice as large over that of this one.
        each: trials of each variant.
    """
    found = hyperparameter(good, BLOCKS)
    text = {
        HELPS: "Take as many blocks as you can pay for: more of them help.",
        HURTS: "Take few blocks: more of them hurt.",
        SAME: "Take few blocks: more make no difference that matters.",
    }.get(found.word)
    if text is None:
        careful = (
            "many blocks as you can pay for, as the paper says" if task in PAPER_NAMES else "few blocks as seem enough"
        )
        text = f"Take as {careful}: {found.trials} trials cannot show whether more help."
    evidence = _evidence(found, f"from {RANGE[0]} to {RANGE[1]} blocks")
    if found.known:
        doubling = ((1 + end) ** (1 / _DOUBLINGS) - 1 for end in (found.change, found.low, found.high))
        evidence += f" Each doubling: {changed(*doubling)}."
    if costs:
        steps = " and ".join(
            f"{2 * size} blocks takes {cost:.1f} times as long as one with {size}" for size, cost in costs
        )
        evidence += f" Measured: an update of vanilla with {steps.replace('and ', 'and with ')}."
    return _advice(
        (MORE_BLOCKS, _short(found, "not known")),
        (text, evidence),
        f"{_SECTION} the hidden size: larger networks do better, with diminishing returns, and take more time.",
        (found.word == HELPS, found.word in (HURTS, SAME)),
        (task, found, each),
    )


def noise(task: str, good: Pool, each: int) -> Advice:
    """How much input noise, by `good` trials."""
    found, middle = hyperparameter(good, NOISE), middle_noise(good)
    text = f"Add noise to the inputs: it {does(found)}." if found.word == HELPS else f"Add none: noise {does(found)}."
    short = _short(found, "no effect shown")
    if middle.word == HELPS and found.word != HELPS:
        short = f"try {_middle()}"
        text = f"Try noise of {_middle()}, which {does(middle)}; over its whole range noise {does(found)}."
    evidence = _evidence(found, "from noise of 0 to 1")
    if middle.known:
        evidence += f" Noise of {_middle()} against less: {changed(middle.change, middle.low, middle.high)}."
    dip = " The exception is a small dip for noise of 0.2 to 0.5 on TIMIT." if task == "speech" else ""
    return _advice(
        (INPUT_NOISE, short),
        (text, evidence),
        f"{_SECTION} the input noise: it almost always hurts.{dip}",
        (found.word == HURTS, found.word in (HELPS, SAME)),
        (task, found, each),
    )


def momentum(task: str, good: Pool, each: int) -> Advice:
    """Which momentum, by `good` trials."""
    found = hyperparameter(good, MOMENTUM)
    if found.word in (HELPS, HURTS) and not found.negligible:
        text = f"Use {'a high' if found.word == HELPS else 'no'} momentum: it {does(found)}."
    else:
        text = f"Do not tune the momentum: it {does(found)}."
    return _advice(
        (A_MOMENTUM, _short(found, "no effect shown")),
        (text, _evidence(found, "from a momentum of 0 to 0.99")),
        f"{_SECTION} the momentum: it changes nothing noticeably, where the learning rate is multiplied by one minus "
        "the momentum, as here.",
        (found.negligible, found.word in (HELPS, HURTS) and not found.negligible),
        (task, found, each),
    )


def _advice(named, said, stated, against, of):
    (topic, short), (text, evidence), (agrees, differs), (task, found, each) = named, said, against, of
    told = task in PAPER_NAMES
    return Advice(
        topic,
        short,
        text,
        evidence,
        stated if told else "",
        agreement(agrees, differs) if told else SILENT,
        sureness(found.word in (HELPS, HURTS, SAME), each),
    )


def _short(found, unknown):
    return unknown if found.word == UNSHOWN else does(found)


def _evidence(found: Effect, where: str) -> str:
    if not found.known:
        return f"{found.trials} trials with a good learning rate are too few for an interval."
    interval = changed(found.change, found.low, found.high)
    return f"The score changes by {interval} {where}, in {found.trials} trials with a good learning rate."


def _middle():
    return f"{DIP[0]} to {DIP[1]}"
