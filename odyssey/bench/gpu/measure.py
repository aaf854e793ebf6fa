"""Everything in one run on one machine: the engine for GPUs, its rivals, and what the card could do."""

import gc
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial

import torch

from odyssey.bench.gpu.ceilings import ceilings
from odyssey.bench.gpu.floor import floor
from odyssey.bench.gpu.precision import full_float32
from odyssey.bench.gpu.programs import COMPILED, LIBRARY, OURS, STACKED
from odyssey.bench.gpu.rates import drawn_trials, of_drawn_sizes, of_library, of_one_size, of_stacked
from odyssey.bench.sample import mean_frames
from odyssey.engine.cuda import TRIALS_EACH
from odyssey.errors import OdysseyError
from odyssey.tasks.base import Task

# Trials in a stack, for each that the engine trains at a time: the rival may choose what suits it.
STACKS = (0.5, 1, 4)
# Trials of a study that stand ready for each place.
_SUPPLY = 4


def gpu() -> torch.device:
    """The GPU that is measured.

    Raises:
        OdysseyError: torch sees none.
    """
    if not torch.cuda.is_available():
        raise OdysseyError(
            "torch sees no GPU here: measure on a machine with an NVIDIA GPU, with a torch that is built for it"
        )
    return torch.device("cuda")


def places_on(device: torch.device) -> int:
    """As many trials at a time as the engine takes of itself."""
    return TRIALS_EACH * torch.cuda.get_device_properties(device).multi_processor_count


def measure(
    tasks: Sequence[Task],
    blocks: Sequence[int],
    device: torch.device,
    places: int,
    cores: int,
    tell: Callable[[str], None] = print,
) -> dict:
    """Measure every program on each task at each N = one of `blocks`; about a minute for a task and four sizes.

    A program that fails loses its own measurement only.

    Args:
        tasks: whose networks and sequences.
        blocks: N of the trials of one size; the engine is measured with trials as drawn for the study as well.
        device: the GPU; engines find it for themselves.
        places: trials at a time of the engine for GPUs.
        cores: trials at a time of the compiled engine.
        tell: called with a line for each program that was measured.

    Returns:
        ``machine``: ``gpu`` (its name), ``cores`` and ``torch`` (its version); ``ceilings``, a `Ceilings` as a
        dictionary; ``rows``, for each measurement ``task``, ``blocks`` (None where trials were as drawn), ``program``,
        ``trials`` at a time, ``trial_steps_per_second`` and ``ratio``, how many times as many the engine for GPUs
        does, None where it failed; ``floors``, for each ``task`` and ``blocks`` a `Floor` as a dictionary, and
        ``share``, how much of it that engine reaches, None where it failed; ``notes``, a line for each failure.
    """
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else device.type
    attempts, floors = _Attempts(device, tell), []
    with full_float32():
        found = ceilings(device)
        for task in tasks:
            _measure(task, blocks, device, places, cores, attempts)
            networks = {size: [task.network("V", size)] for size in blocks}
            drawn = drawn_trials(task, places)
            networks[None] = [task.network(trial.variant, trial.hyperparameters.blocks) for trial in drawn]
            for size, those in networks.items():
                least = floor(those, mean_frames(task), found)
                floors.append({"task": task.name, "blocks": size} | asdict(least))
    ours = {(row["task"], row["blocks"]): row for row in attempts.rows if row["program"] == OURS}
    rates = {key: row["trial_steps_per_second"] for key, row in ours.items()}
    for row in attempts.rows:
        rate = rates.get((row["task"], row["blocks"]))
        row["ratio"] = rate and rate / row["trial_steps_per_second"]
    for row in floors:
        rate = rates.get((row["task"], row["blocks"]))
        row["share"] = rate and rate / row["trial_steps_per_second"]
    return {
        "machine": {"gpu": name, "cores": cores, "torch": torch.__version__},
        "ceilings": asdict(found),
        "rows": attempts.rows,
        "floors": floors,
        "notes": attempts.notes,
    }


def _measure(task, blocks, device, places, cores, attempts):
    """The programs one after the other: what the last of them might spoil on the card, the others have not seen."""
    for size in blocks:
        attempts.add(task, size, OURS, places, partial(of_one_size, "cuda", task, size, places))
    supply = drawn_trials(task, _SUPPLY * places)
    attempts.add(task, None, OURS, places, partial(of_drawn_sizes, "cuda", task, supply, places))
    for size in blocks:
        attempts.add(task, size, COMPILED, cores, partial(of_one_size, "cpu", task, size, cores))
    for size in blocks:
        attempts.add(task, size, LIBRARY, 1, partial(of_library, task, size, device))
    for size in blocks:
        for stack in STACKS:
            count = max(1, round(stack * places))
            attempts.add(task, size, STACKED, count, partial(of_stacked, task, size, count, device))


class _Attempts:
    """What was measured, and what failed."""

    def __init__(self, device: torch.device, tell: Callable[[str], None]):
        self.rows, self.notes = [], []
        self._device, self._tell = device, tell

    def add(self, task: Task, blocks: int | None, program: str, trials: int, rate: Callable[[], float]) -> None:
        """Measure, and go on after an error whatever it is: of torch alone there are a dozen kinds."""
        what = f"{task.name}, {'drawn' if blocks is None else blocks} blocks, {program}, trials at a time: {trials}"
        key = {"task": task.name, "blocks": blocks, "program": program, "trials": trials}
        try:
            if self._device.type == "cuda":
                # What the one before has left must be gone before the memory can be given back.
                gc.collect()
                torch.cuda.empty_cache()
            found = rate()
        except Exception as error:
            self.notes.append(f"{what}: {_reason(error)}")
            self._tell(self.notes[-1])
        else:
            self.rows.append(key | {"trial_steps_per_second": found})
            self._tell(f"{what}: {found / 1e6:.3f} million trial-steps/s")


def _reason(error):
    """The error that came first, in one line: one while a graph is recorded is followed by others about the graph."""
    while error.__context__ and not error.__suppress_context__:
        error = error.__context__
    return f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"
