"""Learning rate × blocks as heat maps: the predicted score, and what of it is interaction only."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, NullLocator

from odyssey.analysis.importance import HEAT, TERMS, Importance
from odyssey.analysis.samples import AXES, samples
from odyssey.figures.style import INK, PAPER, empty_axes, new_figure, styled
from odyssey.figures.trials import plain_log_axis

# A scale ends at so many times what the middle one of the variants has for its largest value, if one has more: the
# other variants would all be of one colour.
_ROOM = 1.1
_LEAST = 0.25  # end of the scale of interactions, so that rounding errors are not drawn as if they were some
# Of one hue each way or of rising lightness, and told apart with any of the common colour vision deficiencies.
_TOTAL, _INTERACTION = "cividis_r", "PuOr"


def deviations(result: Importance, trials: pd.DataFrame) -> np.ndarray:
    """The interaction in standard deviations of the scores of the cell, so that cells can be set side by side."""
    return result.interaction / (samples(trials).scores.std() or 1.0)


def heat_maps(found: Mapping[str, Importance], trials: pd.DataFrame, unit: str) -> Figure:
    """One row a variant: on the left the predicted score, the other hyperparameters averaged out, with the trials as
    dots; on the right what is left of it without the effects of learning rate and blocks alone.

    Args:
        found: importance by variant.
        trials: the records that it was computed from.
        unit: of the score.
    """
    cells = {code: trials[trials["variant"] == code] for code in found}
    known = {code: result for code, result in found.items() if np.isfinite(result.total).all()}
    with styled():
        figure = new_figure(1.6 + 1.05 * max(len(found), 1))
        panels = figure.subplots(max(len(found), 1), 2, sharex=True, sharey=True, squeeze=False)
        if not known:
            for axes in panels.ravel():
                empty_axes(axes, "too few trials")
            return figure
        total = np.concatenate([result.total for result in known.values()])
        low = total.min()
        high = max(_end([result.total.max() for result in known.values()]), low * 1.01)
        scale = LogNorm(low, high) if low > 0 else Normalize(low, high)
        strongest = [np.abs(deviations(result, cells[code])).max() for code, result in known.items()]
        most = max(_end(strongest), _LEAST)
        rates, blocks = (AXES[axis].decode(np.linspace(0, 1, len(total[0]) + 1)) for axis in HEAT)
        for (left, right), (code, result) in zip(panels, found.items(), strict=True):
            left.set_ylabel(code, color=INK, weight="bold")
            for axes in (left, right):
                axes.grid(visible=False)
            if code not in known:
                for axes in (left, right):
                    axes.text(0.5, 0.5, "too few trials", transform=axes.transAxes, ha="center", va="center")
                continue
            drawn = left.pcolormesh(rates, blocks, result.total.T, norm=scale, cmap=_TOTAL, gid=f"total:{code}")
            points = samples(cells[code]).inputs
            left.plot(
                AXES[HEAT[0]].decode(points[:, HEAT[0]]), AXES[HEAT[1]].decode(points[:, HEAT[1]]), "o", ms=2.5,
                mfc=PAPER, mec=INK, mew=0.5,
            )  # fmt: skip
            only = right.pcolormesh(
                rates, blocks, deviations(result, cells[code]).T, norm=Normalize(-most, most), cmap=_INTERACTION,
                gid=f"interaction:{code}",
            )  # fmt: skip
        panels[0, 0].set_xscale("log")
        panels[0, 0].set_yscale("log")
        plain_log_axis(panels[0, 0].yaxis, (2, 5, 10))
        for axes in panels[-1]:
            axes.xaxis.set_major_locator(LogLocator(subs=(1,), numticks=3))
            axes.xaxis.set_minor_locator(NullLocator())
            axes.xaxis.set_minor_formatter(NullFormatter())
            axes.set_xlabel("learning rate")
        figure.supylabel("blocks", color=INK, fontsize=11)
        beyond = ("max" if total.max() > high else "neither", "both" if max(strongest) > most else "neither")
        for column, (image, title) in enumerate(((drawn, f"score ({unit})"), (only, "interaction only (st. dev.)"))):
            bar = figure.colorbar(
                image, ax=panels[:, column], location="top", aspect=18, pad=0.01, extend=beyond[column]
            )
            bar.set_label(title, loc="left")
            if column == 0 and low > 0:
                bar.ax.xaxis.set_major_locator(MaxNLocator(4) if high < 3 * low else LogLocator(subs=(1, 2, 5)))
                bar.ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
                bar.ax.xaxis.set_minor_locator(NullLocator())
    return figure


def _end(largest):
    """Where a scale ends, by the largest value of each variant."""
    return min(max(largest), _ROOM * sorted(largest)[len(largest) // 2])


def alt_heat_maps(found: Mapping[str, Importance], trials: pd.DataFrame, unit: str) -> str:
    """What `heat_maps` shows: where each variant's prediction is best, and how large the interaction is."""
    words = [
        f"Heat maps of the predicted test score in {unit} over learning rate and blocks, and of their interaction."
    ]
    for code, result in found.items():
        if not np.isfinite(result.total).all():
            words.append(f"{code}: too few trials.")
            continue
        place = np.unravel_index(result.total.argmin(), result.total.shape)
        rate, blocks = (AXES[axis].decode((n + 0.5) / len(result.total)) for axis, n in zip(HEAT, place, strict=True))
        most = np.abs(deviations(result, trials[trials["variant"] == code])).max()
        share = 100 * result.forest[TERMS.index(HEAT)]
        words.append(
            f"{code}: {result.total.min():.3g} to {result.total.max():.3g}, best near learning rate {rate:.1g} with "
            f"{blocks:.0f} blocks; interaction at most {most:.1f} standard deviations, {share:.0f} % of the variance."
        )
    return " ".join(words)
