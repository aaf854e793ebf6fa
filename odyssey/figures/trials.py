"""Figures of one cell: how its trials learned, and how their score depends on each hyperparameter."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

from odyssey.analysis.comparison import scored, top
from odyssey.figures.style import BLUE, GHOST, VERMILLION, empty_axes, new_figure, styled
from odyssey.protocol import BLOCKS, DIVERGED, INPUT_NOISE, LEARNING_RATE, ONE_MINUS_MOMENTUM

# Column, what to draw, range of the search space, log axis, label.
AXES = (
    ("learning_rate", lambda trials: trials["learning_rate"], LEARNING_RATE, True, "learning rate"),
    ("blocks", lambda trials: trials["blocks"], BLOCKS, True, "blocks"),
    ("momentum", lambda trials: 1 - trials["momentum"], ONE_MINUS_MOMENTUM, True, "1 − momentum"),
    ("input_noise", lambda trials: trials["input_noise"], INPUT_NOISE, False, "input noise (st. dev.)"),
)
_SPREAD = 10.0  # the score axis ends at so many times the best score: what lies above is drawn at the edge


def plain_log_axis(axis, subs=(1, 1.5, 2, 3, 5, 7)) -> None:
    """Labels such as 8, 10, 20 on a logarithmic axis of few decades: the multiples `subs` of each power of ten."""
    axis.set_major_locator(LogLocator(subs=subs))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())
    axis.set_minor_locator(NullLocator())


def score_axis(axes, scores, label: str) -> float:
    """Scale the vertical axis for positive `scores`, (n,), and give its upper end."""
    low, high = float(np.min(scores)), float(np.max(scores))
    edge = min(high * 1.06, low * _SPREAD) if low > 0 else high
    if low > 0:
        axes.set_yscale("log")
        plain_log_axis(axes.yaxis)
        if edge < 3 * low:  # too narrow for multiples of powers of ten
            axes.yaxis.set_major_locator(MaxNLocator(5, steps=(1, 2, 5, 10)))
        axes.set_ylim(low * 0.96, max(edge, low * 1.1))
    axes.set_ylabel(label)
    return axes.get_ylim()[1]


def curves(curves: pd.DataFrame, trials: pd.DataFrame, unit: str) -> Figure:
    """Validation score of every trial of a cell, epoch by epoch.

    Args:
        curves: of `odyssey.records.read_curves`, one cell.
        trials: of `odyssey.records.read`, the same cell.
        unit: of the score.
    """
    best = set(top(trials)["index"])
    with styled():
        figure = new_figure(3.6)
        axes = figure.add_subplot()
        drawn = curves[np.isfinite(curves["valid_score"])]
        if drawn.empty:
            empty_axes(axes, "no learning curves yet")
            return figure
        for index, curve in drawn.groupby("index"):
            good = index in best
            axes.plot(
                curve["epoch"], curve["valid_score"], color=BLUE if good else GHOST, lw=2.2 if good else 0.9,
                zorder=3 if good else 2, marker="o" if len(curve) == 1 else None, markersize=3, gid=f"trial:{index}",
            )  # fmt: skip
        for index in trials.loc[trials["status"] == DIVERGED, "index"]:
            end = drawn[drawn["index"] == index].tail(1)
            axes.plot(end["epoch"], end["valid_score"], "x", color=VERMILLION, mew=2, zorder=4, gid=f"diverged:{index}")
        axes.set_xscale("log")
        plain_log_axis(axes.xaxis, (1, 3))
        score_axis(axes, drawn["valid_score"], f"validation score\n({unit})")
        axes.set_xlabel("epoch")
        axes.plot([], [], color=BLUE, lw=2.2, label="best tenth")
        axes.plot([], [], color=GHOST, lw=0.9, label="other trials")
        if (trials["status"] == DIVERGED).any():
            axes.plot([], [], "x", color=VERMILLION, mew=2, label="diverged")
        figure.legend(loc="outside upper left", ncols=3)
    return figure


def alt_curves(curves: pd.DataFrame, trials: pd.DataFrame, unit: str) -> str:
    """What `curves` shows, from the same data."""
    best = top(trials)
    if best.empty:
        return "No learning curves yet."
    first = best.iloc[0]
    start = curves.loc[(curves["index"] == first["index"]) & (curves["epoch"] == 1), "valid_score"]
    from_where = f" from {start.iloc[0]:.2f} in the first epoch" if len(start) else ""
    return (
        f"Learning curves of {len(trials)} trials, validation score in {unit} against epoch on logarithmic axes. "
        f"The best trial (number {first['index']}) falls{from_where} to {first['valid_score']:.2f} "
        f"in epoch {first['best_epoch']}. "
        f"Trials took {trials['epochs'].min()} to {trials['epochs'].max()} epochs; "
        f"{(trials['status'] == DIVERGED).sum()} diverged."
    )


def hyperparameters(trials: pd.DataFrame, unit: str) -> Figure:
    """Test score against each of the four hyperparameters, one cell.

    Args:
        trials: of `odyssey.records.read`.
        unit: of the score.
    """
    with styled():
        figure = new_figure(5.4)
        panels = figure.subplots(2, 2, sharey=True).ravel()
        shown = scored(trials)
        if shown.empty:
            for axes in panels:
                empty_axes(axes, "no scores yet")
            return figure
        best = shown["index"].isin(top(trials)["index"])
        for number, (axes, (name, values, limits, logarithmic, label)) in enumerate(zip(panels, AXES, strict=True)):
            if logarithmic:
                axes.set_xscale("log")
                if limits[1] / limits[0] <= 10:
                    plain_log_axis(axes.xaxis, (1, 2, 3, 5))
            pad = (limits[1] / limits[0]) ** 0.04 if logarithmic else 0.04 * (limits[1] - limits[0])
            axes.set_xlim(*((limits[0] / pad, limits[1] * pad) if logarithmic else (limits[0] - pad, limits[1] + pad)))
            edge = score_axis(axes, shown["test_score"], f"test score ({unit})" if number % 2 == 0 else "")
            x, y = values(shown), shown["test_score"].clip(upper=edge)
            inside = shown["test_score"] <= edge
            rest = ~best & inside
            axes.plot(x[rest], y[rest], "o", mfc="none", mec=BLUE, ms=5, label="trial", gid=f"{name}:trials")
            if not inside.all():
                axes.plot(x[~inside], y[~inside], "^", color=BLUE, ms=6, label="above the axis")
            axes.plot(x[best], y[best], "*", color=VERMILLION, ms=11, label="best tenth", gid=f"{name}:best")
            axes.set_xlabel(label)
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper left", ncols=3)
    return figure


def alt_hyperparameters(trials: pd.DataFrame, unit: str) -> str:
    """What `hyperparameters` shows: range of scores, where the best tenth lies, and Spearman's rank correlations."""
    shown = scored(trials)
    if shown.empty:
        return "No scores yet."
    best = top(trials)
    words = [
        f"Four panels with the test score of {len(shown)} trials, {shown['test_score'].min():.2f} to "
        f"{shown['test_score'].max():.2f} {unit}, against each hyperparameter."
    ]
    for _, values, *_, label in AXES:
        x, b = values(shown), values(best)
        # Spearman's correlation is Pearson's of the ranks; it does not exist where nothing varies.
        varies = x.nunique() > 1 and shown["test_score"].nunique() > 1
        rank = f", rank correlation with the score {x.rank().corr(shown['test_score'].rank()):.2f}" if varies else ""
        words.append(f"{label[0].upper()}{label[1:]}: best tenth from {b.min():.3g} to {b.max():.3g}{rank}.")
    return " ".join(words)
