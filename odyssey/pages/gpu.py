"""What the page on cost says of the engine for GPUs: beside its rivals, beside the card, and of the whole study."""

import pandas as pd

from odyssey import tables
from odyssey.bench.gpu.programs import COMPILED, LIBRARY, OURS, STACKED
from odyssey.bench.gpu.stored import GPUBenchmark
from odyssey.bench.projection import Cost
from odyssey.errors import OdysseyError
from odyssey.pages.glue import glue_all
from odyssey.progress import duration

DRAWN = "as drawn"
# A sequence is evaluated forwards only, and trained on forwards and backwards.
EVALUATION = 1 / 2


def beside(benchmark: GPUBenchmark, task: str) -> pd.DataFrame:
    """A line for each size of the trials of `task`, and what the prose says of them, glued under ``gpu-…``.

    Returns:
        ``size``, blocks or `DRAWN`; ``rate``, million trial-steps a second of the engine for GPUs; ``share``, how much
        of the card's floor that is, in %; by the name of each rival, or for a stack by its number of trials, how many
        times as fast the engine is, NaN where it was not measured.

    Raises:
        OdysseyError: the task was not measured.
    """
    rows, floors = _of_task(benchmark.rows, task), _of_task(benchmark.floors, task)
    ours = rows[rows["program"] == OURS]
    lines = []
    for row in ours.to_dict("records"):
        others, floor = _of_size(rows, row["blocks"]), _of_size(floors, row["blocks"])
        line = {"size": DRAWN if pd.isna(row["blocks"]) else f"{row['blocks']:.0f}"}
        line |= {"rate": row["trial_steps_per_second"] / 1e6, "share": 100 * floor["share"].item()}
        for rival in (COMPILED, LIBRARY):
            found = others.loc[others["program"] == rival, "ratio"]
            line[rival] = found.item() if len(found) else float("nan")
        stacks = others[others["program"] == STACKED]
        lines.append(line | dict(zip(stacks["trials"].astype(int), stacks["ratio"], strict=True)))
    found = pd.DataFrame(lines)
    _glue(benchmark, task, found, ours, rows[rows["program"] == STACKED])
    return found


def stacks(lines: pd.DataFrame) -> list[int]:
    """Trials in each of the stacks that `beside` found, in rising order."""
    return sorted(name for name in lines.columns if isinstance(name, int))


def projected(benchmark: GPUBenchmark, task: str, here: dict[str, Cost], full: dict[str, Cost]) -> pd.DataFrame:
    """A line for each task of the study on such a card, and what the prose says of it, glued under ``gpu-study-…``.

    A projection: it takes the card to do as many operations a second as on `task` with sizes as drawn.

    Args:
        benchmark: what was measured.
        task: what it was measured on.
        here, full: what all planned trials cost, by task, on the corpora at hand and on those of the paper's size.

    Returns:
        ``task``; ``here`` and ``full``, hours of the card for all planned trials; ``cores``, core-hours on the corpora
        of the paper's size.

    Raises:
        OdysseyError: the task was not measured with sizes as drawn.
    """
    rows, floors = (_of_size(_of_task(table, task), float("nan")) for table in (benchmark.rows, benchmark.floors))
    [ours] = rows[rows["program"] == OURS].to_dict("records")
    rate = ours["trial_steps_per_second"] * floors["operations"].item()
    seconds = {
        name: {number: _seconds(cost, rate) for number, cost in costs.items()}
        for name, costs in (("here", here), ("full", full))
    }
    glue_all(
        {
            "gpu-study-rate": tables.written(rate / 1e12, ".1f"),
            "gpu-study-step": tables.written(1e6 * ours["trials"] / ours["trial_steps_per_second"] / 2, ".0f"),
        }
        | {f"gpu-study-{name}": duration(sum(each.values())) for name, each in seconds.items()}
    )
    return pd.DataFrame(
        [
            {"task": name, "cores": full[name].total / 3600}
            | {corpora: each[name] / 3600 for corpora, each in seconds.items()}
            for name in full
        ]
    )


def _seconds(cost, rate):
    """Of the card at so many operations a second, for all planned trials, their evaluation included."""
    return cost.total_operations / rate * (1 + EVALUATION * cost.size.valid / cost.size.train)


def _glue(benchmark, task, lines, ours, stacked):
    ours = ours[ours["blocks"].notna()].set_index("blocks")
    small, large = ours.index.min(), ours.index.max()
    sized = lines[lines["size"] != DRAWN]
    biggest = sized[sized["size"] == f"{large:.0f}"]
    places = ours["trials"].iloc[0]
    # How large its stack is, the rival may choose.
    best = sized[stacks(lines)].min(axis=1)
    as_many = stacked.loc[stacked["trials"] == places, "ratio"]
    frame = 1e6 * ours["trials"] / ours["trial_steps_per_second"]
    values = {
        "card": benchmark.gpu,
        "cores": benchmark.cores,
        "torch": benchmark.torch,
        "task": task,
        "trials": int(places),
        "most": tables.written(stacked["trials"].max(), ".0f"),
        "small": int(small),
        "large": int(large),
        "library": tables.span(sized[LIBRARY], ".0f"),
        "stacked": tables.span(as_many, ".1f"),
        "best": tables.span(best, ".1f"),
        "best-large": tables.span(best[biggest.index], ".1f"),
        "cores-times": tables.span(sized[COMPILED], ".1f"),
        "share": tables.span(lines["share"], ".0f"),
        "operations": tables.written(benchmark.operations_per_second / 1e12, ".1f"),
        "bytes": tables.written(benchmark.bytes_per_second / 1e12, ".1f"),
        "frame-small": tables.written(frame[small], ".1f"),
        "frame-large": tables.written(frame[large], ".0f"),
        "notes": f"Noted with the measurement: {'; '.join(benchmark.notes)}." if benchmark.notes else "",
    }
    glue_all({f"gpu-{name}": value for name, value in values.items()})


def _of_task(table, task):
    found = table[table["task"] == task]
    if found.empty:
        raise OdysseyError(
            f"the engine for GPUs was not measured on {task}: measure it with "
            f"odyssey bench --gpu book/measurements/gpu.json --task {task}"
        )
    return found


def _of_size(table, blocks):
    return table[table["blocks"].isna() if pd.isna(blocks) else table["blocks"] == blocks]
