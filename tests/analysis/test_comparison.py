"""The comparison against independent computations, and what happens with few, diverged or no trials."""

from math import ceil, isnan, nan, sqrt

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from odyssey.analysis import comparison, effect
from odyssey.errors import OdysseyError
from odyssey.variants import VARIANTS


def cell(variant, scores, *, valid=None, status=None, parameters=None, **more):
    """Trials of one cell with the given test scores."""
    n = len(scores)
    return pd.DataFrame(
        {
            "task": "music",
            "corpus": "toy",
            "fingerprint": "0" * 16,
            "protocol": 1,
            "variant": variant,
            "index": range(n),
            "valid_score": scores if valid is None else valid,
            "test_score": scores,
            "status": ["finished"] * n if status is None else status,
            "parameters": range(1000, 1000 + n) if parameters is None else parameters,
            **more,
        }
    )


def welch_by_hand(a, b):
    """Welch 1947, written out."""
    va, vb = np.var(a, ddof=1) / len(a), np.var(b, ddof=1) / len(b)
    t = (np.mean(a) - np.mean(b)) / sqrt(va + vb)
    degrees = (va + vb) ** 2 / (va**2 / (len(a) - 1) + vb**2 / (len(b) - 1))
    half = stats.t.ppf(0.975, degrees) * sqrt(va + vb)
    d = np.mean(a) - np.mean(b)
    return d, d - half, d + half, t, degrees, 2 * stats.t.sf(abs(t), degrees)


@pytest.mark.parametrize("sizes", [(2, 2), (2, 20), (20, 20), (3, 7)])
def test_welch_matches_the_formula(sizes):
    generator = np.random.default_rng(1)
    a, b = generator.normal(8.4, 0.3, sizes[0]), generator.normal(8.9, 0.1, sizes[1])
    np.testing.assert_allclose(list(vars(comparison.welch(a, b)).values()), welch_by_hand(a, b), rtol=1e-10)


def test_welch_of_a_sample_that_does_not_vary():
    """Equal error rates: it is then the test of the other sample against that number."""
    a, b = np.array([31.9843342, 31.9843342]), np.array([33.1, 34.5, 32.2])
    found, expected = comparison.welch(a, b), stats.ttest_1samp(b, a[0])
    assert found.p == pytest.approx(expected.pvalue) and found.t == pytest.approx(-expected.statistic)
    assert found.degrees == pytest.approx(2)


def test_welch_is_not_the_pooled_test():
    a, b = np.array([1.0, 1.1, 0.9, 1.05]), np.array([0.0, 3.0])
    assert comparison.welch(a, b).p != pytest.approx(stats.ttest_ind(a, b).pvalue)


@pytest.mark.parametrize(
    ("a", "b", "difference"),
    [([], [1.0, 2.0], nan), ([3.0], [1.0, 2.0], 1.5), ([2.0, 2.0], [1.0, 1.0], 1.0)],
)
def test_welch_without_a_variance_has_no_p(a, b, difference):
    result = comparison.welch(np.array(a), np.array(b))
    assert isnan(result.p) and isnan(result.t) and isnan(result.low)
    assert result.difference == pytest.approx(difference, nan_ok=True)


def test_holm_on_a_worked_example():
    # p = .01, .04, .03, .005 (the example of many textbooks): times 4, 3, 2, 1 in order, never falling.
    np.testing.assert_allclose(comparison.holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02])
    np.testing.assert_allclose(comparison.holm([0.6, nan, 0.9]), [1.0, nan, 1.0])
    assert comparison.holm([nan, nan]) == pytest.approx([nan, nan], nan_ok=True)


@pytest.mark.parametrize(("n", "expected"), [(0, 0), (1, 1), (2, 2), (19, 2), (20, 2), (21, 3), (200, 20)])
def test_top_takes_a_tenth_ranked_on_validation(n, expected):
    generator = np.random.default_rng(3)
    trials = cell("V", generator.random(n), valid=generator.random(n))
    best = comparison.top(trials)
    assert len(best) == expected
    assert list(best["valid_score"]) == sorted(trials["valid_score"])[:expected]
    assert n < 20 or expected == ceil(n / 10)


def test_top_breaks_ties_by_index():
    trials = cell("V", [3.0, 1.0, 2.0], valid=[5.0, 5.0, 5.0]).iloc[::-1]
    assert list(comparison.top(trials)["index"]) == [0, 1]


