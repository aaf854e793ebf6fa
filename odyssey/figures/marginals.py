"""Predicted score or training time along one hyperparameter, the others averaged out: a row of panels a variant."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, NullLocator

from odyssey.analysis.importance import SCORE, TIME, Importance, axis_points
from odyssey.analysis.samples import AXES, samples
from odyssey.figures.style import BLUE, GHOST, GREY, INK, empty_axes, new_figure, styled
from odyssey.figures.trials import plain_log_axis, score_axis

SHOWN = (0, 1, 2)  # learning rate, blocks, input noise


def curve(result: Importance, which: str, axis: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Prediction, lower and upper edge (one standard deviation over trees) along an axis, (POINTS,) each.

    Scores are in the unit of the score. Times, predicted on a logarithmic scale, are in seconds.
    """
    mean, spread = result.marginals[which][axis]
    edges = (mean, mean - spread, mean + spread)
    return tuple(10**edge for edge in edges) if which == TIME else edges


def marginals(found: Mapping[str, Importance], trials: pd.DataFrame, which: str, unit: str) -> Figure:
    """One row a variant, one column each for learning rate, blocks and input noise; the trials are dots.

    Args:
        found: importance by variant.
        trials: the records that it was computed from.
        which: SCORE or TIME.
        unit: of what is predicted.
    """
    with styled():
        height = 1.0 + 1.0 * max(len(found), 1)
        # Fixed margins: to find room for the labels of so many panels takes longer than to draw them.
        figure = new_figure(height, layout="none")
        figure.subplots_adjust(0.19, 0.6 / height, 0.985, 1 - 0.12 / height, 0.2, 0.18)
        panels = figure.subplots(max(len(found), 1), len(SHOWN), sharex="col", sharey="row", squeeze=False)
        known = {code: result for code, result in found.items() if np.isfinite(result.marginals[which]).all()}
        if not known:
            for axes in panels.ravel():
                empty_axes(axes, "too few")
            return figure
        for row, (code, result) in zip(panels, found.items(), strict=True):
            cell = samples(trials[trials["variant"] == code])
            values = 10**cell.times if which == TIME else cell.scores
            for axes, number in zip(row, SHOWN, strict=True):
                axis = AXES[number]
                if len(values):
                    axes.plot(axis.decode(cell.inputs[:, number]), values, ".", color=GHOST, ms=4, zorder=1)
                if code in known:
                    _draw(axes, axis, curve(result, which, number), f"{which}:{code}:{axis.name}")
            if code in known:
                drawn = np.concatenate([values, *(curve(result, which, number)[0] for number in SHOWN)])
                if which == SCORE:
                    score_axis(row[0], drawn, code)
                else:  # of any number of decades
                    row[0].set_yscale("log")
                    row[0].set_ylim(drawn.min() / 1.3, drawn.max() * 1.3)
                    plain_log_axis(row[0].yaxis, (1,) if drawn.max() > 100 * drawn.min() else (1, 3))
            row[0].set_ylabel(code, color=INK, weight="bold")
        for axes, number in zip(panels[-1], SHOWN, strict=True):
            axes.set_xlabel(AXES[number].label)
            if AXES[number].logarithmic:
                axes.set_xscale("log")
        plain_log_axis(panels[-1, 1].xaxis, (2, 5, 10))
        panels[-1, 0].xaxis.set_major_locator(LogLocator(subs=(1,), numticks=3))
        panels[-1, 0].xaxis.set_minor_locator(NullLocator())
        panels[-1, 0].xaxis.set_minor_formatter(NullFormatter())
        figure.supylabel(
            f"{'test score' if which == SCORE else 'training time'} ({unit})", color=INK, fontsize=11, x=0.012
        )
        figure.align_ylabels(panels[:, 0])
    return figure


def _draw(axes, axis, edges, gid):
    mean, low, high = edges
    x = axis.decode(axis_points(len(mean)))
    axes.fill_between(x, low, high, color=BLUE, alpha=0.25, lw=0)
    axes.plot(x, mean, color=BLUE, lw=1.8, gid=gid)
    axes.axhline(np.median(mean), color=GREY, lw=0.6, ls=(0, (4, 3)), zorder=0)


def alt_marginals(found: Mapping[str, Importance], which: str, unit: str) -> str:
    """What `marginals` shows: for each variant and hyperparameter the ends, and the lowest prediction and where."""
    what = "test score" if which == SCORE else "training time"
    words = [
        f"Predicted {what} in {unit} along learning rate, blocks and noise, the other hyperparameters averaged out."
    ]
    for code, result in found.items():
        if not np.isfinite(result.marginals[which]).all():
            words.append(f"{code}: too few trials.")
            continue
        told = []
        for number in SHOWN:
            mean = curve(result, which, number)[0]
            lowest = AXES[number].decode(axis_points(len(mean)))[mean.argmin()]
            told.append(
                f"{AXES[number].label} {mean[0]:.3g} to {mean[-1]:.3g}, lowest {mean.min():.3g} near {lowest:.3g}"
            )
        words.append(f"{code}: {'; '.join(told)}.")
    return " ".join(words)
