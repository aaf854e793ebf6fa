"""Damaged records, and what the user may not read or write: one line with file, line and remedy; nothing is changed."""

import pytest
from mistakes import check_line, complaint, open_folder, tree, without_privileges
from records_of import contents, files, fill, record_of

from odyssey import records
from odyssey.cli import main
from odyssey.corpora import cache
from odyssey.errors import OdysseyError
from odyssey.protocol import PROTOCOL

PUT_BACK = "put the file back"
OUT = "or take this line out$"
SEPARATE = r"keep them in separate folders \(--records\)"

# What is done to the table of two trials; what the message must name; what it must advise.
TABLES = {
    "another file": (lambda text: "a,b\n1,2\n", "V.csv, line 1: the column task is missing", f"{PUT_BACK} as it was$"),
    "a column less": (lambda text: text.replace(",momentum", ""), "line 1: the column momentum is missing", PUT_BACK),
    "a column more": (lambda text: text.replace("machine\n", "machine,x\n"), "line 1: the columns are not", PUT_BACK),
    "bytes": (lambda text: text.encode() + b"\xff\xfe\x00\n", "V.csv, line 4: 'utf-8'", OUT),
    "an archive": (lambda text: b"PK\x03\x04" + bytes(99) + b"\n", "V.csv, line 1: the column task", PUT_BACK),
    "text for a number": (lambda text: text.replace("V,1,", "V,one,"), "line 3: column index holds 'one'", OUT),
    "a negative index": (lambda text: text.replace("V,1,", "V,-1,"), "line 3: column index holds -1", OUT),
    "an endless index": (lambda text: text.replace("V,1,", f"V,{10**30},"), "line 3: column index holds 10{30}", OUT),
    "NaN": (lambda text: text.replace(",1.0,fake", ",nan,fake", 1), "line 2: column seconds holds nan", OUT),
    "an age": (lambda text: text.replace(",1.0,fake", ",1e+300,fake", 1), r"line 2: column seconds holds 1e\+300", OUT),
    "infinity": (lambda text: text.replace(",1.0,fake", ",inf,fake", 1), "line 2: column seconds holds inf", OUT),
    "a status of its own": (
        lambda text: text.replace("finished", "done", 1),
        "line 2: column status holds 'done'",
        OUT,
    ),
    "an engine of its own": (lambda text: text.replace("fake-float32", "abacus", 1), "engine holds 'abacus'", OUT),
    "a trial twice": (lambda text: text + text.splitlines(True)[1], "line 4: trial 0 is there twice", OUT),
    "a conflict": (lambda text: text + "<<<<<<< HEAD\n", "line 4: 1 fields instead of 23", OUT),
    "a path": (
        lambda text: text.replace("toy,toy,", "../../x,toy,", 1),
        r"column task holds '\.\./\.\./x'",
        OUT,
    ),
    "another protocol": (
        lambda text: text.replace(f",{PROTOCOL},a machine", ",99,a machine"),
        "toy/toy/V.csv holds records of protocol 99",
        SEPARATE,
    ),
    "another corpus": (lambda text: text.replace("toy,toy,0,V,0", "toy,toy,f00,V,0"), "not f00", SEPARATE),
}
# The same for the learning curves.
CURVES = {
    "nothing": (lambda text: "", "V.curves.jsonl: the learning curves of trial 0 are missing", "take the trial out of"),
    "another list": (lambda text: "[]\n" + text, "V.curves.jsonl, line 1: not a line of learning curves", OUT),
    "broken JSON": (lambda text: text[:20] + "\n", "line 1: not a line of learning curves", PUT_BACK),
    "text for a number": (lambda text: text.replace("[", '["much",', 1), "line 1: not a line of learning curves", OUT),
    "an endless number": (lambda text: text.replace("[", f"[{10**400},", 1), "line 1: not a line of learning", OUT),
    "no end of brackets": (lambda text: text + "[" * 200_000 + "\n", "line 3: not a line of learning curves", OUT),
    "uneven lengths": (lambda text: text.replace("[", "[1.0,", 1), "line 1: the learning curves differ in length", OUT),
    "a trial twice": (lambda text: text + text, "line 3: the learning curves of trial 0 are there twice", OUT),
    "no index": (lambda text: text.replace('"index":0', '"index":true'), "line 1: .* the index is missing", OUT),
}


def damage(path, change):
    before = path.read_text()
    after = change(before)
    assert after != before
    path.write_bytes(after if isinstance(after, bytes) else after.encode())


