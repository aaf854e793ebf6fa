"""What the bound on epochs hides, on trials whose length is known."""

import numpy as np
import pandas as pd
import pytest
from evidence_of import ALL, cell_of

from odyssey.analysis.claims.bound import FAST, less_bound, pooled_effect
from odyssey.analysis.claims.evidence import Evidence
from odyssey.analysis.claims.regression import NOISE_AXIS, RATE_AXIS
from odyssey.analysis.samples import AXES
from odyssey.protocol import MAX_EPOCHS


def trials_of(length, count, codes=ALL):
    """Trials whose log10 of the epochs is `length` of the points of the unit cube, a level and a little scatter; a
    slow one is cut off."""
    cells = []
    for number, code in enumerate(codes):
        generator = np.random.default_rng([5, number])
        inputs = generator.random((count, len(AXES)))
        log = length(inputs) + 0.05 * number + generator.normal(0, 0.03, count)
        epochs = np.minimum(np.rint(10**log), MAX_EPOCHS).astype(int)
        cells.append(cell_of(code, np.ones(count), inputs).assign(epochs=epochs))
    return pd.concat(cells, ignore_index=True)


def hidden(inputs):
    """Noise lengthens, and slow trials would train for ages."""
    return 1.2 + 0.3 * inputs[:, NOISE_AXIS] + 3 * (0.75 - inputs[:, RATE_AXIS]).clip(0)


def test_the_effect_is_found_where_fewer_are_cut_off():
    trials = trials_of(hidden, 60)
    fast = trials[trials["learning_rate"] >= FAST]
    assert (trials["epochs"] == MAX_EPOCHS).mean() > 0.5 and (fast["epochs"] < MAX_EPOCHS).all()
    value, half = pooled_effect(fast, NOISE_AXIS)
    assert value == pytest.approx(0.3, abs=half) and 0.005 < half < 0.05
    told = less_bound(Evidence("music", "toy", trials), NOISE_AXIS)
    assert (
        f"of the trials train through all {MAX_EPOCHS} epochs" in told and "but 0\N{NO-BREAK SPACE}% of those" in told
    )
    assert f"changes by +{value:.2f} (+{value - half:.2f} to +{value + half:.2f})" in told and not told.endswith(".")


def test_the_interval_holds_the_truth_as_often_as_it_says():
    found = []
    for seed in range(100):
        trials = trials_of(lambda inputs: 1.5 + 0.1 * inputs[:, NOISE_AXIS], 100)
        chosen = np.random.default_rng(seed).choice(len(trials), 90, replace=False)
        value, half = pooled_effect(trials.iloc[np.sort(chosen)], NOISE_AXIS)
        found.append(abs(value - 0.1) < half)
    assert np.mean(found) >= 0.9


def test_nothing_is_said_where_nothing_is_cut_off():
    trials = trials_of(lambda inputs: 1.5 + 0 * inputs[:, 0], 30)
    assert less_bound(Evidence("music", "toy", trials), NOISE_AXIS) == ""


def test_too_few_trials_have_no_effect():
    trials = trials_of(hidden, 10)
    told = less_bound(Evidence("music", "toy", trials), NOISE_AXIS)
    assert told.endswith("cannot train longer")
    assert np.isnan(pooled_effect(trials.head(10), NOISE_AXIS)).all()
