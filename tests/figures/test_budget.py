"""What a search finds is drawn as it is computed, a panel a variant, and told in words."""

import numpy as np
import pandas as pd
import pytest

from odyssey.analysis.budget import best_of
from odyssey.figures import budget


def trials(n, codes=("V", "NIG", "NFG", "TENTH")):
    """`n` trials a variant with made-up scores, each variant one worse than the one before."""
    scores = np.random.default_rng(1).exponential(size=n)
    cells = [
        pd.DataFrame({"variant": code, "index": range(n), "valid_score": 8 + i + scores, "test_score": 9 + i + scores})
        for i, code in enumerate(codes)
    ]
    return pd.concat(cells, ignore_index=True)


@pytest.mark.parametrize("n", [1, 2, 10, 200])
def test_each_variant_has_its_curve_and_vanillas(n):
    table = trials(n)
    figure = budget.best_of_k(table, "nats")
    figure.draw_without_rendering()
    lines = {line.get_gid(): line for axes in figure.axes for line in axes.lines if line.get_gid()}
    assert {name for name in lines if name.startswith(("best:", "beside:"))} == {
        f"{kind}:{code}" for kind in ("best", "beside") for code in ("NIG", "NFG", "TENTH")
    }
    vanilla = best_of(table[table["variant"] == "V"])
    np.testing.assert_array_equal(lines["beside:NFG"].get_xydata(), vanilla[["k", "median"]])
    np.testing.assert_array_equal(
        lines["best:NFG"].get_ydata(), best_of(table[table["variant"] == "NFG"])["median"].to_numpy()
    )
    assert [axes.get_title(loc="left") for axes in figure.axes if axes.get_visible()] == ["NIG", "NFG", "TENTH"]
    low, high = figure.axes[0].get_ylim()
    assert low < vanilla["median"].min() and high > best_of(table[table["variant"] == "TENTH"])["median"].max()
    text = budget.alt_best_of_k(table, "nats")
    assert (
        f"V: {vanilla['median'].iloc[0]:.2f} with 1" in text and f"{vanilla['median'].iloc[-1]:.2f} with {n}." in text
    )


def test_trials_without_scores():
    table = trials(4)
    table.loc[table["variant"] == "NFG", ["valid_score", "test_score"]] = np.nan
    table.loc[(table["variant"] == "NIG") & (table["index"] < 3), ["valid_score", "test_score"]] = np.nan
    figure = budget.best_of_k(table, "nats")
    figure.draw_without_rendering()
    assert "NFG" not in [axes.get_title(loc="left") for axes in figure.axes]
    text = budget.alt_best_of_k(table, "nats")
    assert "NIG: none with 1" in text and "NFG" not in text
    for nothing in (table.iloc[:0], table[table["variant"] == "NFG"]):
        budget.best_of_k(nothing, "nats").draw_without_rendering()
        assert budget.alt_best_of_k(nothing, "nats") == "No scores yet."
    budget.best_of_k(trials(3, ["NP"]), "nats").draw_without_rendering()  # no vanilla to set it beside
