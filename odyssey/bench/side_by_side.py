"""The compiled engine and its rivals on one task at one size, in turns, and beside them what the machine could do."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.util import find_spec

import torch

from odyssey.bench import library, workers
from odyssey.bench.bound import bound
from odyssey.bench.limits import Limits
from odyssey.bench.rivals import COMPILED, EAGER, LIBRARY, SCAN
from odyssey.bench.sample import mean_frames, sample
from odyssey.bench.turns import one_core, take_turns
from odyssey.engine.cpu import CPUTrainer, Data
from odyssey.engine.torch import TorchTrainer
from odyssey.protocol import Hyperparameters, Trial
from odyssey.tasks.base import CTC, Task
from odyssey.variants import VARIANTS

SEQUENCES = 8


@dataclass(frozen=True)
class Row:
    """What was measured of one rival.

    Attributes:
        rival: one of the four names of `odyssey.bench.rivals`.
        variant: of its network.
        milliseconds: of one update: forwards, backwards and the step of momentum, on one sequence.
        ratio: how many times as long as the compiled engine it takes for the same variant.
        to_vanilla: how many times as long as the compiled engine takes for vanilla.
        bound: share of the machine's bound (`odyssey.bench.bound`) that it reaches; 1 would be as fast as can be.
    """

    rival: str
    variant: str
    milliseconds: float
    ratio: float
    to_vanilla: float
    bound: float


def side_by_side(task: Task, blocks: int, limits: Limits, frames: int | None = None, cores: int = 1) -> dict:
    """All rivals at N = `blocks` on sequences of one length, without noise, in float32, each on one and the same core.

    Args:
        task: whose network and sequences.
        blocks: N.
        limits: of this machine; what is measured of them is kept there.
        frames: length of the sequences, by default the task's mean.
        cores: that this process may use; with two or more, two trials at the same time are measured too.

    Returns:
        ``task``, ``blocks``, ``frames``; ``rows``, for each rival a `Row` as a dictionary; ``bound``, vanilla's `Bound`
        as a dictionary, with its ``total``; ``product_rate``, floating-point operations a second of a large product;
        ``two_trials``, the throughput of two trials on two cores over that of one on one, None where there is one core.
    """
    frames = frames or mean_frames(task)
    few = sample(task, frames, SEQUENCES)
    with one_core():
        bounds = {code: bound(task.network(code, blocks), frames, limits) for code in VARIANTS}
        large = limits.largest_product_rate()
        best = take_turns(_rivals(few, blocks))
    two = None
    if cores > 1:
        many = sample(task, frames, workers.SEQUENCES)
        two = workers.gains(lambda: compiled(many, "V", blocks).train_epoch, [1, 2])[1]
    rows = [
        Row(
            rival=rival,
            variant=code,
            milliseconds=1000 * seconds / SEQUENCES,
            ratio=seconds / best[COMPILED, code],
            to_vanilla=seconds / best[COMPILED, "V"],
            bound=bounds[code].total * SEQUENCES / seconds,
        )
        for (rival, code), seconds in best.items()
    ]
    return {
        "task": task.name,
        "blocks": blocks,
        "frames": frames,
        "rows": [asdict(row) for row in rows],
        "bound": asdict(bounds["V"]) | {"total": bounds["V"].total},
        "product_rate": large,
        "two_trials": two,
    }


def compiled(task: Task, variant: str, blocks: int) -> CPUTrainer:
    """The compiled engine's trainer for measurements: no noise, a learning rate at which nothing diverges."""
    return CPUTrainer(task, _trial(variant, blocks), Data(task, "float32"), "float32")


def absent(task: Task) -> str | None:
    """Why JAX is not among the rivals on this task, or None where it is."""
    if task.loss == CTC:
        return "JAX takes no part: it has no CTC of its own"
    return None if find_spec("jax") else "JAX takes no part: it is not installed (pip install 'jax[cpu]')"


def _rivals(task: Task, blocks: int) -> dict[tuple[str, str], Callable[[], object]]:
    vanilla = _trial("V", blocks)
    rivals = {(COMPILED, code): compiled(task, code, blocks).train_epoch for code in VARIANTS}
    rivals[LIBRARY, library.VARIANT] = library.LibraryTrainer(task, vanilla).train_epoch
    if absent(task) is None:
        from odyssey.bench import scan

        rivals[SCAN, scan.VARIANT] = scan.ScanTrainer(task, vanilla).train_epoch
    rivals[EAGER, "V"] = TorchTrainer(task, vanilla, torch.float32, torch.device("cpu")).train_epoch
    return rivals


def _trial(variant, blocks):
    return Trial(variant, Hyperparameters(blocks, learning_rate=1e-5, momentum=0.9, input_noise=0.0), seed=0)
