"""Appending to the archive so that neither a crash nor a full disk leaves half a trial behind."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from odyssey.errors import OdysseyError
from odyssey.protocol import Curves
from odyssey.records.reading import check_unmixed, curves_file, folder, read_table, size, table_file, whole_lines
from odyssey.records.table import COLUMNS, as_error, check_row, csv_line, curves_line, parse_curves

LOCK_SECONDS = 60
HEADER = csv_line(COLUMNS)
REMEDY = "check its permissions and the free space, or name another folder"


def append(path: str | os.PathLike | None, row: dict, curves: Curves) -> bool:
    """Add a finished trial to the archive, all of it or nothing, and wait until it is on the disk.

    Curves are written before the row, so a row always has its curves; what a crash left incomplete is cut off first.
    Curves without a row, of a crash or of a row that somebody took out, are dropped, so that a trial that is trained
    again has its new ones only. Any number of processes may append at the same time.

    Args:
        path: folder of the archive, as for `read`; made if need be.
        row: as `odyssey.records.row` gives it.
        curves: of the same trial.

    Returns:
        Whether it was added: False where the archive already has this trial.

    Raises:
        OdysseyError: it could not be written (disk full, no permission, …), or the file is damaged, or it belongs
            to another corpus fingerprint or protocol. Nothing has been added then.
    """
    root = folder(path)
    table = table_file(root, row["task"], row["corpus"], row["variant"])
    try:
        check_row(row)
    except ValueError as problem:
        raise OdysseyError(f"trial {row['index']} of {row['task']} {row['variant']}: {problem}") from None
    with _locked(root), _os_errors(table, f"trial {row['index']} is not recorded"):
        table.parent.mkdir(parents=True, exist_ok=True)
        rows, table_end = read_table(table)
        known = {other["index"] for other in rows}
        if row["index"] in known:
            return False
        siblings = [read_table(file)[0][:1] for file in sorted(table.parent.glob("*.csv")) if file != table]
        check_unmixed([row, *rows[:1], *(first for sibling in siblings for first in sibling)], row["fingerprint"])
        curves_end = _drop_orphans(curves_file(table), known, bool(table_end))
        line = csv_line(row[name] for name in COLUMNS)
        _extend(curves_file(table), curves_end, curves_line(row["index"], curves))
        try:
            _extend(table, table_end, line if table_end else HEADER + line)
        except BaseException:
            # The row may be there all the same, as after an interrupt behind its last byte; then it needs its curves.
            if not table.exists() or table.stat().st_size <= table_end:
                os.truncate(curves_file(table), curves_end)
            raise
        return True


def check_writable(path: str | os.PathLike | None, task: str, corpus: str) -> Path:
    """The folder of a corpus in the archive, made if need be.

    Raises:
        OdysseyError: it cannot be written to.
    """
    root = folder(path)
    place = table_file(root, task, corpus, "V").parent
    with _os_errors(place, "records cannot be kept there"):
        place.mkdir(parents=True, exist_ok=True)
        with _locked(root):
            probe = place / ".probe"
            probe.write_bytes(b"")
            probe.unlink()
            for file in (*place.glob("*.csv"), *place.glob("*.jsonl")):
                file.open("ab").close()
    return place


def _drop_orphans(file: Path, known: set[int], there: bool) -> int:
    """Leave `file` beginning with nothing but the curves of rows that are `known`; where these end, in bytes.

    Raises:
        OdysseyError: a line is damaged, or the table itself is not `there` but curves of several trials are: it is more
            likely to have gone astray than to have been removed.
    """
    lines, kept = whole_lines(file), []
    for number, line in enumerate(lines, 1):
        try:
            if parse_curves(line.decode("utf-8"))[0] in known:
                kept.append(line)
        except ValueError as problem:
            raise as_error(file, number, problem) from None
    if not there and len(lines) > 1:
        raise OdysseyError(
            f"{file} has the curves of {len(lines)} trials, whose table is gone: put the table back as it was, or "
            "remove this file, too"
        )
    # What stands behind the last line to keep is cut off when the next is written; only a gap needs a new file.
    if kept != lines[: len(kept)]:
        _replace(file, b"".join(line + b"\n" for line in kept))
    return size(kept)


def _replace(file: Path, data: bytes) -> None:
    """`file` with other contents: whenever the machine stops, it is the old file or the new one."""
    part = file.with_name(f".{file.name}.part")
    try:
        with part.open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        shutil.copymode(file, part)
        part.replace(file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _extend(file: Path, end: int, text: str) -> None:
    """`file` with `text` from byte `end` on, on the disk; back to `end` bytes if that fails."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
    try:
        try:
            os.ftruncate(descriptor, end)
            os.lseek(descriptor, end, os.SEEK_SET)
            data = text.encode()
            while data:
                data = data[os.write(descriptor, data) :]
            os.fsync(descriptor)
        except BaseException:
            os.ftruncate(descriptor, end)
            raise
    finally:
        os.close(descriptor)


@contextmanager
def _locked(root: Path) -> Iterator[None]:
    lock = filelock.FileLock(root / "records.lock", timeout=LOCK_SECONDS)
    with _os_errors(root, "records cannot be kept there"):
        root.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire()
        except filelock.Timeout:
            raise OdysseyError(f"{root}: another process has held its lock for {LOCK_SECONDS} s: end it") from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _os_errors(place: Path, consequence: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OdysseyError(f"{error.filename or place}: {error.strerror or error}; {consequence}: {REMEDY}") from None
