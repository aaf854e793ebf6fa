"""How much the engine for GPUs gets done beside its rivals, against the size of the networks."""

from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator

from odyssey.bench.gpu.programs import COMPILED, LIBRARY, OURS
from odyssey.bench.gpu.stored import GPUBenchmark
from odyssey.figures.style import BLUE, GREEN, GREY, PURPLE, VERMILLION, new_figure, styled
from odyssey.figures.trials import plain_log_axis

# Colour, marker and dashes; the stacks, of one colour, are told apart by what is in `_STACKS`.
_PROGRAMS = {OURS: (BLUE, "o", "-"), COMPILED: (VERMILLION, "s", "-"), LIBRARY: (PURPLE, "D", "-")}
_STACKS = (("v", ":"), ("<", "--"), ("^", "-"))
_FLOOR = "bound of the card"


def rates(benchmark: GPUBenchmark, task: str) -> Figure:
    """Trial-steps a second of each program against blocks, and the bound of the card.

    Trials as drawn, which have no one size, are left out.

    Args:
        benchmark: as stored.
        task: one that was measured.
    """
    with styled():
        figure = new_figure(4.8)
        axes = figure.add_subplot()
        stacks = iter(_STACKS)
        for (program, trials), rows in _by_program(benchmark, task):
            colour, marker, line = _PROGRAMS[program] if program in _PROGRAMS else (GREEN, *next(stacks))
            axes.plot(
                rows["blocks"], rows["rate"], color=colour, marker=marker, ms=6, ls=line,
                label=_label(program, trials), gid=f"{program}:{trials:.0f}",
            )  # fmt: skip
        least = _floor(benchmark, task)
        axes.plot(least["blocks"], least["rate"], color=GREY, lw=1.2, ls=(0, (4, 3)), label=_FLOOR, gid="floor")
        axes.set_xscale("log")
        axes.set_yscale("log")
        plain_log_axis(axes.yaxis, (1,))
        plain_log_axis(axes.xaxis)
        axes.xaxis.set_major_locator(FixedLocator(least["blocks"]))
        axes.set_xlabel("blocks")
        axes.set_ylabel("million trial-steps a second")
        figure.legend(loc="outside upper left", ncols=2)
    return figure


def alt_rates(benchmark: GPUBenchmark, task: str) -> str:
    """What `rates` shows, in numbers."""
    words = [f"Million trial-steps a second on {task}, by blocks."]
    for (program, trials), rows in _by_program(benchmark, task):
        words.append(f"{_label(program, trials)}: {_listed(rows)}.")
    return " ".join([*words, f"{_FLOOR.capitalize()}: {_listed(_floor(benchmark, task))}."])


def _label(program, trials):
    return f"{program}, {trials:.0f} {'trial' if trials == 1 else 'trials'}"


def _listed(rows):
    """Two digits, and all that stand before the point."""
    pairs = zip(rows["blocks"], rows["rate"], strict=True)
    return ", ".join(
        f"{rate:.0f} with {blocks:.0f}" if rate >= 10 else f"{rate:.2g} with {blocks:.0f}" for blocks, rate in pairs
    )


def _by_program(benchmark, task):
    """The rows of each program with each number of trials at a time, smallest network first; in the file's order."""
    return _sized(benchmark.rows, task).groupby(["program", "trials"], sort=False)


def _floor(benchmark, task):
    return _sized(benchmark.floors, task)


def _sized(table, task):
    found = table[(table["task"] == task) & table["blocks"].notna()].sort_values("blocks", kind="stable")
    return found.assign(rate=found["trial_steps_per_second"] / 1e6)
