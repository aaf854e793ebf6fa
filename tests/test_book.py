"""The book is whole: its files exist, it builds without a warning, and every picture says what it shows."""

import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
import yaml

from odyssey import notebooks
from odyssey.tasks import TASKS
from odyssey.variants import VARIANTS

ROOT = Path(__file__).resolve().parents[1]
BOOK = ROOT / "book"


def pages():
    """Every page of the table of contents, without suffix."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    return [toc["root"]] + [chapter["file"] for part in toc["parts"] for chapter in part["chapters"]]


def stored_notebooks():
    """The notebooks of the book with their paths, the template left out."""
    for page in pages():
        path = BOOK / f"{page}.ipynb"
        if path.exists():
            yield path, nbformat.read(path, as_version=4)


@pytest.fixture(scope="session")
def html(tmp_path_factory):
    """The book, built strictly and from nothing."""
    out = tmp_path_factory.mktemp("book")
    # The program itself may not be on the path of whoever runs the tests.
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", str(BOOK)]
    strictly = ["--all", "-W", "-n", "--keep-going", "--path-output", str(out)]
    done = subprocess.run([*command, *strictly], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return out / "_build" / "html"


class Page(HTMLParser):
    """Pictures, headings, table cells and addresses of a page."""

    def __init__(self, path):
        super().__init__()
        self.images, self.headings, self.headers, self.loaded = [], [], [], []
        self._article = False
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "article":
            self._article = True
        if self._article and tag == "img":
            self.images.append(attributes)
        if self._article and tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            self.headings.append(int(tag[1]))
        if tag == "th":
            self.headers.append(attributes)
        if tag in ("script", "img") and "src" in attributes:
            self.loaded.append(attributes["src"])
        if tag == "link" and attributes.get("rel") in ("stylesheet", "preload"):
            self.loaded.append(attributes["href"])

    def handle_endtag(self, tag):
        if tag == "article":
            self._article = False


def test_files_of_the_table_of_contents_exist():
    missing = [page for page in pages() if not any((BOOK / f"{page}.{kind}").exists() for kind in ("md", "ipynb"))]
    assert not missing
    for task in TASKS:
        assert [Path(page).name for page in pages() if page.startswith(f"cells/{task}/")] == list(VARIANTS)


def test_configuration_is_found_from_the_book_folder():
    for name in ("_config.yml", "_toc.yml"):
        assert (BOOK / name).read_text(encoding="utf-8") == (ROOT / name).read_text(encoding="utf-8")
        assert not (BOOK / name).is_symlink() or (BOOK / name).readlink() == Path("..", name)


def test_every_notebook_is_executed_by_the_command():
    cells = {BOOK / "cells" / task / f"{code}.ipynb" for task in TASKS for code in VARIANTS}
    made = cells | {BOOK / summary for summary in notebooks.SUMMARIES}
    assert {path for path, _ in stored_notebooks()} == made


def test_stored_notebooks_hold_outputs_and_nothing_volatile():
    for path, notebook in stored_notebooks():
        text = json.dumps(notebook)
        assert str(ROOT) not in text and "papermill_" not in text, path
        assert notebook == notebooks.cleaned(nbformat.from_dict(json.loads(text))), path
        outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
        assert outputs, f"{path} is not executed"
        assert not [output for output in outputs if output.output_type in ("stream", "error")], path


def test_book_builds_without_a_warning(html):
    for page in pages():
        assert (html / f"{page}.html").exists()


def test_pictures_have_alternative_text(html):
    counted = 0
    for page in pages():
        for image in Page(html / f"{page}.html").images:
            assert len(image.get("alt", "")) > 20 and not image["alt"].startswith("_images/"), (page, image)
            counted += 1
    assert counted >= 9 + 1 + 2 * 9 + 1


def test_headings_step_down_one_at_a_time(html):
    for page in pages():
        headings = Page(html / f"{page}.html").headings
        assert headings.count(1) == 1 and headings[0] == 1, page
        assert all(below <= above + 1 for above, below in pairwise(headings)), page


def test_tables_from_the_notebooks_have_scopes(html):
    for path, notebook in stored_notebooks():
        outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
        if any("odyssey-table" in output.get("data", {}).get("text/html", "") for output in outputs):
            headers = Page(html / path.relative_to(BOOK).with_suffix(".html")).headers
            assert {header.get("scope") for header in headers} >= {"col", "row"}, path


def test_pages_need_no_network(html):
    for page in pages():
        assert not [address for address in Page(html / f"{page}.html").loaded if "//" in address], page


def test_prose_has_no_result_typed():
    """Scores and p-values come from the records: no number with decimals stands in the prose, but the paper's own."""
    allowed = {"0.05", "29.6", "9.26", "8.38", "0.97", "3.11", "3.12"}
    for page in pages():
        path = BOOK / f"{page}.md"
        if path.exists():
            text = path.read_text(encoding="utf-8")
        else:
            cells = nbformat.read(BOOK / f"{page}.ipynb", as_version=4).cells
            text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
        typed = set(re.findall(r"(?<![\w.,])\d+\.\d+(?![\w.,]*\d)", text))
        assert typed <= allowed, page
