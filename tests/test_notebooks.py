"""The cells' notebook is executed on a small archive, whole or not at all, and nothing volatile is stored."""

import json
import os
import shutil
from math import nan
from pathlib import Path

import nbformat
import pytest

from odyssey import notebooks, pages, records
from odyssey.errors import OdysseyError
from odyssey.protocol import DIVERGED, FINISHED, Curves, Result, draw_trial
from odyssey.tasks.base import Task


def record(folder, task, variant, index, score):
    """Add a made-up trial to the archive; one without a score has diverged."""
    trial = draw_trial(task.name, variant, index)
    ok = score == score
    count = task.network(variant, trial.hyperparameters.blocks).parameter_count()
    curve = [score + 2, score, score + 1] if ok else [nan]
    result = Result(
        *(FINISHED if ok else DIVERGED, len(curve), 2 if ok else 0, score, score, score, score, count, 1.0),
        Curves(curve, curve, curve),
    )
    records.append(folder, records.row(task, trial, result, "cpu-float32", "test"), result.curves)


@pytest.fixture
def task(monkeypatch):
    """A task that needs no corpus here, and whose name and fingerprint the kernel's own corpus has as well."""
    real = pages.task_at_hand("music")
    return Task("music", real.corpus, real.fingerprint, {}, 88, 88, "bernoulli", real.score_name, real.score_unit)


@pytest.fixture
def book(tmp_path):
    """A book with the template alone."""
    folder = tmp_path / "book"
    (folder / "notebooks").mkdir(parents=True)
    shutil.copy(notebooks.book_folder() / notebooks.TEMPLATE, folder / notebooks.TEMPLATE)
    return folder


def test_template_is_executed_on_the_records(tmp_path, book, task):
    for index, score in enumerate([9.5, 8.25, nan, 9.0]):
        record(tmp_path / "records", task, "NIG", index, score)
    [path] = notebooks.execute("music", ["NIG"], records=tmp_path / "records", book=book, summaries=False)
    assert path == book / "cells" / "music" / "NIG.ipynb"
    text = path.read_text(encoding="utf-8")
    stored = nbformat.reads(text, as_version=4)
    nbformat.validate(stored)
    assert stored.cells[0].source.startswith("# Music, NIG: no input gate\n") and "{{" not in text
    glued = {
        output.metadata["scrapbook"]["name"]: output.data["application/papermill.record/text/plain"]
        for cell in stored.cells
        for output in cell.get("outputs", [])
        if "scrapbook" in output.metadata
    }
    assert glued["music-NIG-trials"] == "4" and glued["music-NIG-diverged"] == glued["music-NIG-unscored"] == "1"
    assert glued["music-NIG-best"] == "'8.25'" and glued["music-NIG-mean"] == "'8.62'"
    figures = [cell for cell in stored.cells if "mystnb" in cell.metadata]
    assert len(figures) == 2
    for cell in figures:
        assert cell.metadata.mystnb.image.alt == cell.outputs[0].data["text/plain"]
    assert stored.metadata == {"kernelspec": notebooks.KERNEL, "language_info": {"name": "python"}}
    assert str(tmp_path) not in text and "start_time" not in text and "iopub" not in text
    # Nothing else is left, and a second execution stores the same bytes.
    assert [file.name for file in path.parent.iterdir()] == ["NIG.ipynb"]
    notebooks.execute("music", ["NIG"], records=tmp_path / "records", book=book, summaries=False)
    assert path.read_text(encoding="utf-8") == text


def test_mistyped_parameter_is_an_error(tmp_path, book, task):
    record(tmp_path / "records", task, "V", 0, 9.0)
    with pytest.raises(OdysseyError, match="no parameter 'job'; it has task, variant"):
        notebooks.execute("music", ["V"], records=tmp_path / "records", book=book, summaries=False, job=2)
    assert not (book / "cells").exists()


