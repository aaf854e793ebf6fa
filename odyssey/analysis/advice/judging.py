"""All advice on one task."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from odyssey.analysis.advice import architecture, others, rate, search
from odyssey.analysis.advice.architecture import Price, Standing, standings
from odyssey.analysis.advice.curve import Curve, curve
from odyssey.analysis.advice.pool import RATE, pool
from odyssey.analysis.advice.rate import BestRates, best_rates
from odyssey.analysis.advice.words import Advice
from odyssey.analysis.importance import HEAT, TERMS, Importance
from odyssey.analysis.samples import AXES

TOPICS = (
    *(architecture.CHEAPER, architecture.WORSE_ONES),
    *(rate.LEARNING_RATE, rate.SIZE),
    *(others.MORE_BLOCKS, others.INPUT_NOISE, others.A_MOMENTUM),
    *(search.ORDER, search.BUDGET),
)


@dataclass(frozen=True)
class Advised:
    """The advice on one task and what it rests on.

    Attributes:
        standings: each architecture against vanilla.
        curve: of the learning rate, over all variants.
        best: learning rates of the best trials.
        rates: what is known of the learning rate, by `odyssey.analysis.advice.rate.findings`.
        advice: by topic, in the order of `TOPICS`.
    """

    standings: list[Standing]
    curve: Curve
    best: BestRates
    rates: dict[str, str]
    advice: dict[str, Advice]


def advise(
    trials: pd.DataFrame,
    importance: Mapping[str, Importance],
    prices: Mapping[str, Price],
    doublings: Sequence[tuple[int, float]],
) -> Advised:
    """The advice that the trials of one task and corpus give.

    Args:
        trials: as many of each variant, columns of the archive.
        importance: of the hyperparameters, by variant.
        prices: of the architectures, by variant.
        doublings: sizes of a network, and the time of an update of one twice as large over that of this one.
    """
    task, each = trials["task"].iloc[0], int(trials.groupby("variant").size().min())
    together = pool(trials)
    best = best_rates(trials)
    along = curve(together, best.lowest.value, best.highest.value) if best.trials else Curve()
    good = together.where(best.inside(AXES[RATE].decode(together.inputs[:, RATE])))
    found = standings(trials, prices)
    share = search.pair_share(importance, TERMS.index(HEAT))
    advice = (
        architecture.cheaper(task, found, each),
        architecture.worse_ones(task, found, each),
        rate.learning_rate(task, along, best, each),
        rate.size(task, along, best, share, each),
        others.blocks(task, good, doublings, each),
        others.noise(task, good, each),
        others.momentum(task, good, each),
        search.order(task, importance, each),
        search.budget(trials, best, each),
    )
    return Advised(found, along, best, rate.findings(together, along, best), {one.topic: one for one in advice})
