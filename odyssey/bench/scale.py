"""How the cost of training grows: with blocks and variant, with length and number of sequences, and with workers."""

from collections.abc import Callable, Mapping
from functools import partial

import pandas as pd

from odyssey.bench.sample import mean_frames, sample
from odyssey.bench.side_by_side import compiled
from odyssey.bench.stored import Measurement
from odyssey.bench.turns import one_core, take_turns
from odyssey.bench.workers import SEQUENCES, gains
from odyssey.records.machine import machine
from odyssey.tasks.base import Task
from odyssey.variants import VARIANTS

BLOCKS = (20, 32, 50, 80, 125, 200)
LENGTHS = (10, 20, 40, 80, 160, 320, 640)
COUNTS = (25, 50, 100, 200, 400)
# Where it is not the blocks that vary.
SOME_BLOCKS = (20, 60, 200)
# Sequences in an epoch where their number is not what varies, and rounds of which the best counts.
_SEQUENCES, _ROUNDS = 4, 5


def measure(tasks: Mapping[str, Task], full: Mapping[str, int], cores: int, tell: Callable[[str], None]) -> Measurement:
    """Measure everything with the compiled engine in float32; takes minutes.

    Args:
        tasks: by name. Size is measured on each, at its own mean length and at that of `full`; the rest on the last.
        full: by task, the mean length in frames of the sequences in the paper's corpus.
        cores: the largest number of workers.
        tell: called with a line before each part.
    """
    size, length, count, workers = [], [], [], []
    *_, last = tasks.values()
    frames_here = mean_frames(last)
    with one_core():
        for task in tasks.values():
            for frames in sorted({mean_frames(task), full[task.name]}):
                tell(f"{task.name}: the nine variants on sequences of {frames} frames")
                for blocks in BLOCKS:
                    size += _size(sample(task, frames, _SEQUENCES), blocks)
        for blocks in SOME_BLOCKS:
            tell(f"{last.name}: length and number of sequences, {blocks} blocks")
            for frames, seconds in _epochs({n: sample(last, n, _SEQUENCES) for n in LENGTHS}, blocks).items():
                length.append({"blocks": blocks, "frames": frames, "update_ms": 1000 * seconds / _SEQUENCES})
            for number, seconds in _epochs({n: sample(last, frames_here, n) for n in COUNTS}, blocks).items():
                count.append({"blocks": blocks, "sequences": number, "epoch_ms": 1000 * seconds})
    many = sample(last, frames_here, SEQUENCES)
    for blocks in SOME_BLOCKS:
        tell(f"{last.name}: {cores} workers, {blocks} blocks")
        numbers = range(1, cores + 1)
        found = gains(lambda n=blocks: compiled(many, "V", n).train_epoch, numbers)
        workers += [{"blocks": blocks, "workers": n, "gain": gain} for n, gain in zip(numbers, found, strict=True)]
    return Measurement(machine(), *map(pd.DataFrame, (size, length, count, workers)))


def _size(task, blocks):
    """A row for each variant; they take turns, so that they can be compared."""
    trainers = {code: compiled(task, code, blocks) for code in VARIANTS}
    calls = {(code, "update_ms"): trainer.train_epoch for code, trainer in trainers.items()}
    calls |= {(code, "evaluation_ms"): partial(trainer.evaluate, "valid") for code, trainer in trainers.items()}
    best = take_turns(calls, _ROUNDS)
    frames = len(task.splits["train"][0].inputs)
    return [
        {"task": task.name, "frames": frames, "variant": code, "blocks": blocks}
        | {name: 1000 * best[code, name] / _SEQUENCES for name in ("update_ms", "evaluation_ms")}
        for code in VARIANTS
    ]


def _epochs(samples, blocks):
    """Seconds of an epoch of vanilla on each of the samples."""
    return take_turns({key: compiled(few, "V", blocks).train_epoch for key, few in samples.items()}, _ROUNDS)
