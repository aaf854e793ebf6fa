"""Reading the archive: what a crash cut short is passed over, what is damaged or mixed is refused."""

import csv
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from odyssey.errors import OdysseyError
from odyssey.protocol import PROTOCOL, Curves
from odyssey.records.table import COLUMNS, CURVES, as_error, parse_curves, parse_row
from odyssey.variants import VARIANTS


def folder(path: str | os.PathLike | None = None) -> Path:
    """The folder of the archive: `path`, or else $ODYSSEY_RECORDS, or else ``book/records`` of the checkout.

    Raises:
        OdysseyError: none of them is given and the package is not installed from a checkout.
    """
    path = path or os.environ.get("ODYSSEY_RECORDS")
    if path:
        return Path(path)
    checkout = Path(__file__).resolve().parents[2]
    if not (checkout / "book").is_dir():
        raise OdysseyError("there is no checkout to keep records in: name a folder with --records or ODYSSEY_RECORDS")
    return checkout / "book" / "records"


def read_rows(
    path: str | os.PathLike | None = None,
    task: str | None = None,
    corpus: str | None = None,
    variant: str | None = None,
    fingerprint: str | None = None,
) -> list[dict]:
    """The rows of the archive as dictionaries; see `read`."""
    rows = []
    for file in tables(folder(path), task, corpus, variant):
        rows += sorted(read_table(file)[0], key=lambda row: row["index"])
    check_unmixed(rows, fingerprint)
    return rows


def read(
    path: str | os.PathLike | None = None,
    task: str | None = None,
    corpus: str | None = None,
    variant: str | None = None,
    fingerprint: str | None = None,
):
    """The finished trials of the archive.

    A last line that a crash left incomplete is not read. What is read is never a mixture: rows of one corpus that
    differ in fingerprint, and rows of another protocol, are an error.

    Args:
        path: folder of the archive, by default that of `folder`. Where it does not exist, there are no rows.
        task, corpus, variant: leave out all others.
        fingerprint: what the corpus at hand has; rows of another one are an error.

    Returns:
        `pandas.DataFrame` with `COLUMNS` (str, int64 and float64, also when empty), in the order of task, corpus,
        variant and index.

    Raises:
        OdysseyError: a file cannot be read, or a line is not what it should be; the message names file and line.
    """
    import pandas as pd  # Takes longer to load than all the rest, and appending needs none of it.

    rows = read_rows(path, task, corpus, variant, fingerprint)
    dtypes = {str: "str", int: "int64", float: "float64"}
    return pd.DataFrame(
        {name: pd.Series([row[name] for row in rows], dtype=dtypes[kind]) for name, kind in COLUMNS.items()}
    )


def read_curves(
    path: str | os.PathLike | None = None,
    task: str | None = None,
    corpus: str | None = None,
    variant: str | None = None,
):
    """The learning curves of the finished trials, one row an epoch.

    Returns:
        `pandas.DataFrame` with task, corpus, variant, index, epoch (from 1), train_loss, valid_loss, valid_score;
        values that were not finite are NaN.

    Raises:
        OdysseyError: as `read`, and where a trial has no curves.
    """
    import pandas as pd

    frames = [pd.DataFrame({"task": [], "corpus": [], "variant": []}, dtype="str")]
    frames[0][["index", "epoch"]] = pd.DataFrame({"index": [], "epoch": []}, dtype="int64")
    frames[0][list(CURVES)] = pd.DataFrame({name: [] for name in CURVES}, dtype="float64")
    for file in tables(folder(path), task, corpus, variant):
        for row, curves in with_curves(file):
            frame = pd.DataFrame({name: getattr(curves, name) for name in CURVES}, dtype="float64")
            frame.insert(0, "epoch", range(1, len(frame) + 1))
            for name in ("index", "variant", "corpus", "task"):
                frame.insert(0, name, row[name])
            frames.append(frame)
    return pd.concat(frames[1:] or frames, ignore_index=True)


def with_curves(table: Path) -> Iterator[tuple[dict, Curves]]:
    """Each row of the file `table` with its learning curves, in the order of the index.

    Raises:
        OdysseyError: as `read_table` for either file, or a trial has no curves, or has them twice.
    """
    rows = sorted(read_table(table)[0], key=lambda row: row["index"])
    curves = {}
    for line, text in enumerate(whole_lines(curves_file(table)), 1):
        try:
            index, values = parse_curves(text.decode("utf-8", "replace"))
            if index in curves:
                raise ValueError(f"the learning curves of trial {index} are there twice")
        except ValueError as problem:
            raise as_error(curves_file(table), line, problem) from None
        curves[index] = values
    for row in rows:
        if row["index"] not in curves:
            raise OdysseyError(
                f"{curves_file(table)}: the learning curves of trial {row['index']} are missing: put the file back as "
                f"it was, or take the trial out of {table.name}"
            )
        yield row, curves[row["index"]]


