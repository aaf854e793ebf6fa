"""Who is timed, how often, and on which core."""

import os
import threading

import pytest
import torch
from threadpoolctl import threadpool_info

from odyssey.bench import turns


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until something is called that takes time."""
    now = [0.0]
    monkeypatch.setattr(turns, "perf_counter", lambda: now[0])

    def taking(*seconds):
        durations = iter(seconds)

        def call():
            calls.append(call)
            now[0] += next(durations, seconds[-1])

        return call

    calls = []
    taking.calls = calls
    return taking


def test_best_second_call_counts_and_the_first_round_does_not(clock):
    a, b = clock(0.001, 0.001, 9, 5, 0.5, 2, 9, 3), clock(7, 0.1, 9, 4, 0.5, 1, 9, 4)
    assert turns.take_turns({"a": a, "b": b}, rounds=3, budget=100) == {"a": 2, "b": 1}
    assert clock.calls == [a, a, b, b] * 4


def test_the_slow_sit_out_and_the_quick_do_not(clock):
    slow, quick = clock(2), clock(0.5)
    turns.take_turns({"slow": slow, "quick": quick}, rounds=8, budget=3)
    assert clock.calls.count(slow) == 2 * (1 + turns.FEWEST_ROUNDS)
    assert clock.calls.count(quick) == 2 * (1 + 7)


def test_one_core():
    cores, threads = os.sched_getaffinity(0), torch.get_num_threads()
    done = threading.Event()

    def waiting():
        """A thread that does nothing until all is over: its identity to the system, and the thread."""
        thread = threading.Thread(target=done.wait)
        thread.start()
        return thread.native_id, thread

    early, first = waiting()
    second = None
    try:
        with pytest.raises(ZeroDivisionError), turns.one_core():
            (core,) = os.sched_getaffinity(0)
            late, second = waiting()
            seen = {
                "early": os.sched_getaffinity(early) == {core},
                "late": os.sched_getaffinity(late) == {core},
                "torch": torch.get_num_threads() == 1,
                "blas": {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"} == {1},
            }
            _ = 1 / 0
        assert all(seen.values()), seen
        # A thread that was started inside is set free too.
        assert [os.sched_getaffinity(thread) for thread in (0, early, late)] == [cores] * 3
        assert torch.get_num_threads() == threads
    finally:
        done.set()
        first.join()
        if second:
            second.join()
