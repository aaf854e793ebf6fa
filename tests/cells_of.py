"""Trials of one cell as the study draws them, with scores of the test's own choice."""

import numpy as np
import pandas as pd

from odyssey.analysis.known import known
from odyssey.analysis.samples import samples
from odyssey.protocol import draw_trial


def cell(scores, seconds=10.0, variant="V", task="music"):
    """A cell with these test scores; a trial without one has diverged."""
    drawn = [draw_trial(task, variant, index).hyperparameters.as_dict() for index in range(len(scores))]
    return pd.DataFrame(drawn).assign(
        **{"task": task, "corpus": "toy", "fingerprint": "f", "protocol": 2, "variant": variant},
        **{"index": range(len(scores)), "test_score": scores, "valid_score": scores, "seconds": seconds, "epochs": 100},
        status=["finished" if score == score else "diverged" for score in scores],
    )


def known_cell(trials, variant="V", task="music"):
    """A cell whose score is 20 and the known function of its hyperparameters, and whose time grows tenfold with the
    blocks; shares of its score are `odyssey.analysis.known.SHARES`."""
    inputs = samples(cell(np.ones(trials), variant=variant, task=task)).inputs
    return cell(20 + known(inputs), 10 ** (1 + inputs[:, 1]), variant, task)
