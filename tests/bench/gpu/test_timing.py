"""What is timed, how often, and what follows from it."""

import pytest
import torch

from odyssey.bench.gpu import ceilings as ceilings_module
from odyssey.bench.gpu import timing
from odyssey.bench.gpu.ceilings import Ceilings, ceilings
from odyssey.bench.gpu.precision import full_float32


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still but for calls that take time."""
    now = [0.0]
    monkeypatch.setattr(timing, "perf_counter", lambda: now[0])

    def call():
        call.times += 1
        # The first one compiles.
        now[0] += 100 if call.times == 1 else 0.25

    call.times = 0
    return call


def test_calls_fill_the_budget(clock, cpu):
    assert timing.seconds_a_call(clock, cpu, budget=2) == 0.25
    assert clock.times == 1 + 1 + 8


def test_one_call_at_least(clock, cpu):
    assert timing.seconds_a_call(clock, cpu, budget=0.01) == 0.25
    assert clock.times == 1 + 1 + 1


def test_ceilings_follow_from_the_best_times(monkeypatch, cpu):
    times = iter([5.0, 0.5, 4.0, 0.125])

    def seconds(call, device, budget):
        call()
        return next(times)

    monkeypatch.setattr(ceilings_module, "_TRIES", 2)
    monkeypatch.setattr(ceilings_module, "seconds_a_call", seconds)
    assert ceilings(cpu, rows=8, copied=64) == Ceilings(2 * 8**3 / 0.5, 2 * 64 / 0.125)


def test_full_float32_for_a_while():
    def allowed():
        return torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32

    before = allowed()
    with pytest.raises(ZeroDivisionError), full_float32():
        assert allowed() == (False, False)
        _ = 1 / 0
    assert allowed() == before
