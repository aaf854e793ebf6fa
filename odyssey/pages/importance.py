"""What the book's page on importance asks for: results kept with the book, tables of them, and words for its prose."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from odyssey import tables
from odyssey.analysis import known
from odyssey.analysis.claims.shares import SMALL_FROM
from odyssey.analysis.early import MAIN_EFFECTS
from odyssey.analysis.forest import FEATURES_A_SPLIT, LEAST_IN_LEAF, TREES
from odyssey.analysis.importance import HEAT, MAIN, NAMES, PAIRS, TERMS, Importance, caution
from odyssey.analysis.kept import kept_calibration, kept_importance
from odyssey.analysis.samples import AXES
from odyssey.notebooks import book_folder
from odyssey.pages.at_hand import study_at_hand, task_at_hand, with_standing
from odyssey.pages.glue import glue_all
from odyssey.protocol import TRIALS

LEARNING_RATE, BLOCKS, NOISE, MOMENTUM = range(len(AXES))
_PAIRS = slice(len(MAIN), len(TERMS))
_LABELS = {
    term: "rate × blocks" if term == HEAT else " × ".join(AXES[axis].label for axis in term).replace("learning ", "")
    for term in PAIRS
}


def kept_folder() -> Path:
    """Where the book keeps importance once it is computed."""
    return book_folder() / "importance"


@dataclass(frozen=True)
class Weighed:
    """The importance of the hyperparameters on one task.

    Attributes:
        unit: of the scores.
        trials: the recorded trials, the same number of each variant.
        found: importance by variant.
    """

    unit: str
    trials: pd.DataFrame
    found: dict[str, Importance]


def importance_at_hand(task: str, corpus: str) -> Weighed:
    """The importance on a task; what the prose says of it is glued under ``importance-TASK-…``."""
    trials = study_at_hand(task, corpus)
    weighed = Weighed(task_at_hand(task).score_unit, trials, kept_importance(trials, kept_folder()))
    told = {code: result for code, result in weighed.found.items() if np.isfinite(result.forest).all()}
    forest = np.array([result.forest for result in told.values()]).reshape(-1, len(NAMES))
    process = np.array([result.process for result in told.values()]).reshape(-1, len(NAMES))
    gap = np.abs(forest - process)[:, : len(MAIN)]
    each = max(result.trials for result in weighed.found.values())
    values = {
        "corpus": with_standing(corpus),
        "each": each,
        "told": len(told),
        "variants": len(weighed.found),
        "first": int((forest.argmax(axis=1) == LEARNING_RATE).sum()),
        "first-process": int((_known(process).argmax(axis=1) == LEARNING_RATE).sum()),
        "rate": _range(forest[:, LEARNING_RATE]),
        "rate-process": _range(process[:, LEARNING_RATE]),
        "blocks": _range(forest[:, BLOCKS]),
        "noise": _range(forest[:, NOISE]),
        "momentum": _range(forest[:, MOMENTUM]),
        "higher": _range(forest[:, len(MAIN) :].sum(axis=1)),
        "pair": _range(forest[:, TERMS.index(HEAT)]),
        "pair-process": _range(process[:, TERMS.index(HEAT)]),
        "gap": f"{100 * np.nanmax(gap):.0f}" if np.isfinite(gap).any() else tables.DASH,
        "gap-typical": f"{100 * np.nanmedian(gap):.0f}" if np.isfinite(gap).any() else tables.DASH,
        "r2": _middle([result.forest_r2 for result in told.values()]),
        "r2-process": _middle([result.process_r2 for result in told.values()]),
        "limited": sum(result.limited for result in weighed.found.values()),
        "unscored": sum(result.unscored for result in weighed.found.values()),
        "caution": caution(each) or "The study is complete.",
    }
    glue_all({f"importance-{task}-{name}": value for name, value in values.items()})
    return weighed


def calibration_at_hand(sizes: list[int]) -> pd.DataFrame:
    """How both estimates do on a function with known shares, for cells of these sizes and the paper's.

    What the prose says of the paper's size is glued under ``importance-known-…``.

    Returns:
        A row a term: ``term``, ``true``, and for each size ``forest SIZE`` and ``process SIZE``, mean estimates in %.
    """
    sizes = sorted({*sizes, TRIALS})
    found = {size: kept_calibration(size, kept_folder()) for size in sizes}
    rows = {"term": [AXES[axis].label for (axis,) in MAIN] + [_LABELS[pair] for pair in PAIRS] + ["three or four"]}
    rows["true"] = 100 * known.TRUE
    for size in sizes:
        for name in ("forest", "process"):
            rows[f"{name} {size}"] = 100 * found[size][name].mean(axis=0)
    main, higher = slice(0, len(MAIN)), slice(len(MAIN), None)
    values = {"repetitions": known.REPETITIONS, "size": TRIALS, "smallest": sizes[0], "trees": TREES}
    values |= {"features": FEATURES_A_SPLIT, "leaf": LEAST_IN_LEAF}
    values["higher"] = f"{100 * known.TRUE[higher].sum():.0f}"
    for place, size in (("smallest", sizes[0]), ("full", TRIALS)):
        for name in ("forest", "process"):
            errors = 100 * (found[size][name] - known.TRUE)[:, main]
            values[f"{name}-{place}"] = f"{np.abs(errors.mean(axis=0)).max():.0f}"
            values[f"{name}-{place}-single"] = f"{np.abs(errors).max():.0f}"
            values[f"{name}-{place}-higher"] = f"{100 * found[size][name].mean(axis=0)[higher].sum():.0f}"
    glue_all(
        {f"importance-known-{name}": value for name, value in values.items()} | {"importance-small-from": SMALL_FROM}
    )
    return pd.DataFrame(rows)


def calibration_columns(calibrated: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """The columns of `calibration_at_hand` as `odyssey.tables.table` takes them."""
    return {"term": ("term", "s")} | {name: (name, ".1f") for name in calibrated.columns[1:]}


def forest_table(found: Mapping[str, Importance]) -> pd.DataFrame:
    """Shares by the forest in %, a row a variant; mean ± standard deviation over trees of each tree's share."""
    return pd.DataFrame(
        [
            {
                "variant": code,
                **{AXES[axis].name: _with_spread(result, axis) for (axis,) in MAIN},
                "pairs": 100 * result.forest[_PAIRS].sum(),
                "rest": _with_spread(result, len(NAMES) - 1),
                "r2": float(result.forest_r2),
                "trials": result.trials,
                "limited": result.limited,
                "unscored": result.unscored,
            }
            for code, result in found.items()
        ]
    )


