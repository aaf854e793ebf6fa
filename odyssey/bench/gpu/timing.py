"""Timing of what a device does: it works on while the program that asked for it goes ahead."""

from collections.abc import Callable
from time import perf_counter

import torch

BUDGET = 1.0


def seconds_a_call(call: Callable[[], object], device: torch.device, budget: float = BUDGET) -> float:
    """Mean seconds of a call, of as many in a row as fit into `budget` seconds; two before them warm up.

    The device is waited for once, after the last: as in training, where nobody waits for a single update.
    """
    call()
    calls = max(1, round(budget / _seconds(call, device, 1)))
    return _seconds(call, device, calls) / calls


def _seconds(call, device, calls):
    _wait(device)
    began = perf_counter()
    for _ in range(calls):
        call()
    _wait(device)
    return perf_counter() - began


def _wait(device):
    if device.type == "cuda":
        torch.cuda.synchronize(device)
