"""One hidden layer over one sequence: forward pass and back-propagation through time, compiled.

The input projection and the weight gradients are products over the whole sequence (`odyssey.engine.cpu.product`); only
the recurrent product and the block's elementwise equations (section II of the paper) run inside the
time loop. A variant's `Wiring` is read at run time, so that one compiled function serves every architecture. Three
constants spare the loops most questions: a gate that a variant lacks stays at the 1 that `workspace` gave it, missing
peepholes are zeros, and without gate recurrence so is the gradient that arrives from the next step's gates.

The loops over blocks take eight at a time (`odyssey.engine.cpu.vector`). The arrays are taken out of their tuples
once, outside the loop over time, because that too costs time in every turn.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from odyssey.engine.cpu.arithmetic import FAST, sigmoid, tanh
from odyssey.engine.cpu.memory import zeros
from odyssey.engine.cpu.product import product
from odyssey.engine.cpu.vector import LANES, load, splat, store, sums


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
    buffers = Workspace(
        pre=zeros((frames, rows * stride), dtype),
        z=zeros((frames, stride), dtype),
        i=zeros((frames, stride), dtype),
        f=zeros((frames, stride), dtype),
        o=zeros((frames, stride), dtype),
        c_out=zeros((frames, stride), dtype),
        c=zeros((frames + 1, stride), dtype),
        y=zeros((frames + 1, stride), dtype),
        dy=zeros((frames, stride), dtype),
        carry=zeros(stride, dtype),
        gates=zeros((frames + 1, recurrent), dtype),
        dgates=zeros(recurrent, dtype),
    )
    for gate in (buffers.i, buffers.f, buffers.o):
        gate[:] = 1
    return buffers


@njit(**FAST)
def multiply_add(x, matrix, n, backwards, out):
    """out += x[:n] @ matrix[:n], eight rows at a time.

    Step after step reads the whole matrix. If it does not quite fit the cache, the rows that were read last are the
    ones still there: whoever calls this in a loop should go through the rows backwards every other time.
    """
    groups = n // 8
    for group in range(groups):
        k = 8 * (groups - 1 - group if backwards else group)
        x0, x1, x2, x3 = splat(x[k]), splat(x[k + 1]), splat(x[k + 2]), splat(x[k + 3])
        x4, x5, x6, x7 = splat(x[k + 4]), splat(x[k + 5]), splat(x[k + 6]), splat(x[k + 7])
        for j in range(0, out.shape[0], LANES):
            even = load(out, j) + x0 * load(matrix, k, j)
            odd = x1 * load(matrix, k + 1, j)
            even += x2 * load(matrix, k + 2, j)
            odd += x3 * load(matrix, k + 3, j)
            even += x4 * load(matrix, k + 4, j)
            odd += x5 * load(matrix, k + 5, j)
            even += x6 * load(matrix, k + 6, j)
            odd += x7 * load(matrix, k + 7, j)
            store(even + odd, out, j)
    for k in range(8 * groups, n):
        x0 = splat(x[k])
        for j in range(0, out.shape[0], LANES):
            store(load(out, j) + x0 * load(matrix, k, j), out, j)


@njit(**FAST)
def multiply_transposed_add(x, matrix, backwards, out):
    """out += matrix @ x, eight rows at a time; for `backwards` see `multiply_add`."""
    zero = splat(x.dtype.type(0))
    rows = out.shape[0]
    for row in range(0, rows, LANES):
        k = rows - LANES - row if backwards else row
        s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = zero
        for j in range(0, x.shape[0], LANES):
            xj = load(x, j)
            s0 += xj * load(matrix, k, j)
            s1 += xj * load(matrix, k + 1, j)
            s2 += xj * load(matrix, k + 2, j)
            s3 += xj * load(matrix, k + 3, j)
            s4 += xj * load(matrix, k + 4, j)
            s5 += xj * load(matrix, k + 5, j)
            s6 += xj * load(matrix, k + 6, j)
            s7 += xj * load(matrix, k + 7, j)
        store(load(out, k) + sums(s0, s1, s2, s3, s4, s5, s6, s7), out, k)


@njit(**FAST, inline="always")
def activate(first, last, shift, b, p, wiring, pre, z, i, f, o, c, c_out, y):
    """The block's equations for rows `first` to `last` of `pre`, which lack bias and peepholes.

    Cell state and output are those of the row before and go to the row `shift` further: 1 where rows are frames,
    0 where they are sequences side by side.
    """
    s = z.shape[1]
    one = splat(z.dtype.type(1))
    input_row, forget_row, output_row = wiring.input_row, wiring.forget_row, wiring.output_row
    for t in range(first, last):
        for j in range(0, s, LANES):
            before = load(c, t, j)
            block_input = load(pre, t, j) + load(b, j)
            if wiring.input_tanh:
                block_input = tanh(block_input)
            store(block_input, z, t, j)
            input_gate = one
            if input_row > 0:
                a = load(pre, t, input_row * s + j) + load(b, input_row * s + j)
                input_gate = sigmoid(a + load(p, input_row - 1, j) * before)
                store(input_gate, i, t, j)
            forget_gate = one
            if forget_row > 0:
                a = load(pre, t, forget_row * s + j) + load(b, forget_row * s + j)
                forget_gate = sigmoid(a + load(p, forget_row - 1, j) * before)
                store(forget_gate, f, t, j)
            elif wiring.coupled:
                forget_gate = one - input_gate
                store(forget_gate, f, t, j)
            state = block_input * input_gate + before * forget_gate
            store(state, c, t + shift, j)
            output_gate = one
            if output_row > 0:
                a = load(pre, t, output_row * s + j) + load(b, output_row * s + j)
                output_gate = sigmoid(a + load(p, output_row - 1, j) * state)
                store(output_gate, o, t, j)
            if wiring.output_tanh:
                state = tanh(state)
            store(state, c_out, t, j)
            store(state * output_gate, y, t + shift, j)


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
    product(x, weights.W, pre[:frames])
    for t in range(frames):
        multiply_add(y[t], R, n, t % 2 == 1, pre[t])
        if wiring.gate_recurrence:
            multiply_add(gates[t], Q, gates.shape[1], t % 2 == 1, pre[t, s:])
        activate(t, t + 1, 1, b, p, wiring, pre, z, i, f, o, c, c_out, y)
        if wiring.gate_recurrence:
            keep_gates(t, 1, n, wiring, w)


@njit(**FAST)
def backward(x, weights, wiring, gradient, w):
    """Back-propagate w.dy (T, S), set by the caller, through the sequence x; writes all of `gradient`.

    Needs the buffers as `forward` left them, and uses them up.
    """
    frames = x.shape[0]
    p, R, Q, db, dp = weights.p, weights.R, weights.Q, gradient.b, gradient.p
    pre, z, i, f, o, c, c_out = w.pre, w.z, w.i, w.f, w.o, w.c, w.c_out
    dy, carry, dgates = w.dy, w.carry, w.dgates
    s = z.shape[1]
    db[:] = 0
    dp[:] = 0
    carry[:] = 0
    dgates[:] = 0
    for t in range(frames - 1, -1, -1):
        differentiate(t, p, wiring, pre, z, i, f, o, c, c_out, dy, carry, dgates, db, dp)
        if t > 0:
            multiply_transposed_add(pre[t], R, t % 2 == 1, dy[t - 1])
            if wiring.gate_recurrence:
                dgates[:] = 0
                multiply_transposed_add(pre[t, s:], Q, t % 2 == 1, dgates)
    product(x.T, pre[:frames], gradient.W)
    product(w.y[:frames].T, pre[:frames], gradient.R)
    if wiring.gate_recurrence:
        product(w.gates[:frames].T, pre[:frames, s:], gradient.Q)


@njit(**FAST, inline="always")
def differentiate(t, p, wiring, pre, z, i, f, o, c, c_out, dy, carry, dgates, db, dp):
    """The equations of `activate` for frame t, backwards: row t of pre becomes the gradients of the pre-activations.

    `carry` is the gradient with respect to the cell state, on its way to the frame before; biases and peepholes add
    up their gradients in db and dp.
    """
    s = z.shape[1]
    one = splat(z.dtype.type(1))
    input_row, forget_row, output_row = wiring.input_row, wiring.forget_row, wiring.output_row
    for j in range(0, s, LANES):
        before, block_input, squashed = load(c, t, j), load(z, t, j), load(c_out, t, j)
        input_gate, forget_gate, output_gate = load(i, t, j), load(f, t, j), load(o, t, j)
        d_output = load(dy, t, j)
        d_state = d_output * output_gate
        if wiring.output_tanh:
            d_state *= one - squashed * squashed
        d_state += load(carry, j)
        if output_row > 0:
            at = output_row * s + j
            d = (d_output * squashed + load(dgates, at - s)) * output_gate * (one - output_gate)
            store(d, pre, t, at)
            store(load(db, at) + d, db, at)
            store(load(dp, output_row - 1, j) + d * load(c, t + 1, j), dp, output_row - 1, j)
            d_state += d * load(p, output_row - 1, j)
        d_before = d_state * forget_gate
        d = d_state * input_gate
        if wiring.input_tanh:
            d *= one - block_input * block_input
        store(d, pre, t, j)
        store(load(db, j) + d, db, j)
        if input_row > 0:
            at = input_row * s + j
            d = d_state * block_input
            if wiring.coupled:
                d -= d_state * before
            d = (d + load(dgates, at - s)) * input_gate * (one - input_gate)
            store(d, pre, t, at)
            store(load(db, at) + d, db, at)
            store(load(dp, input_row - 1, j) + d * before, dp, input_row - 1, j)
            d_before += d * load(p, input_row - 1, j)
        if forget_row > 0:
            at = forget_row * s + j
            d = (d_state * before + load(dgates, at - s)) * forget_gate * (one - forget_gate)
            store(d, pre, t, at)
            store(load(db, at) + d, db, at)
            store(load(dp, forget_row - 1, j) + d * before, dp, forget_row - 1, j)
            d_before += d * load(p, forget_row - 1, j)
        store(d_before, carry, j)