def test_nothing_recorded_is_an_error(tmp_path, book):
    with pytest.raises(OdysseyError, match="no trials of music V on music21"):
        notebooks.execute("music", ["V"], records=tmp_path / "none", book=book)


def test_unrecorded_cell_is_an_error_unless_it_is_asked_for(tmp_path, book, task):
    record(tmp_path / "records", task, "V", 0, 9.0)
    with pytest.raises(OdysseyError, match="no trials of music NP on music21"):
        notebooks.execute("music", ["V", "NP"], records=tmp_path / "records", book=book)


def write(path, *sources):
    """A notebook whose first cell holds the parameters."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": notebooks.KERNEL}), path)
    return path


def test_failing_notebook_leaves_the_stored_one(tmp_path):
    source = write(tmp_path / "source.ipynb", "x = 1", "1 / x")
    target = notebooks.run(source, tmp_path / "target.ipynb")
    before = target.read_text(encoding="utf-8")
    with pytest.raises(OdysseyError, match=r"target.ipynb failed in cell \d+: ZeroDivisionError: division by zero"):
        notebooks.run(source, target, {"x": 0})
    assert target.read_text(encoding="utf-8") == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["source.ipynb", "target.ipynb"]


def test_summaries_get_the_parameters_they_have(tmp_path, book, task, monkeypatch):
    """A task's own page gets corpus and root; a page on all tasks the corpus's name, under the task's."""
    record(tmp_path / "records", task, "V", 0, 9.0)
    names = ("music", "speech", "both", "plain")
    monkeypatch.setattr(notebooks, "SUMMARIES", tuple(Path(f"{name}.ipynb") for name in names))
    write(book / "music.ipynb", 'corpus = "music21"\nroot = None  # path', "corpus, root")
    write(book / "speech.ipynb", 'corpus = "espeak"\nroot = None', "corpus, root")
    write(book / "both.ipynb", 'speech = "espeak"\nmusic = "music21"', "speech, music")
    write(book / "plain.ipynb", "x = 1")
    told = []
    options = {"variants": [], "records": tmp_path / "records", "book": book, "trials": 1, "tell": told.append}
    made = notebooks.execute("music", corpus="music21", **options)
    assert made == told == [book / f"{name}.ipynb" for name in names]
    assert [len(nbformat.read(path, as_version=4).cells) for path in made] == [2, 2, 2, 1]
    monkeypatch.chdir(tmp_path)
    notebooks.execute("music", corpus="jsb", root="rolls.mat", **options)
    shown = [nbformat.read(path, as_version=4).cells[-1].outputs for path in made[:3]]
    assert [" ".join(outputs[0].data["text/plain"].split()) for outputs in shown] == [
        f"('jsb', '{tmp_path / 'rolls.mat'}')",
        "('espeak', None)",
        "('espeak', 'jsb')",
    ]


def test_what_belongs_to_the_machine_is_used_and_not_stored(tmp_path, task, monkeypatch):
    """A relative path is meant from the folder of the call, not from that of the notebook, where the kernel runs."""
    record(tmp_path / "records", task, "V", 0, 9.0)
    (tmp_path / "book" / "notebooks").mkdir(parents=True)
    source = 'task = ""\nvariant = ""\ncorpus = ""\ntrials = 0\njobs = 1\nroot = None'
    shown = "from pathlib import Path\n(Path(root) / 'rolls').read_text(), jobs, trials"
    write(tmp_path / "book" / notebooks.TEMPLATE, source, shown)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "rolls").write_text("notes")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    texts = []
    for root, jobs in (("mine", 3), ("~/mine", 3), (str(tmp_path / "mine"), 3)):
        options = {"records": "records", "book": tmp_path / "book", "summaries": False, "root": root, "jobs": jobs}
        [path] = notebooks.execute("music", ["V"], **options)
        texts.append(path.read_text(encoding="utf-8"))
        cells = nbformat.reads(texts[-1], as_version=4).cells
        assert cells[-1].outputs[0].data["text/plain"] == "('notes', 3, 1)"
        [injected] = [cell for cell in cells if notebooks.INJECTED in cell.metadata.get("tags", [])]
        names = [line.partition(" = ")[0] for line in injected.source.splitlines()]
        assert names == ["# Parameters", "task", "variant", "trials", "corpus"]
        assert 'mine"' not in texts[-1] and str(tmp_path) not in texts[-1]
    assert texts[0] == texts[1] == texts[2]


