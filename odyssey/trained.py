"""A trained network, for whoever wants to use it: a search keeps the scores of its networks, not their weights."""

import torch
from threadpoolctl import threadpool_limits

from odyssey.engine.base import check_precision
from odyssey.engine.cpu import CPUTrainer, Data
from odyssey.engine.torch import Model
from odyssey.errors import OdysseyError
from odyssey.protocol import MAX_EPOCHS, Trial
from odyssey.tasks.base import Task
from odyssey.training import Report, run


def trained_network(task: Task, trial: Trial, dtype: str = "float32", max_epochs: int = MAX_EPOCHS) -> Model:
    """Train a network with the compiled engine, by the rules of the study, and hand it over.

    Args:
        task: what it is trained on.
        trial: the network and how to train it; trained again, it gives the same weights.
        dtype: ``"float32"`` or ``"float64"``.
        max_epochs: where to stop, if early stopping has not done so before.

    Returns:
        The network with the weights of its best epoch, in evaluation form: inputs as in `odyssey.tasks.base.Example`
        to logits.

    Raises:
        OdysseyError: there is no such precision, `max_epochs` is below 1, or the training diverged in its first epoch.
    """
    check_precision(dtype)
    if max_epochs < 1:
        raise OdysseyError(f"max_epochs must be at least 1, not {max_epochs}")
    # One thread for the matrix products, as in a search: sums come in the same order, and the weights are the same.
    with threadpool_limits(1, user_api="blas"):
        trainer = CPUTrainer(task, trial, Data(task, dtype), dtype)
        result = run(trial, task, trainer, Report(), max_epochs)
    if result.best_epoch == 0:
        raise OdysseyError(
            f"{task.name} {trial.variant}: the loss was not finite in the first epoch; try a smaller learning rate"
        )
    network = task.network(trial.variant, trial.hyperparameters.blocks)
    model = Model(network, dtype=getattr(torch, dtype)).requires_grad_(False).eval()
    trained = trainer.parameters()
    for name, weights in model.weights().items():
        weights.copy_(torch.from_numpy(trained[name]))
    return model
