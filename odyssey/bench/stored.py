"""A measurement of the cost of training, kept in a file.

Times cannot be measured twice with the same result, so the book shows a stored measurement and names its machine.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from odyssey.errors import OdysseyError, writing

# The tables of a measurement by name, and their columns.
TABLES = {
    "size": ["task", "frames", "variant", "blocks", "update_ms", "evaluation_ms"],
    "length": ["blocks", "frames", "update_ms"],
    "count": ["blocks", "sequences", "epoch_ms"],
    "workers": ["blocks", "workers", "gain"],
}


@dataclass(frozen=True)
class Measurement:
    """What `odyssey.bench.scale.measure` found, in milliseconds of one core.

    Attributes:
        machine: where.
        size: for each ``task``, ``frames`` (length of the sequences), ``variant`` and ``blocks``: ``update_ms``, one
            update on one sequence; ``evaluation_ms``, the evaluation of one sequence.
        length: vanilla, for some ``blocks``: ``update_ms`` on a sequence of ``frames``.
        count: vanilla, for some ``blocks``: ``epoch_ms``, an update on each of so many ``sequences``.
        workers: vanilla, for some ``blocks``: ``gain``, the throughput of so many ``workers`` over that of one.
    """

    machine: str
    size: pd.DataFrame
    length: pd.DataFrame
    count: pd.DataFrame
    workers: pd.DataFrame


def write(measurement: Measurement, file: Path) -> None:
    """Store a measurement, whole or not at all."""
    tables = {name: getattr(measurement, name).to_dict("records") for name in TABLES}
    write_json({"machine": measurement.machine, **tables}, file)


def write_json(content: dict, file: Path, allow_nan: bool = True) -> None:
    """Store `content` as JSON, whole or not at all.

    Raises:
        ValueError: it holds a number that is not finite, unless `allow_nan`.
        OdysseyError: the file cannot be written.
    """
    text = json.dumps(content, indent=1, allow_nan=allow_nan) + "\n"
    part = file.with_name(f".{file.name}.part")
    with writing(file):
        try:
            part.write_text(text, encoding="utf-8")
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)


@contextmanager
def readable(file: Path, kind: str, remedy: str) -> Iterator[None]:
    """Turns what can go wrong in reading `file`, which should be a `kind`, into one line that ends in `remedy`."""
    try:
        yield
    except OSError as error:
        raise OdysseyError(f"{file}: {error.strerror}: {remedy}") from None
    except (ValueError, KeyError, TypeError):
        raise OdysseyError(f"{file} is no {kind}: {remedy}") from None


def read(file: Path) -> Measurement:
    """A stored measurement.

    Raises:
        OdysseyError: the file cannot be read or is no measurement.
    """
    remedy = f"measure anew with odyssey bench --scale {file}"
    with readable(file, "measurement of the cost of training", remedy):
        content = json.loads(file.read_text(encoding="utf-8"))
        tables = {name: pd.DataFrame(content[name], columns=columns) for name, columns in TABLES.items()}
        machine = content["machine"]
    for name, table in tables.items():
        if table.empty or table.isna().any(axis=None):
            raise OdysseyError(f"{file} lacks values in its part {name}: {remedy}")
    return Measurement(machine, **tables)
