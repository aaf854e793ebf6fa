"""Each of the programs at some size, all called alike: trial-steps a second."""

from collections.abc import Sequence

import torch

from odyssey.bench.gpu.pace import engine_rate
from odyssey.bench.gpu.stacked import StackedTrainer
from odyssey.bench.gpu.timing import seconds_a_call
from odyssey.bench.library import LibraryTrainer
from odyssey.bench.sample import mean_frames, sample
from odyssey.engine import engine
from odyssey.protocol import Hyperparameters, Trial, draw_trial
from odyssey.tasks.base import Task

# Sequences in an epoch of the rivals, all of the task's mean length.
SEQUENCES = 8
# Different trials in a stack: drawing initial weights for each would take longer than the measurement.
_DIFFERENT = 16


def of_one_size(name: str, task: Task, blocks: int, places: int) -> float:
    """The engine called `name` with so many trials of one size at a time, on all of the task's training sequences."""
    trials = equal_trials(blocks, places)
    return engine_rate(engine(name, jobs=places), task, trials, trials)


def of_drawn_sizes(name: str, task: Task, trials: Sequence[Trial], places: int) -> float:
    """The same for the first `places` of `trials` of a study; the others take the places of those that are over."""
    return engine_rate(engine(name, jobs=places), task, trials, trials[:places])


def of_library(task: Task, blocks: int, device: torch.device) -> float:
    """`LibraryTrainer`, a single trial."""
    few = sample(task, mean_frames(task), SEQUENCES)
    [trial] = equal_trials(blocks, 1)
    return _rate(LibraryTrainer(few, trial, device), few, 1, device)


def of_stacked(task: Task, blocks: int, count: int, device: torch.device) -> float:
    """`StackedTrainer` of `count` trials."""
    few = sample(task, mean_frames(task), SEQUENCES)
    different = equal_trials(blocks, min(count, _DIFFERENT))
    trials = [different[number % len(different)] for number in range(count)]
    return _rate(StackedTrainer(few, trials, torch.float32, device), few, count, device)


def equal_trials(blocks: int, count: int) -> list[Trial]:
    """Trials of one size with seeds of their own: no noise, a learning rate at which nothing diverges."""
    return [Trial("V", Hyperparameters(blocks, 1e-5, 0.9, 0.0), seed) for seed in range(count)]


def drawn_trials(task: Task, count: int) -> list[Trial]:
    """The study's first trials of vanilla on the task, with hyperparameters and noise as drawn."""
    return [draw_trial(task.name, "V", index) for index in range(count)]


def _rate(trainer, task, trials, device):
    steps = trials * sum(len(example.inputs) for example in task.splits["train"])
    return steps / seconds_a_call(trainer.train_epoch, device)
