"""What the page on how the book was made asks for: where the records come from, what they cost, what is pinned."""

import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from odyssey import records as archive
from odyssey import tables
from odyssey.bench import projection
from odyssey.errors import OdysseyError
from odyssey.notebooks import book_folder
from odyssey.pages.glue import glue_all
from odyssey.progress import duration
from odyssey.protocol import TRIALS, draw_trial
from odyssey.variants import VARIANTS

ORIGIN = ("machine", "engine", "version", "protocol")
# What each column of a record says; the order is that of the record.
MEANINGS = {
    "task": "the task",
    "corpus": "the corpus",
    "fingerprint": "digest of the corpus, every number of it",
    "variant": "code of the architecture",
    "index": "number of the trial in its cell, from 0",
    "seed": "of the trial's random numbers",
    "blocks": "blocks of each hidden layer",
    "learning_rate": "before the factor (1 − momentum)",
    "momentum": "of the Nesterov step",
    "input_noise": "standard deviation of the noise on the inputs",
    "parameters": "weights of the network, biases included",
    "epochs": "epochs trained",
    "best_epoch": "epoch that was tested, from 1; 0 for none",
    "valid_loss": "validation loss of the best epoch, nats per frame or character",
    "valid_score": "validation score of the best epoch",
    "test_loss": "test loss of the best epoch, likewise",
    "test_score": "test score of the best epoch",
    "status": "finished or diverged",
    "seconds": "that the trial took on one core",
    "engine": "engine and precision",
    "version": "of this package",
    "protocol": "number of the rules of training",
    "machine": "processor, digest of its features, Python",
}
# Its noise is not NumPy's to the last number (see the page).
OLDEST = "0.1.0"
_PIN = re.compile(r"(?P<package>[\w.-]+(\[[\w,-]+\])?)==(?P<version>[\w.+!-]+)\s*(#.*)?")


def records_at_hand(corpora: Mapping[str, str]) -> pd.DataFrame:
    """The records of each task on the corpus given for it; what the prose says of them is glued under ``made-…``.

    Raises:
        OdysseyError: nothing is recorded.
    """
    found = {task: archive.read(None, task, corpus) for task, corpus in corpora.items()}
    trials = pd.concat([rows for rows in found.values() if len(rows)] or [pd.DataFrame()], ignore_index=True)
    if trials.empty:
        raise OdysseyError("no trials are recorded on these corpora: search first (odyssey search)")
    unrecorded = [task for task, rows in found.items() if rows.empty]
    seconds, each = trials["seconds"], trials.groupby(["task", "variant"]).size()
    values = {
        "trials": len(trials),
        "oldest": int((trials["version"] == OLDEST).sum()),
        "cells": len(each),
        "unrecorded": f"Of {' and '.join(unrecorded)} no trial is recorded yet." if unrecorded else "",
        "each": tables.span(each, "d"),
        "planned": TRIALS,
        "all": TRIALS * len(VARIANTS) * len(found),
        "total": duration(seconds.sum()),
        "mean": duration(seconds.mean()),
        "longest": duration(seconds.max()),
        "paper-trials": projection.PAPER_TRIALS,
        "paper-hours": tables.written(projection.PAPER_HOURS, ".1f"),
        "paper-cpus": projection.PAPER_CPUS,
        "paper-years": tables.written(projection.paper_cpu_years(), ".0f"),
    }
    glue_all({f"made-{name}": value for name, value in values.items()})
    return trials


def by_task(trials: pd.DataFrame) -> pd.DataFrame:
    """Time of the trials, a row a task: ``task``, ``corpus``, ``fingerprint``, ``trials``, mean ``epochs``, mean and
    longest ``seconds`` of a trial, and ``hours`` of all."""
    return _times(trials, ["task", "corpus", "fingerprint"])


def by_cell(trials: pd.DataFrame) -> pd.DataFrame:
    """The same, a row a cell: ``cell`` in place of corpus and fingerprint, such as ``"music NIG"``."""
    return _times(trials.assign(cell=trials["task"] + " " + trials["variant"]), ["cell"])


def by_origin(trials: pd.DataFrame) -> pd.DataFrame:
    """Where records come from, a row for each task and combination of `ORIGIN`: ``trials``, and the ``first`` and
    ``last`` index."""
    groups = trials.groupby(["task", *ORIGIN], sort=False)["index"]
    return groups.agg(trials="size", first="min", last="max").reset_index()


def one_record(trials: pd.DataFrame) -> pd.DataFrame:
    """The first of the records, a row a column of the archive: ``column``, ``value`` as text, ``meaning``."""
    record = trials.iloc[0]
    rows = [{"column": name, "value": _short(record[name]), "meaning": MEANINGS[name]} for name in archive.COLUMNS]
    return pd.DataFrame(rows)


def drawn_again(trials: pd.DataFrame) -> pd.DataFrame:
    """Seed and hyperparameters of the first of the records: ``name``, ``drawn`` now, and ``recorded``, as text.

    Of how many records the seed is the one drawn now is glued under ``made-drawn``.
    """
    trial, record = _drawn(trials.iloc[0]), trials.iloc[0]
    values = {"seed": trial.seed, **trial.hyperparameters.as_dict()}
    glue_all({"made-drawn": sum(int(_drawn(row).seed == row["seed"]) for _, row in trials.iterrows())})
    return pd.DataFrame(
        [{"name": name, "drawn": _short(value), "recorded": _short(record[name])} for name, value in values.items()]
    )


def pinned(path: Path | None = None) -> pd.DataFrame:
    """The packages of ``requirements.txt``: ``package``, ``version``, and ``purpose``, the heading above it there.

    Args:
        path: of the file, by default that of the checkout.

    Raises:
        OdysseyError: the file cannot be read, or does not pin a package to one version.
    """
    path = path or book_folder().parent / "requirements.txt"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeError):
        raise OdysseyError(f"{path}: cannot be read: put the file back as it was") from None
    rows, purpose, before = [], "", ""
    for number, line in enumerate(lines, 1):
        if line.startswith("#"):
            # Of a comment of several lines the first is the heading, up to its colon.
            purpose = purpose if before.startswith("#") else line.lstrip("# ").partition(":")[0]
        elif line.strip():
            pin = _PIN.fullmatch(line)
            if not pin:
                raise OdysseyError(f"{path.name}, line {number}: {line!r} pins no version: write NAME==VERSION")
            rows.append({"package": pin["package"], "version": pin["version"], "purpose": purpose})
        before = line
    return pd.DataFrame(rows, columns=["package", "version", "purpose"])


def _times(trials, keys):
    groups = trials.groupby(keys, sort=False)
    frame = groups.agg(
        trials=("index", "size"), epochs=("epochs", "mean"), seconds=("seconds", "mean"), longest=("seconds", "max")
    )
    return frame.assign(hours=groups["seconds"].sum() / 3600).reset_index()


def _drawn(record):
    return draw_trial(record["task"], record["variant"], int(record["index"]))


def _short(value):
    """A number with six digits at most, since all of them would widen the table beyond a narrow screen."""
    return tables.written(value, ".6g") if isinstance(value, float) else str(value)
