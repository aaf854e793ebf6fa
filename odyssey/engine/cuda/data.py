"""A task's splits in the memory of a device."""

import numpy as np

from odyssey.engine.cuda.device import Device, Memory
from odyssey.engine.cuda.jobs import Split
from odyssey.engine.cuda.plan import padded
from odyssey.tasks.base import BERNOULLI, Task


class Data:
    """A task's splits in the engine's precision, inputs and numbers as targets padded; shared by all trials.

    Attributes:
        splits: of each split what the kernels are told.
        begins: of each split the first frame of each sequence, and the number of all frames.
        units: of each split what losses are counted in (`odyssey.tasks.base.Totals`).
        longest, labels: frames and targets of the longest sequence of all splits.
    """

    def __init__(self, task: Task, dtype: str, device: Device):
        self._memory: list[Memory] = []
        self.splits, self.begins, self.units = {}, {}, {}
        for name, examples in task.splits.items():
            inputs = _padded([example.inputs for example in examples], dtype)
            targets = [example.targets for example in examples]
            together = _padded(targets, dtype) if task.loss == BERNOULLI else np.concatenate(targets).astype(np.int32)
            self.begins[name] = _begins([example.inputs for example in examples])
            self.units[name] = len(together)
            arrays = (inputs, together, self.begins[name], _begins(targets))
            memory = [device.upload(array) for array in arrays]
            self._memory += memory
            self.splits[name] = Split(*(part.address for part in memory), len(examples))
        every = [example for examples in task.splits.values() for example in examples]
        self.longest = max(len(example.inputs) for example in every)
        self.labels = max(len(example.targets) for example in every)


def _begins(arrays) -> np.ndarray:
    return np.cumsum([0] + [len(array) for array in arrays]).astype(np.int32)


def _padded(arrays, dtype) -> np.ndarray:
    together = np.concatenate(arrays).astype(dtype)
    return np.pad(together, ((0, 0), (0, padded(together.shape[1]) - together.shape[1])))
