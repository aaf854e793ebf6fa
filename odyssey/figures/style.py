"""Colours, type and the empty figure that all others start from."""

from contextlib import contextmanager

import matplotlib as mpl
from matplotlib.figure import Figure

# Okabe and Ito (2008): told apart by people with any of the common colour vision deficiencies.
BLUE, VERMILLION, GREEN, ORANGE, SKY, PURPLE = "#0072B2", "#D55E00", "#009E73", "#E69F00", "#56B4E9", "#CC79A7"
INK, GREY, GHOST, PAPER = "#1A1A1A", "#595959", "#949494", "#FFFFFF"

WIDTH = 5.6  # inches: 11-point type is still about 10 pixels high on a phone 390 pixels wide
DPI = 200
POINTS = 11

_STYLE = {
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "axes.facecolor": PAPER,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.titlesize": POINTS,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E3E3E3",
    "grid.linewidth": 0.7,
    "font.family": "DejaVu Sans",  # comes with matplotlib, so figures look the same everywhere
    "font.size": POINTS,
    "legend.frameon": False,
    "legend.fontsize": POINTS - 1,
    "mathtext.fontset": "dejavusans",
    "text.color": INK,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": POINTS - 1,
    "ytick.labelsize": POINTS - 1,
}


@contextmanager
def styled():
    """Within this context, new artists have the book's style; the reader's own settings are left alone."""
    with mpl.rc_context(_STYLE):
        yield


def new_figure(height: float, width: float = WIDTH, layout: str = "constrained") -> Figure:
    """An empty figure of `width` × `height` inches that pyplot does not know of: nothing to close, nothing to leak."""
    return Figure(figsize=(width, height), dpi=DPI, layout=layout)


def empty_axes(axes, text: str) -> None:
    """Say in place of the data why there are none."""
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color=GREY)
    axes.set_xticks([])
    axes.set_yticks([])
