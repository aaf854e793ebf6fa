"""The error of a best tenth against simulation, and the trials that are needed against textbook values."""

from math import inf, isnan, sqrt

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from odyssey.analysis.claims.contrast import (
    LEAST_TRIALS,
    LEAST_VALUES,
    Contrast,
    contrast,
    tenth,
    trials_to_find,
    trials_to_fit,
)
from odyssey.analysis.claims.verdict import LEVEL
from odyssey.analysis.comparison import welch


def cell(scores):
    """Trials of one cell, as far as their best tenth goes."""
    return pd.DataFrame({"index": range(len(scores)), "valid_score": scores, "test_score": scores}, dtype=float)


def test_spread_of_a_tenth_written_out():
    found = tenth(cell(np.array([3.0, 1.0, 2.0, *range(4, 31)])))
    assert list(found.scores) == [1, 2, 3] and found.mean == 2
    assert found.spread == pytest.approx(sqrt(1 + 0.9 * (3 - 2) ** 2))


@pytest.fixture(scope="module")
def equal_cells():
    """Best tenths of 400 cells of 200 trials, all of one distribution."""
    generator = np.random.default_rng(0)
    return [tenth(cell(generator.uniform(30, 70, 200))) for _ in range(400)]


def test_the_error_is_that_of_drawing_the_trials_again(equal_cells):
    """What Welch's test takes for the error is about half of it."""
    truth = np.std([one.mean for one in equal_cells])
    ours = np.sqrt(np.mean([one.spread**2 for one in equal_cells]) / 20)
    theirs = np.sqrt(np.mean([one.scores.var(ddof=1) for one in equal_cells]) / 20)
    assert ours == pytest.approx(truth, rel=0.12)
    assert theirs < 0.65 * truth


def test_equal_variants_differ_at_the_level_of_the_test():
    generator = np.random.default_rng(1)
    found = [contrast(*(cell(generator.normal(50, 10, 200)) for _ in range(2))) for _ in range(150)]
    assert 0.02 < np.mean([one.p < LEVEL for one in found]) < 0.09
    assert np.mean([one.paper < LEVEL for one in found]) > 0.12


def test_contrast_is_welch_where_all_trials_are_taken():
    """Of two trials both are the best tenth, nothing is selected, and the error is Welch's own."""
    first, second = np.array([9.0, 9.4]), np.array([8.0, 8.1])
    one, reference = contrast(cell(first), cell(second)), welch(first, second)
    assert one.interval == pytest.approx((reference.low, reference.high))
    assert one.p == pytest.approx(reference.p) == pytest.approx(one.paper)
    assert one.degrees == pytest.approx(reference.degrees) and one.values == 2
    assert one.baseline == pytest.approx(8.05)
    assert one.spreads == pytest.approx((first.std(ddof=1), second.std(ddof=1)))


@pytest.mark.parametrize("bound", [-1.0, 0.5, 1.45, 1.55, 3.0])
def test_p_less_is_below_the_level_where_the_interval_is_below_the_bound(bound):
    one = Contrast(0.5, 0.5, 40.0, 10.0, 0.5, 20, (1.0, 1.0))
    assert one.interval[1] == pytest.approx(0.5 + 2.0211 * 0.5, rel=1e-4)
    assert (one.p_less(bound) < LEVEL) == (one.interval[1] < bound)


@pytest.mark.parametrize(("first", "second"), [([], [1.0, 2.0]), ([1.0], [1.0, 2.0]), ([2.0, 2.0], [1.0, 1.0])])
def test_without_a_spread_nothing_is_known(first, second):
    one = contrast(cell(np.array(first)), cell(np.array(second)))
    assert not one.known and isnan(one.p) and isnan(one.p_less(1.0)) and isnan(one.paper)


@pytest.mark.parametrize(("difference", "each"), [(0.2, 394), (0.5, 64), (0.8, 26), (1.0, 17)])
def test_needed_trials_are_the_textbook_s(difference, each):
    """Cohen 1988: cases in each group for a power of 0.8 at 0.05, two-sided."""
    assert trials_to_find((1.0, 1.0), difference) == trials_to_find((1.0, 1.0), -difference) == 10 * each


def test_needed_trials_with_unequal_spreads_by_simulation():
    count = int(trials_to_find((1.0, 2.0), 1.0)) // 10
    generator = np.random.default_rng(2)
    first, second = generator.normal(0, 1, (count, 4000)), generator.normal(1, 2, (count, 4000))
    power = np.mean(stats.ttest_ind(first, second, equal_var=False).pvalue < LEVEL)
    assert power == pytest.approx(0.8, abs=0.03)


@pytest.mark.parametrize("spreads", [(1.0, 1.0), (1.0, 2.5)])
def test_an_interval_fits_from_as_many_trials_on(spreads):
    """By scipy's interval of samples that have just these deviations."""
    needed = int(trials_to_fit(spreads, 0.5)) // 10
    for count, fits in ((needed - 1, False), (needed, True)):
        shape = np.linspace(-1, 1, count) / np.linspace(-1, 1, count).std(ddof=1)
        found = stats.ttest_ind(spreads[0] * shape, spreads[1] * shape, equal_var=False).confidence_interval()
        assert (found.high <= 0.5) == fits


def test_the_need_rests_on_the_spread():
    """Twice the spread takes four times the trials: no margin that grows with the spread hides it."""
    for needed in (trials_to_find, trials_to_fit):
        assert needed((2.0, 2.0), 0.5) == pytest.approx(4 * needed((1.0, 1.0), 0.5), rel=0.05)


def test_more_trials_than_anybody_has_are_not_counted():
    assert trials_to_find((1.0, 1.0), 0.1) == inf == trials_to_fit((1.0, 1.0), 0.05)
    assert trials_to_find((1.0, 1.0), 100.0) == 20 == trials_to_fit((1.0, 1.0), 100.0)


def test_so_many_trials_have_enough_values():
    for count, enough in ((LEAST_TRIALS - 1, False), (LEAST_TRIALS, True)):
        scores = np.arange(count, dtype=float)
        assert (contrast(cell(scores), cell(scores)).values >= LEAST_VALUES) == enough
