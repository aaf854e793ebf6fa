"""The interval of a mean over variants against scipy's, and the trials that would narrow it enough."""

from math import inf, isnan, nan

import numpy as np
import pytest
from scipy import stats

from odyssey.analysis.claims.average import LEAST_VARIANTS, Average

VALUES = np.array([0.61, 0.72, 0.58, 0.80, 0.69, 0.75, 0.66, 0.70, 0.64])


def test_interval_is_student_s():
    reference = stats.ttest_1samp(VALUES, 0).confidence_interval(0.95)
    assert Average(VALUES).interval() == pytest.approx((reference.low, reference.high))
    stricter = stats.ttest_1samp(VALUES, 0).confidence_interval(1 - 0.05 / 4)
    assert Average(VALUES).interval(4) == pytest.approx((stricter.low, stricter.high))


@pytest.mark.parametrize("bias", [0.03, -0.03])
def test_bias_widens_on_both_sides(bias):
    low, high = Average(VALUES).interval()
    assert Average(VALUES, bias).interval() == pytest.approx((low - 0.03, high + 0.03))


def test_variants_without_a_number_are_left_out():
    with_gap = Average(np.append(VALUES, nan))
    assert with_gap.interval() == Average(VALUES).interval() and with_gap.known
    few = Average(np.append(VALUES[: LEAST_VARIANTS - 1], [nan, nan]))
    assert not few.known and isnan(few.mean) and np.isnan(few.interval()).all()
    assert not Average(VALUES, nan).known


def test_needed_trials_narrow_the_interval_to_the_bound():
    average = Average(VALUES)
    bound = average.mean - 0.5 * average.half()
    needed = average.trials(bound, 30)
    assert needed == 120  # half as wide takes four times as many
    assert isnan(average.trials(average.mean, 30)) and isnan(Average(VALUES, 0.1).trials(bound, 30))
    assert average.trials(bound, 30) < average.trials(average.mean - 0.25 * average.half(), 30) < inf
