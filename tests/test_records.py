import json
import platform
import sys
from math import nan

import pandas as pd
import pytest
from records_of import contents, files, fill, record_of

from odyssey import records
from odyssey.errors import OdysseyError
from odyssey.protocol import Curves

FLOATS = ["learning_rate", "momentum", "input_noise", "valid_loss", "valid_score", "test_loss", "test_score", "seconds"]
WHOLE = ["index", "seed", "blocks", "parameters", "epochs", "best_epoch", "protocol"]


@pytest.fixture
def task(toy_task):
    return toy_task()


def edit(file, old, new, count=1):
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, count))


def test_the_columns_are_what_others_rely_on():
    assert ",".join(records.COLUMNS) == (
        "task,corpus,fingerprint,variant,index,seed,blocks,learning_rate,momentum,input_noise,parameters,epochs,"
        "best_epoch,valid_loss,valid_score,test_loss,test_score,status,seconds,engine,version,protocol,machine"
    )


def test_what_is_appended_is_read_back_digit_for_digit(tmp_path, task):
    rows = [record_of(task, index)[0] for index in range(8)]
    fill(tmp_path, task, 8)
    read = records.read(tmp_path)
    assert list(read.columns) == list(records.COLUMNS)
    assert {row["status"] for row in rows} == {"finished", "diverged"}
    assert any(row["best_epoch"] == 0 for row in rows), "one trial without any epoch to score"
    for row, back in zip(rows, read.to_dict("records"), strict=True):
        assert repr(list(back.values())) == repr(list(row.values()))


def test_types_are_right_also_without_rows(tmp_path, task):
    empty = records.read(tmp_path / "nothing")
    fill(tmp_path, task, 2)
    full = records.read(tmp_path)
    assert empty.dtypes.equals(full.dtypes)
    assert (full.dtypes[FLOATS] == "float64").all() and (full.dtypes[WHOLE] == "int64").all()
    assert all(pd.api.types.is_string_dtype(full[name]) for name in ("task", "status", "machine"))
    assert records.read_curves(tmp_path / "nothing").dtypes.equals(records.read_curves(tmp_path).dtypes)


def test_rows_are_read_in_order_whatever_the_order_of_writing(tmp_path, task):
    for variant, index in (("NP", 1), ("V", 2), ("NP", 0), ("V", 0)):
        records.append(tmp_path, *record_of(task, index, variant))
    read = records.read(tmp_path)
    assert list(zip(read["variant"], read["index"], strict=True)) == [("V", 0), ("V", 2), ("NP", 0), ("NP", 1)]
    assert list(records.read(tmp_path, variant="NP")["index"]) == [0, 1]
    assert len(records.read(tmp_path, task="music")) == 0


