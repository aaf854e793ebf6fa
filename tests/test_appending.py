import errno
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from records_of import contents, files, fill, record_of

from odyssey import records
from odyssey.errors import OdysseyError
from odyssey.protocol import Curves
from odyssey.records.table import csv_line, curves_line


@pytest.fixture
def task(toy_task):
    return toy_task()


@pytest.mark.parametrize("which", [0, 1])
def test_a_last_line_cut_short_is_passed_over_and_cut_off(tmp_path, task, which):
    """At every byte at which a crash may have stopped the writing."""
    fill(tmp_path / "whole", task, 3)
    whole = contents(tmp_path / "whole")
    table, curves = files(tmp_path / "whole")
    lines = files(tmp_path / "whole")[which].read_bytes().splitlines(keepends=True)
    rows_before = b"".join(table.read_bytes().splitlines(keepends=True)[:-1])
    for cut in range(0, len(lines[-1]), 7):
        if which == 0:
            table.write_bytes(rows_before + lines[-1][:cut])
        else:  # The curves come first: a crash in them finds no row.
            table.write_bytes(rows_before)
            curves.write_bytes(b"".join(lines[:-1]) + lines[-1][:cut])
        assert list(records.read(tmp_path / "whole")["index"]) == [0, 1]
        assert set(records.read_curves(tmp_path / "whole")["index"]) == {0, 1}
        assert records.append(tmp_path / "whole", *record_of(task, 2))
        assert contents(tmp_path / "whole") == whole


def test_a_torn_line_longer_than_the_next_leaves_no_rest(tmp_path, task):
    fill(tmp_path, task, 3)
    whole = contents(tmp_path)
    for file in files(tmp_path):
        lines = file.read_bytes().splitlines(keepends=True)
        file.write_bytes(b"".join(lines[:-1]) + 5000 * b"x")
    assert records.append(tmp_path, *record_of(task, 2))
    assert contents(tmp_path) == whole


def test_a_crash_in_the_very_first_line_leaves_an_empty_archive(tmp_path, task):
    fill(tmp_path, task, 1)
    whole = contents(tmp_path)
    table, _ = files(tmp_path)
    for text in (b"", b"task,corp"):
        table.write_bytes(text)
        assert len(records.read(tmp_path)) == 0
        assert records.append(tmp_path, *record_of(task, 0))
        assert contents(tmp_path) == whole


def full_disk(monkeypatch, after):
    """os.write takes `after` bytes and then finds the disk full."""
    left = [after]
    write = os.write

    def limited(descriptor, data):
        if left[0] == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        data = data[: left[0]]
        left[0] -= len(data)
        return write(descriptor, data)

    monkeypatch.setattr(os, "write", limited)


def test_a_full_disk_leaves_everything_as_it_was(tmp_path, task, monkeypatch):
    fill(tmp_path, task, 2)
    before = contents(tmp_path)
    row, curves = record_of(task, 2)
    needed = len(curves_line(2, curves)) + len(csv_line(row.values()))
    for after in [*range(0, needed, 41), needed - 1]:
        with monkeypatch.context() as patch:
            full_disk(patch, after)
            with pytest.raises(OdysseyError, match=r"No space left on device; trial 2 is not recorded") as error:
                records.append(tmp_path, row, curves)
        assert "\n" not in str(error.value)
        assert contents(tmp_path) == before
    assert records.append(tmp_path, row, curves)
    assert len(records.read(tmp_path)) == 3


def test_a_disk_that_fills_when_flushing_counts_too(tmp_path, task, monkeypatch):
    fill(tmp_path, task, 1)
    before = contents(tmp_path)
    real, calls = os.fsync, []

    def fsync(descriptor):
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OdysseyError, match="No space left"):
        records.append(tmp_path, *record_of(task, 1))
    assert len(calls) == 2 and contents(tmp_path) == before


def without_row(folder, which):
    """Take a row out of the table, as the message about a damaged one tells people to."""
    table, _ = files(folder)
    lines = table.read_bytes().splitlines(keepends=True)
    table.write_bytes(b"".join(lines[: which + 1] + lines[which + 2 :]))


@pytest.mark.parametrize("which", [[0], [1], [2], [0, 1], [0, 2], [0, 1, 2]])
def test_a_trial_whose_row_was_taken_out_gets_the_curves_of_its_new_row(tmp_path, task, which):
    fill(tmp_path, task, 3)
    for index in reversed(which):
        without_row(tmp_path, index)
    for index in which:
        row, curves = record_of(task, index)
        again = Curves([2 * value for value in curves.train_loss], curves.valid_loss, curves.valid_score)
        assert records.append(tmp_path, row, again)
        assert not list(tmp_path.rglob("*.part"))
    read = records.read_curves(tmp_path)
    assert set(read["index"]) == {0, 1, 2}
    for index in range(3):
        expected = [value * (2 if index in which else 1) for value in record_of(task, index)[1].train_loss]
        assert list(read["train_loss"][read["index"] == index]) == [float(f"{value:.7g}") for value in expected]


