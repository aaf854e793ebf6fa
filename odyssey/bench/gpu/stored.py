"""A measurement of the engine for GPUs, kept in a file for the book."""

import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from odyssey.bench.gpu.programs import OURS
from odyssey.bench.stored import readable, write_json
from odyssey.errors import OdysseyError

ROWS = ["task", "blocks", "program", "trials", "trial_steps_per_second", "ratio"]
FLOORS = ["task", "blocks", "operations", "bytes", "trial_steps_per_second", "limit", "share"]
_TEXT = ("task", "program", "limit")


@dataclass(frozen=True)
class GPUBenchmark:
    """What `odyssey.bench.gpu.measure` found; in both tables ``blocks`` is NaN where trials were as drawn.

    Attributes:
        gpu, cores, torch: name of the card, cores of the machine that the compiled engine used, version of torch.
        operations_per_second, bytes_per_second: as in `odyssey.bench.gpu.ceilings.Ceilings`.
        rows: one for each ``task``, ``blocks``, ``program`` and its ``trials`` at a time:
            ``trial_steps_per_second``, and ``ratio``, how many times as many the engine for GPUs does.
        floors: one for each ``task`` and ``blocks``, as in `odyssey.bench.gpu.floor.Floor`, and ``share``, how much of
            ``trial_steps_per_second`` that engine reaches.
        notes: a line for each program that failed, or that was measured in another run.
    """

    gpu: str
    cores: int
    torch: str
    operations_per_second: float
    bytes_per_second: float
    rows: pd.DataFrame
    floors: pd.DataFrame
    notes: list[str]


def write(measured: dict, file: Path) -> None:
    """Store what `measure` returned, whole or not at all."""
    write_json(measured, file, allow_nan=False)


def read(file: Path) -> GPUBenchmark:
    """A stored measurement.

    Raises:
        OdysseyError: the file cannot be read or is no measurement of the engine for GPUs, or that engine failed in it.
    """
    remedy = f"measure anew with odyssey bench --gpu {file}"
    with readable(file, "measurement of the engine for GPUs", remedy):
        content = json.loads(file.read_text(encoding="utf-8"))
        machine, ceilings = content["machine"], content["ceilings"]
        rows, floors = _table(content["rows"], ROWS), _table(content["floors"], FLOORS)
        found = GPUBenchmark(
            str(machine["gpu"]),
            int(machine["cores"]),
            str(machine["torch"]),
            float(ceilings["operations_per_second"]),
            float(ceilings["bytes_per_second"]),
            rows,
            floors,
            [str(note) for note in content["notes"]],
        )
    ours = (rows["program"] == OURS).sum()
    known = [table.drop(columns="blocks").notna().all(axis=None) for table in (rows, floors)]
    if not (all(known) and ours == len(floors) > 0):
        raise OdysseyError(f"{file} lacks values: {remedy}")
    return found


def _table(rows, columns):
    table = pd.DataFrame(rows, columns=columns)
    return table.astype({name: float for name in columns if name not in _TEXT})
