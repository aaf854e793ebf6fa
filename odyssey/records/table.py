"""A row of the archive: its columns, how a value is written and read back, and what makes a row sound."""

import csv
import io
import json
import re
from math import isfinite, isnan, nan
from numbers import Integral

import odyssey
from odyssey.errors import OdysseyError
from odyssey.protocol import DIVERGED, FINISHED, MAX_EPOCHS, PROTOCOL, Curves, Result, Trial
from odyssey.tasks.base import Task

COLUMNS: dict[str, type] = {
    "task": str,
    "corpus": str,
    "fingerprint": str,
    "variant": str,
    "index": int,
    "seed": int,
    "blocks": int,
    "learning_rate": float,
    "momentum": float,
    "input_noise": float,
    "parameters": int,
    "epochs": int,
    "best_epoch": int,
    "valid_loss": float,
    "valid_score": float,
    "test_loss": float,
    "test_score": float,
    "status": str,
    "seconds": float,
    "engine": str,
    "version": str,
    "protocol": int,
    "machine": str,
}
MEASURES = ("valid_loss", "valid_score", "test_loss", "test_score")
CURVES = ("train_loss", "valid_loss", "valid_score")
CURVE_DIGITS = 7
# Parts of the path of a file, so that no row can leave the archive's folder; and what an engine calls itself.
NAMES = ("task", "corpus", "variant")
NAME = re.compile(r"\w[\w.+-]*")
ENGINE = re.compile(r"\w+-float(32|64)(-\w+)?")
LONGEST = 1e9  # seconds of a trial: three decades
MOST = 2**63 - 1  # of a whole number in a table of pandas


def row(task: Task, trial: Trial, result: Result, engine: str, machine: str) -> dict:
    """The row of a finished trial of the study.

    Args:
        task: what it was trained on.
        trial: with an index.
        result: what training left.
        engine: label of the engine, such as ``"cpu-float32"``.
        machine: as `odyssey.records.machine` names it.

    Returns:
        A value for each of `COLUMNS`, in that order.
    """
    return {
        "task": task.name,
        "corpus": task.corpus,
        "fingerprint": task.fingerprint,
        "variant": trial.variant,
        "index": trial.index,
        "seed": trial.seed,
        **trial.hyperparameters.as_dict(),
        "parameters": result.parameters,
        "epochs": result.epochs,
        "best_epoch": result.best_epoch,
        **{name: float(getattr(result, name)) for name in MEASURES},
        "status": result.status,
        "seconds": round(result.seconds, 3),
        "engine": engine,
        "version": odyssey.__version__,
        "protocol": PROTOCOL,
        "machine": machine,
    }


def csv_line(values) -> str:
    """One line of CSV with its newline; floats with all digits, NaN as ``nan``."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([repr(v) if isinstance(v, float) else v for v in values])
    return out.getvalue()


def parse_row(fields: list[str]) -> dict:
    """The row written as `fields`.

    Raises:
        ValueError: a field is missing, unreadable or impossible; the message names the column.
    """
    if len(fields) != len(COLUMNS):
        raise ValueError(f"{len(fields)} fields instead of {len(COLUMNS)}")
    values = {}
    for (name, kind), text in zip(COLUMNS.items(), fields, strict=True):
        try:
            values[name] = kind(text)
        except ValueError:
            raise ValueError(f"column {name} holds {text!r}") from None
    check_row(values)
    return values


def check_row(row: dict) -> None:
    """Whether the values of a row can be true of a trial.

    Raises:
        ValueError: they cannot; the message names the column.
    """
    for name, kind in COLUMNS.items():
        value = row[name]
        if (
            (kind is str and not value)
            or (kind is float and name not in MEASURES and not isfinite(value))
            or (kind is int and not (isinstance(value, Integral) and value <= MOST))
            or (name in NAMES and not NAME.fullmatch(value))
            or (name == "engine" and not ENGINE.fullmatch(value))
        ):
            raise ValueError(f"column {name} holds {value!r}")
    least = {"index": 0, "seed": 0, "blocks": 1, "parameters": 1, "epochs": 1, "best_epoch": 0, "seconds": 0}
    for name, low in least.items():
        if row[name] < low:
            raise ValueError(f"column {name} holds {row[name]}, less than {low}")
    if row["seconds"] > LONGEST:
        raise ValueError(f"column seconds holds {row['seconds']}")
    if row["status"] not in (FINISHED, DIVERGED):
        raise ValueError(f"column status holds {row['status']!r}, neither {FINISHED} nor {DIVERGED}")
    if row["epochs"] > MAX_EPOCHS or row["best_epoch"] > row["epochs"]:
        raise ValueError(f"column epochs holds {row['epochs']}, with best_epoch {row['best_epoch']}")
    if row["best_epoch"] == 0:
        if row["status"] == FINISHED:
            raise ValueError("column best_epoch holds 0 although the trial finished")
        if not all(isnan(row[name]) for name in MEASURES):
            raise ValueError("a trial without a best epoch has no measures, but the row gives some")
        return
    needed = MEASURES if row["status"] == FINISHED else MEASURES[:2]
    for name in needed:
        if not isfinite(row[name]):
            raise ValueError(f"column {name} holds {row[name]}")


def curves_line(index: int, curves: Curves) -> str:
    """One line of JSON with its newline: the index and the three curves, rounded to seven significant digits."""
    rounded = {name: [_rounded(value) for value in getattr(curves, name)] for name in CURVES}
    return json.dumps({"index": index, **rounded}, separators=(",", ":")) + "\n"


def _rounded(value: float) -> float | None:
    return float(f"{value:.{CURVE_DIGITS}g}") if isfinite(value) else None


def parse_curves(text: str) -> tuple[int, Curves]:
    """Index and curves written as `text`; ``null`` reads as NaN.

    Raises:
        ValueError: this is no line of curves.
    """
    try:
        values = json.loads(text)
        curves = Curves(*([nan if v is None else float(v) for v in values[name]] for name in CURVES))
        index = values["index"]
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        raise ValueError("not a line of learning curves") from None
    if (
        isinstance(index, bool)
        or not isinstance(index, int)
        or len({len(getattr(curves, name)) for name in CURVES}) != 1
    ):
        raise ValueError("the learning curves differ in length, or the index is missing")
    return index, curves


def as_error(file, line: int, problem: ValueError) -> OdysseyError:
    """The one line that names file and line."""
    return OdysseyError(f"{file}, line {line}: {problem}: put the file back as it was, or take this line out")
