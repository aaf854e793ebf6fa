"""The book is whole: its files exist, it builds without a warning, and its notation is that of the code."""

import json
import re
from itertools import pairwise
from pathlib import Path

import built_book
import nbformat
import pytest
from built_book import BOOK, ROOT, pages

from odyssey import notebooks, protocol, records
from odyssey.tasks import TASKS
from odyssey.variants import VARIANTS


def stored_notebooks():
    """The notebooks of the book with their paths, the template left out."""
    for page in pages():
        path = BOOK / f"{page}.ipynb"
        if path.exists():
            yield path, nbformat.read(path, as_version=4)


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    """The folder of the built pages."""
    return built_book.html(tmp_path_factory.getbasetemp())


def test_files_of_the_table_of_contents_exist():
    missing = [page for page in pages() if not any((BOOK / f"{page}.{kind}").exists() for kind in ("md", "ipynb"))]
    assert not missing


def test_every_recorded_cell_has_its_page():
    """In the order of the declarations; a variant that is trained on one task only has a page there only."""
    for task in TASKS:
        recorded = set(records.read(BOOK / "records", task)["variant"])
        listed = [Path(page).name for page in pages() if page.startswith(f"cells/{task}/")]
        assert listed == [code for code in VARIANTS if code in recorded], task
    assert sum(page.startswith("cells/") for page in pages()) >= 27


def test_configuration_is_found_from_the_book_folder():
    for name in ("_config.yml", "_toc.yml"):
        assert (BOOK / name).read_text(encoding="utf-8") == (ROOT / name).read_text(encoding="utf-8")
        assert not (BOOK / name).is_symlink() or (BOOK / name).readlink() == Path("..", name)


def test_every_notebook_is_executed_by_the_command():
    cells = {BOOK / f"{page}.ipynb" for page in pages() if page.startswith("cells/")}
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
        # What stands in a block of commands is what a reader types.
        text = re.sub(r"```console\n.*?```", "", text, flags=re.DOTALL)
        typed = set(re.findall(r"(?<![\w.,])\d+\.\d+(?![\w.,]*\d)", text))
        assert typed <= allowed, page
        # To MyST it would be a comment, and part of a sentence would be missing.
        assert not re.search(r"^\s*%", text, flags=re.MULTILINE), page


def notation(name):
    """The rows of a table of the page on notation: the texts of their cells as they are written."""
    text = (BOOK / "notation.md").read_text(encoding="utf-8")
    table = re.search(rf"```{{list-table}}[^`]*?:name: {name}\n(.*?)```", text, flags=re.DOTALL)[1]
    rows = [re.split(r"\n  - ", row.strip()) for row in re.split(r"^\* - ", table, flags=re.MULTILINE)[1:]]
    assert len({len(row) for row in rows}) == 1
    return rows[1:]


def test_notation_has_the_codes_of_the_paper():
    """A tenth may be missing; what is there is what the declarations say."""
    codes = {row[0]: row[1] for row in notation("tab-notation-codes")}
    assert list(codes) == ["V", "NIG", "NFG", "NOG", "NIAF", "NOAF", "CIFG", "NP", "FGR"]
    assert {code: VARIANTS[code].name.lower() for code in codes} == codes


def test_notation_has_the_search_space_of_the_protocol():
    drawn = [row[3] for row in notation("tab-notation-training")][:4]
    numbers = [[value(end) for end in text.partition(", ")[2].split(" to ")] for text in drawn]
    space = [protocol.BLOCKS, protocol.LEARNING_RATE, protocol.ONE_MINUS_MOMENTUM, protocol.INPUT_NOISE]
    assert numbers == [pytest.approx(list(limits)) for limits in space]
    assert ["log" in text for text in drawn] == [True, True, True, False]


def value(text):
    """A number as the page writes it: ``20`` or ``$10^{-6}$``."""
    power = re.fullmatch(r"\$10\^\{(-\d+)\}\$", text)
    return 10.0 ** int(power[1]) if power else float(text)


def test_notation_names_every_symbol_of_the_equations():
    """Each letter that an equation of the block page uses stands in the first column of a table."""
    cells = nbformat.read(BOOK / "block.ipynb", as_version=4).cells
    prose = "".join(cell.source for cell in cells if cell.cell_type == "markdown")
    equations = "".join(re.findall(r"\$\$(.*?)\$\$", prose, flags=re.DOTALL))
    used = set(re.findall(r"\\mathbf\{([A-Za-z])\}", equations)) | set(re.findall(r"\b[gh](?=\()", equations))
    named = "".join(row[0] for row in notation("tab-notation-block"))
    assert used >= set("WRpbxyzifocgh") and not [letter for letter in used if letter not in named]


def test_glossary_is_in_order_and_every_citation_is_known():
    text = (BOOK / "notation.md").read_text(encoding="utf-8")
    glossary = re.search(r"```\{glossary\}\n(.*?)```", text, flags=re.DOTALL)[1]
    entries = [re.match(r"[^\n]+", entry)[0] for entry in glossary.split("\n\n")]
    assert all(before.lower() < after.lower() for before, after in pairwise(entries))
    cited = set()
    for page in pages():
        for path in (BOOK / f"{page}.md", BOOK / f"{page}.ipynb"):
            if path.exists():
                cited |= {
                    key
                    for keys in re.findall(r"\{cite:\w+\}`([^`]+)`", path.read_text(encoding="utf-8"))
                    for key in keys.split(",")
                }
    listed = set(
        re.findall(r"^@\w+\{(\w+),", (BOOK / "references.bib").read_text(encoding="utf-8"), flags=re.MULTILINE)
    )
    assert cited <= listed
    assert not listed - cited, "listed, but cited nowhere"
