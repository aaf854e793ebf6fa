"""A whole training epoch in compiled code that releases the GIL: one update a sequence.

Source of the rules: Greff et al. 2017, section IV.B, and the authors' code (Nesterov step, summed loss).
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from odyssey.engine.cpu.arithmetic import FAST
from odyssey.engine.cpu.layer import backward, forward
from odyssey.engine.cpu.memory import zeros
from odyssey.engine.cpu.noise import standard_normal
from odyssey.engine.cpu.output import loss_and_gradient


class Sequences(NamedTuple):
    """Training data, sequences end to end.

    inputs (ΣT, M) and targets, (ΣT, outputs), (ΣT,) or (ΣU,) by the loss; sequence k has the inputs begins[k] to
    begins[k + 1] and the targets target_begins[k] to target_begins[k + 1].
    """

    inputs: np.ndarray
    targets: np.ndarray
    begins: np.ndarray
    target_begins: np.ndarray


class Room(NamedTuple):
    """Buffers around D hidden layers for up to T frames.

    noise (T·M,): float32; inputs (D, T, M): what each layer reads, for the backward layer from the last frame to the
    first; hidden and dhidden (T, D·S): the layers' outputs side by side, in the order of time, and the gradient with
    respect to them; logits (T, outputs): later their gradient.
    """

    noise: np.ndarray
    inputs: np.ndarray
    hidden: np.ndarray
    dhidden: np.ndarray
    logits: np.ndarray


def room(frames: int, layers: int, inputs: int, stride: int, outputs: int, dtype: str) -> Room:
    """Fresh buffers for sequences of at most `frames` frames."""
    return Room(
        zeros(frames * inputs, "float32"),
        zeros((layers, frames, inputs), dtype),
        zeros((frames, layers * stride), dtype),
        zeros((frames, layers * stride), dtype),
        zeros((frames, outputs), dtype),
    )


@njit(**FAST, cache=True)
def train_epoch(
    data, order, flat, velocity, gradient, layers, layer_gradients, output, output_gradient, wiring, n, workspaces,
    room, loss_workspace, rate, momentum, noise, random,
):  # fmt: skip
    """One update per sequence in the order given, with noise from the state `random` (`odyssey.engine.cpu.noise`).

    Per sequence, with η = `rate` (already multiplied by 1 − momentum) and m = `momentum`: v ← m v; θ ← θ + v;
    g = ∇L(θ); v ← v − η g; θ ← θ − η g. The end of one step and the beginning of the next are one pass over the
    weights, which for large networks do not fit the cache. `layers` (forward, and backward if there is one) and
    `output` are views into `flat`, and likewise for the gradients; each layer has its own workspace.

    Returns:
        The loss summed over all sequences; NaN if a weight is no longer finite.
    """
    sigma = flat.dtype.type(noise)
    eta = flat.dtype.type(rate)
    m = flat.dtype.type(momentum)
    total = 0.0
    for j in range(flat.shape[0]):
        velocity[j] *= m
        flat[j] += velocity[j]
    for step in range(order.shape[0]):
        k = order[step]
        begin, end = data.begins[k], data.begins[k + 1]
        frames = end - begin
        _read(data.inputs[begin:end], sigma, random, room.noise, room.inputs)
        for d in range(len(layers)):
            forward(room.inputs[d, :frames], n, layers[d], wiring, workspaces[d])
            _gather(workspaces[d].y, d, frames, room.hidden)
        hidden, logits = room.hidden[:frames], room.logits[:frames]
        np.dot(hidden, output.W, logits)
        targets = data.targets[data.target_begins[k] : data.target_begins[k + 1]]
        total += loss_and_gradient(logits, output.b, targets, loss_workspace)
        np.dot(hidden.T, logits, output_gradient.W)
        output_gradient.b[:] = 0
        for t in range(frames):
            for j in range(logits.shape[1]):
                output_gradient.b[j] += logits[t, j]
        np.dot(logits, output.W.T, room.dhidden[:frames])
        for d in range(len(layers)):
            _scatter(room.dhidden, d, frames, workspaces[d].dy)
            backward(room.inputs[d, :frames], layers[d], wiring, layer_gradients[d], workspaces[d])
        if step + 1 < order.shape[0]:
            for j in range(flat.shape[0]):
                descent = eta * gradient[j]
                v = m * (velocity[j] - descent)
                velocity[j] = v
                flat[j] += v - descent
        else:
            for j in range(flat.shape[0]):
                descent = eta * gradient[j]
                velocity[j] -= descent
                flat[j] -= descent
    finite = True
    for j in range(flat.shape[0]):
        finite &= np.isfinite(flat[j])
    return total if finite else np.nan


@njit(**FAST)
def _read(x, sigma, random, noise, inputs):
    """Put x (T, M), with Gaussian noise drawn in single precision whatever that of x, into inputs (D, T, M)."""
    frames, width = x.shape
    if sigma > 0:
        standard_normal(random, noise[: x.size])
        for t in range(frames):
            for j in range(width):
                inputs[0, t, j] = x[t, j] + sigma * x.dtype.type(noise[t * width + j])
    else:
        inputs[0, :frames] = x
    if inputs.shape[0] > 1:
        for t in range(frames):
            inputs[1, t] = inputs[0, frames - 1 - t]


@njit(**FAST)
def _gather(y, d, frames, hidden):
    """Copy the outputs y[1 : T + 1] of layer d into its columns of hidden, in the order of time."""
    s = y.shape[1]
    for t in range(frames):
        source = t if d == 0 else frames - 1 - t
        for j in range(s):
            hidden[t, d * s + j] = y[source + 1, j]


@njit(**FAST)
def _scatter(dhidden, d, frames, dy):
    """The opposite for the gradients: the columns of layer d to dy, in the order in which the layer reads."""
    s = dy.shape[1]
    for t in range(frames):
        target = t if d == 0 else frames - 1 - t
        for j in range(s):
            dy[target, j] = dhidden[t, d * s + j]
