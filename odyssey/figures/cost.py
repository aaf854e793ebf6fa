"""What training costs: measured against blocks, length and number of sequences, workers; and by variant."""

import numpy as np
from matplotlib.figure import Figure

from odyssey.bench.stored import Measurement
from odyssey.figures.style import BLUE, GREEN, GREY, INK, PURPLE, VERMILLION, new_figure, styled
from odyssey.figures.trials import plain_log_axis
from odyssey.variants import VARIANTS

# Told apart by colour and by marker: sizes of networks, and tasks.
_LINES = ((BLUE, "o"), (VERMILLION, "s"), (GREEN, "^"))
_TASKS = ((PURPLE, "D"), (VERMILLION, "v"), (INK, "X"))


def growth(measurement: Measurement) -> Figure:
    """Four panels: vanilla's update against blocks, for each task at its shortest measured length, and against the
    length of the sequence; its epoch against the number of sequences; the throughput against the number of workers."""
    with styled():
        figure = new_figure(6.6)
        blocks, length, count, workers = figure.subplots(2, 2).ravel()
        for (task, rows), (colour, marker) in zip(_by_task(measurement), _TASKS, strict=False):
            frames = rows["frames"].iloc[0]
            label = f"{task}, {frames} frames"
            blocks.plot(
                rows["blocks"], rows["update_ms"], color=colour, marker=marker, ms=5, label=label, gid=f"blocks:{task}"
            )
        panels = (
            (length, measurement.length, "frames", "update_ms"),
            (count, measurement.count, "sequences", "epoch_ms"),
            (workers, measurement.workers, "workers", "gain"),
        )
        for axes, table, x, y in panels:
            for (number, rows), (colour, marker) in zip(table.groupby("blocks"), _LINES, strict=False):
                axes.plot(
                    rows[x], rows[y], color=colour, marker=marker, ms=5, label=f"{number} blocks", gid=f"{x}:{number}"
                )
            axes.set_xlabel(x)
        for axes in (blocks, length, count):
            axes.set_xscale("log")
            axes.set_yscale("log")
            plain_log_axis(axes.xaxis, (1, 2, 5))
            plain_log_axis(axes.yaxis, (1,))
        most, last = measurement.workers["workers"].max(), measurement.size["task"].iloc[-1]
        workers.plot(
            [1, most],
            [1, most],
            color=GREY,
            lw=1,
            ls=(0, (4, 3)),
            zorder=1,
            label=f"ideal: {most} workers, {most} times",
        )
        workers.set_xticks(np.unique(np.linspace(1, most, min(most, 5)).round()))
        workers.set_ylim(bottom=0)
        blocks.set_xlabel("blocks")
        for axes, title in (
            (blocks, "An update (ms), by task"),
            (length, f"An update on {last} (ms)"),
            (count, f"An epoch on {last} (ms)"),
            (workers, "Throughput"),
        ):
            axes.set_title(title)
        figure.legend(
            *blocks.get_legend_handles_labels(), loc="outside upper left", ncols=3, handlelength=1.2, columnspacing=0.8
        )
        handles, labels = workers.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=2)
    return figure


def alt_growth(measurement: Measurement) -> str:
    """What `growth` shows, in numbers."""
    words = ["Four panels of the measured cost of training vanilla."]
    for task, rows in _by_task(measurement):
        first, last = rows.iloc[0], rows.iloc[-1]
        words.append(
            f"An update on {task}, {first['frames']} frames: from {_plain(first['update_ms'])} ms with "
            f"{first['blocks']} blocks to {_plain(last['update_ms'])} ms with {last['blocks']}."
        )
    for table, x, y, what in (
        (measurement.length, "frames", "update_ms", "an update"),
        (measurement.count, "sequences", "epoch_ms", "an epoch"),
    ):
        for number, rows in table.groupby("blocks"):
            first, last = rows.iloc[0], rows.iloc[-1]
            words.append(
                f"{number} blocks, {what} from {first[x]:.0f} to {last[x]:.0f} {x}: "
                f"{_plain(first[y])} to {_plain(last[y])} ms."
            )
    for number, rows in measurement.workers.groupby("blocks"):
        last = rows.iloc[-1]
        words.append(f"{number} blocks, {last['workers']:.0f} workers: {last['gain']:.2f} times the throughput of one.")
    return " ".join(words)


def variants(measurement: Measurement, task: str) -> Figure:
    """Time of each variant's update over that of vanilla's, for the smallest, a middle and the largest network."""
    with styled():
        figure = new_figure(3.4)
        axes = figure.add_subplot()
        for (number, ratios), (colour, marker) in zip(_ratios(measurement, task).items(), _LINES, strict=True):
            axes.plot(
                range(len(ratios)), ratios.values(), color=colour, marker=marker, ms=7, ls="none",
                label=f"{number} blocks", gid=f"ratio:{number}",
            )  # fmt: skip
        axes.set_xticks(range(len(ratios)), ratios)
        axes.axhline(1, color=GREY, lw=1, ls=(0, (4, 3)), zorder=1)
        axes.set_ylim(bottom=0)
        axes.set_ylabel("time / time of V")
        figure.legend(loc="outside upper left", ncols=3)
    return figure


def alt_variants(measurement: Measurement, task: str) -> str:
    """What `variants` shows, in numbers."""
    words = [f"Time of an update on {task} as a multiple of vanilla's."]
    for number, ratios in _ratios(measurement, task).items():
        listed = ", ".join(f"{code} {ratio:.2f}" for code, ratio in ratios.items())
        words.append(f"{number} blocks: {listed}.")
    return " ".join(words)


def _plain(value):
    """Two digits, and all that stand before the point, without a power of ten."""
    return f"{value:.0f}" if value >= 10 else f"{value:.2g}"


def _by_task(measurement):
    """Vanilla's rows of each task at its shortest measured length, smallest network first."""
    vanilla = measurement.size[measurement.size["variant"] == "V"]
    for task, rows in vanilla.groupby("task", sort=False):
        yield task, rows[rows["frames"] == rows["frames"].min()].sort_values("blocks")


def _ratios(measurement, task):
    """By number of blocks, the ratios by variant, in the order of `VARIANTS`; of those that were measured."""
    rows = measurement.size[measurement.size["task"] == task]
    rows = rows[rows["frames"] == rows["frames"].min()]
    times = rows.pivot(index="blocks", columns="variant", values="update_ms")
    times = times[[code for code in VARIANTS if code in times]]
    chosen = times.iloc[sorted({0, len(times) // 2, len(times) - 1})]
    return {number: dict(row / row["V"]) for number, row in chosen.iterrows()}
