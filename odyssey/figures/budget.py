"""What a search of k random trials finds: each variant beside vanilla."""

from math import ceil

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from odyssey.analysis.budget import STEPS, best_of
from odyssey.analysis.comparison import BASELINE
from odyssey.figures.style import BLUE, GREY, empty_axes, new_figure, styled
from odyssey.figures.trials import plain_log_axis, score_axis

COLUMNS = 3


def best_of_k(trials: pd.DataFrame, unit: str) -> Figure:
    """Test score of the best of k trials against k: a panel a variant, vanilla in each of them.

    Lines are medians and bands the middle half of all searches of k trials (`odyssey.analysis.budget.best_of`);
    a band may leave the panel above.

    Args:
        trials: of `odyssey.records.read`, one task and corpus.
        unit: of the score.
    """
    found = _found(trials)
    codes = [code for code in found if code != BASELINE]
    with styled():
        rows = max(ceil(len(codes) / COLUMNS), 1)
        figure = new_figure(1.0 + 1.5 * rows)
        panels = figure.subplots(rows, COLUMNS, sharex=True, sharey=True, squeeze=False)
        if not codes:
            for axes in panels.ravel():
                empty_axes(axes, "no scores")
            return figure
        for axes, code in zip(panels.ravel(), codes, strict=False):
            if BASELINE in found:
                _draw(axes, found[BASELINE], GREY, (0, (3, 2)), f"beside:{code}")
            _draw(axes, found[code], BLUE, "-", f"best:{code}")
            axes.set_title(code)
        # Columns are shared: the last panel of each that is used has the labels.
        for unused in range(len(codes), panels.size):
            panels.ravel()[unused].set_visible(False)
            panels.ravel()[unused - COLUMNS].xaxis.set_tick_params(labelbottom=True)
        axes = panels[0, 0]
        # Where the medians are: a band of near divergence would leave no room for them.
        medians = pd.concat(list(found.values()))["median"]
        axes.set_xscale("log")
        plain_log_axis(axes.xaxis, (1,))
        score_axis(axes, medians.dropna(), "")
        figure.supxlabel("trials of the search", fontsize=11)
        figure.supylabel(f"test score ({unit})", fontsize=11)
        axes.plot([], [], color=BLUE, lw=1.8, label="variant")
        if BASELINE in found:
            axes.plot([], [], color=GREY, lw=1.8, ls=(0, (3, 2)), label=BASELINE)
        figure.legend(*axes.get_legend_handles_labels(), loc="outside upper left", ncols=2)
    return figure


def _found(trials):
    """The curve of each recorded variant that has one."""
    cells = {code: best_of(trials[trials["variant"] == code]) for code in trials["variant"].unique()}
    return {code: curve for code, curve in cells.items() if curve["median"].notna().any()}


def _draw(axes, curve, colour, line, gid):
    axes.fill_between(curve["k"], curve["low"], curve["high"], color=colour, alpha=0.2, lw=0)
    axes.plot(
        curve["k"], curve["median"], color=colour, lw=1.8, ls=line, marker="o" if len(curve) == 1 else None, gid=gid
    )


def alt_best_of_k(trials: pd.DataFrame, unit: str) -> str:
    """What `best_of_k` shows: the median of each variant after one trial, after 10, 20, 50 and 100, and after all."""
    found = _found(trials)
    if not found:
        return "No scores yet."
    words = [f"Test score in {unit} of the best of k random trials, median over all searches of k trials."]
    for code, curve in found.items():
        median = curve.set_index("k")["median"]
        shown = [k for k in (1, *STEPS) if k < len(median)] + [len(median)]
        told = [f"{median[k]:.2f} with {k}" if np.isfinite(median[k]) else f"none with {k}" for k in shown]
        words.append(f"{code}: {', '.join(told)}.")
    return " ".join(words)
