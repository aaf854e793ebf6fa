"""What the notebooks ask for: trials that are there are read, those that are missing are trained, all quietly."""

import numpy as np
import pytest

from odyssey import engine, pages, records
from odyssey.corpora.base import Corpus
from odyssey.errors import OdysseyError
from odyssey.pages import at_hand


@pytest.fixture
def archive(tmp_path, monkeypatch, toy_task):
    """An empty archive, and a toy task in place of the real one."""
    monkeypatch.setenv("ODYSSEY_RECORDS", str(tmp_path))
    task = toy_task()
    monkeypatch.setattr(at_hand, "task_at_hand", lambda *arguments: task)
    return tmp_path


def test_missing_trials_are_trained_and_recorded_ones_are_not(archive, monkeypatch, capfd):
    first = pages.cell_at_hand("toy", "toy", "CIFG", 1)
    assert list(first.trials["index"]) == [0]
    more = pages.cell_at_hand("toy", "toy", "CIFG", 2)
    assert list(more.trials["index"]) == [0, 1]
    assert more.trials.iloc[0].equals(first.trials.iloc[0])
    assert len(more.curves) == more.trials["epochs"].sum()
    monkeypatch.setattr(engine, "engine", None)  # a full record needs none
    again = pages.cell_at_hand("toy", "toy", "CIFG", 2)
    assert again.trials.equals(more.trials)
    assert len(pages.cell_at_hand("toy", "toy", "CIFG", 1).trials) == 1
    assert capfd.readouterr() == ("", "")


def test_trials_that_others_still_train_are_an_error(archive, monkeypatch):
    monkeypatch.setattr("odyssey.search.search", lambda *arguments, **options: None)
    with pytest.raises(OdysseyError, match="0 of 2 trials"):
        pages.cell_at_hand("toy", "toy", "V", 2)


def test_study_has_as_many_trials_of_each_cell(archive):
    for variant, trials in (("V", 2), ("NP", 1)):
        pages.cell_at_hand("toy", "toy", variant, trials)
    assert len(records.read(archive)) == 3
    assert list(pages.study_at_hand("toy", "toy")["variant"]) == ["V", "NP"]


def test_corpus_table_counts_frames():
    rolls = {split: tuple(np.zeros((n, 88), np.uint8) for n in (2, 3, 7)) for split in ("train", "valid", "test")}
    table = pages.corpus_table(Corpus("toy", "music", "", "", rolls)).set_index("split")
    assert list(table.loc["valid"]) == [3, 12, 2, 4.0, 7]
