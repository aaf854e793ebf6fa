"""Whole epochs in compiled code that releases the GIL: training with one update a sequence, and evaluation.

Source of the rules: Greff et al. 2017, section IV.B, and the authors' code (Nesterov step, summed loss).
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from odyssey.engine.cpu.arithmetic import FAST
from odyssey.engine.cpu.layer import activate, backward, forward, keep_gates
from odyssey.engine.cpu.output import bernoulli


class Sequences(NamedTuple):
    """Training data, sequences end to end: inputs (ΣT, M), targets (ΣT, outputs), begins (sequences + 1,)."""

    inputs: np.ndarray
    targets: np.ndarray
    begins: np.ndarray


class Batch(NamedTuple):
    """Data for evaluation, frame by frame, the longest sequence first.

    Rows begins[t] to begins[t + 1] of inputs (ΣT, M) and targets (ΣT, outputs) are frame t of all sequences
    that are longer than t.
    """

    inputs: np.ndarray
    targets: np.ndarray
    begins: np.ndarray


@njit(**FAST, cache=True)
def train_epoch(
    data, flat, velocity, gradient, layer, layer_gradient, output, output_gradient, wiring, n, w, out, rate, momentum,
    noise, generator,
):  # fmt: skip
    """One update per sequence, in fresh random order.

    Per sequence, with η = `rate` (already multiplied by 1 − momentum) and m = `momentum`: v ← m v; θ ← θ + v;
    g = ∇L(θ); v ← v − η g; θ ← θ − η g. `layer` and `output` are views into `flat`, and likewise for the gradients.

    Returns:
        The loss summed over all frames; NaN if a weight is no longer finite.
    """
    sigma = flat.dtype.type(noise)
    eta = flat.dtype.type(rate)
    m = flat.dtype.type(momentum)
    total = 0.0
    order = generator.permutation(data.begins.shape[0] - 1)
    for k in order:
        begin, end = data.begins[k], data.begins[k + 1]
        frames = end - begin
        x = data.inputs[begin:end]
        if noise > 0:
            x = _noisy(x, sigma, generator)
        for j in range(flat.shape[0]):
            velocity[j] *= m
            flat[j] += velocity[j]
        forward(x, n, layer, wiring, w)
        y = w.y[1 : frames + 1]
        logits = out.logits[:frames]
        np.dot(y, output.W, logits)
        total += bernoulli(logits, output.b, data.targets[begin:end], out.row)
        np.dot(y.T, logits, output_gradient.W)
        output_gradient.b[:] = 0
        for t in range(frames):
            for j in range(logits.shape[1]):
                output_gradient.b[j] += logits[t, j]
        np.dot(logits, output.W.T, w.dy[:frames])
        backward(x, layer, wiring, layer_gradient, w)
        for j in range(flat.shape[0]):
            descent = eta * gradient[j]
            velocity[j] -= descent
            flat[j] -= descent
    finite = True
    for j in range(flat.shape[0]):
        finite &= np.isfinite(flat[j])
    return total if finite else np.nan


@njit(**FAST)
def _noisy(x, sigma, generator):
    """x plus Gaussian noise, drawn in single precision whatever the precision of x."""
    noise = generator.standard_normal(x.size, np.float32)
    result = np.empty_like(x)
    flat = result.reshape(-1)
    clean = x.reshape(-1)
    for j in range(x.size):
        flat[j] = clean[j] + sigma * flat.dtype.type(noise[j])
    return result


@njit(**FAST, cache=True)
def evaluate(data, layer, output, wiring, n, w, out):
    """Loss summed over all frames of `data`, without noise: all sequences side by side, frame by frame."""
    b, p, s = layer.b, layer.p, w.z.shape[1]
    total = 0.0
    w.c[:] = 0
    w.y[:] = 0
    w.gates[:] = 0
    recurrent = np.empty_like(w.pre)
    gates = np.empty_like(w.gates)
    for t in range(data.begins.shape[0] - 1):
        begin, end = data.begins[t], data.begins[t + 1]
        width = end - begin
        pre = w.pre[:width]
        np.dot(data.inputs[begin:end], layer.W, pre)
        np.dot(w.y[:width], layer.R, recurrent[:width])
        pre += recurrent[:width]
        if wiring.gate_recurrence:
            np.dot(w.gates[:width], layer.Q, gates[:width])
            pre[:, s:] += gates[:width]
        activate(0, width, 0, b, p, wiring, w.pre, w.z, w.i, w.f, w.o, w.c, w.c_out, w.y)
        if wiring.gate_recurrence:
            for k in range(width):
                keep_gates(k, 0, n, wiring, w)
        logits = out.logits[:width]
        np.dot(w.y[:width], output.W, logits)
        total += bernoulli(logits, output.b, data.targets[begin:end], out.row)
    return total