def table_file(root: Path, task: str, corpus: str, variant: str) -> Path:
    """Where the rows of a cell are kept."""
    return root / task / corpus / f"{variant}.csv"


def curves_file(table: Path) -> Path:
    """Where the learning curves of the rows in `table` are kept."""
    return table.with_suffix(".curves.jsonl")


def tables(root: Path, task: str | None, corpus: str | None, variant: str | None) -> list[Path]:
    """The files of rows in the folder `root`, in the order of task, corpus and variant."""
    order = {code: place for place, code in enumerate(VARIANTS)}
    files = [
        file
        for place in _inside(root, task)
        if place.is_dir()
        for folder in _inside(place, corpus)
        if folder.is_dir()
        for file in _inside(folder, variant and f"{variant}.csv")
        if file.suffix == ".csv"
    ]
    return sorted(files, key=lambda file: (file.parts[:-1], order.get(file.stem, len(order)), file.stem))


def _inside(folder: Path, name: str | None) -> list[Path]:
    """What is in a folder, or that of it which has the name."""
    try:
        return [path for path in folder.iterdir() if not name or path.name == name]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise OdysseyError(
            f"{folder}: cannot be read ({error.strerror}): check its permissions, or name another folder of records"
        ) from None


def whole_lines(file: Path) -> list[bytes]:
    """The lines that end in a newline: what follows the last one was cut short by a crash. No file has no lines.

    Raises:
        OdysseyError: the file is there but cannot be read.
    """
    try:
        return file.read_bytes().split(b"\n")[:-1]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise OdysseyError(f"{file}: cannot be read ({error.strerror}): check the path and its permissions") from None


def size(lines: Iterable[bytes]) -> int:
    """Bytes that `lines` take in a file, newlines included."""
    return sum(len(line) + 1 for line in lines)


def read_table(file: Path) -> tuple[list[dict], int]:
    """The rows of a file and where, in bytes, the last whole line ends.

    Raises:
        OdysseyError: the file cannot be read, its columns are others, or a line is damaged, is there twice or belongs
            in another file; the message names file and line.
    """
    lines = whole_lines(file)
    if not lines:
        return [], 0
    header = lines[0].decode("utf-8", "replace").strip("\r").split(",")
    if header != list(COLUMNS):
        missing = [name for name in COLUMNS if name not in header]
        what = f"the column {missing[0]} is missing" if missing else f"the columns are not {', '.join(COLUMNS)}"
        raise OdysseyError(f"{file}, line 1: {what}: put the file back as it was")
    rows, seen = [], set()
    for number, line in enumerate(lines[1:], 2):
        try:
            row = parse_row(next(csv.reader([line.decode("utf-8").strip("\r")]), []))
            _check_place(row, file)
            if row["index"] in seen:
                raise ValueError(f"trial {row['index']} is there twice")
        except (ValueError, csv.Error) as problem:
            raise as_error(file, number, problem) from None
        seen.add(row["index"])
        rows.append(row)
    return rows, size(lines)


def _check_place(row: dict, file: Path) -> None:
    for name, place in (("task", file.parts[-3]), ("corpus", file.parts[-2]), ("variant", file.stem)):
        if row[name] != place:
            raise ValueError(f"column {name} holds {row[name]!r} in the file of {place!r}")


def check_unmixed(rows: list[dict], fingerprint: str | None) -> None:
    """One protocol, this one; one fingerprint a corpus, `fingerprint` where it is given.

    Raises:
        OdysseyError: the rows are a mixture, or not what is expected; the message names the first that is not.
    """
    found = {}
    for row in rows:
        where = f"{row['task']}/{row['corpus']}/{row['variant']}.csv"
        if row["protocol"] != PROTOCOL:
            raise OdysseyError(
                f"{where} holds records of protocol {row['protocol']}, this is protocol {PROTOCOL}: "
                "keep them in separate folders (--records)"
            )
        expected = found.setdefault((row["task"], row["corpus"]), fingerprint or row["fingerprint"])
        if row["fingerprint"] != expected:
            raise OdysseyError(
                f"{where} holds records of the corpus {row['corpus']} with fingerprint {row['fingerprint']}, "
                f"not {expected}: keep them in separate folders (--records)"
            )
