"""The second estimate against known shares and against SciPy's estimate of Sobol's indices."""

import numpy as np
import pytest
from scipy import stats

from odyssey.analysis.importance import MAIN, TERMS
from odyssey.analysis.known import SHARES, known
from odyssey.analysis.process import Process, variances
from odyssey.errors import OdysseyError


def points(n, seed=0):
    return np.random.default_rng(seed).random((n, 4))


def ishigami(inputs):
    """Ishigami and Homma's function of three variables on (−π, π); the fourth one does nothing."""
    x, y, z = (2 * np.pi * (inputs[:, :3] - 0.5)).T
    return np.sin(x) + 7 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x)


def test_quadrature_is_exact():
    parts, total = variances(ishigami, 4)
    # Ishigami and Homma 1990, a = 7, b = 0.1.
    x = 0.5 * (1 + 0.1 * np.pi**4 / 5) ** 2
    y, xz = 49 / 8, 0.1**2 * np.pi**8 * (1 / 18 - 1 / 50)
    assert total == pytest.approx(x + y + xz, rel=1e-3)
    expected = {(0,): x, (1,): y, (0, 2): xz}
    for term in TERMS:
        assert parts[term] == pytest.approx(expected.get(term, 0), abs=0.01)


def test_quadrature_agrees_with_scipy():
    parts, total = variances(ishigami, 4)
    found = stats.sobol_indices(func=lambda x: ishigami(x.T), n=2**13, dists=[stats.uniform()] * 4, rng=0)
    np.testing.assert_allclose([parts[term] / total for term in MAIN], found.first_order, atol=0.01)


def test_order_three_is_in_the_whole_and_in_no_pair():
    parts, total = variances(lambda inputs: (inputs[:, :3] - 0.5).prod(axis=1), 4)
    assert total == pytest.approx(12.0**-3) and sum(parts.values()) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(("n", "error"), [(60, 0.02), (30, 0.03)])
def test_shares_of_a_known_function(n, error):
    inputs = points(n)
    found = Process(inputs, known(inputs)).shares(TERMS)
    np.testing.assert_allclose(found, [SHARES.get(term, 0) for term in TERMS], atol=error)


def test_noise_is_not_taken_for_an_effect():
    inputs = points(100)
    noise = np.random.default_rng(1).normal(size=100)
    clean, noisy = inputs[:, 0], inputs[:, 0] + 0.1 * noise
    for values in (clean, noisy, 1e3 * noisy - 7):
        assert Process(inputs, values).shares([(0,)])[0] > 0.95


def test_predictions_follow_the_function():
    inputs, others = points(60), points(20, seed=1)
    np.testing.assert_allclose(Process(inputs, known(inputs)).predict(others), known(others), atol=0.05)


@pytest.mark.parametrize("n", [1, 8])
def test_constant_has_no_shares(n):
    assert np.isnan(Process(points(n), np.full(n, 3.0)).shares(TERMS)).all()


@pytest.mark.parametrize(
    ("values", "words"), [([1.0, np.nan, 2.0], "finite"), ([1.0, 2.0], "a value for each point"), ([], "a value")]
)
def test_what_no_process_can_be_fitted_to_is_refused(values, words):
    with pytest.raises(OdysseyError, match=words):
        Process(points(3), values)