def test_the_curves_of_other_rows_stay_byte_for_byte(tmp_path, task):
    fill(tmp_path, task, 4)
    _, curves = files(tmp_path)
    curves.chmod(0o660)
    lines = curves.read_bytes().splitlines(keepends=True)
    without_row(tmp_path, 1)
    curves.write_bytes(b"".join(lines) + b"torn")
    assert records.append(tmp_path, *record_of(task, 5))
    assert curves.read_bytes().splitlines(keepends=True)[:3] == [lines[0], lines[2], lines[3]]
    assert curves.stat().st_mode & 0o777 == 0o660


@pytest.mark.parametrize("where", ["os.fsync", "shutil.copymode", "pathlib.Path.replace"])
def test_what_fails_while_curves_are_dropped_leaves_everything_as_it_was(tmp_path, task, monkeypatch, where):
    def fails(*arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    fill(tmp_path, task, 3)
    without_row(tmp_path, 1)
    before = contents(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(where, fails)
        with pytest.raises(OdysseyError, match="No space left on device; trial 1 is not recorded"):
            records.append(tmp_path, *record_of(task, 1))
    assert contents(tmp_path) == before
    # Not even a machine that stops, which leaves the new file unfinished beside the old one, is in the way.
    files(tmp_path)[1].with_name(".V.curves.jsonl.part").write_bytes(b"half a li")
    assert set(records.read_curves(tmp_path)["index"]) == {0, 2}
    assert records.append(tmp_path, *record_of(task, 1))
    assert set(records.read_curves(tmp_path)["index"]) == {0, 1, 2}
    assert set(contents(tmp_path)) == set(before)


def test_damaged_curves_are_told_and_nothing_is_added(tmp_path, task):
    fill(tmp_path, task, 3)
    _, curves = files(tmp_path)
    lines = curves.read_bytes().splitlines(keepends=True)
    curves.write_bytes(lines[0] + b"{}\n" + lines[2])
    before = contents(tmp_path)
    with pytest.raises(OdysseyError, match=r"V.curves.jsonl, line 2: not a line of learning curves"):
        records.append(tmp_path, *record_of(task, 3))
    assert contents(tmp_path) == before


APPEND = """
import sys, time
from pathlib import Path
from toys import toy_task
from records_of import record_of
from odyssey import records
ready = Path(sys.argv[1] + ".ready")
ready.mkdir(exist_ok=True)
(ready / sys.argv[2]).touch()
while len(list(ready.iterdir())) < 3:
    time.sleep(0.001)
for index in range(12):  # Each process begins elsewhere, so that they write different lines at the same place.
    records.append(sys.argv[1], *record_of(toy_task(), (index + 4 * int(sys.argv[2])) % 12))
"""


def test_processes_append_at_the_same_time(tmp_path, task):
    here = Path(__file__).parent
    command = [sys.executable, "-W", "error", "-c", APPEND, str(tmp_path / "together")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(here), str(here.parent)])}
    processes = [subprocess.Popen([*command, str(name)], env=environment) for name in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    fill(tmp_path / "alone", task, 12)
    pd.testing.assert_frame_equal(records.read(tmp_path / "together"), records.read(tmp_path / "alone"))
    pd.testing.assert_frame_equal(records.read_curves(tmp_path / "together"), records.read_curves(tmp_path / "alone"))


def test_an_interrupt_behind_the_last_byte_of_a_row_leaves_its_curves(tmp_path, task, monkeypatch):
    records.append(tmp_path, *record_of(task, 0))
    close, closed = os.close, []

    def interrupted(descriptor):
        close(descriptor)
        closed.append(descriptor)
        if len(closed) == 2:  # first the curves, then the row
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("odyssey.records.appending.os.close", interrupted)
        with pytest.raises(KeyboardInterrupt):
            records.append(tmp_path, *record_of(task, 1))
    assert not records.append(tmp_path, *record_of(task, 1))
    assert list(records.read_curves(tmp_path)["index"].unique()) == [0, 1]


def test_curves_whose_table_went_astray_are_not_dropped(tmp_path, task):
    for index in range(3):
        records.append(tmp_path, *record_of(task, index))
    table, curves = tmp_path / "toy" / "toy" / "V.csv", tmp_path / "toy" / "toy" / "V.curves.jsonl"
    rows, before = table.read_bytes(), curves.read_bytes()
    for astray in (table.unlink, lambda: table.write_bytes(b"")):
        astray()
        with pytest.raises(OdysseyError, match=r"V\.curves\.jsonl has the curves of 3 trials, whose table is gone"):
            records.append(tmp_path, *record_of(task, 3))
        assert curves.read_bytes() == before
    table.write_bytes(rows)
    assert records.append(tmp_path, *record_of(task, 3)) and len(records.read(tmp_path)) == 4
