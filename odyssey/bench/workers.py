"""Trials at the same time: how much more one gets done with more cores."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

from threadpoolctl import threadpool_limits

from odyssey.bench.turns import take_turns

# Sequences in an epoch. The end of an epoch needs the GIL, for which others have to wait: with a handful of sequences
# that would count for more than it does in a trial, whose epochs have hundreds.
SEQUENCES = 64
# One turn should take so many seconds: long against starting the threads.
_TURN = 0.1


def gains(make_epoch: Callable[[], Callable[[], object]], workers: Sequence[int], rounds: int = 10) -> list[float]:
    """How many times the throughput of one worker each number of `workers` has.

    Each worker is a thread with a trainer of its own, as in the engine; one, two, … of them take turns.

    Args:
        make_epoch: makes a trainer and gives its method that trains an epoch, without the GIL, of `SEQUENCES`.
        workers: numbers of workers, the first of them 1.
        rounds: the best of so many counts.
    """
    epochs = [make_epoch() for _ in range(max(workers))]
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(max(workers)) as pool:
        for epoch in epochs:
            epoch()  # Compiles.
        began = perf_counter()
        epochs[0]()
        repeats = max(1, round(_TURN / (perf_counter() - began)))

        def turn(count):
            def repeated(epoch):
                for _ in range(repeats):
                    epoch()

            return lambda: list(pool.map(repeated, epochs[:count]))

        best = take_turns({count: turn(count) for count in workers}, rounds)
    return [count * best[1] / best[count] for count in workers]
