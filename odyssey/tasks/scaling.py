"""Inputs of unit scale: the mean and the standard deviation of each feature over the training frames."""

import numpy as np

from odyssey.errors import OdysseyError


def training_statistics(features: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each feature over the frames of all sequences, float64 (M,) each.

    The deviation of a feature that never changes counts as 1, so that dividing by it gives 0.

    Args:
        features: of the training split, a (T, M) for each sequence.

    Raises:
        OdysseyError: there is not a single frame.
    """
    frames = sum(map(len, features))
    if not frames:
        raise OdysseyError("the split train has no frame to scale inputs by: add sequences to the corpus")
    mean = sum(inputs.sum(axis=0, dtype=np.float64) for inputs in features) / frames
    variance = sum(((inputs - mean) ** 2).sum(axis=0) for inputs in features) / frames
    # Sums of equal numbers of few digits, such as single-precision ones, are exact in double precision: no rounding can
    # pass for a variance.
    return mean, np.where(variance > 0, np.sqrt(variance), 1.0)
