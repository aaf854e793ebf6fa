"""The page takes every recorded trial, says how few they are, and does without a task that has none."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from explorer_trials import studies, trials

from odyssey.analysis.advice.words import power
from odyssey.errors import OdysseyError
from odyssey.figures.explorer import explorer
from odyssey.pages import explorer as page

EXTENSION = Path(__file__).resolve().parents[2] / "book" / "_ext"
CORPORA = {"speech": "toy", "handwriting": "toy", "music": "toy"}


@pytest.fixture
def glued(monkeypatch):
    """What is glued, with the studies of `explorer_trials` for an archive: nothing is recorded of handwriting."""
    values, recorded = {}, {study.task: study for study in studies()}

    def read(folder, task, corpus):
        return recorded[task].trials if task in recorded else recorded["speech"].trials.iloc[:0]

    def task_at_hand(task):
        return SimpleNamespace(score_name=recorded[task].score, score_unit=recorded[task].unit)

    monkeypatch.setattr(page, "glue_all", values.update)
    monkeypatch.setattr(page, "archive", SimpleNamespace(read=read))
    monkeypatch.setattr(page, "task_at_hand", task_at_hand)
    values["recorded"] = recorded
    return values


def test_all_trials_of_all_recorded_tasks(glued):
    found = page.explorer_at_hand(CORPORA)
    assert [(study.task, len(study.trials), study.title) for study in found] == [
        ("speech", 16, "toy"),
        ("music", 16, "toy"),
    ]
    assert glued["explorer-trials"] == 32
    assert glued["explorer-handwriting-seen"] == "No trials of handwriting on toy are recorded yet."
    assert found[1].unit == "nats per frame" and glued["explorer-speech-corpus"] == "toy"


def test_a_corpus_that_people_bring_needs_no_files_and_is_told_from_a_stand_in(glued):
    found = page.explorer_at_hand({"speech": "timit", "music": "music21"})
    assert [study.title for study in found] == [
        "timit (the paper's own corpus)",
        "music21 (real chorales from other editions, not the published rolls)",
    ]


def test_words_count_trials_and_name_the_best(glued):
    page.explorer_at_hand(CORPORA)
    words = glued["explorer-speech-seen"]
    assert "16 trials, 3 to 7 of each of 3 variants." in words and "200 of each" in words
    assert "2 diverged, and 1 of all have no score." in words
    # All three have a trial 0 with the lowest score but NP, whose trial 0 has none; of equal ones NFG comes first.
    best = trials("speech", "NFG", 3).iloc[0]
    assert "number 0 of NFG: 30.12 % on the test set" in words
    assert f"with {best['blocks']} blocks, a learning rate of {power(best['learning_rate'])}, a" in words
    assert "It has 1,234 parameters and took 12 s; of its 100 epochs number 85 was the best." in words
    # The best tenths: two trials of each variant, on the validation score.
    cells = [trials("speech", code, n).sort_values("valid_score") for code, n in (("V", 7), ("NFG", 3))]
    bad = glued["recorded"]["speech"].trials.query("variant == 'NP'").sort_values("valid_score")
    rates = pd.concat([cell.head(2) for cell in (*cells, bad)])["learning_rate"]
    low, high = power(rates.min()), power(rates.max())
    assert f"trained at learning rates of {low} to {high}; " in words


def test_a_full_study_is_not_called_few(glued, monkeypatch):
    monkeypatch.setattr(page, "TRIALS", 3)
    page.explorer_at_hand(CORPORA)
    assert "chance" not in glued["explorer-speech-seen"] and "chance" not in glued["explorer-music-seen"]


def test_trials_without_any_score_are_only_counted(glued):
    glued["recorded"]["speech"].trials[["valid_score", "test_score"]] = float("nan")
    page.explorer_at_hand(CORPORA)
    assert glued["explorer-speech-seen"].endswith("16 of all have no score.")


def test_nothing_recorded_is_an_error(glued):
    glued["recorded"].clear()
    with pytest.raises(OdysseyError, match="no trials are recorded: search first"):
        page.explorer_at_hand({})


def test_only_the_explorers_page_loads_plotly(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "path", [str(EXTENSION), *sys.path])
    import explorer_page

    loaded = []
    app = SimpleNamespace(
        builder=SimpleNamespace(format="html"),
        outdir=tmp_path,
        add_js_file=lambda name, loading_method: loaded.append((name, loading_method)),
        add_css_file=lambda name: loaded.append((name, None)),
    )
    explorer_page.load_on_page(app, "intro", "page.html", {"body": "<p>The explorer</p>"}, None)
    explorer_page.load_on_page(app, "search", "search.html", {}, None)
    assert loaded == []
    explorer_page.load_on_page(app, "explorer", "page.html", {"body": explorer(studies()).html}, None)
    # In this order, and run in it: the script needs the library.
    assert loaded == [("explorer.css", None), ("plotly.min.js", "defer"), ("explorer.js", "defer")]
    explorer_page.copy_plotly(app)
    assert "plotly.js v" in (tmp_path / "_static" / "plotly.min.js").read_text(encoding="utf-8")[:100]
    config = SimpleNamespace(html_static_path=["_static"])
    explorer_page.add_assets(app, config)
    assert sorted(file.name for file in Path(config.html_static_path[1]).iterdir()) == ["explorer.css", "explorer.js"]
