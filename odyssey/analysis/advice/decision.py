"""What the effects of the hyperparameters decide: by corrected tests, and never by a single variant.

The pieces of advice on blocks, noise (two) and momentum are read together, so their tests on one task are corrected by
Holm's method, those of no effect as one family and those of an effect that matters as another. A pooled effect is an
average: where one variant answers otherwise than the rest, it may be that variant's alone, or what is left when it
cancels the others'. So a decision has to stand whichever variant is left out.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from odyssey.analysis.advice.effects import Effect, hyperparameter, middle_noise
from odyssey.analysis.advice.pool import BLOCKS, MOMENTUM, NOISE, Pool
from odyssey.analysis.claims.verdict import LEVEL
from odyssey.analysis.comparison import holm

HELPS, HURTS, SAME, UNSHOWN = "helps", "hurts", "makes no difference", "makes no difference that can be shown"
MORE_BLOCKS, INPUT_NOISE, SOME_NOISE, A_MOMENTUM = "more blocks", "input noise", "some input noise", "momentum"
MEASURES: dict[str, Callable[[Pool], Effect]] = {
    MORE_BLOCKS: lambda pool: hyperparameter(pool, BLOCKS),
    INPUT_NOISE: lambda pool: hyperparameter(pool, NOISE),
    SOME_NOISE: middle_noise,
    A_MOMENTUM: lambda pool: hyperparameter(pool, MOMENTUM),
}


@dataclass(frozen=True)
class Decision:
    """What an effect decides.

    Attributes:
        effect: of all variants together.
        word: `HELPS`, `HURTS`, `SAME` (the interval leaves no room for a change that matters) or `UNSHOWN`.
        negligible: whether there is no such room, whatever the word.
        beyond: whether the interval has room for nothing else: the change matters.
        single: the variant on which it hangs, whether something is decided; empty where it hangs on none.
        without: the effect without that variant.
    """

    effect: Effect
    word: str
    negligible: bool
    beyond: bool
    single: str = ""
    without: Effect | None = None


def decisions(pool: Pool, margin: float) -> dict[str, Decision]:
    """By the names of `MEASURES`.

    Args:
        pool: the trials.
        margin: a relative change of the score that matters; NaN where none is laid down.
    """
    effects = {name: measure(pool) for name, measure in MEASURES.items()}
    some = holm(np.array([one.p for one in effects.values()]))
    much = holm(np.array([one.p_matters(margin) for one in effects.values()]))
    found = {}
    for (name, one), p, p_matters in zip(effects.items(), some, much, strict=True):
        rest = {code: MEASURES[name](pool.where(pool.cells != code)) for code in pool.variants}
        little = p_matters < LEVEL and (len(rest) < 2 or all(o.p_matters(margin) < LEVEL for o in rest.values()))
        low, high = one.interval
        decided = Decision(one, _word(one, p, p_matters), bool(little), low > margin or high < -margin)
        found[name] = _guarded(decided, rest, margin) if len(rest) > 1 else decided
    return found


def _guarded(decided: Decision, rest: dict[str, Effect], margin: float) -> Decision:
    """A decision, undone where it falls with one variant; `rest` are the effects without each.

    Where nothing is decided, a variant is named only if its absence shows an effect beyond what looking at all of them
    finds by chance.
    """
    if decided.word == UNSHOWN:
        tests = len(rest) * len(MEASURES)
        falls = {code: one for code, one in rest.items() if one.p * tests < LEVEL}
    else:
        falls = {code: one for code, one in rest.items() if _word(one, one.p, one.p_matters(margin)) != decided.word}
    if not falls:
        return decided
    slope = decided.effect.slope
    single = max(falls, key=lambda code: abs(falls[code].slope - slope) if falls[code].known else -1)
    return Decision(decided.effect, UNSHOWN, False, False, single, falls[single])


def _word(effect: Effect, p: float, p_matters: float) -> str:
    if p < LEVEL:
        return HELPS if effect.slope < 0 else HURTS
    return SAME if p_matters < LEVEL else UNSHOWN
