"""Made-up evidence for the claims: trials with known scores and times, and importance with known shares."""

import numpy as np
import pandas as pd

from odyssey.analysis.claims.evidence import Evidence
from odyssey.analysis.claims.verdict import OTHERS
from odyssey.analysis.comparison import BASELINE
from odyssey.analysis.importance import CELLS, NAMES, POINTS, SCORE, TIME, Importance
from odyssey.analysis.known import TRUE
from odyssey.analysis.samples import AXES

ALL = (BASELINE, *OTHERS)


def cell_of(code, scores, inputs=None, seconds=10.0, task="speech", corpus="toy"):
    """Trials of one cell with these test scores, which are the validation scores too, at points of the unit cube; an
    epoch takes a second."""
    inputs = np.full((len(scores), len(AXES)), 0.5) if inputs is None else inputs
    columns = {axis.name: axis.decode(inputs[:, number]) for number, axis in enumerate(AXES)}
    columns["momentum"] = 1 - columns["momentum"]
    return pd.DataFrame(
        {
            "task": task,
            "corpus": corpus,
            "fingerprint": "f",
            "protocol": 2,
            "variant": code,
            "index": range(len(scores)),
        }
        | columns
        | {"valid_score": scores, "test_score": scores, "seconds": seconds, "epochs": seconds, "status": "finished"}
    )


def shifted(shifts, count, task="speech", corpus="toy", codes=ALL):
    """Scores uniform from 10 to 11 in every cell, multiplied by 1 + the shift of its variant."""
    generator = np.random.default_rng(7)
    cells = [
        cell_of(code, (1 + shifts.get(code, 0)) * generator.uniform(10, 11, count), task=task, corpus=corpus)
        for code in codes
    ]
    return pd.concat(cells, ignore_index=True)


def responding(score, log_time, count, task="speech", codes=ALL):
    """Scores 20 + `score` and times 10 ** `log_time` of the points of the unit cube, with noise."""
    cells = []
    for number, code in enumerate(codes):
        generator = np.random.default_rng([3, number])
        inputs = generator.random((count, len(AXES)))
        scores = 20 + score(inputs) + generator.normal(0, 0.1, count)
        seconds = 10 ** (1 + log_time(inputs) + generator.normal(0, 0.02, count))
        cells.append(cell_of(code, scores, inputs, seconds, task))
    return pd.concat(cells, ignore_index=True)


def shares(spread=0.0, **named):
    """Shares of `NAMES`, a row a variant: those given, varied by `spread`, and the rest for the learning rate."""
    found = np.zeros((len(ALL), len(NAMES)))
    around = np.linspace(-spread, spread, len(ALL))
    for name, share in named.items():
        found[:, NAMES.index(name.replace("_x_", " × "))] = share + around
    found[:, 0] = 1 - found[:, 1:].sum(axis=1)
    return found


def weighed(forest, process=None, count=200, task="speech", r2=0.9, process_r2=None, bias=0.0, score=None, time=None):
    """Evidence with these shares by the forest and the process, rows of variants; `bias` is that of both estimates for
    the learning rate, and `score` and `time` are the marginals along it."""
    process = forest if process is None else process
    unknown = np.full((CELLS, CELLS), np.nan)
    marginals = np.zeros((2, len(AXES), 2, POINTS))
    marginals[0, 0, 0], marginals[1, 0, 0] = (1.0 if score is None else score), (0.0 if time is None else time)
    found = {
        code: Importance(
            trials=count,
            limited=0,
            unscored=0,
            forest=one,
            forest_spread=np.zeros(len(NAMES)),
            process=other,
            forest_r2=r2,
            process_r2=r2 if process_r2 is None else process_r2,
            marginals={SCORE: marginals[0], TIME: marginals[1]},
            total=unknown,
            interaction=unknown,
        )
        for code, one, other in zip(ALL, forest, process, strict=False)
    }
    estimates = np.stack([TRUE + bias * np.eye(len(NAMES))[0]] * 3)
    trials = shifted({}, count, task)
    return Evidence(task, "toy", trials, found, {"forest": estimates, "process": estimates})
