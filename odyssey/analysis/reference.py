"""What needs no recurrent network: scores of the simplest predictors, to judge the scores of a task by.

The paper has none of these. Of the phones of frames, a network that only counted them would reach the first error, one
that forgot every frame at once about the second; what lies below is owed to the other frames. The same is true of the
keys of the next frame.
"""

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax

from odyssey.corpora.base import SPLITS
from odyssey.errors import OdysseyError
from odyssey.tasks.base import BERNOULLI, CATEGORICAL, Example, Task, Totals

# Half of it times the squared weights is added to the mean loss of a frame: enough for the minimum to be found in fewer
# steps than allowed, and thus to be the same on every machine.
PENALTY = 1e-3
STEPS = 200


def class_counts(task: Task) -> dict[str, np.ndarray]:
    """Frames of each class in each split, int (outputs,).

    Raises:
        OdysseyError: the task does not classify frames.
    """
    if task.loss != CATEGORICAL:
        raise OdysseyError(f"task {task.name} does not classify frames: choose one whose loss is {CATEGORICAL}")
    return {
        split: sum(np.bincount(example.targets, minlength=task.outputs) for example in task.splits[split])
        for split in SPLITS
    }


def majority_error(task: Task) -> float:
    """Error on the test split, in %, of calling every frame the most frequent class of the training split (the first
    among equals).

    Raises:
        OdysseyError: the task does not classify frames.
    """
    commonest = class_counts(task)["train"].argmax()
    return _test_error(task, lambda inputs: np.full(len(inputs), commonest))


def linear_error(task: Task) -> float:
    """Error on the test split, in %, of multinomial logistic regression on the features of one frame at a time.

    Raises:
        OdysseyError: the task does not classify frames.
    """
    class_counts(task)
    weights, bias = fit_linear(task.splits["train"], task.outputs)
    return _test_error(task, lambda inputs: (inputs @ weights + bias).argmax(axis=1))


def fit_linear(examples: tuple[Example, ...], classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Multinomial logistic regression: the minimum over the weights W and the bias b of

        mean over all frames of −log softmax(x W + b)[k]  +  PENALTY / 2 · sum of W²

    for frames with inputs x and class k. It is convex, so there is nothing random about it.

    Args:
        examples: inputs (T, M) and targets (T,) each.
        classes: K.

    Returns:
        W, float64 (M, K), and b, float64 (K,).
    """
    width = examples[0].inputs.shape[1]
    sequences = [(example.inputs.astype(np.float64), example.targets) for example in examples]
    frames = sum(len(targets) for _, targets in sequences)

    def loss_and_gradient(flat):
        parameters = flat.reshape(width + 1, classes)
        weights, bias = parameters[:-1], parameters[-1]
        loss = 0.5 * PENALTY * np.sum(weights**2)
        gradient = np.vstack([PENALTY * weights, np.zeros(classes)])
        # One sequence at a time: its probabilities stay in the processor's cache.
        for inputs, targets in sequences:
            steps = np.arange(len(targets))
            log_p = log_softmax(inputs @ weights + bias, axis=1)
            loss -= log_p[steps, targets].sum() / frames
            excess = np.exp(log_p)
            excess[steps, targets] -= 1
            gradient[:-1] += inputs.T @ excess / frames
            gradient[-1] += excess.sum(axis=0) / frames
        return loss, gradient.ravel()

    start = np.zeros((width + 1) * classes)
    found = minimize(loss_and_gradient, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    parameters = found.x.reshape(width + 1, classes)
    return parameters[:-1], parameters[-1]


def frequency_loss(task: Task) -> float:
    """Loss per test frame, in nats, of giving each output the share of training frames in which it is 1.

    Raises:
        OdysseyError: the task does not predict the next frame.
    """
    return _test_loss(task, lambda inputs: np.zeros(inputs.shape, bool))


def persistence_loss(task: Task) -> float:
    """The same of giving each output that share among the training frames that follow one with it, or one without it.

    Raises:
        OdysseyError: the task does not predict the next frame.
    """
    return _test_loss(task, lambda inputs: inputs > 0)


def _test_loss(task, known):
    """Of telling the outputs of the next frame by one bit each of this one, known: inputs (T, M) → bool (T, M).

    Shares are those of the training split, a frame with and one without added, so that none is 0 or 1.
    """
    if task.loss != BERNOULLI or task.inputs != task.outputs:
        raise OdysseyError(f"task {task.name} does not predict the next frame: choose one like music")
    bits, targets = _frames(task, "train", known)
    shares = [((targets & chosen).sum(axis=0) + 1) / (chosen.sum(axis=0) + 2) for chosen in (~bits, bits)]
    bits, targets = _frames(task, "test", known)
    probability = np.where(bits, shares[1], shares[0])
    return float(-np.log(np.where(targets, probability, 1 - probability)).sum(axis=1).mean())


def _frames(task, split, known):
    examples = task.splits[split]
    bits = [known(example.inputs) for example in examples]
    return np.concatenate(bits), np.concatenate([example.targets > 0 for example in examples])


def _test_error(task, classify):
    """The task's own score of a classifier, inputs (T, M) → classes (T,), on the test split."""
    test = task.splits["test"]
    errors = sum(task.errors(classify(example.inputs), example.targets) for example in test)
    frames = sum(len(example.targets) for example in test)
    return task.measures(Totals(loss=0.0, units=frames, errors=errors))[1]
