"""Which learning rates the best trials have, and the basin: a panel a task, a row a variant."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from odyssey.analysis.advice.curve import Curve
from odyssey.analysis.advice.rate import BestRates
from odyssey.analysis.comparison import top
from odyssey.figures.style import BLUE, GHOST, GREEN, GREY, INK, VERMILLION, empty_axes, new_figure, styled
from odyssey.protocol import LEARNING_RATE

_ALL, _BASIN = "all", "basin"


def basin(trials: Mapping[str, pd.DataFrame], best: Mapping[str, BestRates], curves: Mapping[str, Curve]) -> Figure:
    """Learning rates of each variant's best tenth (dots), the middle 80 % and the middle half of all of them (thin and
    thick line), and the basin of the expected score.

    Args:
        trials: by task, columns of the archive.
        best: by task, of these trials.
        curves: by task, likewise.
    """
    with styled():
        rows = {task: _rows(found) for task, found in trials.items()}
        heights = [len(found) + 2.5 for found in rows.values()]
        figure = new_figure(0.8 + 0.17 * sum(heights))
        panels = figure.subplots(len(rows), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
        for axes, (task, found) in zip(panels, rows.items(), strict=True):
            axes.set_title(task)
            if not best[task].trials:
                empty_axes(axes, "no scores yet")
                continue
            labels = [*found, _ALL]
            for row, (code, rates) in enumerate(found.items()):
                axes.plot([rates.min(), rates.max()], [row, row], color=GHOST, lw=1, zorder=1)
                axes.plot(rates, np.full(len(rates), row), "o", color=BLUE, ms=4.5, alpha=0.8, gid=f"{task}:{code}")
            _bars(axes, best[task], len(found), task)
            if curves[task].known:
                labels.append(_BASIN)
                ends = curves[task].lower.value, curves[task].upper.value
                # Marked at its ends: it may be no wider than one step of the rate.
                axes.plot(
                    ends, [len(found) + 1] * 2, "|-", color=GREEN, lw=5, ms=9, mew=2.5, solid_capstyle="butt",
                    gid=f"{task}:{_BASIN}",
                )  # fmt: skip
            axes.set_yticks(range(len(labels)), labels)
            axes.set_ylim(len(labels) - 0.4, -0.6)
            axes.grid(axis="y", visible=False)
            axes.tick_params(axis="y", length=0)
            axes.axhline(len(found) - 0.5, color=GREY, lw=0.6)
        panels[-1].set_xscale("log")
        panels[-1].set_xlim(LEARNING_RATE[0] / 1.2, LEARNING_RATE[1] * 1.2)
        panels[-1].set_xlabel("learning rate", color=INK)
    return figure


def alt_basin(trials: Mapping[str, pd.DataFrame], best: Mapping[str, BestRates], curves: Mapping[str, Curve]) -> str:
    """What `basin` shows: for each task the ranges of all best trials and the basin, and of each variant the ends."""
    words = ["Learning rates of the best trials on a logarithmic axis, a panel a task, a row a variant."]
    for task, found in trials.items():
        all_ = best[task]
        if not all_.trials:
            words.append(f"{task}: no scores yet.")
            continue
        told = [f"{code} {rates.min():.1e} to {rates.max():.1e}" for code, rates in _rows(found).items()]
        words.append(
            f"{task}: half of all from {all_.lower.value:.1e} to {all_.upper.value:.1e}, 80 % from "
            f"{all_.lowest.value:.1e} to {all_.highest.value:.1e}; {_basin_in_words(curves[task])}; {', '.join(told)}."
        )
    return " ".join(words)


def _basin_in_words(curve):
    if not curve.known:
        return "basin not known"
    low, high = f"{curve.lower.value:.1e}", f"{curve.upper.value:.1e}"
    return f"basin at {low}" if low == high else f"basin from {low} to {high}"


def _rows(trials):
    """Learning rates of the best tenth of each variant that has scores."""
    found = {code: top(cell)["learning_rate"].to_numpy() for code, cell in trials.groupby("variant", sort=False)}
    return {code: rates for code, rates in found.items() if len(rates)}


def _bars(axes, best, row, task):
    for low, high, width in ((best.lowest, best.highest, 2), (best.lower, best.upper, 6)):
        axes.plot(
            [low.value, high.value], [row, row], color=VERMILLION, lw=width, solid_capstyle="butt",
            gid=f"{task}:{_ALL}:{width}",
        )  # fmt: skip
