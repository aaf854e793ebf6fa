"""Trials of all variants with a planted truth, and the advice that they give."""

from dataclasses import replace

import numpy as np
import pandas as pd
from evidence_of import ALL, cell_of

from odyssey.analysis import advice
from odyssey.analysis.advice import words
from odyssey.analysis.advice.architecture import Price
from odyssey.analysis.advice.pool import BLOCKS, MOMENTUM, NOISE, RATE

PRICES = {code: Price(1.0, 1.0) for code in ALL} | {code: Price(0.8, 0.7) for code in ("CIFG", "NP", "NFG")}
PRICES["FGR"] = Price(2.5, 2.8)


def planted(count, task="music", codes=ALL, time=None, scatter=0.01, shift=0.0, **slopes):
    """Trials with a parabola along the learning rate whose bottom is at 10⁻³ and 5 % deep 0.4 decades away; with more
    blocks it moves by `shift` decades a unit of the cube. `slopes` on the axes of the cube, on log scores."""
    cells = []
    for number, code in enumerate(codes):
        generator = np.random.default_rng([5, number])
        inputs = generator.random((count, 4))
        away = 4 * (inputs[:, RATE] - 0.75) - shift * (inputs[:, BLOCKS] - 0.5)
        level = 2 + number / 10
        score = level + np.log(1.05) * (away / 0.4) ** 2 + generator.normal(0, scatter, count)
        for axis, name in ((BLOCKS, "blocks"), (NOISE, "noise"), (MOMENTUM, "momentum")):
            score += slopes.get(name, 0.0) * inputs[:, axis]
        seconds = np.full(count, 10.0) if time is None else np.exp(time(inputs))
        cells.append(cell_of(code, np.exp(score), inputs, seconds, task))
    trials = pd.concat(cells, ignore_index=True)
    return trials.assign(epochs=np.where(trials["learning_rate"] < 1e-5, 150, 60), best_epoch=45)


def plain(one):
    """Advice with ordinary spaces."""
    return replace(
        one, **{name: getattr(one, name).replace(words.SPACE, " ") for name in ("short", "text", "evidence")}
    )


def advised(trials, importance=None):
    found = advice.advise(trials, importance or {}, PRICES, [(50, 2.0)]).advice
    return {topic: plain(one) for topic, one in found.items()}
