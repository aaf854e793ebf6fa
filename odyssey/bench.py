"""How fast the compiled engine is, against PyTorch on the same sequences in the same run, on one core.

Each rival makes one update a sequence in float32: forward pass, back-propagation through time and a momentum step.
Ratios within one run mean something on a noisy machine, absolute times hardly do.
"""

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter

import torch
from threadpoolctl import threadpool_limits
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

from odyssey.engine.cpu import CPUTrainer, Data
from odyssey.engine.torch import TorchTrainer
from odyssey.protocol import Hyperparameters, Trial
from odyssey.tasks.base import Task

COMPILED, LIBRARY, EAGER = "compiled", "nn.LSTM", "eager cell"


def bench(task: Task, blocks: int, sequences: int = 20, rounds: int = 15) -> list[dict]:
    """Milliseconds per training sequence at N = `blocks`, best of `rounds` passes over the first `sequences`.

    The rivals take turns, so that all see the same load of the machine. The eager cell is the study's torch engine;
    it is slow, and takes part in three rounds only.

    Returns:
        A dictionary a rival: ``rival``, ``variant``, ``blocks``, ``frames`` (mean length of the sequences),
        ``milliseconds``, and ``ratio``, how many times as long as the compiled engine it takes for its variant.
    """
    few = replace(task, splits=task.splits | {"train": task.splits["train"][:sequences]})
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1, user_api="blas"):
            rivals = {
                (COMPILED, "V"): _compiled(few, "V", blocks),
                (COMPILED, "NP"): _compiled(few, "NP", blocks),
                (LIBRARY, "NP"): _library(few, blocks),
                (EAGER, "V"): _eager(few, blocks),
            }
            best = _take_turns(rivals, rounds)
    finally:
        torch.set_num_threads(before)
    count = len(few.splits["train"])
    frames = sum(len(example.inputs) for example in few.splits["train"]) / count
    return [
        {
            "rival": rival,
            "variant": variant,
            "blocks": blocks,
            "frames": frames,
            "milliseconds": 1000 * seconds / count,
            "ratio": seconds / best[COMPILED, variant],
        }
        for (rival, variant), seconds in best.items()
    ]


def _take_turns(rivals: dict[tuple[str, str], Callable], rounds: int) -> dict[tuple[str, str], float]:
    best = dict.fromkeys(rivals, float("inf"))
    for number in range(rounds + 1):
        for name, epoch in rivals.items():
            if name[0] == EAGER and number > 3:
                continue
            began = perf_counter()
            epoch()
            # The first round compiles and warms up.
            if number:
                best[name] = min(best[name], perf_counter() - began)
    return best


def _trial(variant, blocks):
    return Trial(variant, Hyperparameters(blocks, learning_rate=0.001, momentum=0.9, input_noise=0.0), seed=0)


def _compiled(task, variant, blocks):
    return CPUTrainer(task, _trial(variant, blocks), Data(task, "float32"), "float32").train_epoch


def _eager(task, blocks):
    return TorchTrainer(task, _trial("V", blocks), torch.float32, torch.device("cpu")).train_epoch


def _library(task, blocks):
    """The same network without peepholes, as a user of PyTorch would write it."""
    lstm, output = nn.LSTM(task.inputs, blocks), nn.Linear(blocks, task.outputs)
    optimiser = torch.optim.SGD([*lstm.parameters(), *output.parameters()], lr=0.0001, momentum=0.9, nesterov=True)
    data = [(torch.from_numpy(e.inputs), torch.from_numpy(e.targets)) for e in task.splits["train"]]

    def epoch():
        for inputs, targets in data:
            optimiser.zero_grad()
            loss = binary_cross_entropy_with_logits(output(lstm(inputs)[0]), targets, reduction="sum")
            loss.backward()
            optimiser.step()

    return epoch