def test_diverged_trials_count_with_their_best_epoch_or_not_at_all():
    scores = [8.0, 9.0, 7.0, nan] + [10.0] * 17
    status = ["finished", "finished", "diverged", "diverged"] + ["finished"] * 17
    trials = cell("V", scores, status=status)
    assert list(comparison.top(trials)["test_score"]) == [7.0, 8.0, 9.0]  # ceil(21 / 10): the unscored one is paid for
    row = comparison.compare(trials).set_index("variant").loc["V"]
    assert (row["trials"], row["diverged"], row["unscored"], row["top"]) == (21, 2, 1, 3)
    assert row["best"] == 7.0 and row["mean"] == 8.0


def test_equal_cells_are_called_different_too_often():
    """The same as picking and testing them one pair at a time; where both trials are taken, nothing is selected."""
    low, high = comparison.called_different(60)
    generator, found = np.random.default_rng(8), {}
    for name in ("random", "standard_normal"):
        pairs = ([sorted(getattr(generator, name)(60))[:6] for _ in range(2)] for _ in range(400))
        found[name] = np.mean([welch_by_hand(*pair)[-1] < 0.05 for pair in pairs])
    assert (low, high) == pytest.approx((min(found.values()), max(found.values())), abs=0.05)
    assert low < high and low > 0.12
    full = comparison.called_different(200)
    assert full[1] > high + 0.04 and full[1] > full[0] + 0.05  # normal scores have a tail, uniform ones an edge
    # With two values in each, Welch's test finds less than its level.
    assert 0.01 < comparison.called_different(2)[0] <= comparison.called_different(2)[1] < 0.07
    assert comparison.called_different(60) == (low, high)


def test_compare_judges_each_variant_against_vanilla():
    generator = np.random.default_rng(4)
    scores = {code: generator.normal(9, 0.5, 200) for code in VARIANTS}
    scores["NFG"] += 2
    scores["NP"] -= 2
    records = pd.concat([cell(code, values) for code, values in scores.items()])
    table = comparison.compare(records).set_index("variant")
    assert list(table.index) == list(VARIANTS)
    assert table.loc["V", "verdict"] == "baseline" and isnan(table.loc["V", "p"])
    assert table.loc["NFG", "verdict"] == comparison.WORSE
    assert table.loc["NP", "verdict"] == comparison.BETTER
    a, b = np.sort(scores["NFG"])[:20], np.sort(scores["V"])[:20]
    expected = welch_by_hand(a, b)
    columns = ["difference", "low", "high", "t", "degrees", "p"]
    np.testing.assert_allclose(table.loc["NFG", columns].astype(float), expected)
    assert table.loc["NFG", "p_holm"] >= table.loc["NFG", "p"]
    sizes = ["g", "g_low", "g_high", "detectable"]
    expected = [effect.hedges_g(a, b), *effect.hedges_interval(a, b), effect.detectable(a, b)]
    assert list(table.loc["NFG", sizes]) == expected and table.loc["V", sizes].isna().all()
    assert (table["top"] == 20).all()
    assert comparison.caution(table) == ""


def test_missing_cells_and_few_trials_are_said():
    records = pd.concat([cell("V", np.linspace(8, 9, 20)), cell("NP", [8.5]), cell("TENTH", [8.0, 8.1])])
    table = comparison.compare(records).set_index("variant")
    assert list(table.index) == [*VARIANTS, "TENTH"]
    assert table.loc["NIG", "trials"] == 0 and isnan(table.loc["NIG", "mean"])
    assert table.loc["NIG", "verdict"] == table.loc["NP", "verdict"] == comparison.UNDECIDED
    assert "0 to 20" in comparison.caution(table) and "few" in comparison.caution(table)


def test_without_vanilla_nothing_is_decided():
    table = comparison.compare(cell("NP", [1.0, 2.0, 3.0]))
    assert set(table["verdict"]) == {"baseline", comparison.UNDECIDED}


def test_no_records_at_all_give_an_empty_table():
    assert comparison.compare(cell("V", [])).empty


@pytest.mark.parametrize(("column", "value"), [("fingerprint", "f" * 16), ("protocol", 2)])
def test_mixed_records_are_refused(column, value):
    with pytest.raises(OdysseyError, match=column):
        comparison.compare(pd.concat([cell("V", [1.0]), cell("NP", [1.0], **{column: value})]))


def test_equal_budget_is_what_every_cell_has_without_a_gap():
    assert comparison.equal_budget(cell("V", [])) == 0
    full = cell("V", range(20))
    assert comparison.equal_budget(full) == 20
    assert comparison.equal_budget(pd.concat([full, cell("NP", range(17))])) == 17
    gap = cell("FGR", range(20))
    assert comparison.equal_budget(pd.concat([full, gap[gap["index"] != 5]])) == 5
