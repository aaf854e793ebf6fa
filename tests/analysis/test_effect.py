"""Effect size, its interval and the detectable difference against formulas, tables and simulation of others."""

from math import gamma, isnan, nan, pi, sqrt

import numpy as np
import pytest
from scipy import stats

from odyssey.analysis import effect


def test_hedges_g_matches_the_usual_approximation():
    generator = np.random.default_rng(2)
    a, b = generator.normal(1, 1, 30), generator.normal(0, 1, 25)
    pooled = sqrt((29 * a.var(ddof=1) + 24 * b.var(ddof=1)) / 53)
    assert effect.hedges_g(a, b) == pytest.approx((a.mean() - b.mean()) / pooled * (1 - 3 / (4 * 55 - 9)), rel=1e-4)
    # Two against two: the factor is 1/√π, not the approximation's 4/7.
    assert effect.hedges_g([1.0, 2.0], [0.0, 1.0]) == pytest.approx(sqrt(2) / sqrt(pi))


@pytest.mark.parametrize(("a", "b"), [([], [1.0, 2.0]), ([3.0], [1.0, 2.0]), ([2.0, 2.0], [1.0, 1.0])])
def test_without_a_variance_there_is_no_size(a, b):
    assert isnan(effect.hedges_g(a, b)) and isnan(effect.detectable(a, b))
    assert effect.hedges_interval(a, b) == pytest.approx((nan, nan), nan_ok=True)


def bca_by_hand(a, b, resamples=100000, seed=5):
    """Efron 1987 written out, with resamples of its own and the jackknife over both samples."""
    generator = np.random.default_rng(seed)
    x, y = generator.choice(a, (resamples, len(a))), generator.choice(b, (resamples, len(b)))
    degrees = len(a) + len(b) - 2
    pooled = ((len(a) - 1) * x.var(axis=1, ddof=1) + (len(b) - 1) * y.var(axis=1, ddof=1)) / degrees
    factor = gamma(degrees / 2) / (sqrt(degrees / 2) * gamma((degrees - 1) / 2))
    with np.errstate(divide="ignore"):  # where all values of both are the same
        drawn = factor * (x.mean(axis=1) - y.mean(axis=1)) / np.sqrt(pooled)
    centre = stats.norm.ppf((drawn < effect.hedges_g(a, b)).mean())
    # The acceleration of several samples (Efron and Tibshirani 1993): influences of each, over its size.
    influence = []
    for number, sample in enumerate((a, b)):
        left = [np.delete(sample, i) for i in range(len(sample))]
        values = np.array([effect.hedges_g(*((x, b) if number == 0 else (a, x))) for x in left])
        influence.append((len(sample) - 1) * (values.mean() - values) / len(sample))
    influence = np.concatenate(influence)
    acceleration = (influence**3).sum() / (6 * (influence**2).sum() ** 1.5)
    z = centre + np.array([stats.norm.ppf(0.025), stats.norm.ppf(0.975)])
    return np.quantile(drawn, stats.norm.cdf(centre + z / (1 - acceleration * z)))


@pytest.mark.parametrize("sizes", [(5, 5), (20, 20), (7, 12)])
def test_interval_matches_bca_by_hand(sizes):
    generator = np.random.default_rng(7)
    a, b = generator.normal(2, 1, sizes[0]), generator.normal(0, 1.5, sizes[1])
    found = effect.hedges_interval(a, b)
    np.testing.assert_allclose(found, bca_by_hand(a, b), atol=0.04 * (found[1] - found[0]))
    assert found == effect.hedges_interval(a, b)  # the seed is fixed
    mirrored = effect.hedges_interval(b, a)
    np.testing.assert_allclose(mirrored, (-found[1], -found[0]), atol=0.06 * (found[1] - found[0]))
    assert np.ptp(effect.hedges_interval(a, b, 0.5)) < 0.6 * np.ptp(found)


def test_interval_covers_the_true_size():
    generator = np.random.default_rng(11)
    hits = 0
    for _ in range(100):
        low, high = effect.hedges_interval(generator.normal(1, 1, 20), generator.normal(0, 1, 20))
        hits += low <= 1 <= high
    assert 88 <= hits <= 99


def test_interval_needs_five_different_values():
    b = [1.0, 2.0, 3.0, 4.0, 5.5]
    for a in (b[:4], [*b[:4], 4.0], [100.0] * 9):
        assert np.isnan(effect.hedges_interval(a, b)).all() and np.isnan(effect.hedges_interval(b, a)).all()
    assert np.isfinite(effect.hedges_interval([9.0, *b], [4.0, *b])).all()


@pytest.mark.parametrize(("n", "size"), [(64, 0.5), (26, 0.8), (17, 1.0)])
def test_detectable_difference_is_that_of_cohens_tables(n, size):
    """Cohen 1988, table 2.4.1: n in each of two groups of one variance for power 0.8 at p = 0.05, two-sided."""

    def found(n):
        sample = np.linspace(-1, 1, n)
        sample /= sample.std(ddof=1)
        return effect.detectable(sample, sample + 3), effect.detectable(10 * sample, 10 * sample)

    assert found(n)[0] <= size < found(n - 1)[0]
    assert found(n)[1] == pytest.approx(10 * found(n)[0])


@pytest.mark.parametrize(("sizes", "deviations"), [((10, 10), (1, 1)), ((20, 20), (3, 1)), ((4, 20), (2, 1))])
def test_detectable_difference_is_found_four_times_out_of_five(sizes, deviations):
    generator = np.random.default_rng(3)
    samples = []
    for n, deviation in zip(sizes, deviations, strict=True):
        sample = generator.normal(size=n)
        samples.append(deviation * (sample - sample.mean()) / sample.std(ddof=1))
    difference = effect.detectable(*samples)
    a = generator.normal(difference, deviations[0], (20000, sizes[0]))
    b = generator.normal(0, deviations[1], (20000, sizes[1]))
    found = (stats.ttest_ind(a, b, axis=1, equal_var=False).pvalue < 0.05).mean()
    # The formula takes the degrees of freedom for known; with four values they are not.
    assert found == pytest.approx(0.8, abs=0.015 if min(sizes) >= 10 else 0.06)


def test_few_values_find_only_large_differences():
    # One degree of freedom: t is Cauchy's, whose edge is cot(π · 0.025), and the power that of |W| below shift / edge.
    found = effect.detectable([0.0, 0.0], [-1.0, 1.0])
    edge = 1 / np.tan(pi * 0.025)
    generator = np.random.default_rng(1)
    z, w = generator.normal(size=(2, 400000))
    assert ((z + found / 1.0) / np.abs(w) > edge).mean() == pytest.approx(0.8, abs=0.005)
    assert effect.detectable([0.0, 1.0], [0.0, 1.0], power=0.5) < effect.detectable([0.0, 1.0], [0.0, 1.0])
