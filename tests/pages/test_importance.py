"""The page's tables and words are the analysis' own numbers, in per cent; nothing is computed twice."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from cells_of import known_cell

from odyssey import tables
from odyssey.analysis.early import MAIN_EFFECTS
from odyssey.analysis.importance import importance
from odyssey.pages import importance as page


@pytest.fixture(scope="module")
def found():
    return {"V": importance(known_cell(40)), "NP": importance(known_cell(3, variant="NP"))}


@pytest.fixture
def glued(monkeypatch):
    values = {}
    monkeypatch.setattr(page, "glue_all", values.update)
    return values


def test_tables_have_a_row_a_variant_and_every_share(found):
    forest = page.forest_table(found).set_index("variant")
    v = found["V"]
    assert forest.loc["V", "learning_rate"] == f"{100 * v.forest[0]:.0f} ± {100 * v.forest_spread[0]:.0f}"
    assert forest.loc["V", "pairs"] == pytest.approx(100 * v.forest[4:10].sum())
    assert forest.loc["V", "rest"].startswith(f"{100 * v.forest[10]:.0f} ±") and forest.loc["V", "trials"] == 40
    process = page.process_table(found).set_index("variant")
    total = process.loc["V", ["learning_rate", "blocks", "input_noise", "momentum", "higher"]].sum()
    assert total == pytest.approx(100)
    assert process.loc["V", "blocks difference"] == pytest.approx(100 * (v.forest[1] - v.process[1]))
    assert process.loc["V", "higher difference"] == pytest.approx(100 * (v.forest[4:].sum() - v.process[4:].sum()))
    pairs = page.pairs_table(found).set_index("variant")
    assert pairs.columns[0] == "rate × blocks" and len(pairs.columns) == 6
    assert pairs.loc["V", "noise × momentum"].startswith(f"{100 * v.forest[9]:.0f} ±")
    for frame, columns in (
        (page.forest_table(found), page.FOREST_COLUMNS),
        (page.process_table(found), page.PROCESS_COLUMNS),
        (page.pairs_table(found), page.PAIRS_COLUMNS),
        (page.early_table(found), page.EARLY_COLUMNS),
    ):
        html = tables.table(frame, "caption", columns).html
        assert "NP" in html and "nan" not in html and tables.DASH in html


def test_early_figures_stand_beside_ours(found):
    early = page.early_table(found).set_index("variant")
    assert list(early.index) == list(MAIN_EFFECTS) and "V" not in early.index
    assert early.loc["NOAF", "learning_rate early"] == 20.6 and np.isnan(early.loc["NIG", "blocks"])


def test_words_are_glued_for_the_prose(found, monkeypatch, glued, toy_task, tmp_path):
    trials = pd.concat([known_cell(40), known_cell(3, variant="NP")])
    monkeypatch.setattr(page, "study_at_hand", lambda *arguments: trials)
    monkeypatch.setattr(page, "task_at_hand", lambda *arguments: toy_task())
    monkeypatch.setattr(page, "kept_folder", lambda: tmp_path)
    monkeypatch.setattr(page, "kept_importance", lambda given, folder: found)
    weighed = page.importance_at_hand("music", "toy")
    assert weighed.found is found and weighed.trials is trials
    words = {name.removeprefix("importance-music-"): value for name, value in glued.items()}
    v = found["V"]
    assert words["rate"] == f"{100 * v.forest[0]:.0f}" and words["first"] == 1
    assert words["told"] == 1 and words["variants"] == 2
    assert words["gap"] == f"{100 * np.abs(v.forest - v.process)[:4].max():.0f}"
    assert words["r2-process"] == f"{v.process_r2:.2f}" and "40 of the study's 200" in words["caution"]
    # A process that sees nothing but noise has no first hyperparameter.
    unsure = replace(v, process=np.full(11, np.nan))
    monkeypatch.setattr(page, "kept_importance", lambda given, folder: {"V": v, "NP": unsure})
    page.importance_at_hand("music", "toy")
    assert glued["importance-music-first"] == 2 and glued["importance-music-first-process"] == 1
    assert "nan" not in str(glued)
    monkeypatch.setattr(page, "kept_importance", lambda given, folder: {"NP": found["NP"]})
    page.importance_at_hand("music", "toy")
    assert glued["importance-music-rate"] == glued["importance-music-gap"] == tables.DASH


def test_calibration_shows_the_sizes_at_hand_and_the_full_one(monkeypatch, glued):
    true = np.array([0.70, 0.12, 0.06, 0, 0.12, 0, 0, 0, 0, 0, 0])
    estimates = np.stack([true + 0.10, true - 0.04])
    monkeypatch.setattr(
        page,
        "kept_calibration",
        lambda size, folder: {"forest": estimates, "process": estimates - (0.02 if size == 10 else 0.03)},
    )
    table = page.calibration_at_hand([30, 10, 10])
    assert list(table.columns) == ["term", "true", *(f"{n} {s}" for s in (10, 30, 200) for n in ("forest", "process"))]
    assert table.loc[0, "true"] == 70 and table.loc[0, "forest 10"] == pytest.approx(73)
    words = {name.removeprefix("importance-known-"): value for name, value in glued.items()}
    assert (words["forest-full"], words["forest-full-single"], words["process-full"]) == ("3", "10", "0")
    assert (words["smallest"], words["size"]) == (10, 200)
    # Seven terms beyond the main effects, 12 % of it in one: each estimate is 3 points too high, or 1, or equal.
    assert (words["higher"], words["forest-full-higher"]) == ("12", "33")
    assert (words["process-smallest-higher"], words["process-full-higher"]) == ("19", "12")
    html = tables.table(table, "caption", page.calibration_columns(table)).html
    assert "process 200" in html and "three or four" in html
