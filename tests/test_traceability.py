"""From the page back to its source: prose pastes what follows the records, and figures name what draws them."""

import ast
import csv
import importlib
import re
import shutil
from dataclasses import replace
from types import SimpleNamespace

import nbformat
import pytest
from test_book import BOOK, pages

from odyssey import notebooks, records
from odyssey.analysis import effect, kept
from odyssey.analysis.comparison import equal_budget, top
from odyssey.analysis.importance import importance
from odyssey.pages.importance import importance_at_hand
from odyssey.tasks import TASKS
from odyssey.variants import VARIANTS

GLUED = re.compile(r"\{glue(?::\w+)?\}`([^`]+)`")
# The directive, for a table of another page.
GLUED_WHOLE = re.compile(r"```\{glue:\} (\S+)\n:doc: (\S+)\.ipynb")
RECORD = "application/papermill.record/"  # what comes before the kind of a glued value
# A notebook that asks for one of these rests on the records.
RECORDS = re.compile(r"\b(?!task_|corpus_)\w+_at_hand\(|\brecords\.read\(")


def texts(page):
    """The prose of a page."""
    if (BOOK / f"{page}.md").exists():
        return [(BOOK / f"{page}.md").read_text(encoding="utf-8")]
    return [cell.source for cell in notebook(page).cells if cell.cell_type == "markdown"]


def notebook(page):
    return nbformat.read(BOOK / f"{page}.ipynb", as_version=4)


def stored(page):
    """Values that the executed notebook of a page has glued."""
    found = {}
    for cell in notebook(page).cells:
        for output in cell.get("outputs", []):
            if "scrapbook" in output.get("metadata", {}):
                data = {kind.removeprefix(RECORD): value for kind, value in output.data.items()}
                # A table is displayed; everything else is pasted into the prose as the value that it is.
                value = data["text/html"] if "text/html" in data else ast.literal_eval(data["text/plain"])
                found[output.metadata.scrapbook.name] = value
    return found


def asked(page):
    """What the prose of a page pastes: (page that glues it, name)."""
    for text in texts(page):
        for reference in GLUED.findall(text):
            target, _, key = reference.rpartition("::")
            yield (target.removesuffix(".ipynb") or page), key.partition(":")[0]
        for key, target in GLUED_WHOLE.findall(text):
            yield target, key


def test_what_the_prose_pastes_is_glued_by_an_executed_notebook():
    glued, missing, pasted = {}, [], 0
    for page in pages():
        for target, name in asked(page):
            pasted += 1
            if target not in glued:
                glued[target] = stored(target)
            if name not in glued[target]:
                missing.append((page, target, name))
    assert not missing and pasted > 100


@pytest.fixture
def archive(tmp_path, monkeypatch, toy_task):
    """A copy of the book's records, which the pages read from now on; tasks and corpora are toys of the same names."""
    shutil.copytree(BOOK / "records", tmp_path / "records", ignore=shutil.ignore_patterns("*.sqlite3*", "*.lock"))
    monkeypatch.setenv("ODYSSEY_RECORDS", str(tmp_path / "records"))
    monkeypatch.chdir(BOOK)
    toy = toy_task()

    def load_task(name, corpus=None, root=None):
        fingerprint = records.read(None, name, corpus)["fingerprint"].iloc[0]
        return replace(toy, name=name, corpus=corpus, fingerprint=fingerprint)

    monkeypatch.setattr("odyssey.tasks.load_task", load_task)
    monkeypatch.setattr("odyssey.corpora.load", lambda corpus, root=None: SimpleNamespace(title=corpus))
    # No test here looks at the ends of an interval.
    monkeypatch.setattr(effect, "RESAMPLES", 99)
    return tmp_path / "records"


