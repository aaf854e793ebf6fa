"""Origin, time and pins of the records: against a few made-up records whose sums can be done by hand."""

from math import nan

import pytest

from odyssey import records
from odyssey.errors import OdysseyError
from odyssey.pages import made
from odyssey.protocol import DIVERGED, FINISHED, Curves, Result, draw_trial
from odyssey.tasks.base import Task

MUSIC = Task("music", "rolls", "00ff", {}, 88, 88, "bernoulli", "loss", "nats")
SPEECH = Task("speech", "voices", "ff00", {}, 39, 61, "categorical", "frame error", "%", True)


@pytest.fixture
def add(tmp_path, monkeypatch):
    """Adds a record to an archive that the pages read: a task's trial that took so many seconds."""

    def add(task, variant, index, seconds, epochs=2, machine="here", engine="cpu-float32"):
        good = epochs > 1
        curve = [1.5] * (epochs - 1) + [1.0 if good else nan]
        measures = [1.0] * 4 if good else [nan] * 4
        result = Result(
            *(FINISHED if good else DIVERGED, epochs, epochs if good else 0, *measures, 7, seconds),
            Curves(curve, curve, curve),
        )
        row = records.row(task, draw_trial(task.name, variant, index), result, engine, machine)
        records.append(tmp_path, row, result.curves)

    monkeypatch.setenv("ODYSSEY_RECORDS", str(tmp_path))
    return add


@pytest.fixture
def glued(monkeypatch):
    """What was glued, by name."""
    values = {}
    monkeypatch.setattr(made, "glue_all", values.update)
    return values


CORPORA = {"speech": "voices", "music": "rolls"}


def test_times_are_sums_and_means(add, glued):
    for index, seconds, epochs in ((0, 100.0, 2), (1, 260.0, 4), (2, 3.0, 1)):
        add(MUSIC, "V", index, seconds, epochs)
    add(MUSIC, "NP", 0, 7.0, 3)
    trials = made.records_at_hand(CORPORA)
    [task] = made.by_task(trials).to_dict("records")
    assert task["task"] == "music" and task["corpus"] == "rolls" and task["fingerprint"] == "00ff"
    assert (task["trials"], task["epochs"], task["seconds"], task["longest"]) == (4, 2.5, 92.5, 260.0)
    assert task["hours"] == pytest.approx(370 / 3600)
    vanilla, bare = made.by_cell(trials).to_dict("records")
    assert (vanilla["cell"], vanilla["trials"], vanilla["seconds"], vanilla["longest"]) == ("music V", 3, 121.0, 260.0)
    assert (bare["cell"], bare["trials"], bare["hours"]) == ("music NP", 1, pytest.approx(7 / 3600))
    assert glued["made-trials"] == 4 and glued["made-cells"] == 2 and glued["made-each"] == "1 to 3"
    assert glued["made-total"] == "6 min" and glued["made-mean"] == "2 min" and glued["made-longest"] == "4 min"
    assert glued["made-planned"] == 200 and glued["made-all"] == 200 * 9 * 2
    assert glued["made-unrecorded"] == "Of speech no trial is recorded yet."


def test_paper_is_quoted_as_in_the_cost_page(add, glued):
    """5400 × 24.3 h over 8766 h a year."""
    add(MUSIC, "V", 0, 1.0)
    add(SPEECH, "V", 0, 1.0)
    made.records_at_hand(CORPORA)
    assert [glued[f"made-paper-{name}"] for name in ("trials", "hours", "cpus", "years")] == [5400, "24.3", 128, "15"]
    assert glued["made-unrecorded"] == "" and glued["made-each"] == "1"


def test_origins_are_told_apart(add, glued):
    add(MUSIC, "V", 0, 1.0)
    add(MUSIC, "V", 1, 1.0, machine="there")
    add(MUSIC, "NP", 4, 1.0)
    add(MUSIC, "NP", 0, 1.0, engine="torch-float64")
    rows = made.by_origin(made.records_at_hand(CORPORA))
    assert {(row.machine, row.engine): (row.trials, row.first, row.last) for row in rows.itertuples()} == {
        ("here", "cpu-float32"): (2, 0, 4),
        ("there", "cpu-float32"): (1, 1, 1),
        ("here", "torch-float64"): (1, 0, 0),
    }


def test_every_column_of_a_record_is_explained(add, glued):
    assert list(made.MEANINGS) == list(records.COLUMNS)
    add(MUSIC, "V", 3, 12.25)
    shown = made.one_record(made.records_at_hand(CORPORA)).set_index("column")
    assert list(shown.index) == list(records.COLUMNS) and (shown["meaning"].str.len() > 5).all()
    assert shown.loc["index", "value"] == "3" and shown.loc["seconds", "value"] == "12.25"
    rate = draw_trial("music", "V", 3).hyperparameters.learning_rate
    assert shown.loc["learning_rate", "value"] == f"{rate:.6g}".replace("-", "−")


def test_drawing_again_gives_the_record(add, glued, tmp_path):
    add(MUSIC, "V", 0, 1.0)
    add(MUSIC, "NP", 1, 1.0)
    drawn = made.drawn_again(made.records_at_hand(CORPORA))
    assert list(drawn["name"]) == ["seed", "blocks", "learning_rate", "momentum", "input_noise"]
    assert list(drawn["drawn"]) == list(drawn["recorded"])
    assert repr(glued["made-drawn"]) == "2"
    file = tmp_path / "music" / "rolls" / "NP.csv"
    seed = draw_trial("music", "NP", 1).seed
    file.write_text(file.read_text(encoding="utf-8").replace(str(seed), str(seed - 1)), encoding="utf-8")
    made.drawn_again(made.records_at_hand(CORPORA))
    assert glued["made-drawn"] == 1


def test_nothing_recorded_is_an_error(add):
    with pytest.raises(OdysseyError, match=r"no trials are recorded on these corpora: search first"):
        made.records_at_hand(CORPORA)


def test_pins_are_read_with_their_headings(tmp_path):
    file = tmp_path / "requirements.txt"
    file.write_text(
        "# All of it.\n# More.\n\n# Data: what for\n# and why\nnumpy==2.4.6  # why\nx[a]==1.0.post1\n\n# Tests\ny==3\n"
    )
    assert made.pinned(file).to_dict("records") == [
        {"package": "numpy", "version": "2.4.6", "purpose": "Data"},
        {"package": "x[a]", "version": "1.0.post1", "purpose": "Data"},
        {"package": "y", "version": "3", "purpose": "Tests"},
    ]


def test_pins_of_the_checkout():
    pins = made.pinned().set_index("package")
    assert pins.loc["numpy", "version"].count(".") == 2 and pins.loc["pytest", "purpose"] == "Tests"
    assert pins["purpose"].str.len().between(3, 40).all() and pins.index.is_unique


@pytest.mark.parametrize("line", ["numpy>=2", "numpy", "numpy==2.*", "-r other.txt"])
def test_loose_requirement_is_an_error(tmp_path, line):
    file = tmp_path / "requirements.txt"
    file.write_text(f"# Data\n{line}\n")
    with pytest.raises(OdysseyError, match=r"requirements.txt, line 2: .* pins no version: write NAME==VERSION"):
        made.pinned(file)


def test_missing_requirements_are_an_error(tmp_path):
    with pytest.raises(OdysseyError, match=r"none\.txt: cannot be read"):
        made.pinned(tmp_path / "none.txt")