def test_curves_keep_seven_digits_and_say_what_was_not_finite(tmp_path, task):
    row, curves = record_of(task, 3)
    assert row["status"] == "diverged" and curves.valid_loss[-1] != curves.valid_loss[-1]
    records.append(tmp_path, row, curves)
    read = records.read_curves(tmp_path)
    assert list(read["epoch"]) == list(range(1, row["epochs"] + 1))
    assert read["valid_loss"].isna().sum() == 1 and pd.isna(read["valid_loss"].iloc[-1])
    assert list(read["train_loss"]) == [float(f"{value:.7g}") for value in curves.train_loss]
    line = json.loads(files(tmp_path)[1].read_text(), parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert line["index"] == 3 and line["valid_loss"][-1] is None


def test_a_trial_is_recorded_once(tmp_path, task):
    fill(tmp_path, task, 2)
    before = contents(tmp_path)
    assert records.append(tmp_path, *record_of(task, 1)) is False
    assert contents(tmp_path) == before


@pytest.mark.parametrize("place", ["file/records", "/proc/records"])
def test_a_folder_that_cannot_be_is_one_line(tmp_path, task, place):
    (tmp_path / "file").write_text("")
    folder = tmp_path / place
    for attempt in (
        lambda: records.check_writable(folder, "toy", "toy"),
        lambda: records.append(folder, *record_of(task, 0)),
    ):
        with pytest.raises(OdysseyError) as error:
            attempt()
        assert str(folder) in str(error.value) or "file" in str(error.value)
        assert "\n" not in str(error.value)


def test_a_writable_folder_stays_empty(tmp_path):
    records.check_writable(tmp_path, "toy", "toy")
    assert contents(tmp_path) == {}


DAMAGE = {
    "a column is missing": (",momentum", "", 1, "column momentum is missing"),
    "a number is none": ("finished", "finished,", 2, "24 fields instead of 23"),
    "a whole number is none": ("toy,toy,0,V,0,", "toy,toy,0,V,0.5,", 2, "column index holds '0.5'"),
    "a status of its own": ("finished", "done", 2, "column status holds 'done'"),
    "a best epoch after the last": (",20,4,", ",20,21,", 2, "best_epoch 21"),
    "more epochs than allowed": (",20,4,", ",151,4,", 2, "column epochs holds 151"),
    "no task": ("\ntoy,", "\n,", 2, "column task holds ''"),
    "another variant": (",0,V,0,", ",0,NP,0,", 2, "column variant holds 'NP'"),
    "an empty line": ("\ntoy,", "\n\ntoy,", 2, "0 fields instead of 23"),
    "a conflict": ("\ntoy,", "\n<<<<<<< HEAD\ntoy,", 2, "1 fields instead of 23"),
    "a trial twice": ("toy,toy,0,V,1,", "toy,toy,0,V,0,", 3, "trial 0 is there twice"),
}


@pytest.mark.parametrize("old, new, line, says", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_row_is_one_line_that_names_file_and_line(tmp_path, task, old, new, line, says):
    fill(tmp_path, task, 2)
    table, _ = files(tmp_path)
    edit(table, old, new)
    before = contents(tmp_path)
    for attempt in (lambda: records.read(tmp_path), lambda: records.append(tmp_path, *record_of(task, 5))):
        with pytest.raises(OdysseyError) as error:
            attempt()
        assert str(error.value).startswith(f"{table}, line {line}: ") and says in str(error.value)
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    "column", [name for name, kind in records.COLUMNS.items() if kind is float], ids=lambda name: name
)
@pytest.mark.parametrize("value", [nan, float("inf")])
def test_a_number_must_be_one(tmp_path, task, column, value):
    row, curves = record_of(task, 0)
    with pytest.raises(OdysseyError, match=f"column {column} holds {value}"):
        records.append(tmp_path, {**row, column: value}, curves)
    assert len(records.read(tmp_path)) == 0


def test_a_trial_that_diverged_in_its_test_is_kept(tmp_path, task):
    row, curves = record_of(task, 0)
    records.append(tmp_path, {**row, "status": "diverged", "test_loss": nan, "test_score": nan}, curves)
    assert pd.isna(records.read(tmp_path)["test_score"]).all()


@pytest.mark.parametrize("text, says", [("{}", "not a line of learning curves"), ("x", "not a line"), (None, "twice")])
def test_damaged_curves_are_one_line_that_names_file_and_line(tmp_path, task, text, says):
    fill(tmp_path, task, 2)
    _, curves = files(tmp_path)
    lines = curves.read_text().splitlines()
    curves.write_text("\n".join([lines[0], text or lines[0], *lines[1:]]) + "\n")
    with pytest.raises(OdysseyError) as error:
        records.read_curves(tmp_path)
    assert str(error.value).startswith(f"{curves}, line 2: ") and says in str(error.value)


def test_missing_curves_are_told(tmp_path, task):
    fill(tmp_path, task, 2)
    files(tmp_path)[1].unlink()
    with pytest.raises(OdysseyError, match="learning curves of trial 0 are missing"):
        records.read_curves(tmp_path)


def test_curves_of_uneven_length_are_told(tmp_path, task):
    row, curves = record_of(task, 0)
    records.append(tmp_path, row, Curves(curves.train_loss[1:], curves.valid_loss, curves.valid_score))
    with pytest.raises(OdysseyError, match="differ in length"):
        records.read_curves(tmp_path)


@pytest.mark.parametrize(
    "column, value, says", [("fingerprint", "1", "fingerprint"), ("protocol", 1, "records of protocol 1")]
)
def test_corpora_and_protocols_are_never_mixed(tmp_path, task, column, value, says):
    fill(tmp_path, task, 1, "V")
    for variant in ("V", "NP"):
        row, curves = record_of(task, 1, variant)
        with pytest.raises(OdysseyError, match=says):
            records.append(tmp_path, {**row, column: value}, curves)
    assert len(records.read(tmp_path)) == 1
    row, curves = record_of(task, 1, "NP")
    records.append(tmp_path, row, curves)
    table, _ = files(tmp_path, "NP")
    line = table.read_text().splitlines()[1].split(",")
    line[list(records.COLUMNS).index(column)] = str(value)
    edit(table, table.read_text().splitlines()[1], ",".join(line))
    with pytest.raises(OdysseyError, match=says):
        records.read(tmp_path)


def test_the_corpus_at_hand_must_be_that_of_the_records(tmp_path, task):
    fill(tmp_path, task, 1)
    assert len(records.read(tmp_path, fingerprint="0")) == 1
    with pytest.raises(OdysseyError, match="with fingerprint 0, not f00"):
        records.read(tmp_path, fingerprint="f00")


def test_the_folder_is_the_one_named_or_the_environment_s_or_the_book_s(tmp_path, monkeypatch):
    monkeypatch.setenv("ODYSSEY_RECORDS", str(tmp_path))
    assert records.folder() == tmp_path
    assert records.folder(tmp_path / "x") == tmp_path / "x"
    monkeypatch.delenv("ODYSSEY_RECORDS")
    assert records.folder().parts[-2:] == ("book", "records")


def test_the_machine_is_named_by_its_processor_and_python_alone():
    name = records.machine()
    assert name.endswith(f" / Python {sys.version_info.major}.{sys.version_info.minor}")
    assert name and "\n" not in name
    assert platform.node() not in name
