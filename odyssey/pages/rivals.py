"""What the page on cost says of the compiled engine beside other programs and beside the limits of the machine."""

import pandas as pd

from odyssey import tables
from odyssey.bench.rivals import COMPILED, EAGER, LIBRARY, PARTS, SCAN, Benchmark
from odyssey.pages.glue import glue_all

OTHERS = (LIBRARY, SCAN, EAGER)


def beside(benchmark: Benchmark) -> pd.DataFrame:
    """A line for each task and size, and what the prose says of them, glued under ``rivals-…``.

    Returns:
        ``task``, ``blocks``, ``frames``, ``two_trials`` as in `Benchmark`; ``milliseconds`` of an update of vanilla by
        the compiled engine; by the name of each rival, how many times as long it takes for the same variant, NaN
        where it took no part; ``bound``, the share of the bound that vanilla reaches, and by their names the shares of
        its parts in it, in %; by ``at most`` and the rival's name, how many times as long as the bound it takes: the
        ratio of an engine that reaches it.
    """
    lines = []
    for limits in benchmark.bounds.to_dict("records"):
        rows = benchmark.rows
        rows = rows[(rows["task"] == limits["task"]) & (rows["blocks"] == limits["blocks"])]
        ours = rows[rows["rival"] == COMPILED].set_index("variant")
        line = {key: limits[key] for key in ("task", "blocks", "frames", "two_trials")}
        line |= {"milliseconds": ours.loc["V", "milliseconds"], "bound": 100 * ours.loc["V", "bound"]}
        line |= {part: 100 * limits[part] / limits["total"] for part in PARTS}
        for rival in OTHERS:
            found = rows[rows["rival"] == rival]
            line[rival] = line[f"at most {rival}"] = float("nan")
            if len(found):
                [row] = found.to_dict("records")
                line[rival] = row["ratio"]
                line[f"at most {rival}"] = row["ratio"] / ours.loc[row["variant"], "bound"]
        lines.append(line)
    found = pd.DataFrame(lines)
    _glue(benchmark, found)
    return found


def _glue(benchmark, lines):
    small, large = (lines[lines["blocks"] == of(lines["blocks"])] for of in (min, max))
    values = {
        "machine": benchmark.machine,
        "small": int(small["blocks"].iloc[0]),
        "large": int(large["blocks"].iloc[0]),
        "two": tables.span(lines["two_trials"], ".2f"),
        "bound": tables.span(lines["bound"], ".0f"),
        "bound-small": tables.span(small["bound"], ".0f"),
        "bound-large": tables.span(large["bound"], ".0f"),
        "functions-small": tables.span(small["functions"] * small["bound"] / 100, ".0f"),
        "recurrence-large": tables.span(large["recurrence"], ".0f"),
    }
    for name, rival in zip(("library", "scan", "eager"), OTHERS, strict=True):
        values |= {
            name: tables.span(lines[rival], ".1f"),
            f"{name}-large": tables.span(large[rival], ".1f"),
            f"{name}-most": tables.span(large[f"at most {rival}"], ".1f"),
        }
    glue_all({f"rivals-{name}": value for name, value in values.items()})
