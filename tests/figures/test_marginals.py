"""Marginals are drawn where the analysis has them, in the unit of the records, with every trial."""

import numpy as np
import pandas as pd
import pytest
from cells_of import known_cell

from odyssey.analysis.importance import SCORE, TIME, axis_points, importance
from odyssey.figures import marginals as figures


@pytest.fixture(scope="module")
def trials():
    return pd.concat([known_cell(40), known_cell(3, variant="NP")])


@pytest.fixture(scope="module")
def found(trials):
    return {code: importance(cell) for code, cell in trials.groupby("variant", sort=False)}


def lines(figure):
    return {line.get_gid(): line for axes in figure.axes for line in axes.lines if line.get_gid()}


@pytest.mark.parametrize("which", [SCORE, TIME])
def test_lines_are_the_predictions(trials, found, which):
    figure = figures.marginals(found, trials, which, "s")
    figure.draw_without_rendering()
    drawn = lines(figure)
    assert set(drawn) == {f"{which}:V:{name}" for name in ("learning_rate", "blocks", "input_noise")}
    line = drawn[f"{which}:V:learning_rate"]
    np.testing.assert_allclose(line.get_xdata(), 1e-6 * 1e4 ** axis_points(25))
    mean = found["V"].marginals[which][0, 0]
    np.testing.assert_allclose(line.get_ydata(), 10**mean if which == TIME else mean)
    for axes in figure.axes[:3]:
        for line in axes.lines:
            if line.get_gid() or line.get_marker() == ".":
                assert axes.get_ylim()[0] <= min(line.get_ydata()) and max(line.get_ydata()) <= axes.get_ylim()[1]
    # Three trials are too few for a line, but they are there.
    dots = [line for axes in figure.axes for line in axes.lines if line.get_marker() == "."]
    assert sorted(len(line.get_xdata()) for line in dots) == [3, 3, 3, 40, 40, 40]


def test_band_is_one_standard_deviation_over_trees(found):
    mean, low, high = figures.curve(found["V"], SCORE, 1)
    np.testing.assert_allclose(high - mean, found["V"].marginals[SCORE][1, 1])
    np.testing.assert_allclose(mean - low, high - mean)
    middle, low, high = figures.curve(found["V"], TIME, 1)
    np.testing.assert_allclose(high / middle, middle / low)
    assert 10 < middle[0] < middle[-1] < 100


def test_words_follow_the_lines(found):
    words = figures.alt_marginals(found, SCORE, "nats")
    mean = found["V"].marginals[SCORE][0, 0]
    assert f"learning rate {mean[0]:.3g} to {mean[-1]:.3g}, lowest {mean.min():.3g}" in words
    assert "test score in nats" in words and "NP: too few trials." in words
    assert "training time in s" in figures.alt_marginals(found, TIME, "s")


@pytest.mark.parametrize("few", [["NP"], []])
def test_too_few_trials_are_a_figure_too(trials, found, few):
    figures.marginals({code: found[code] for code in few}, trials, SCORE, "nats").draw_without_rendering()
