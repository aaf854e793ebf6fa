"""Importance of a cell: known shares, few trials, constants, diverged trials; the parts of a heat map add up."""

from math import nan

import numpy as np
import pytest
from cells_of import cell, known_cell

from odyssey.analysis import importance as analysis
from odyssey.analysis.forest import Forest
from odyssey.analysis.importance import FEWEST, MAIN, NAMES, REST, SCORE, TIME, axis_points, importance
from odyssey.analysis.known import TRUE, calibration, known
from odyssey.analysis.process import Process
from odyssey.protocol import TRIALS


@pytest.fixture(scope="module")
def full():
    """A full cell of the study with known shares."""
    return importance(known_cell(TRIALS))


def test_shares_of_a_full_cell_are_near_the_known_ones(full):
    """The forest's bias at the size of a cell: up to some four points. The process has hardly any."""
    np.testing.assert_allclose(full.forest, TRUE, atol=0.06)
    np.testing.assert_allclose(full.process, TRUE, atol=0.01)
    assert full.forest.sum() == pytest.approx(1) and full.process.sum() == pytest.approx(1)
    assert NAMES[4] == "learning_rate × blocks" and NAMES[-1] == REST and len(NAMES) == 11
    assert (full.forest_spread[:3] > 0).all() and full.forest_spread[0] < 0.1
    assert full.forest_r2 > 0.85 and full.process_r2 > 0.99 and full.trials == TRIALS


def test_bias_of_the_forest_is_measured():
    found = calibration(30)
    assert found["forest"].shape == found["process"].shape == (5, len(NAMES))
    assert np.abs(found["process"].mean(axis=0) - TRUE).max() < 0.02
    assert 0.02 < np.abs(found["forest"].mean(axis=0) - TRUE).max() < 0.12
    assert np.ptp(found["forest"], axis=0)[0] > 0.01  # each repetition has points of its own


def test_known_function_has_the_shares_it_is_said_to_have():
    values = known(np.random.default_rng(0).random((200_000, 4)))
    assert values.var() == pytest.approx(1, abs=0.02) and TRUE.sum() == pytest.approx(1)


def test_marginals_of_score_and_time(full):
    points = axis_points(analysis.POINTS)
    score, time = full.marginals[SCORE], full.marginals[TIME]
    assert score.shape == time.shape == (4, 2, analysis.POINTS)
    slope = np.sqrt(12 * 0.70)
    np.testing.assert_allclose(score[0, 0], 20 + slope * (points - 0.5), atol=0.35)
    np.testing.assert_allclose(time[1, 0], 1 + points, atol=0.1)
    assert np.ptp(time[0, 0]) < 0.15 and np.ptp(score[3, 0]) < 0.2
    assert (score[:, 1] > 0).all() and score[0, 1].max() < 0.5


def test_heat_map_is_mean_effects_and_interaction(full):
    middle = axis_points(analysis.CELLS) - 0.5
    product = 12 * np.sqrt(0.12) * np.outer(middle, middle)
    rows = np.sqrt(12 * 0.70) * middle[:, None] + np.sqrt(12 * 0.12) * middle[None, :]
    assert full.total.shape == full.interaction.shape == (analysis.CELLS,) * 2
    assert np.abs(full.interaction - product).mean() < 0.12 and np.abs(full.total - 20 - rows - product).mean() < 0.2
    assert np.corrcoef(full.interaction.ravel(), product.ravel())[0, 1] > 0.9
    # An effect of one axis alone is not in it: means along rows and columns are about zero.
    assert np.abs(full.interaction.mean(axis=0)).max() < 0.12 and np.abs(full.interaction.mean(axis=1)).max() < 0.12


@pytest.mark.parametrize("n", [1, FEWEST - 1])
def test_too_few_trials_say_nothing(n):
    found = importance(known_cell(n))
    assert np.isnan(found.forest).all() and np.isnan(found.process).all() and np.isnan(found.total).all()
    assert np.isnan(found.marginals[SCORE]).all() and np.isnan(found.marginals[TIME]).all()
    assert np.isnan(found.forest_r2) and found.trials == n


@pytest.mark.parametrize("n", [FEWEST, 10, 30])
def test_few_trials_are_analysed(n):
    found = importance(known_cell(n))
    assert found.forest.sum() == pytest.approx(1) and (found.forest >= 0).all()
    assert np.isfinite(found.total).all() and np.isfinite(found.marginals[TIME]).all()


def test_constant_scores_have_no_importance():
    found = importance(cell(np.full(20, 9.0), seconds=np.arange(1, 21)))
    assert np.isnan(found.forest).all() and np.isnan(found.process).all() and np.isnan(found.forest_r2)
    np.testing.assert_allclose(found.total, 9)
    np.testing.assert_allclose(found.interaction, 0, atol=1e-9)
    assert np.isfinite(found.marginals[TIME]).all()


def test_diverged_trials_count_as_the_worst():
    trials = known_cell(60)
    high = trials["learning_rate"] > 3e-3
    left_out = importance(trials[~high])
    worst = importance(trials.assign(test_score=trials["test_score"].mask(high, nan)))
    assert worst.unscored == high.sum() > 3 and left_out.unscored == 0 and worst.trials == 60
    top = worst.marginals[SCORE][0, 0][-2:]
    assert (top > 0.5 + left_out.marginals[SCORE][0, 0][-2:]).all() or top.min() > trials["test_score"].max() - 1
    assert np.isfinite(worst.forest).all()
    nothing = importance(trials.assign(test_score=nan))
    assert np.isnan(nothing.forest).all() and np.isfinite(nothing.marginals[TIME]).all() and nothing.unscored == 60


def test_one_exploded_trial_is_not_all_of_the_variance():
    scores = known_cell(60)["test_score"].to_numpy(copy=True)
    scores[5] = 1e9
    found = importance(cell(scores))
    assert found.limited == 1 and found.marginals[SCORE].max() < 200


@pytest.mark.parametrize("surrogate", [Forest, Process])
def test_cross_validation_tells_knowledge_from_noise(surrogate):
    generator = np.random.default_rng(0)
    inputs = generator.random((60, 4))
    assert analysis.predicted(surrogate, inputs, known(inputs)) > 0.6
    assert analysis.predicted(surrogate, inputs, generator.normal(size=60)) < 0.1
    assert np.isnan(analysis.predicted(surrogate, inputs, np.ones(60)))


def test_order_of_the_rows_does_not_matter():
    trials = known_cell(20)
    first, second = importance(trials), importance(trials.sample(frac=1, random_state=0))
    assert np.array_equal(first.forest, second.forest) and first.forest_r2 == second.forest_r2


def test_caution_is_said_until_the_study_is_complete():
    assert analysis.caution(TRIALS) == ""
    assert "10 of the study's 200" in analysis.caution(10) and "far too few" in analysis.caution(10)
    assert "few" in analysis.caution(30) and "far too few" not in analysis.caution(30)
    assert analysis.caution(150) == "Each cell has 150 of the study's 200 trials."
    assert len(MAIN) == 4
