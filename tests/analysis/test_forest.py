"""The forest's decomposition against functions whose shares are known, and what surrounds fanova."""

import logging
import re
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

import odyssey
from odyssey.analysis.forest import TREES, Forest
from odyssey.analysis.known import SHARES, known
from odyssey.errors import OdysseyError


def points(n, dimensions=4, seed=0):
    return np.random.default_rng(seed).random((n, dimensions))


def share(forest, *axes):
    return np.nanmean(forest.fractions(axes))


def test_main_effects_are_within_three_points_at_a_thousand_samples():
    inputs = points(1000)
    forest = Forest(inputs, known(inputs))
    for axis in range(4):
        assert share(forest, axis) == pytest.approx(SHARES[axis,], abs=0.03)


def test_log_encoded_axis_counts_as_it_was_drawn():
    """A step at a tenth of a log-uniform axis splits the cube there: shares p (1 − p) of it and of a linear one."""
    inputs = points(1000)
    step = (inputs[:, 0] > 0.1) + 0.3 * (inputs[:, 1] > 0.5)
    forest = Forest(inputs, step)
    total = 0.09 + 0.09 * 0.25
    assert share(forest, 0) == pytest.approx(0.09 / total, abs=0.03)
    assert share(forest, 1) == pytest.approx(0.09 * 0.25 / total, abs=0.03)


def test_pure_interaction_is_no_main_effect():
    inputs = points(400, seed=1)
    forest = Forest(inputs, np.sign(inputs[:, 0] - 0.5) * np.sign(inputs[:, 1] - 0.5))
    pair = share(forest, 0, 1)
    # A greedy tree sees nothing in either axis at its first split, so it also splits where there is nothing.
    assert pair > 0.65 and share(forest, 0) < 0.05 and share(forest, 1) < 0.05


def test_pair_is_what_exceeds_its_main_effects():
    inputs = points(300)
    forest = Forest(inputs, known(inputs))
    assert share(forest, 0, 1) == pytest.approx(0.12, abs=0.04)
    assert share(forest, 0, 2) < 0.04 and share(forest, 2, 3) < 0.02


def test_shares_do_not_depend_on_the_unit():
    inputs = points(100)
    ours, scaled = (Forest(inputs, values).fractions((0,)) for values in (known(inputs), 2.0**-30 * known(inputs)))
    np.testing.assert_allclose(ours, scaled, rtol=1e-6)


def test_same_data_same_forest():
    inputs = points(50)
    first, second = (Forest(inputs, known(inputs)) for _ in range(2))
    assert np.array_equal(first.fractions((0, 1)), second.fractions((0, 1)))
    assert np.array_equal(first.marginals((0,), inputs[:5, :1]), second.marginals((0,), inputs[:5, :1]))


def test_marginals_follow_the_function():
    inputs = points(1000)
    forest = Forest(inputs, 10 + 3 * inputs[:, 0] + inputs[:, 1])
    grid = np.array([[0.1], [0.5], [0.9]])
    found = forest.marginals((0,), grid)
    assert found.shape == (TREES, 3)
    np.testing.assert_allclose(found.mean(axis=0), 10.5 + 3 * grid[:, 0], atol=0.15)
    assert forest.marginals((), np.empty((1, 0))).mean() == pytest.approx(12, abs=0.1)
    both = forest.marginals((0, 1), np.array([[0.1, 0.9]])).mean()
    assert both == pytest.approx(11.2, abs=0.2)
    assert both == pytest.approx(forest.marginals((1, 0), np.array([[0.9, 0.1]])).mean())


def test_predictions_follow_the_function():
    inputs, others = points(400), points(50, seed=1)
    assert np.abs(Forest(inputs, 5 + inputs[:, 0]).predict(others) - 5 - others[:, 0]).mean() < 0.05


@pytest.mark.parametrize("n", [1, 2, 40])
def test_constant_has_no_shares_but_a_prediction(n):
    forest = Forest(points(n), np.full(n, 7.0))
    assert np.isnan(forest.fractions((0,))).all() and np.isnan(forest.fractions((0, 1))).all()
    np.testing.assert_allclose(forest.marginals((0,), np.array([[0.5]])), 7)


@pytest.mark.parametrize(
    ("inputs", "values", "words"),
    [
        (points(3), [1.0, np.nan, 2.0], "finite"),
        (points(3), [1.0, np.inf, 2.0], "finite"),
        (np.full((3, 4), np.nan), [1.0, 2.0, 3.0], "finite"),
        (points(3), [1.0, 2.0], "a value for each point"),
        (points(0), [], "a value for each point"),
    ],
)
def test_what_no_forest_can_be_fitted_to_is_refused(inputs, values, words):
    with pytest.raises(OdysseyError, match=words):
        Forest(inputs, values)


def test_fanova_leaves_no_traces(capfd, monkeypatch):
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])  # as outside of pytest
    before = (list(root.handlers), root.level, root.manager.disable, list(warnings.filters))
    Forest(points(20), points(20)[:, 0]).fractions((0,))
    assert (list(root.handlers), root.level, root.manager.disable, list(warnings.filters)) == before
    assert not hasattr(np, "float") and capfd.readouterr() == ("", "")


def test_without_fanova_the_error_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "fanova", None)
    with pytest.raises(OdysseyError, match="fanova is not installed"):
        Forest(points(20), points(20)[:, 0])
    assert not hasattr(np, "float")


def test_one_module_imports_fanova_and_only_when_it_is_needed():
    package = Path(odyssey.__file__).parent
    sources = {path.name: path.read_text(encoding="utf-8") for path in package.rglob("*.py")}
    lines = [(name, line) for name, text in sources.items() for line in text.splitlines() if "import fANOVA" in line]
    assert [name for name, _ in lines] == ["forest.py"] and lines[0][1].startswith(" ")
    assert not any(
        re.search(r"^\s*(import|from) (fanova|pyrfr)\b(?! import fANOVA)", text, re.M) for text in sources.values()
    )
