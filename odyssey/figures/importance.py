"""Importance as stacked bars, one pair of them a variant: the shares by the forest and by the Gaussian process."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from odyssey.analysis.importance import HEAT, MAIN, NAMES, REST, TERMS, Importance
from odyssey.analysis.samples import AXES
from odyssey.figures.style import (
    BLUE,
    GHOST,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PAPER,
    PURPLE,
    SKY,
    new_figure,
    styled,
)

# What is drawn as one segment: a label, the terms in it, a colour and a hatch, for none goes by its colour alone.
GROUPS = (
    *((AXES[term[0]].label, (TERMS.index(term),), colour, "") for term, colour in zip(
        MAIN, (BLUE, ORANGE, GREEN, PURPLE), strict=True
    )),
    ("rate × blocks", (TERMS.index(HEAT),), SKY, "///"),
    ("other pairs", tuple(n for n, term in enumerate(TERMS) if len(term) == 2 and term != HEAT), GHOST, "..."),
    ("three or four", (NAMES.index(REST),), PAPER, "xxx"),
)  # fmt: skip
_WIDE_ENOUGH = 0.09  # of a segment for the number in it


def grouped(shares: np.ndarray) -> np.ndarray:
    """Shares of `GROUPS`, (7,), from those of `odyssey.analysis.importance.NAMES`, (11,)."""
    return np.array([shares[list(terms)].sum() for _, terms, _, _ in GROUPS])


def shares(found: Mapping[str, Importance]) -> Figure:
    """Two bars for each variant of a task: above the shares by the forest, below it, thinner, by the process.

    Args:
        found: importance by variant.
    """
    with styled():
        figure = new_figure(1.6 + 0.55 * max(len(found), 1))
        axes = figure.add_subplot()
        for place, (code, result) in enumerate(found.items()):
            _bar(axes, place - 0.14, 0.44, result.forest, f"forest:{code}", 9)
            _bar(axes, place + 0.27, 0.24, result.process, f"process:{code}", None)
        axes.set_yticks(range(len(found)), found)
        axes.set_ylim(len(found) - 0.4, -0.6)
        axes.set_xlim(0, 1)
        axes.set_xticks(np.linspace(0, 1, 6), [f"{share:.0f}" for share in np.linspace(0, 100, 6)])
        axes.set_xlabel("share of the variance of the test score (%)")
        axes.grid(axis="y", visible=False)
        handles = [
            Patch(facecolor=colour, hatch=hatch, edgecolor=GREY, linewidth=0.5, label=label)
            for label, _, colour, hatch in GROUPS
        ]
        figure.legend(handles=handles, loc="outside upper left", ncols=3, handlelength=1.4, columnspacing=1.2)
    return figure


def _bar(axes, place, height, values, gid, points):
    parts = grouped(values)
    if not np.isfinite(parts).all():
        axes.text(0.01, place, "cannot be told", va="center", color=GREY, fontsize=8, gid=f"{gid}:unknown")
        return
    left = 0.0
    for (label, _, colour, hatch), part in zip(GROUPS, parts, strict=True):
        axes.barh(
            place, part, height, left, color=colour, hatch=hatch, edgecolor=GREY, linewidth=0.5,
            gid=f"{gid}:{label}",
        )  # fmt: skip
        if points and part >= _WIDE_ENOUGH:
            axes.text(
                left + part / 2, place, f"{100 * part:.0f}", ha="center", va="center", fontsize=points,
                color=PAPER if colour == BLUE else INK, bbox={"facecolor": colour, "edgecolor": "none", "pad": 1},
            )  # fmt: skip
        left += part


def alt_shares(found: Mapping[str, Importance]) -> str:
    """What `shares` shows, variant by variant."""
    words = [
        "Stacked bars of shares of the test score's variance in %, by the forest and, in parentheses, by the process."
    ]
    for code, result in found.items():
        forest, process = grouped(result.forest), grouped(result.process)
        if not np.isfinite(forest).all():
            words.append(f"{code}: cannot be told.")
            continue
        told = []
        for (label, *_), ours, other in zip(GROUPS, forest, process, strict=True):
            beside = f" ({100 * other:.0f})" if np.isfinite(other) else ""
            if round(100 * ours) or (beside and round(100 * other)):
                told.append(f"{label} {100 * ours:.0f}{beside}")
        words.append(f"{code}: {', '.join(told)}.")
    return " ".join(words) if found else "No trials yet."
