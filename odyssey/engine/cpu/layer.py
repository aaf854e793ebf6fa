"""One hidden layer over one sequence: forward pass and back-propagation through time, compiled.

The input projection and the weight gradients are matrix products over the whole sequence; only the recurrent
product and the block's elementwise equations (section II of the paper) run inside the
time loop. A variant's `Wiring` is read at run time, always outside the loops over blocks, so that one compiled
function serves every architecture. Three constants spare the loops most questions: a gate that a variant lacks
stays at the 1 that `workspace` gave it, missing peepholes are zeros, and without gate recurrence so is the gradient
that arrives from the next step's gates.

The loops over blocks are kept short, with one array written or two, because LLVM vectorises those best; the arrays
are taken out of their tuples once, outside the loop over time, because that too costs time in every turn.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from odyssey.engine.cpu.arithmetic import FAST, sigmoid, tanh


class Workspace(NamedTuple):
    """Buffers of one layer for sequences of up to T frames; S is the padded number of blocks, K the rows.

    pre (T, K·S): pre-activations, and on the way back their gradients; z, i, f, o, c_out (T, S): block input,
    gates, and the cell state after the output activation; c, y (T + 1, S): cell state and block output, whose
    first row is the zero state before the first frame; dy (T, S): gradient of the loss with respect to y;
    carry (S,): gradient with respect to the cell state, on its way to the frame before; gates (T + 1, G·S) and
    dgates (G·S,): for gate recurrence, the gates of the step before, and the gradient with respect to them.
    """

    pre: np.ndarray
    z: np.ndarray
    i: np.ndarray
    f: np.ndarray
    o: np.ndarray
    c_out: np.ndarray
    c: np.ndarray
    y: np.ndarray
    dy: np.ndarray
    carry: np.ndarray
    gates: np.ndarray
    dgates: np.ndarray


def workspace(frames: int, rows: int, stride: int, dtype: str) -> Workspace:
    """Fresh buffers for sequences of at most `frames` frames."""
    recurrent = (rows - 1) * stride

    def zeros(*shape):
        return np.zeros(shape, dtype)

    def ones(*shape):
        return np.ones(shape, dtype)

    return Workspace(
        pre=zeros(frames, rows * stride),
        z=zeros(frames, stride),
        i=ones(frames, stride),
        f=ones(frames, stride),
        o=ones(frames, stride),
        c_out=zeros(frames, stride),
        c=zeros(frames + 1, stride),
        y=zeros(frames + 1, stride),
        dy=zeros(frames, stride),
        carry=zeros(stride),
        gates=zeros(frames + 1, recurrent),
        dgates=zeros(recurrent),
    )


@njit(**FAST)
def multiply_add(x, matrix, n, out):
    """out += x[:n] @ matrix[:n]: eight rows at a time, so that `out` is read and written once for all eight."""
    k = 0
    while k + 8 <= n:
        x0, x1, x2, x3 = x[k], x[k + 1], x[k + 2], x[k + 3]
        x4, x5, x6, x7 = x[k + 4], x[k + 5], x[k + 6], x[k + 7]
        for j in range(out.shape[0]):
            out[j] += (
                (x0 * matrix[k, j] + x1 * matrix[k + 1, j])
                + (x2 * matrix[k + 2, j] + x3 * matrix[k + 3, j])
                + (x4 * matrix[k + 4, j] + x5 * matrix[k + 5, j])
                + (x6 * matrix[k + 6, j] + x7 * matrix[k + 7, j])
            )
        k += 8
    while k < n:
        x0 = x[k]
        for j in range(out.shape[0]):
            out[j] += x0 * matrix[k, j]
        k += 1


@njit(**FAST)
def multiply_transposed_add(x, matrix, out):
    """out += matrix @ x, for a number of rows that is a multiple of eight: eight dot products at a time."""
    zero = x.dtype.type(0)
    for k in range(0, out.shape[0], 8):
        s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = zero
        for j in range(x.shape[0]):
            s0 += matrix[k, j] * x[j]
            s1 += matrix[k + 1, j] * x[j]
            s2 += matrix[k + 2, j] * x[j]
            s3 += matrix[k + 3, j] * x[j]
            s4 += matrix[k + 4, j] * x[j]
            s5 += matrix[k + 5, j] * x[j]
            s6 += matrix[k + 6, j] * x[j]
            s7 += matrix[k + 7, j] * x[j]
        out[k] += s0
        out[k + 1] += s1
        out[k + 2] += s2
        out[k + 3] += s3
        out[k + 4] += s4
        out[k + 5] += s5
        out[k + 6] += s6
        out[k + 7] += s7


@njit(**FAST, inline="always")
def activate(first, last, shift, b, p, wiring, pre, z, i, f, o, c, c_out, y):
    """The block's equations for rows `first` to `last` of `pre`, which lack bias and peepholes.

    Cell state and output are those of the row before and go to the row `shift` further: 1 where rows are frames,
    0 where they are sequences side by side.
    """
    s = z.shape[1]
    one = z.dtype.type(1)
    i_at, f_at, o_at = wiring.input_row * s, wiring.forget_row * s, wiring.output_row * s
    for t in range(first, last):
        if wiring.input_tanh:
            for j in range(s):
                z[t, j] = tanh(pre[t, j] + b[j])
        else:
            for j in range(s):
                z[t, j] = pre[t, j] + b[j]
        if i_at > 0:
            for j in range(s):
                i[t, j] = sigmoid(pre[t, i_at + j] + b[i_at + j] + p[wiring.input_row - 1, j] * c[t, j])
        if f_at > 0:
            for j in range(s):
                f[t, j] = sigmoid(pre[t, f_at + j] + b[f_at + j] + p[wiring.forget_row - 1, j] * c[t, j])
        elif wiring.coupled:
            for j in range(s):
                f[t, j] = one - i[t, j]
        for j in range(s):
            c[t + shift, j] = z[t, j] * i[t, j] + c[t, j] * f[t, j]
        if o_at > 0:
            for j in range(s):
                o[t, j] = sigmoid(pre[t, o_at + j] + b[o_at + j] + p[wiring.output_row - 1, j] * c[t + shift, j])
        if wiring.output_tanh:
            for j in range(s):
                c_out[t, j] = tanh(c[t + shift, j])
        else:
            for j in range(s):
                c_out[t, j] = c[t + shift, j]
        for j in range(s):
            y[t + shift, j] = c_out[t, j] * o[t, j]


@njit(**FAST)
def keep_gates(t, shift, n, wiring, w):
    """Copy the n gates each of row t to row t + shift of w.gates, for gate recurrence; the padding stays zero."""
    s = w.z.shape[1]
    for row, gate in ((wiring.input_row, w.i), (wiring.forget_row, w.f), (wiring.output_row, w.o)):
        if row > 0:
            for j in range(n):
                w.gates[t + shift, (row - 1) * s + j] = gate[t, j]


@njit(**FAST)
def forward(x, n, weights, wiring, w):
    """Run the layer of n blocks over the sequence x (T, M); the outputs are w.y[1 : T + 1]."""
    frames = x.shape[0]
    b, p, R, Q = weights.b, weights.p, weights.R, weights.Q
    pre, z, i, f, o, c, c_out, y, gates = w.pre, w.z, w.i, w.f, w.o, w.c, w.c_out, w.y, w.gates
    s = z.shape[1]
    np.dot(x, weights.W, pre[:frames])
    for t in range(frames):
        multiply_add(y[t], R, n, pre[t])
        if wiring.gate_recurrence:
            multiply_add(gates[t], Q, gates.shape[1], pre[t, s:])
        activate(t, t + 1, 1, b, p, wiring, pre, z, i, f, o, c, c_out, y)
        if wiring.gate_recurrence:
            keep_gates(t, 1, n, wiring, w)


@njit(**FAST)
def backward(x, weights, wiring, gradient, w):
    """Back-propagate w.dy (T, S), set by the caller, through the sequence x; writes all of `gradient`.

    Needs the buffers as `forward` left them, and uses them up. The equations are those of `activate`, backwards;
    `carry` is the gradient with respect to the cell state.
    """
    frames = x.shape[0]
    p, R, Q, db, dp = weights.p, weights.R, weights.Q, gradient.b, gradient.p
    pre, z, i, f, o, c, c_out = w.pre, w.z, w.i, w.f, w.o, w.c, w.c_out
    dy, carry, dgates = w.dy, w.carry, w.dgates
    s = z.shape[1]
    one = z.dtype.type(1)
    i_at, f_at, o_at = wiring.input_row * s, wiring.forget_row * s, wiring.output_row * s
    coupled = one if wiring.coupled else one - one
    db[:] = 0
    dp[:] = 0
    carry[:] = 0
    dgates[:] = 0
    for t in range(frames - 1, -1, -1):
        if wiring.output_tanh:
            for j in range(s):
                carry[j] += dy[t, j] * o[t, j] * (one - c_out[t, j] * c_out[t, j])
        else:
            for j in range(s):
                carry[j] += dy[t, j] * o[t, j]
        if o_at > 0:
            for j in range(s):
                pre[t, o_at + j] = (dy[t, j] * c_out[t, j] + dgates[o_at - s + j]) * o[t, j] * (one - o[t, j])
            for j in range(s):
                carry[j] += pre[t, o_at + j] * p[wiring.output_row - 1, j]
                dp[wiring.output_row - 1, j] += pre[t, o_at + j] * c[t + 1, j]
        if wiring.input_tanh:
            for j in range(s):
                pre[t, j] = carry[j] * i[t, j] * (one - z[t, j] * z[t, j])
        else:
            for j in range(s):
                pre[t, j] = carry[j] * i[t, j]
        if i_at > 0:
            for j in range(s):
                di = carry[j] * (z[t, j] - coupled * c[t, j]) + dgates[i_at - s + j]
                pre[t, i_at + j] = di * i[t, j] * (one - i[t, j])
            for j in range(s):
                dp[wiring.input_row - 1, j] += pre[t, i_at + j] * c[t, j]
        if f_at > 0:
            for j in range(s):
                df = carry[j] * c[t, j] + dgates[f_at - s + j]
                pre[t, f_at + j] = df * f[t, j] * (one - f[t, j])
            for j in range(s):
                dp[wiring.forget_row - 1, j] += pre[t, f_at + j] * c[t, j]
        for j in range(s):
            carry[j] *= f[t, j]
        if i_at > 0:
            for j in range(s):
                carry[j] += pre[t, i_at + j] * p[wiring.input_row - 1, j]
        if f_at > 0:
            for j in range(s):
                carry[j] += pre[t, f_at + j] * p[wiring.forget_row - 1, j]
        for j in range(pre.shape[1]):
            db[j] += pre[t, j]
        if t > 0:
            multiply_transposed_add(pre[t], R, dy[t - 1])
            if wiring.gate_recurrence:
                dgates[:] = 0
                multiply_transposed_add(pre[t, s:], Q, dgates)
    np.dot(x.T, pre[:frames], gradient.W)
    np.dot(w.y[:frames].T, pre[:frames], gradient.R)
    if wiring.gate_recurrence:
        np.dot(w.gates[:frames].T, np.ascontiguousarray(pre[:frames, s:]), gradient.Q)
