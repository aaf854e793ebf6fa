"""All advice on one task."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from odyssey.analysis.advice import architecture, budget, decision, order, rate, size
from odyssey.analysis.advice import others as effects
from odyssey.analysis.advice.architecture import Price, Standing, standings
from odyssey.analysis.advice.curve import Curve, curve, curves_without
from odyssey.analysis.advice.margin import Margin, margin
from odyssey.analysis.advice.pool import RATE, pool
from odyssey.analysis.advice.rate import BestRates
from odyssey.analysis.advice.words import Advice
from odyssey.analysis.importance import HEAT, TERMS, Importance
from odyssey.analysis.samples import AXES

TOPICS = (
    *(architecture.CHEAPER, architecture.WORSE_ONES),
    *(rate.LEARNING_RATE, size.SIZE),
    *(decision.MORE_BLOCKS, decision.INPUT_NOISE, decision.A_MOMENTUM),
    *(order.ORDER, budget.BUDGET),
)


@dataclass(frozen=True)
class Advised:
    """The advice on one task and what it rests on.

    Attributes:
        margin: what matters.
        standings: each architecture against vanilla.
        left_out: those of them that are worse. All that follows is on the others.
        curve: of the learning rate, over these variants.
        best: learning rates of the best trials.
        rates: what is known of the learning rate, by `odyssey.analysis.advice.rate.findings`.
        advice: by topic, in the order of `TOPICS`.
    """

    margin: Margin
    standings: list[Standing]
    left_out: list[str]
    curve: Curve
    best: BestRates
    rates: dict[str, str]
    advice: dict[str, Advice]


def advise(
    trials: pd.DataFrame,
    importance: Mapping[str, Importance],
    prices: Mapping[str, Price],
    doublings: Sequence[tuple[int, float]],
    calibration: Mapping[str, np.ndarray] = MappingProxyType({}),
) -> Advised:
    """The advice that the trials of one task and corpus give.

    What it says of the hyperparameters is on the variants that it does not find worse than vanilla: nobody is to tune
    those, and one that is broken would be averaged with the others.

    Args:
        trials: as many of each variant, columns of the archive.
        importance: of the hyperparameters, by variant.
        prices: of the architectures, by variant.
        doublings: sizes of a network, and the time of an update of one twice as large over that of this one.
        calibration: as `odyssey.analysis.claims.evidence.Evidence` has it; empty for few trials, as the importance.
    """
    task, each = trials["task"].iloc[0], int(trials.groupby("variant").size().min())
    matters = margin(trials)
    found = standings(trials, prices, matters)
    left_out = [one.code for one in found if one.word == architecture.WORSE]
    trials = trials[~trials["variant"].isin(left_out)]
    importance = {code: one for code, one in importance.items() if code not in left_out}
    together = pool(trials)
    best = rate.best_rates(trials)
    along, without = Curve(), {}
    if best.trials:
        along, without = (
            make(together, best.lowest.value, best.highest.value, matters.relative) for make in (curve, curves_without)
        )
    good = together.where(best.inside(AXES[RATE].decode(together.inputs[:, RATE])))
    decided = decision.decisions(good, matters.relative)
    share = order.pair_share(importance, TERMS.index(HEAT))
    advice = (
        architecture.cheaper(task, found, each),
        architecture.worse_ones(task, found, each),
        rate.learning_rate(task, along, without, best, matters, each),
        size.size(task, along, without, best, share, matters, each),
        effects.blocks(task, decided, doublings, each),
        effects.noise(task, decided, each),
        effects.momentum(task, decided, each),
        order.order(task, importance, calibration, each),
        budget.budget(trials, best, matters, each),
    )
    rates = rate.findings(together, along, best)
    return Advised(matters, found, left_out, along, best, rates, {one.topic: one for one in advice})
