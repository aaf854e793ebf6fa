"""How wrong the two estimates are: on a function whose shares are known, from as many trials as a cell has.

The function is additive plus one product, with shares such as the paper reports: mostly the learning rate, then blocks
and noise, nothing of the momentum, and an interaction of learning rate and blocks. It is free of noise; what noise adds
to the error, and to the interactions that single trees see, is not in these numbers.
"""

from math import sqrt

import numpy as np

from odyssey.analysis.forest import Forest
from odyssey.analysis.importance import NAMES, TERMS, forest_shares, process_shares
from odyssey.analysis.process import Process

SHARES = {(0,): 0.70, (1,): 0.12, (2,): 0.06, (3,): 0.0, (0, 1): 0.12}
TRUE = np.array([*(SHARES.get(term, 0.0) for term in TERMS), 0.0])
REPETITIONS = 5


def known(inputs: np.ndarray) -> np.ndarray:
    """The function, values (n,) at points (n, 4) of the unit cube; its variance over the cube is 1.

    A coordinate less its mean has the variance 1/12, the product of two of them 1/144.
    """
    centred = inputs - 0.5
    return sum(sqrt(share * 12 ** len(term)) * centred[:, list(term)].prod(axis=1) for term, share in SHARES.items())


def calibration(trials: int) -> dict[str, np.ndarray]:
    """Estimated shares of the function from `trials` random points, several times.

    Returns:
        For ``forest`` and ``process``, the estimated share of each of `NAMES`, float64 (REPETITIONS, 11).
    """
    forest, process = np.empty((2, REPETITIONS, len(NAMES)))
    for repetition in range(REPETITIONS):
        inputs = np.random.default_rng([trials, repetition]).random((trials, 4))
        forest[repetition] = forest_shares(Forest(inputs, known(inputs)))[0]
        process[repetition] = process_shares(Process(inputs, known(inputs)))
    return {"forest": forest, "process": process}