@pytest.fixture
def computed(tmp_path, monkeypatch):
    """Importance is kept in a folder of the test's own, and a stand-in that takes no time: the variants computed."""
    variants = []

    def compute(cell):
        variants.append(cell["variant"].iloc[0])
        # Any result that tells the records apart.
        return replace(importance(cell.head(2)), forest_r2=cell["test_score"].mean() + cell["seconds"].mean())

    real = kept.kept
    monkeypatch.setattr(kept, "importance", compute)
    monkeypatch.setattr(
        kept, "kept", lambda file, *arguments: real(tmp_path.joinpath("kept", *file.parts[-3:]), *arguments)
    )
    return variants


def values(page, monkeypatch):
    """What the code of a notebook glues when it is run on the records of this moment."""
    glued = {}
    monkeypatch.setattr("myst_nb.glue", lambda name, value, display=True: glued.update({name: value}))
    names = {}
    for cell in notebook(page).cells:
        if cell.cell_type == "code":
            tree = ast.parse(cell.source)
            tree.body = [statement for statement in tree.body if not _shows(statement)]
            exec(compile(tree, f"{page}.ipynb", "exec"), names)
    return glued


def _shows(statement):
    """Whether a statement only displays something: a figure, a table, or whatever else gives a cell its output."""
    call = getattr(statement, "value", None)
    return isinstance(statement, ast.Expr) and not (
        isinstance(call, ast.Call) and getattr(call.func, "attr", getattr(call.func, "id", "")).startswith("glue")
    )


def edit(file, index, **changes):
    """Write other values into one trial of a table of the archive, or into all of them."""
    with file.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        if index is None or int(row["index"]) == index:
            row.update({name: str(value) for name, value in changes.items()})
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def best_trial(task, variant="V"):
    """File and row of the trial of a cell that is best in validation, of those that the pages show."""
    trials = records.read(None, task)
    corpus = trials["corpus"].iloc[0]
    trials = trials[(trials["variant"] == variant) & (trials["index"] < equal_budget(trials))]
    return records.folder() / task / corpus / f"{variant}.csv", top(trials).iloc[0]


def changed(before, after):
    return {name.rpartition("-")[2] for name in before if before[name] != after[name]}


def test_comparison_follows_the_records(archive, monkeypatch):
    before = values("comparison", monkeypatch)
    assert {name for _, name in asked("comparison")} <= set(before)
    at_first = {}
    for task in TASKS:
        file, best = best_trial(task)
        at_first[file] = file.read_bytes()
        # Better than any other trial; and diverged, and long.
        edit(file, best["index"], test_score=0.125, status="diverged", seconds=9e5)
        if task == "speech":
            first = values("comparison", monkeypatch)
            assert {name.split("-")[1] for name in before if before[name] != first[name]} == {"speech"}
    after = values("comparison", monkeypatch)
    for task in TASKS:
        of = f"comparison-{task}-"
        assert after[of + "best"] == "0.12" and after[of + "best-variant"] == "V"
        assert after[of + "diverged"] == before[of + "diverged"] + 1
        for name in ("vanilla", "detectable", "time"):
            assert after[of + name] != before[of + name]
    for file, table in at_first.items():  # of those of vanilla that are compared the last one is missing
        last = str(before[f"comparison-{file.parts[-3]}-each"] - 1)
        head, *lines = table.decode().splitlines(keepends=True)
        place = head.split(",").index("index")
        kept = [line for line in lines if line.split(",")[place] != last]
        file.write_text("".join([head, *kept]), encoding="utf-8")
    after = values("comparison", monkeypatch)
    for task in TASKS:
        of = f"comparison-{task}-"
        assert (after[of + "each"], after[of + "trials"]) == (before[of + "each"] - 1, before[of + "trials"] - 9)
    for file, table in at_first.items():
        file.write_bytes(table)
    assert values("comparison", monkeypatch) == before


@pytest.mark.parametrize("task", TASKS)
def test_cells_follow_the_records(archive, monkeypatch, task):
    file, best = best_trial(task, "CIFG")
    kept_bytes = file.read_bytes()
    name = f"cells/{task}/CIFG"
    before = values(name, monkeypatch)
    assert {key for _, key in asked(name)} <= set(before)
    edit(file, best["index"], test_score=0.125, seconds=9e5, status="diverged", machine="another machine")
    after = values(name, monkeypatch)
    assert changed(before, after) == {"best", "mean", "time", "diverged", "machine"}
    assert after[f"{task}-CIFG-best"] == "0.12"
    file.write_bytes(kept_bytes)
    assert values(name, monkeypatch) == before


