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
