"""The benchmark of the compiled engine beside its rivals, stored for the book (``odyssey bench --json``)."""

import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from odyssey.bench.stored import readable
from odyssey.errors import OdysseyError

COMPILED, LIBRARY, SCAN, EAGER = "compiled", "nn.LSTM", "JAX", "eager cell"
COLUMNS = ["task", "blocks", "rival", "variant", "milliseconds", "ratio", "bound"]
PARTS = ["recurrence", "products", "update", "functions", "total"]


@dataclass(frozen=True)
class Benchmark:
    """What `odyssey.bench.side_by_side` measured, in milliseconds of one core.

    Attributes:
        machine: where.
        rows: one for each ``task``, ``blocks``, ``rival`` and its ``variant``, the columns as in
            `odyssey.bench.side_by_side.Row`.
        bounds: one for each ``task`` and ``blocks``, of vanilla: the parts of `odyssey.bench.bound.Bound` and their
            ``total``, in milliseconds; ``frames``, the length of the sequences; ``two_trials``, the throughput of two
            trials on two cores over that of one, NaN where there was one core.
    """

    machine: str
    rows: pd.DataFrame
    bounds: pd.DataFrame


def read(file: Path) -> Benchmark:
    """A stored benchmark.

    Raises:
        OdysseyError: the file cannot be read or is no benchmark.
    """
    remedy = f"measure anew with odyssey bench --json > {file}"
    with readable(file, "benchmark of the compiled engine", remedy):
        content = json.loads(file.read_text(encoding="utf-8"))
        machine, measured = content["machine"], content["measured"]
        keys = [{"task": size["task"], "blocks": size["blocks"]} for size in measured]
        rows = [key | row for key, size in zip(keys, measured, strict=True) for row in size["rows"]]
        bounds = [
            key
            | {"frames": size["frames"], "two_trials": size["two_trials"]}
            | {part: 1000 * float(size["bound"][part]) for part in PARTS}
            for key, size in zip(keys, measured, strict=True)
        ]
        numbers = dict.fromkeys(["milliseconds", "ratio", "bound"], float)
        parts = dict.fromkeys(["frames", "two_trials", *PARTS], float)
        benchmark = Benchmark(machine, pd.DataFrame(rows)[COLUMNS].astype(numbers), pd.DataFrame(bounds).astype(parts))
    vanilla = benchmark.rows[(benchmark.rows["rival"] == COMPILED) & (benchmark.rows["variant"] == "V")]
    complete = len(vanilla) == len(benchmark.bounds)
    if not complete or benchmark.rows.isna().any(axis=None) or benchmark.bounds[PARTS].isna().any(axis=None):
        raise OdysseyError(f"{file} lacks values: {remedy}")
    return benchmark