def test_kept_importance_is_that_of_the_records(archive, monkeypatch, computed):
    """It takes minutes, so it is kept: with another value in a trial its cell is computed anew, and only this one."""
    glued = {}
    monkeypatch.setattr("myst_nb.glue", lambda name, value, display=True: glued.update({name: value}))
    file, best = best_trial("music", "NP")

    def found():
        computed.clear()
        return importance_at_hand("music", file.parent.name).found["NP"].forest_r2

    first, before, table = found(), dict(glued), file.read_bytes()
    assert computed == list(VARIANTS)
    for change in ({"test_score": 123}, {"seconds": 123}, {"blocks": 21}):
        assert found() == first and computed == []
        edit(file, best["index"], **change)
        assert (found() != first) == ("blocks" not in change) and computed == ["NP"]
        file.write_bytes(table)
        assert found() == first and computed == ["NP"]
    assert glued == before


def test_every_other_page_that_rests_on_records_follows_them(archive, monkeypatch, computed):
    """Pages that this file does not know by name: other trials in one cell, and some value has to change."""
    known = {"comparison", "importance"} | {f"cells/{task}/{code}" for task in TASKS for code in VARIANTS}
    followed = []
    file, best = best_trial("music")
    table = file.read_bytes()
    for page in pages():
        if page not in known and (BOOK / f"{page}.ipynb").exists() and RECORDS.search(source(page)):
            before = values(page, monkeypatch)
            assert {name for target, name in asked(page) if target == page} <= set(before), page
            edit(file, best["index"], valid_score=0.12, test_score=0.125)
            edit(file, None, seconds=9e5, blocks=200, epochs=150)
            assert values(page, monkeypatch) != before, page
            file.write_bytes(table)
            assert values(page, monkeypatch) == before, page
            followed.append(page)
    assert "cost" in followed


def source(page):
    return "\n".join(cell.source for cell in notebook(page).cells if cell.cell_type == "code")


def called(function, imported):
    """The dotted name of a called function, with what the notebook imported written out."""
    parts = []
    while isinstance(function, ast.Attribute):
        parts.append(function.attr)
        function = function.value
    return ".".join([imported.get(getattr(function, "id", ""), ""), *reversed(parts)])


def drawings(path):
    """For each figure of a notebook: its caption, and the names of the functions that draw it and describe it."""
    imported = {}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        tree = ast.parse(cell.source)
        for statement in ast.walk(tree):
            if isinstance(statement, ast.ImportFrom):
                imported |= {name.asname or name.name: f"{statement.module}.{name.name}" for name in statement.names}
        shown = [
            call
            for call in ast.walk(tree)
            if isinstance(call, ast.Call) and called(call.func, imported) == "odyssey.figures.show"
        ]
        pictures = [output for output in cell.outputs if "image/png" in output.get("data", {})]
        assert len(shown) == 1 or not pictures, f"{path}: a picture that odyssey.figures.show does not show"
        for call in shown:
            caption = cell.metadata.get("mystnb", {}).get("figure", {}).get("caption", "")
            yield caption, *(called(argument.func, imported) for argument in call.args)


def test_every_figure_names_the_function_that_draws_it():
    paths = [BOOK / notebooks.TEMPLATE, *(BOOK / f"{page}.ipynb" for page in pages())]
    counted = 0
    for path in paths:
        for caption, drawn, described in drawings(path) if path.exists() else ():
            assert caption.endswith(f" Drawn by `{drawn}`."), (path, drawn, caption)
            module, _, name = drawn.rpartition(".")
            assert drawn.startswith("odyssey.figures.") and callable(getattr(importlib.import_module(module), name))
            assert described == f"{module}.alt_{name}", path
            counted += 1
    assert counted > 80
