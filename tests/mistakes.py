"""What all answers to bad input have in common: one line that names the thing and the remedy, nothing written."""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

NOBODY = 65534
BAR = re.compile(r"[^\r\n|]+: +(\d+%\||\d+\w+ \[)[^\r\n]*")


def check_line(message: str, thing: str, remedy: str) -> None:
    """One line in which both regular expressions are found."""
    assert message and message.isprintable() and "Traceback" not in message
    for part, pattern in (("thing", thing), ("remedy", remedy)):
        assert re.search(pattern, message), f"the {part}, {pattern!r}, is not in {message!r}"


def complaint(err: str) -> str:
    """What the command line wrote to stderr: a single line, before which at most progress bars were drawn."""
    before, mark, message = err.rpartition("odyssey: error: ")
    assert mark, f"no complaint, but {err!r}"
    assert all(BAR.fullmatch(line) for line in re.split(r"[\r\n]+", before) if line.strip()), err
    assert message.endswith("\n")
    return message[:-1]


def tree(folder: Path) -> dict[str, bytes | str]:
    """All that is in a folder, with the bytes of its files."""
    found = {}
    for path in sorted(folder.rglob("*")):
        kind = "folder" if path.is_dir() else "other"
        found[str(path.relative_to(folder))] = path.read_bytes() if path.is_file() else kind
    return found


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that every user can reach: pytest's own are for one user only."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@contextmanager
def without_privileges() -> Iterator[None]:
    """Permissions bind in the body of the ``with``, also where the tests run as root."""
    if not hasattr(os, "geteuid"):
        pytest.skip("NO PERMISSIONS HERE: unreadable files and unwritable folders are not tested")
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
