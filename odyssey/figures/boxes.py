"""The main figure: scores of all trials and of the best tenth for each variant, with the number of parameters."""

from math import isfinite

import pandas as pd
from matplotlib.figure import Figure

from odyssey.analysis.comparison import BASELINE, BETTER, WORSE, compare, scored, top
from odyssey.figures.style import BLUE, GHOST, GREEN, GREY, INK, VERMILLION, empty_axes, new_figure, styled
from odyssey.figures.trials import score_axis

FEWEST_FOR_A_BOX = 5
_COLOURS = {WORSE: VERMILLION, BETTER: GREEN}
_MARKS = {WORSE: "▲", BETTER: "▼"}


def boxes(trials: pd.DataFrame, unit: str) -> Figure:
    """Scores by variant, for one task and corpus.

    Three panels, one above the other: test scores of all trials; of the best tenth, with the variants marked that
    differ from vanilla (▲ worse, ▼ better, Welch's test at p < 0.05); mean number of parameters of the best tenth.
    A box spans the quartiles, its whiskers reach at most 1.5 times as far again; with fewer than five values, the
    values themselves and their mean are drawn. Trials without a score are not drawn.

    Args:
        trials: of `odyssey.records.read`, one task and corpus.
        unit: of the score.
    """
    table = compare(trials)
    with styled():
        figure = new_figure(7.2)
        every, best, count = figure.subplots(3, 1, sharex=True, height_ratios=(3, 3, 1.6))
        if scored(trials).empty:
            for axes in (every, best, count):
                empty_axes(axes, "no scores yet")
            return figure
        cells = {code: trials[trials["variant"] == code] for code in table["variant"]}
        edge = score_axis(every, scored(trials)["test_score"], f"test score ({unit})")
        above = int((scored(trials)["test_score"] > edge).sum())
        chosen = pd.concat([top(cell) for cell in cells.values()])
        for place, row in enumerate(table.itertuples()):
            colour = GREY if row.variant == BASELINE else _COLOURS.get(row.verdict, BLUE)
            _column(every, place, scored(cells[row.variant])["test_score"], colour, f"all:{row.variant}")
            scores = top(cells[row.variant])["test_score"]
            _column(best, place, scores, colour, f"top:{row.variant}")
            if row.verdict in _MARKS:
                best.annotate(
                    _MARKS[row.verdict], (place, scores.max()), xytext=(0, 7), textcoords="offset points",
                    ha="center", va="bottom", color=colour, fontsize=12, gid=f"mark:{row.variant}:{row.verdict}",
                )  # fmt: skip
            if isfinite(row.parameters):
                bars = count.bar(place, row.parameters / 1000, width=0.6, color="#D0D0D0", edgecolor=GREY)
                bars[0].set_gid(f"parameters:{row.variant}")
        baseline = table.loc[table["variant"] == BASELINE, "mean"].iloc[0]
        if isfinite(baseline):
            best.axhline(baseline, color=GREY, lw=1, ls=(0, (4, 3)), zorder=1)
        spread = max(chosen["test_score"].max() - chosen["test_score"].min(), 1e-6)
        best.set_ylim(chosen["test_score"].min() - 0.08 * spread, chosen["test_score"].max() + 0.22 * spread)
        best.set_ylabel(f"test score ({unit})")
        count.set_ylabel("thousands")
        every.set_title(f"All trials ({above} above the axis)" if above else "All trials")
        best.set_title("Best tenth (▲ worse, ▼ better; dashes: V)")
        count.set_title("Mean number of parameters, best tenth")
        for axes in (every, best, count):
            axes.grid(axis="x", visible=False)
        count.set_xticks(range(len(table)), table["variant"])
        count.set_xlim(-0.6, len(table) - 0.4)
    return figure


def _column(axes, place, scores, colour, gid):
    """A box where there are values enough for quartiles, else the values and their mean."""
    if len(scores) >= FEWEST_FOR_A_BOX:
        line = {"color": colour, "linewidth": 1.4}
        drawn = axes.boxplot(
            scores, positions=[place], widths=0.6, patch_artist=True, manage_ticks=False,
            boxprops={"facecolor": colour + "33", "edgecolor": colour, "linewidth": 1.4},
            medianprops={"color": INK, "linewidth": 1.8}, whiskerprops=line, capprops=line,
            flierprops={"marker": "o", "markersize": 3, "markerfacecolor": "none", "markeredgecolor": GHOST},
        )  # fmt: skip
        drawn["boxes"][0].set_gid(gid)
    elif len(scores):
        axes.plot([place] * len(scores), scores, "o", mfc=colour + "33", mec=colour, ms=7, mew=1.4, gid=gid)
        axes.plot([place - 0.3, place + 0.3], [scores.mean()] * 2, color=INK, lw=1.8)


def _edge(trials):
    """The upper end of the axis of all trials."""
    return score_axis(Figure().add_subplot(), scored(trials)["test_score"], "")


def alt_boxes(trials: pd.DataFrame, unit: str) -> str:
    """What `boxes` shows, variant by variant."""
    table = compare(trials)
    if scored(trials).empty:
        return "No scores yet."
    words = [f"Test scores in {unit} of {len(trials)} trials by variant; lower is better."]
    edge = _edge(trials)
    for row in table.itertuples():
        if not row.top:
            words.append(f"{row.variant}: no trial with a score.")
            continue
        judged = "" if row.variant == BASELINE else f", {row.verdict}"
        above = int((scored(trials[trials["variant"] == row.variant])["test_score"] > edge).sum())
        judged += f"; {above} trials above the axis" if above else ""
        words.append(
            f"{row.variant}: median {row.median:.2f}, best tenth {row.mean:.2f} on average with "
            f"{row.parameters:.0f} parameters{judged}."
        )
    return " ".join(words)