def process_table(found: Mapping[str, Importance]) -> pd.DataFrame:
    """Shares by the process in %, and the forest's less these in points, a row a variant."""
    rows = []
    for code, result in found.items():
        difference = 100 * (result.forest - result.process)
        row = {"variant": code}
        for (axis,) in MAIN:
            row[AXES[axis].name] = 100 * result.process[axis]
            row[f"{AXES[axis].name} difference"] = difference[axis]
        row |= {
            "higher": 100 * result.process[len(MAIN) :].sum(),
            "higher difference": difference[len(MAIN) :].sum(),
            "r2": float(result.process_r2),
        }
        rows.append(row)
    return pd.DataFrame(rows)


def pairs_table(found: Mapping[str, Importance]) -> pd.DataFrame:
    """Shares of each pair by the forest in %, mean ± standard deviation over trees, a row a variant."""
    return pd.DataFrame(
        [
            {"variant": code} | {_LABELS[pair]: _with_spread(result, TERMS.index(pair)) for pair in PAIRS}
            for code, result in found.items()
        ]
    )


def early_table(found: Mapping[str, Importance]) -> pd.DataFrame:
    """Main effects in %, ours by the forest beside the authors' early ones, a row a variant."""
    rows = []
    for code, theirs in MAIN_EFFECTS.items():
        row = {"variant": code}
        for (axis,), figure in zip(MAIN, theirs, strict=True):
            row[AXES[axis].name] = 100 * found[code].forest[axis] if code in found else np.nan
            row[f"{AXES[axis].name} early"] = figure
        rows.append(row)
    return pd.DataFrame(rows)


def _points(difference):
    return f"{round(difference):+d}"  # of a float, a small one would be a signed nought


def _paired(suffix, heading, form, second_form):
    """Each axis followed by its companion column."""
    found = {"variant": ("variant", "s")}
    for axis in AXES:
        found[axis.name] = (axis.label, form)
        found[f"{axis.name}{suffix}"] = (heading, second_form)
    return found


FOREST_COLUMNS = {
    "variant": ("variant", "s"),
    **{axis.name: (axis.label, "s") for axis in AXES},
    "pairs": ("pairs", ".0f"),
    "rest": ("three or four", "s"),
    "r2": ("R² (cross-validated)", ".2f"),
    "trials": ("trials", "d"),
    "limited": ("limited", "d"),
    "unscored": ("without score", "d"),
}
PROCESS_COLUMNS = _paired(" difference", "forest", ".0f", _points) | {
    "higher": ("higher orders", ".0f"),
    "higher difference": ("forest", _points),
    "r2": ("R² (cross-validated)", ".2f"),
}
PAIRS_COLUMNS = {"variant": ("variant", "s")} | {label: (label, "s") for label in _LABELS.values()}
EARLY_COLUMNS = _paired(" early", "authors", ".0f", ".1f")


def _with_spread(result, number):
    if not np.isfinite(result.forest[number]):
        return None
    return f"{100 * result.forest[number]:.0f} ± {100 * result.forest_spread[number]:.0f}"


def _known(shares):
    """The rows without NaN."""
    return shares[np.isfinite(shares).all(axis=1)]


def _range(shares):
    """Of shares over variants in %, such as ``48 to 76``."""
    shares = shares[np.isfinite(shares)]
    if not len(shares):
        return tables.DASH
    return tables.reach(100 * shares.min(), 100 * shares.max(), ".0f")


def _middle(values):
    return tables.written(float(np.median(values)), ".2f") if values else tables.DASH
