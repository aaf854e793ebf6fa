"""What the bound on epochs may hide: a trial that trains through all of them cannot train longer.

The effect of a hyperparameter on the length of training is therefore asked once more of the trials with a high learning
rate, of which fewer are cut off. Of one variant these are too few for a regression, so all variants answer together,
each with a level of its own.
"""

import numpy as np
import pandas as pd
from scipy import stats

from odyssey.analysis.claims.evidence import Evidence
from odyssey.analysis.claims.regression import GROUPS, RATE_AXIS, jackknife
from odyssey.analysis.claims.verdict import LEVEL
from odyssey.analysis.claims.words import number, percent
from odyssey.analysis.samples import AXES
from odyssey.protocol import MAX_EPOCHS

FAST = 1e-3  # the learning rate from which a trial counts, a decade below the upper end of the search space
LEAST_A_PARAMETER = 3  # trials for each parameter of the regression


def less_bound(evidence: Evidence, axis: int) -> str:
    """The effect of an axis of the search space on log10 of the epochs where fewer trials are cut off, in words without
    a full stop; empty where none is cut off at all."""
    cut = (evidence.trials["epochs"] >= MAX_EPOCHS).mean()
    if not cut:
        return ""
    told = f"{percent(cut)} of the trials train through all {MAX_EPOCHS} epochs and cannot train longer"
    fast = evidence.trials[evidence.trials["learning_rate"] >= FAST].sort_values(["variant", "index"])
    value, half = pooled_effect(fast, axis)
    if not np.isfinite(half):
        return told
    share = percent((fast["epochs"] >= MAX_EPOCHS).mean())
    return (
        f"{told}, but {share} of those with a learning rate of at least {FAST:g}, and there, all variants together, "
        f"log10 of the epochs changes by {number(value)} ({number(value - half)} to {number(value + half)})"
    )


def pooled_effect(trials: pd.DataFrame, axis: int) -> tuple[float, float]:
    """Effect of an axis on log10 of the epochs, from one end of its range to the other, and half of its 95 % interval.

    By least squares on the four axes, the square of the learning rate and a level for each variant; the error by the
    jackknife over `GROUPS` groups of trials. NaN where there are too few trials.

    Args:
        trials: columns of the archive, of any variants.
        axis: number in `AXES`.
    """
    inputs = np.stack([one.encode(trials) for one in AXES], axis=1)
    levels = pd.get_dummies(trials["variant"]).to_numpy(float)
    columns = np.column_stack([inputs, (inputs[:, RATE_AXIS] - 0.5) ** 2, levels])
    if len(trials) < LEAST_A_PARAMETER * columns.shape[1]:
        return np.nan, np.nan
    epochs = np.log10(trials["epochs"].to_numpy(float))

    def effect(chosen: np.ndarray) -> float:
        return float(np.linalg.lstsq(columns[chosen], epochs[chosen], rcond=None)[0][axis])

    half = stats.t.ppf(1 - LEVEL / 2, GROUPS - 1) * jackknife(effect, len(trials))
    return effect(np.ones(len(trials), bool)), float(half)