@pytest.mark.parametrize("change, thing, remedy", TABLES.values(), ids=TABLES)
def test_damaged_table(study, toy_task, capsys, change, thing, remedy):
    damage(files(study / "records")[0], change)
    before = tree(study)
    assert main(["status", "--task", "toy"]) == 1
    check_line(complaint(capsys.readouterr().err), thing, remedy)
    assert tree(study) == before
    # It is not written to either.
    before = contents(study / "records")
    with pytest.raises(OdysseyError) as caught:
        records.append(study / "records", *record_of(toy_task(), 5))
    check_line(str(caught.value), "toy/toy/V.csv", remedy)
    assert contents(study / "records") == before


@pytest.mark.parametrize("change, thing, remedy", CURVES.values(), ids=CURVES)
def test_damaged_learning_curves(study, capsys, change, thing, remedy):
    damage(files(study / "records")[1], change)
    before = tree(study)
    with pytest.raises(OdysseyError) as caught:
        records.read_curves(study / "records")
    check_line(str(caught.value), thing, remedy)
    # A verification reports all that it finds instead of ending at the first.
    assert main(["records", "verify", "--task", "toy"]) == 1
    out, err = capsys.readouterr()
    assert err == ""
    check_line(out.splitlines()[0], thing, remedy)
    assert tree(study) == before


def test_folder_where_a_table_should_be(study, capsys):
    table, _ = files(study / "records")
    table.unlink()
    table.mkdir()
    assert main(["status", "--task", "toy"]) == 1
    check_line(complaint(capsys.readouterr().err), "V.csv: cannot be read", "check the path and its permissions")


@pytest.mark.parametrize(
    "column, value",
    [("task", "../x"), ("corpus", "/tmp"), ("variant", ".."), ("variant", "a\nb"), ("index", None), ("blocks", "many")],
)
def test_row_that_would_leave_the_archive_or_cannot_be_read_back(study, toy_task, column, value):
    row, curves = record_of(toy_task(), 5)
    before = tree(study)
    with pytest.raises(OdysseyError) as caught:
        records.append(study / "records", {**row, column: value}, curves)
    check_line(repr(str(caught.value)), "trial", f"column {column} holds")
    assert tree(study) == before


LOCKED = {
    "a table": ("toy/toy/V.csv", 0o000, "V.csv: cannot be read"),
    "a corpus": ("toy/toy", 0o000, "records/toy/toy: cannot be read"),
    "the archive": ("", 0o000, "records: cannot be read"),
}


@pytest.mark.parametrize("place, mode, thing", LOCKED.values(), ids=LOCKED)
def test_records_that_may_not_be_read(toy_task, study, capsys, place, mode, thing):
    with open_folder() as folder:
        archive = folder / "records"
        fill(archive, toy_task(), 1)
        line = ["status", "--task", "toy", "--records", str(archive)]
        assert main(line) == 0  # Loads what the command needs, while it may be read.
        capsys.readouterr()
        (archive / place).chmod(mode)
        with without_privileges():
            assert main(line) == 1
        (archive / place).chmod(0o755)
    check_line(complaint(capsys.readouterr().err), thing, "check (the path and )?its permissions")


def test_cache_that_may_not_be_written_costs_time_only(monkeypatch, capsys):
    with open_folder() as folder:
        monkeypatch.setenv("ODYSSEY_CACHE", str(folder))
        with without_privileges():
            cache.store("x.npz", {})
        assert list(folder.iterdir()) == []
        monkeypatch.setenv("ODYSSEY_CACHE", str(folder / "file" / "x"))
        (folder / "file").touch()
        cache.store("x.npz", {})
        assert [path.name for path in folder.iterdir()] == ["file"]
    for line in capsys.readouterr().err.splitlines():
        check_line(line, "warning: cannot write to the cache folder", "set ODYSSEY_CACHE to another one")


def test_cache_that_may_not_be_read_costs_time_only(monkeypatch, capsys):
    with open_folder() as folder:
        monkeypatch.setenv("ODYSSEY_CACHE", str(folder))
        cache.store("x.npz", {})
        (folder / "x.npz").chmod(0o000)
        with without_privileges():
            assert cache.fetch("x.npz", dict) is None
        monkeypatch.setenv("ODYSSEY_CACHE", str(folder / ("y" * 300)))
        assert cache.fetch("x.npz", dict) is None
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    for line in lines:
        check_line(line, r"warning: cannot read .*x\.npz", "set ODYSSEY_CACHE to another folder")
