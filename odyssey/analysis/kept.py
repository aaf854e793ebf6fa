"""Importance is computed once and kept with the book, under a key that says from what.

The files belong to the book, like the outputs of its notebooks: who builds or checks the book needs neither the minutes
nor ``fanova``, and sees the same numbers on every machine. The key is a hash of all that the result depends on;
where it is another one, the result is computed anew.
"""

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import asdict, fields
from pathlib import Path

import numpy as np
import pandas as pd

from odyssey.analysis import forest, known, process
from odyssey.analysis import importance as analysis
from odyssey.analysis.importance import Importance, importance
from odyssey.analysis.samples import AXES, LIMIT
from odyssey.errors import OdysseyError, writing

# Change the analysis in any other way that alters its results, and this must change with it.
VERSION = 1
DIGITS = 6
_SETTINGS = (
    *(VERSION, DIGITS, LIMIT, *(axis.limits for axis in AXES)),
    *(analysis.FEWEST, analysis.FOLDS, analysis.POINTS, analysis.CELLS),
    *(forest.TREES, forest.LEAST_IN_LEAF, forest.FEATURES_A_SPLIT, forest.SEED),
    process.NODES,
)


def kept_importance(trials: pd.DataFrame, folder: Path) -> dict[str, Importance]:
    """`odyssey.analysis.importance.importance` of each variant of one task and corpus, read or computed and kept.

    Args:
        trials: of one task and corpus, columns of the archive.
        folder: of the kept results, each in a file ``<task>/<corpus>/<variant>.json``.

    Raises:
        OdysseyError: as `importance`, or a file cannot be written.
    """
    found = {}
    for (task, corpus, variant), cell in trials.groupby(["task", "corpus", "variant"], sort=False):
        file = folder / task / corpus / f"{variant}.json"
        values = kept(file, _content(cell), lambda cell=cell: asdict(importance(cell)))
        found[variant] = Importance(**{field.name: _array(values[field.name]) for field in fields(Importance)})
    return found


def kept_calibration(trials: int, folder: Path) -> dict[str, np.ndarray]:
    """`odyssey.analysis.known.calibration`, read or computed and kept in ``known/<trials>.json``.

    Raises:
        OdysseyError: ``fanova`` is not installed, or the file cannot be written.
    """
    settings = [trials, known.REPETITIONS, sorted((str(term), share) for term, share in known.SHARES.items())]
    values = kept(folder / "known" / f"{trials}.json", settings, lambda: known.calibration(trials))
    return {name: _array(value) for name, value in values.items()}


def kept(file: Path, content: list, compute: Callable[[], dict]) -> dict:
    """What is kept in a file if it was computed from `content`, else what `compute` gives, kept from now on.

    Args:
        file: JSON; one that is damaged is written anew.
        content: all that the result depends on besides this module's settings.
        compute: a dictionary of numbers, arrays and dictionaries.

    Returns:
        The dictionary with lists for arrays, None for NaN, and `DIGITS` digits: the same whether read or computed.

    Raises:
        OdysseyError: the file cannot be read or written.
    """
    key = hashlib.sha256(repr((_SETTINGS, content)).encode()).hexdigest()
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        if found["key"] == key:
            return found["values"]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        pass
    except OSError as error:
        raise OdysseyError(f"{file}: cannot be read ({error.strerror}): check its permissions") from None
    values = _plain(compute())
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    with writing(file):
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps({"key": key, "values": values}) + "\n", encoding="utf-8")
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
    return values


def _content(cell):
    columns = ["index", *(axis.name for axis in AXES), "test_score", "seconds"]
    return cell[columns].sort_values("index").to_numpy(float).tolist()


def _plain(value):
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, np.ndarray | list):
        return [_plain(part) for part in value]
    if isinstance(value, int):
        return value
    return float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None


def _array(value):
    if isinstance(value, dict):
        return {name: _array(part) for name, part in value.items()}
    if isinstance(value, list):
        return np.array(value, float)
    return np.nan if value is None else value