def test_nobody_s_home_is_one_line(tmp_path, task):
    record(tmp_path / "records", task, "V", 0, 9.0)
    with pytest.raises(OdysseyError, match="~nosuchuser/x: there is no such home folder: write the path out"):
        notebooks.execute("music", ["V"], records=tmp_path / "records", root="~nosuchuser/x")


def test_executing_in_place_does_not_pile_up_parameters(tmp_path):
    path = write(tmp_path / "summary.ipynb", "x = 1", "x")
    for value in (2, 3):
        notebooks.run(path, path, {"x": value})
    stored = json.loads(path.read_text(encoding="utf-8"))
    assert len(stored["cells"]) == 3 and stored["cells"][2]["outputs"][0]["data"]["text/plain"] == ["3"]
    notebooks.run(path, path)
    assert len(json.loads(path.read_text(encoding="utf-8"))["cells"]) == 2


def test_a_parameter_of_several_lines_is_left_out_whole():
    source = '# Parameters\ntask = "music"\nroot = (\n    "/home/me/rolls.json"\n)\njobs = 2\ntrials = 3\n'
    cell = nbformat.v4.new_code_cell(source, metadata={"tags": ["injected-parameters"]})
    assert notebooks.cleaned(nbformat.v4.new_notebook(cells=[cell])).cells[0].source == (
        '# Parameters\ntask = "music"\ntrials = 3'
    )


def test_kernels_are_told_absolute_paths(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given = {"ODYSSEY_RECORDS": "mine", "ODYSSEY_CACHE": "cache", "ODYSSEY_TIMIT": "../timit"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with notebooks._environment_of_kernels(None):
        assert os.environ["ODYSSEY_RECORDS"] == str(tmp_path / "mine")
        assert os.environ["ODYSSEY_CACHE"] == str(tmp_path / "cache")
        assert os.environ["ODYSSEY_TIMIT"] == str(tmp_path.parent / "timit")
    assert {name: os.environ[name] for name in given} == given
    monkeypatch.delenv("ODYSSEY_RECORDS")
    with pytest.raises(ZeroDivisionError), notebooks._environment_of_kernels("other"):
        assert os.environ["ODYSSEY_RECORDS"] == str(tmp_path / "other")
        _ = 1 / 0
    assert "ODYSSEY_RECORDS" not in os.environ


@pytest.mark.parametrize(
    "summary, says",
    [
        ('{"cells": [', r"cannot be read \(no notebook"),
        ("music = str(1)", "the default of its parameter music is no plain value"),
    ],
)
def test_a_damaged_summary_is_told_before_anything_is_executed(tmp_path, book, task, monkeypatch, summary, says):
    record(tmp_path / "records", task, "V", 0, 9.0)
    if summary.startswith("music"):
        cell = nbformat.v4.new_code_cell(summary, metadata={"tags": ["parameters"]})
        summary = nbformat.writes(nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": notebooks.KERNEL}))
    (book / "claims.ipynb").write_text(summary)
    monkeypatch.setattr(notebooks, "SUMMARIES", (Path("claims.ipynb"),))
    monkeypatch.setattr(notebooks, "run", lambda *arguments: pytest.fail("something was executed"))
    with pytest.raises(OdysseyError, match=rf"claims\.ipynb: {says}.*: put the file back"):
        notebooks.execute("music", ["V"], records=tmp_path / "records", book=book)
