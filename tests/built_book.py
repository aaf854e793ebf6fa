"""The book as HTML, built once for all tests that look at it."""

import subprocess
import sys
from functools import cache
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
BOOK = ROOT / "book"


@cache
def html(base: Path) -> Path:
    """The folder of the book's pages, built strictly and from nothing in the session's temporary folder `base`."""
    out = base / "built-book"
    # The program itself may not be on the path of whoever runs the tests.
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", str(BOOK)]
    strictly = ["--all", "-W", "-n", "--keep-going", "--path-output", str(out)]
    done = subprocess.run([*command, *strictly], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return out / "_build" / "html"


def contents() -> dict:
    """The table of contents."""
    return yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))


def pages() -> list[str]:
    """Every page of the table of contents, without suffix."""
    toc = contents()
    chapters = [chapter for part in toc["parts"] for chapter in part["chapters"]]
    return [toc["root"], *(page["file"] for chapter in chapters for page in (chapter, *chapter.get("sections", ())))]
