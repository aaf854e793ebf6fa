"""What smaller searches find, against all subsets counted one by one."""

from itertools import combinations
from math import inf, nan

import numpy as np
import pandas as pd
import pytest

from odyssey.analysis import budget
from odyssey.analysis.comparison import compare


def cell(variant, valid, test=None):
    """Trials with these scores."""
    test = valid if test is None else test
    index = range(len(valid))
    columns = {"task": "music", "corpus": "toy", "variant": variant, "index": index, "parameters": 1000}
    return pd.DataFrame(columns | {"valid_score": valid, "test_score": test, "status": "finished"})


def by_counting(valid, test, k):
    """Quartiles of the test score of the best in validation over all subsets of k, the lower index among equals."""
    found = []
    for subset in combinations(range(len(valid)), k):
        ranked = sorted((valid[i], i) for i in subset if valid[i] == valid[i])
        found.append(test[ranked[0][1]] if ranked else inf)
    found = np.quantile(found, (0.25, 0.5, 0.75), method="inverted_cdf")
    return np.where(np.isfinite(found), found, nan)


@pytest.mark.parametrize(
    "valid",
    [
        [3.0, 1.0, 4.0, 1.5, 9.0, 2.6, 5.3],
        [3.0, 3.0, 1.0, 1.0, 2.0],  # equal scores
        [3.0, nan, nan, 2.0, nan, 4.0],  # without a score
        [2.0],
        [nan, nan],
    ],
)
def test_best_of_k_matches_counting(valid):
    test = [10 + 7 * i % 5 for i in range(len(valid))]  # in another order than the validation scores
    test = [score if v == v else nan for score, v in zip(test, valid, strict=True)]
    found = budget.best_of(cell("V", valid, test))
    assert list(found["k"]) == list(range(1, len(valid) + 1))
    for row in found.itertuples():
        np.testing.assert_allclose((row.low, row.median, row.high), by_counting(valid, test, row.k))


def test_best_of_many_trials():
    generator = np.random.default_rng(1)
    scores = generator.exponential(size=1500)
    found = budget.best_of(cell("V", scores)).set_index("k")
    assert len(found) == 1500 and found.notna().all(axis=None)
    assert found["median"].is_monotonic_decreasing and found.loc[1500, "high"] == scores.min()
    # The median of the least of k exponentials is log 2 over k.
    assert found.loc[20, "median"] == pytest.approx(np.log(2) / 20, rel=0.1)
    assert budget.best_of(cell("V", [])).empty


def test_verdicts_are_those_of_the_first_trials():
    generator = np.random.default_rng(2)
    scores = -np.sort(-generator.normal(9, 0.2, 60))
    late = scores + 5 * (np.arange(60) < 20)  # bad only in the first twenty
    trials = pd.concat([cell("V", scores), cell("NP", late), cell("NFG", scores + 3)])
    table = budget.verdicts(trials).set_index("variant")
    assert list(table.columns) == ["10", "20", "50", "60"] and list(table.index) == ["NP", "NFG"]
    for n in (10, 20, 50, 60):
        judged = compare(trials[trials["index"] < n]).set_index("variant")["verdict"]
        assert list(table[str(n)]) == list(judged[["NP", "NFG"]])
    assert table.loc["NP", "20"] == "worse" != table.loc["NP", "60"]
    assert list(budget.verdicts(trials[trials["index"] < 20]).columns) == ["variant", "10", "20"]


def test_verdicts_without_vanilla_or_trials():
    assert list(budget.verdicts(cell("NP", [1.0, 2.0]))["2"]) == ["cannot be told"]
    assert budget.verdicts(cell("V", [])).empty
