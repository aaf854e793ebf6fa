"""Trials become points of the cube on the scale on which they were drawn, and bad ones count as is said."""

from math import nan

import numpy as np
import pandas as pd
import pytest
from cells_of import cell

from odyssey.analysis.samples import AXES, LIMIT, samples
from odyssey.errors import OdysseyError


def test_drawn_trials_fill_the_cube_evenly():
    inputs = samples(cell(np.ones(2000))).inputs
    assert inputs.shape == (2000, 4)
    for axis in inputs.T:
        counts, _ = np.histogram(axis, 10, (0, 1))
        assert counts.sum() == 2000 and counts.min() > 140 and counts.max() < 260


def test_corners_and_middle_of_the_search_space():
    trials = pd.concat([cell([1.0])] * 3).assign(
        index=range(3), learning_rate=[1e-6, 1e-2, 1e-4], blocks=[20, 200, 63], momentum=[0.0, 0.99, 0.9],
        input_noise=[0.0, 1.0, 0.5],
    )  # fmt: skip
    # 1 − momentum is 1, 0.01 and 0.1: the axis runs from much momentum to none.
    expected = [[0, 0, 0, 1], [1, 1, 1, 0], [0.5, np.log10(63 / 20), 0.5, 0.5]]
    np.testing.assert_allclose(samples(trials).inputs, expected, atol=1e-12)
    for axis, column in zip(AXES, samples(trials).inputs.T, strict=True):
        values = 1 - trials[axis.name] if axis.name == "momentum" else trials[axis.name]
        np.testing.assert_allclose(axis.decode(column), values)


@pytest.mark.parametrize(
    ("name", "value"), [("learning_rate", 0.1), ("learning_rate", 0.0), ("blocks", 10), ("input_noise", nan)]
)
def test_trial_outside_of_the_search_space_is_refused(name, value):
    with pytest.raises(OdysseyError, match="is not in the search space"):
        samples(cell([1.0, 2.0]).assign(**{name: value}))


def test_scores_are_limited_and_diverged_trials_count_as_the_worst():
    found = samples(cell([8.0, 9.0, 1e4, nan, 12.0]))
    assert list(found.scores) == [8, 9, 8 * LIMIT, 8 * LIMIT, 12] and (found.limited, found.unscored) == (1, 1)
    found = samples(cell([8.0, nan, 12.0]))
    assert list(found.scores) == [8, 12, 12] and (found.limited, found.unscored) == (0, 1)


def test_diverged_trial_with_a_best_epoch_has_its_score():
    trials = cell([8.0, 9.0, 10.0]).assign(status=["finished", "diverged", "finished"])
    assert list(samples(trials).scores) == [8, 9, 10] and samples(trials).unscored == 0


def test_no_scores_and_no_trials():
    found = samples(cell([nan, nan]))
    assert len(found.scores) == 0 and found.unscored == 2 and len(found.times) == 2
    assert len(samples(cell([1.0]).iloc[:0]).times) == 0


def test_order_is_that_of_the_index_and_times_are_logarithms():
    trials = cell([8.0, 9.0, 10.0], seconds=[1.0, 100.0, 0.0])
    shuffled = samples(trials.iloc[[2, 0, 1]])
    assert list(shuffled.scores) == [8, 9, 10] and list(shuffled.times) == [0, 2, -3]
