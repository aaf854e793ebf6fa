"""Sigmoid outputs with cross-entropy, summed over outputs and frames."""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from odyssey.engine.cpu.arithmetic import FAST, exp_nonpositive
from odyssey.engine.cpu.vector import LANES, lane, load, select, splat, store


class BernoulliWorkspace(NamedTuple):
    """No buffer is needed: the type alone says which loss it is."""


# So many outputs share a logarithm: no product of factors of at most 2 overflows, in float32 either.
_TOGETHER = 96


@njit(**FAST)
def bernoulli(logits, bias, targets, w):
    """Cross-entropy of the frames in nats; `logits`, which come without the bias, become their gradient.

    With a the logit and e = exp(−|a|): the loss is max(a, 0) − a·target + log(1 + e), and σ(a) is 1 / (1 + e), or
    e / (1 + e) for negative a. The logarithm is taken of the product of many outputs' 1 + e.
    """
    frames, outputs = logits.shape
    zero, one = bias.dtype.type(0), bias.dtype.type(1)
    total = 0.0
    for t in range(frames):
        for begin in range(0, outputs, _TOGETHER):
            end = min(begin + _TOGETHER, outputs)
            whole = end - (end - begin) % LANES
            linear, factor = splat(zero), splat(one)
            for j in range(begin, whole, LANES):
                part, share, gradient = _output(
                    load(logits, t, j) + load(bias, j), load(targets, t, j), splat(zero), splat(one)
                )
                linear += part
                factor *= share
                store(gradient, logits, t, j)
            rest, shares = zero, one
            for j in range(whole, end):
                part, share, logits[t, j] = _output(logits[t, j] + bias[j], targets[t, j], zero, one)
                rest += part
                shares *= share
            for k in range(LANES):
                rest += lane(linear, k)
                shares *= lane(factor, k)
            total += rest + math.log(np.float64(shares))
    return total


@njit(**FAST, inline="always")
def _output(a, target, zero, one):
    """max(a, 0) − a·target, 1 + e and the gradient, of one output or of eight."""
    e = exp_nonpositive(select(a < zero, a, zero - a))
    inverse = one / (one + e)
    return select(a < zero, zero, a) - a * target, one + e, select(a < zero, e * inverse, inverse) - target
