"""What is computed once is read again, whole, without fanova, and only as long as it still fits."""

import json
from dataclasses import fields
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cells_of import cell, known_cell

from odyssey.analysis import kept
from odyssey.analysis.importance import Importance, importance
from odyssey.errors import OdysseyError


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "importance"


def unavailable(*arguments):
    raise AssertionError("computed again")


def same(first, second):
    return all(np.array_equal(first[name], second[name], equal_nan=True) for name in first)


def as_arrays(found):
    values = {field.name: getattr(found, field.name) for field in fields(Importance)}
    return {name: np.array(value, float) for name, value in (values | values.pop("marginals")).items()}


def test_second_call_reads_what_the_first_one_computed(folder, monkeypatch):
    trials = pd.concat([known_cell(12), known_cell(3, variant="NP")])
    first = kept.kept_importance(trials, folder)
    assert list(first) == ["V", "NP"]
    monkeypatch.setattr(kept, "importance", unavailable)
    again = kept.kept_importance(trials.iloc[::-1], folder)
    for code in first:
        assert same(as_arrays(first[code]), as_arrays(again[code]))
    assert isinstance(again["V"].trials, int) and np.isnan(again["NP"].forest).all()
    computed = as_arrays(importance(trials[trials["variant"] == "V"]))
    for name, values in as_arrays(first["V"]).items():
        np.testing.assert_allclose(values, computed[name], rtol=1e-5, atol=1e-12)


@pytest.mark.parametrize("column", ["test_score", "seconds", "learning_rate", "input_noise", "index"])
def test_other_records_are_computed_anew(folder, monkeypatch, column):
    trials = known_cell(9)
    kept.kept_importance(trials, folder)
    monkeypatch.setattr(kept, "importance", unavailable)
    changed = trials.assign(**{column: trials[column].where(trials["index"] != 4, trials[column] * 0.999 + 1e-3)})
    with pytest.raises(AssertionError, match="computed again"):
        kept.kept_importance(changed, folder)
    with pytest.raises(AssertionError, match="computed again"):
        kept.kept_importance(trials.iloc[:8], folder)


def test_another_version_of_the_analysis_is_computed_anew(folder, monkeypatch):
    kept.kept(folder / "a.json", [1], lambda: {"x": 1.0})
    monkeypatch.setattr(kept, "_SETTINGS", (*kept._SETTINGS, "more"))
    with pytest.raises(AssertionError, match="computed again"):
        kept.kept(folder / "a.json", [1], unavailable)


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"null", b'{"key": 1}', b"\xff\xfe"])
def test_damaged_file_is_written_anew(folder, damage):
    file = folder / "a.json"
    values = {"x": 0.123456789, "y": np.array([1.0, np.nan]), "n": 3, "z": {"w": [2.0]}}
    expected = {"x": 0.123457, "y": [1.0, None], "n": 3, "z": {"w": [2.0]}}
    assert kept.kept(file, [], lambda: values) == expected
    file.write_bytes(damage)
    assert kept.kept(file, [], lambda: values) == expected
    assert kept.kept(file, [], unavailable) == expected
    assert [path.name for path in folder.iterdir()] == ["a.json"]
    assert json.loads(file.read_text())["values"] == expected


def test_failed_computation_leaves_nothing(folder):
    with pytest.raises(AssertionError):
        kept.kept(folder / "a.json", [], unavailable)
    assert not folder.exists()


def test_folder_that_cannot_be_written_is_an_error_with_a_remedy(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OdysseyError, match=r"V\.json: cannot be (read|written) .*check"):
        kept.kept_importance(cell([1.0]), tmp_path / "file")


def test_calibration_is_kept_by_number_of_trials(folder, monkeypatch):
    first = kept.kept_calibration(10, folder)
    monkeypatch.setattr(kept.known, "calibration", unavailable)
    assert same(first, kept.kept_calibration(10, folder)) and first["forest"].shape == (5, 11)
    with pytest.raises(AssertionError, match="computed again"):
        kept.kept_calibration(11, folder)


def test_book_keeps_what_its_records_give():
    """One kept result of the book, computed again here: the forest's numbers must be those of any machine."""
    book = Path(__file__).resolve().parents[2] / "book"
    for file in sorted((book / "importance").glob("music/music21/V.json")):
        from odyssey import pages

        trials = pages.study_at_hand("music", "music21")
        trials = trials[trials["variant"] == "V"]
        stored = kept.kept(file, kept._content(trials), unavailable)
        found = as_arrays(importance(trials))
        for name in ("forest", "forest_spread", "total", "score", "time"):
            values = stored["marginals"][name] if name in stored["marginals"] else stored[name]
            np.testing.assert_allclose(found[name], np.array(values, float), rtol=1e-3, atol=1e-3)
        np.testing.assert_allclose(found["process"], np.array(stored["process"], float), atol=0.02)
