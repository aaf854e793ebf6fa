"""A small study for the tests of the explorer: unequal cells, and trials that went wrong."""

import numpy as np
import pandas as pd

from odyssey.figures.explorer import Study
from odyssey.protocol import draw_trial


def trials(task, variant, count):
    """A cell with made-up scores, sizes and times, each trial with other ones."""
    rows = [draw_trial(task, variant, index).hyperparameters.as_dict() for index in range(count)]
    numbers = np.arange(count)
    return pd.DataFrame(rows).assign(
        **{"task": task, "corpus": "toy", "variant": variant, "index": numbers, "status": "finished"},
        **{"test_score": 30.1234 + 7.0 * (numbers * 5 % max(count, 1)), "parameters": 1234 * (numbers + 1)},
        **{"epochs": 100 + numbers, "best_epoch": 85 + numbers, "seconds": 12.345 * (numbers + 1)},
        valid_score=lambda frame: frame["test_score"] - 1.5,
    )


def studies():
    """Speech and music. Of NP on speech, trial 0 has no score, trial 1 diverged, and the score of trial 2 exploded."""
    bad = trials("speech", "NP", 6)
    bad.loc[bad["index"] < 2, "status"] = "diverged"
    bad.loc[bad["index"] == 0, ["valid_score", "test_score"]] = np.nan
    bad.loc[bad["index"] == 0, "best_epoch"] = 0
    bad.loc[bad["index"] == 2, ["valid_score", "test_score"]] = 1e6
    speech = pd.concat([trials("speech", "V", 7), trials("speech", "NFG", 3), bad], ignore_index=True)
    music = pd.concat([trials("music", "V", 4), trials("music", "NFG", 12)], ignore_index=True)
    return [
        Study("speech", "toy", "A <toy> of speech", "frame error", "%", speech),
        Study("music", "toy", "A toy of music", "negative log-likelihood", "nats per frame", music),
    ]
