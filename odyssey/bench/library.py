"""The rival ``nn.LSTM``: the network as a user of PyTorch would write it, with the library's own layer and optimiser.

`torch.nn.LSTM` has no peepholes, so this is the variant NP.
"""

import numpy as np
import torch
from torch import nn

from odyssey.engine.torch import LOSSES
from odyssey.protocol import Trial
from odyssey.tasks.base import Task

VARIANT = "NP"
# Of the study's rows z, i, f, o those that stand first, second, … in torch, whose order is i, f, g (our z), o.
_ROWS = (1, 2, 0, 3)
_CPU = torch.device("cpu")


class LibraryTrainer:
    """One trial of the variant NP; updates and losses are those of the engines, without noise and in fixed order.

    The optimiser's Nesterov momentum is the study's rule, seen from the look-ahead point: with φ = θ + m v for its
    parameters and v = −η b for its buffer, b ← m b + g, φ ← φ − η (g + m b). The layer's second bias is held at zero.

    Args:
        task: its training sequences are trained on.
        trial: its learning rate, momentum (above 0), blocks and seed count.
        device: where; on a GPU, the layer is cuDNN's.
    """

    def __init__(self, task: Task, trial: Trial, device: torch.device = _CPU):
        h = trial.hyperparameters
        network = task.network(VARIANT, h.blocks)
        self.loss, self.device = LOSSES[task.loss], device
        self.lstm = nn.LSTM(task.inputs, h.blocks, bidirectional=task.bidirectional, device=device)
        self.output = nn.Linear(len(network.layers) * h.blocks, task.outputs, device=device)
        self._fill(network.initial_parameters(trial.generator()))
        weights = [*self.lstm.parameters(), *self.output.parameters()]
        trained = [values for values in weights if values.requires_grad]
        rate = h.learning_rate * (1 - h.momentum)
        # `fused` is the quickest of the optimiser's implementations.
        self.optimiser = torch.optim.SGD(trained, rate, h.momentum, nesterov=True, fused=True)
        self.data = [
            (torch.from_numpy(e.inputs).to(device), _targets(e.targets).to(device)) for e in task.splits["train"]
        ]

    def train_epoch(self) -> float:
        """One update per training sequence; the loss of each as its update saw it, summed."""
        # Added up on the device, which would otherwise be waited for after each update.
        total = torch.zeros((), dtype=torch.float64, device=self.device)
        for inputs, targets in self.data:
            self.optimiser.zero_grad()
            loss = self.loss(self.output(self.lstm(inputs)[0]), targets)
            loss.backward()
            self.optimiser.step()
            total += loss.detach()
        return total.item()

    @torch.no_grad()
    def _fill(self, parameters: dict[str, np.ndarray]) -> None:
        """Take over weights of the names and shapes of `Network.parameter_shapes`."""
        for suffix, direction in (("", "forward"), ("_reverse", "backward")):
            if f"{direction}.W" not in parameters:
                continue
            for ours, theirs in (("W", "weight_ih_l0"), ("R", "weight_hh_l0"), ("b", "bias_ih_l0")):
                rows = np.split(parameters[f"{direction}.{ours}"], len(_ROWS))
                values = np.concatenate([rows[row] for row in _ROWS])
                getattr(self.lstm, theirs + suffix).copy_(torch.from_numpy(values))
            getattr(self.lstm, "bias_hh_l0" + suffix).zero_().requires_grad_(False)
        self.output.weight.copy_(torch.from_numpy(parameters["output.W"]))
        self.output.bias.copy_(torch.from_numpy(parameters["output.b"]))


def _targets(values: np.ndarray) -> torch.Tensor:
    tensor = torch.from_numpy(values)
    return tensor if tensor.is_floating_point() else tensor.long()
