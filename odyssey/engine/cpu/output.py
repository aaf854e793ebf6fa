"""The output layer: which loss is on it, and its buffers.

Each loss is a compiled function of its own. Which one a task has shows in the type of its workspace, so that Numba
compiles the epoch once for each loss, without a question inside.
"""

from collections.abc import Callable

import numpy as np
from numba.extending import overload

from odyssey.engine.cpu.bernoulli import BernoulliWorkspace, bernoulli
from odyssey.engine.cpu.categorical import CategoricalWorkspace, categorical
from odyssey.engine.cpu.ctc import CTCWorkspace, ctc, ctc_workspace
from odyssey.tasks.base import CATEGORICAL, CTC

_FUNCTIONS: dict[type, Callable] = {BernoulliWorkspace: bernoulli, CategoricalWorkspace: categorical, CTCWorkspace: ctc}


def loss_workspace(loss: str, frames: int, labels: int, outputs: int, dtype: str):
    """Fresh buffers for sequences of at most `frames` frames, and for ``ctc`` at most `labels` labels."""
    if loss == CTC:
        return ctc_workspace(frames, labels, dtype)
    if loss == CATEGORICAL:
        return CategoricalWorkspace(np.zeros(outputs, dtype))
    return BernoulliWorkspace()


def is_ctc(w) -> bool:
    """Whether the workspace is that of the ``ctc`` loss; known when code is compiled."""
    return isinstance(w, CTCWorkspace)


def loss_and_gradient(logits, bias, targets, w):
    """The loss of one sequence in nats, of the kind that `w` is made for (compiled code only).

    logits (T, outputs) come without the bias (outputs,) and become their gradient; targets as in
    `odyssey.tasks.base.Example`.
    """
    return _FUNCTIONS[type(w)](logits, bias, targets, w)


@overload(is_ctc, inline="always")
def _is_ctc(w):
    answer = w.instance_class is CTCWorkspace
    return lambda w: answer


@overload(loss_and_gradient)
def _loss_and_gradient(logits, bias, targets, w):
    function = _FUNCTIONS[w.instance_class]
    return lambda logits, bias, targets, w: function(logits, bias, targets, w)
