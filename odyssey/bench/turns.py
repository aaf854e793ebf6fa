"""Fair timing on a noisy machine: all on the same core, in turns, the best of many rounds.

Ratios of times that were taken in turns mean something even where other work comes and goes; absolute times hardly do.
"""

import os
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import get_native_id
from time import perf_counter

import torch
from threadpoolctl import threadpool_limits

ROUNDS, FEWEST_ROUNDS = 40, 3
# Seconds after which one who has had the fewest rounds sits out.
BUDGET = 1.0


def take_turns(epochs: dict[Hashable, Callable[[], object]], rounds: int = ROUNDS, budget: float = BUDGET) -> dict:
    """The best time in seconds of each of `epochs`, called round after round, twice a turn.

    The second call of a turn is timed: a trial trains for minutes on end, with its weights and its code in the caches,
    and the first call brings them back there. The first round, which compiles, is not timed at all. One that has used
    up its `budget` of seconds sits out after `FEWEST_ROUNDS` rounds, so that the slow ones do not set the time of the
    whole.
    """
    best, spent = dict.fromkeys(epochs, float("inf")), dict.fromkeys(epochs, 0.0)
    for number in range(rounds + 1):
        for name, epoch in epochs.items():
            if number > FEWEST_ROUNDS and spent[name] > budget:
                continue
            epoch()
            began = perf_counter()
            epoch()
            seconds = perf_counter() - began
            if number:
                best[name] = min(best[name], seconds)
                spent[name] += seconds
    return best


@contextmanager
def one_core() -> Iterator[None]:
    """Inside this context, everything in this process that computes does so on one core.

    Torch and BLAS take one thread each. Where the system can do it (Linux), all threads of the process, and those that
    they start, run on the same core: libraries that size their thread pools at first use, as JAX does, then take one
    thread as well.
    """
    threads, allowed = torch.get_num_threads(), _affinities()
    torch.set_num_threads(1)
    try:
        for thread in allowed:
            _allow(thread, {max(allowed[get_native_id()])})
        with threadpool_limits(1, user_api="blas"):
            yield
    finally:
        everything = set().union(*allowed.values())
        for thread in _affinities():
            _allow(thread, allowed.get(thread, everything))
        torch.set_num_threads(threads)


def _affinities() -> dict[int, set[int]]:
    """The cores that each thread of this process may run on; empty where the system does not say."""
    folder = Path("/proc/self/task")
    if not (hasattr(os, "sched_getaffinity") and folder.is_dir()):
        return {}
    found = {}
    for entry in folder.iterdir():
        with suppress(ProcessLookupError):  # It ended meanwhile.
            found[int(entry.name)] = os.sched_getaffinity(int(entry.name))
    return found


def _allow(thread: int, cores: set[int]) -> None:
    with suppress(ProcessLookupError):  # It ended meanwhile.
        os.sched_setaffinity(thread, cores)
