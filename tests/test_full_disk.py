"""A disk that fills up during a search: a small file system in memory, which only root can make."""

import os
import random
import subprocess

import pytest
from fake_engine import FakeEngine
from records_of import files
from toys import toy_task
from workers import assert_same

from odyssey import records
from odyssey.bench.stored import write_json
from odyssey.errors import OdysseyError
from odyssey.search import search

PAGE = 4096
PAGES = 100
TRIALS = 24


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The archive of a search with room enough."""
    return searched(tmp_path_factory.mktemp("undisturbed"))


@pytest.fixture
def disk(tmp_path):
    """A disk of 400 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={PAGES * PAGE}", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode != 0:
        pytest.skip("NOT TESTED: only root can mount a small disk, and not in every container")
    yield place
    # A database that could not be opened is closed by the garbage collector, some day.
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def searched(folder, storage=None):
    search(toy_task(), FakeEngine(), ["V"], TRIALS, folder, storage, quiet=True)
    return folder


def fill_up(disk, pages):
    """Leave so many pages free."""
    free = os.statvfs(disk).f_bavail
    (disk / "ballast").write_bytes(bytes((free - pages) * PAGE))


@pytest.mark.parametrize("pages, recorded", [(1, 0), (2, 8), (4, 16)])
def test_an_archive_on_a_full_disk(disk, tmp_path, undisturbed, pages, recorded):
    """The database is elsewhere. About as many trials are `recorded` as the free pages have room for."""
    storage = f"sqlite:///{tmp_path / 'study.sqlite3'}"
    fill_up(disk, pages)
    with pytest.raises(
        OdysseyError, match=r"No space left on device; trial \d+ is not recorded: .*free space"
    ) as error:
        searched(disk, storage)
    assert "\n" not in str(error.value)
    table, curves = (file.read_bytes() for file in files(disk))
    assert curves == b"".join(files(undisturbed)[1].read_bytes().splitlines(keepends=True)[: len(records.read(disk))])
    assert table == b"" or table.endswith(b"\n")
    assert recorded - 3 <= len(records.read(disk)) <= recorded + 3
    finish(disk, storage, undisturbed)


@pytest.mark.parametrize("pages", [10, 40])
def test_a_database_on_a_full_disk(disk, undisturbed, monkeypatch, pages):
    """When its tables are made, and in the middle of the search."""
    monkeypatch.setattr(random, "random", lambda: 0.0)  # Optuna tries again after a random time.
    fill_up(disk, pages)
    with pytest.raises(OdysseyError, match=r"study\.sqlite3: database or disk is full: check .*space") as error:
        searched(disk)
    assert "\n" not in str(error.value)
    assert (len(records.read(disk)) > 0) == (pages == 40)
    finish(disk, None, undisturbed)


def finish(disk, storage, undisturbed):
    """Once there is room again."""
    before = records.read(disk)
    (disk / "ballast").unlink()
    searched(disk, storage)
    assert_same(disk, undisturbed)
    assert records.read(disk)[: len(before)].equals(before)


def test_a_measurement_on_a_full_disk(disk):
    """Minutes of measuring, and then this: the line names the file, and no part of it stays behind."""
    file = disk / "gpu.json"
    write_json({"rows": [1]}, file)
    before = file.read_bytes()
    fill_up(disk, 1)
    with pytest.raises(
        OdysseyError, match=r"gpu\.json: cannot be written \(No space left on device\): check .* space$"
    ):
        write_json({"rows": [1] * PAGE}, file)
    assert file.read_bytes() == before and {path.name for path in disk.iterdir()} == {"gpu.json", "ballast"}
