"""The rival ``JAX``: the vanilla block as a `jax.lax.scan`; its gradient and the update compiled as one function.

JAX is not among the requirements (``pip install 'jax[cpu]'``). The equations are written down here once more, from
section II of the paper, so that whatever the engines share they do not share with this file.
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, nn

from odyssey.protocol import Trial
from odyssey.tasks.base import BERNOULLI, CATEGORICAL, Task

VARIANT = "V"
LOSSES = (BERNOULLI, CATEGORICAL)


class ScanTrainer:
    """One trial of the variant V in float32; updates are those of the engines, without noise and in fixed order.

    Args:
        task: its training sequences are trained on; its loss is one of `LOSSES`.
        trial: its learning rate, momentum, blocks and seed count.

    Attributes:
        parameters: by the names of `Network.parameter_shapes`; matrices are transposed, which XLA prefers.
    """

    def __init__(self, task: Task, trial: Trial):
        h = trial.hyperparameters
        network = task.network(VARIANT, h.blocks)
        initial = network.initial_parameters(trial.generator())
        self.parameters = {name: jnp.asarray(_stored(name, value), jnp.float32) for name, value in initial.items()}
        self._velocity = jax.tree.map(jnp.zeros_like, self.parameters)
        self._update = partial(_update, task.loss, network.layers, h.learning_rate * (1 - h.momentum), h.momentum)
        self._data = [(jnp.asarray(e.inputs), jnp.asarray(e.targets)) for e in task.splits["train"]]

    def train_epoch(self) -> float:
        """One update per training sequence; the loss of each as its update saw it, summed."""
        losses = []
        for inputs, targets in self._data:
            loss, self.parameters, self._velocity = self._update(self.parameters, self._velocity, inputs, targets)
            losses.append(loss)
        jax.block_until_ready((self.parameters, self._velocity))
        return float(sum(losses))


def loss_and_gradient(task: Task, parameters: dict[str, np.ndarray], inputs: np.ndarray, targets: np.ndarray):
    """The summed loss of one sequence in nats, and its gradient by the names and in the shapes of `parameters`."""
    stored = {name: jnp.asarray(_stored(name, value)) for name, value in parameters.items()}
    layers = ("forward", "backward") if task.bidirectional else ("forward",)
    loss, gradient = jax.value_and_grad(_loss, argnums=2)(task.loss, layers, stored, inputs, targets)
    return float(loss), {name: _stored(name, np.asarray(value)) for name, value in gradient.items()}


@partial(jax.jit, static_argnums=(0, 1, 2, 3), donate_argnums=(4, 5))
def _update(kind, layers, rate, momentum, parameters, velocity, inputs, targets):
    velocity = jax.tree.map(lambda v: momentum * v, velocity)
    parameters = jax.tree.map(jnp.add, parameters, velocity)
    loss, gradient = jax.value_and_grad(_loss, argnums=2)(kind, layers, parameters, inputs, targets)
    velocity = jax.tree.map(lambda v, g: v - rate * g, velocity, gradient)
    parameters = jax.tree.map(lambda theta, g: theta - rate * g, parameters, gradient)
    return loss, parameters, velocity


def _loss(kind, layers, parameters, inputs, targets):
    hidden = jnp.concatenate([_layer(parameters, name, inputs) for name in layers], axis=1)
    logits = hidden @ parameters["output.W"] + parameters["output.b"]
    if kind == BERNOULLI:
        return jnp.sum(jnp.maximum(logits, 0) - logits * targets + jnp.log1p(jnp.exp(-jnp.abs(logits))))
    return -jnp.sum(jnp.take_along_axis(nn.log_softmax(logits), targets[:, None], axis=1))


def _layer(parameters, name, inputs):
    """Outputs (T, N) of one hidden layer in the order of time."""
    W, R, b, p = (parameters[f"{name}.{key}"] for key in "WRbp")
    backwards = name == "backward"

    def step(state, projected):
        y, c = state
        z, i, f, o = jnp.split(projected + y @ R, 4)
        c = jnp.tanh(z) * nn.sigmoid(i + p[0] * c) + c * nn.sigmoid(f + p[1] * c)
        y = jnp.tanh(c) * nn.sigmoid(o + p[2] * c)
        return (y, c), y

    zero = jnp.zeros(R.shape[0], R.dtype)
    return lax.scan(step, (zero, zero), inputs @ W + b, reverse=backwards)[1]


def _stored(name, values):
    return values if name.endswith(".p") else values.T
