"""Heat maps have learning rate along the page and blocks up it, and interactions on one scale for all variants."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from cells_of import cell, known_cell

from odyssey.analysis.importance import importance
from odyssey.figures import heatmap


@pytest.fixture(scope="module")
def trials():
    return pd.concat([known_cell(60), cell(np.full(9, 9.0), variant="NFG"), known_cell(3, variant="NP")])


@pytest.fixture(scope="module")
def found(trials):
    return {code: importance(each) for code, each in trials.groupby("variant", sort=False)}


def test_maps_are_the_predictions_the_right_way_round(trials, found):
    figure = heatmap.heat_maps(found, trials, "nats")
    figure.draw_without_rendering()
    maps = {mesh.get_gid(): mesh for axes in figure.axes for mesh in axes.collections if mesh.get_gid()}
    assert set(maps) == {f"{what}:{code}" for what in ("total", "interaction") for code in ("V", "NFG")}
    total = np.asarray(maps["total:V"].get_array())
    np.testing.assert_allclose(total, found["V"].total.T)
    # Scores of the made-up trials grow most with the learning rate: from left to right.
    assert total[:, -1].mean() - total[:, 0].mean() > 1.5 > total[-1].mean() - total[0].mean()
    limits = {(maps[f"interaction:{code}"].norm.vmin, maps[f"interaction:{code}"].norm.vmax) for code in ("V", "NFG")}
    [(low, high)] = limits
    assert low == -high and high >= np.abs(heatmap.deviations(found["V"], trials[trials["variant"] == "V"])).max()


def test_one_variant_does_not_make_all_others_pale(trials, found):
    far = replace(found["V"], total=found["V"].total * 100)
    figure = heatmap.heat_maps({"V": found["V"], "NFG": found["NFG"], "NP": far}, trials, "nats")
    top = max(found["V"].total.max(), found["NFG"].total.max())
    maps = {mesh.get_gid(): mesh for axes in figure.axes for mesh in axes.collections if mesh.get_gid()}
    assert {mesh.norm.vmax for gid, mesh in maps.items() if gid.startswith("total")} == {heatmap._ROOM * top}
    assert any(axes.get_label() == "<colorbar>" and axes._colorbar.extend == "max" for axes in figure.axes)


def test_interaction_is_in_standard_deviations(trials, found):
    of_v = trials[trials["variant"] == "V"]
    np.testing.assert_allclose(
        heatmap.deviations(found["V"], of_v) * of_v["test_score"].std(ddof=0), found["V"].interaction
    )
    assert np.abs(heatmap.deviations(found["NFG"], trials[trials["variant"] == "NFG"])).max() < 1e-9


def test_words_say_where_the_best_is(trials, found):
    words = heatmap.alt_heat_maps(found, trials, "nats")
    rate, blocks = np.unravel_index(found["V"].total.argmin(), found["V"].total.shape)
    expected = (
        f"best near learning rate {1e-6 * 1e4 ** ((rate + 0.5) / 16):.1g} with {20 * 10 ** ((blocks + 0.5) / 16):.0f}"
    )
    assert expected in words and "NP: too few trials." in words and rate < 4


@pytest.mark.parametrize("few", [["NP"], ["NFG"], []])
def test_too_few_or_equal_trials_are_a_figure_too(trials, found, few):
    heatmap.heat_maps({code: found[code] for code in few}, trials, "nats").draw_without_rendering()
