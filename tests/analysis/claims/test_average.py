"""The interval of a mean over variants against scipy's, and the trials that would narrow it enough, by simulation."""

from math import inf, isnan, nan

import numpy as np
import pytest
from scipy import stats

from odyssey.analysis.claims.average import LEAST_VARIANTS, Average

NUMBERS = [0.61, 0.72, 0.58, 0.80, 0.69, 0.75, 0.66, 0.70, 0.64]
VALUES = dict(zip("abcdefghi", NUMBERS, strict=True))


def same(error, codes="abcdefghi"):
    return dict.fromkeys(codes, error)


def test_interval_is_student_s():
    reference = stats.ttest_1samp(NUMBERS, 0).confidence_interval(0.95)
    assert Average(VALUES).interval() == pytest.approx((reference.low, reference.high))
    assert Average(VALUES, errors=same(0.01)).interval() == Average(VALUES).interval()
    stricter = stats.ttest_1samp(NUMBERS, 0).confidence_interval(1 - 0.05 / 4)
    assert Average(VALUES).interval(4) == pytest.approx((stricter.low, stricter.high))


@pytest.mark.parametrize("bias", [0.03, -0.03])
def test_bias_widens_on_both_sides(bias):
    low, high = Average(VALUES).interval()
    assert Average(VALUES, bias).interval() == pytest.approx((low - 0.03, high + 0.03))


def test_variants_without_a_number_are_left_out():
    with_gap = Average(VALUES | {"z": nan}, errors=same(0.01) | {"z": nan})
    assert with_gap.interval() == Average(VALUES).interval() and with_gap.known
    assert with_gap.between == pytest.approx(np.var(NUMBERS, ddof=1) - 1e-4) and with_gap.sides(0.6) == "8 of 9, not c"
    few = Average(dict(list(VALUES.items())[: LEAST_VARIANTS - 1]) | {"y": nan, "z": nan})
    assert not few.known and isnan(few.mean) and np.isnan(few.interval()).all() and few.between == 0
    assert not Average(VALUES, nan).known


def test_needed_trials_narrow_the_interval_to_the_bound():
    average = Average(VALUES)
    bound = average.mean - 0.5 * average.half()
    assert average.trials(bound, 30) == 120  # half as wide takes four times as many
    assert average.trials(bound, 31) == 130  # and is no better known than to ten trials
    assert isnan(average.trials(average.mean, 30)) and isnan(Average(VALUES, 0.1).trials(bound, 30))
    assert average.trials(bound, 30) < average.trials(bound, 30, tests=4) < inf
    assert average.trials(bound, 30) < average.trials(average.mean - 0.25 * average.half(), 30) < inf


def test_what_lies_between_variants_does_not_fall_with_the_trials():
    """Of the variance a quarter is sampling error: a bound at nine tenths of the half width leaves 0.81 − 0.75 of it
    for that, a quarter of what there is, and one at 0.86 leaves nothing."""
    variance = np.var(NUMBERS, ddof=1)
    average = Average(VALUES, errors=same(np.sqrt(0.25 * variance)))
    assert average.between == pytest.approx(0.75 * variance)
    assert average.trials(average.mean - 0.9 * average.half(), 60) == 250  # 60 × 0.25 / 0.06
    assert average.trials(average.mean - 0.86 * average.half(), 60) == inf
    assert average.trials(average.mean + 0.4 * average.half(), 60) == inf
    # Errors that explain all of the variance, or more, leave nothing between variants.
    for error in (1.0, 10.0):
        noisy = Average(VALUES, errors=same(np.sqrt(variance) * error))
        assert noisy.between == pytest.approx(0, abs=1e-12)
        assert noisy.trials(noisy.mean - 0.5 * noisy.half(), 30) == 120


def test_variance_between_variants_by_simulation():
    generator = np.random.default_rng(4)
    errors = {code: 0.05 + number / 80 for number, code in enumerate("abcdefghi")}
    found = [
        Average({code: generator.normal(0, 0.5) + generator.normal(0, errors[code]) for code in errors}, errors=errors)
        for _ in range(1000)
    ]
    assert np.mean([one.between for one in found]) == pytest.approx(0.25, rel=0.1)


def test_variants_that_do_not_differ_are_seldom_said_to():
    drawn = np.random.default_rng(5).normal(0, 0.3, (1000, 9))
    found = [Average(dict(zip(VALUES, row, strict=True)), errors=same(0.3)) for row in drawn]
    assert 0.03 < np.mean([one.between > 0 for one in found]) < 0.07


def test_sides():
    assert Average(VALUES).sides(0.0) == "all 9" and Average(VALUES).sides(high=0.6) == "1 of 9, only c"
    assert Average(VALUES).sides(0.6, 0.75) == "6 of 9, not c, d or f"
