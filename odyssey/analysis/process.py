"""A second, independent estimate of importance: functional ANOVA of a Gaussian process, by quadrature.

Forest and process have little in common: the one is a mean of step functions that passes through single trials, the
other a smooth function that takes what it cannot explain for noise. Where they agree, the data have decided.
"""

import warnings
from collections.abc import Callable, Iterable
from itertools import combinations

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel
from threadpoolctl import threadpool_limits

from odyssey.errors import OdysseyError

NODES = 12
FLAT = 1e-6  # a prediction that varies by less than this share of the values' variance says that nothing matters


class Process:
    """A Gaussian process over the unit cube: Matérn kernel (ν = 5/2) with a length scale for each axis, and noise.

    Args:
        inputs: float64 (n, d) in [0, 1].
        values: float64 (n,).

    Raises:
        OdysseyError: the values are not n finite numbers.
    """

    def __init__(self, inputs: np.ndarray, values: np.ndarray):
        inputs, values = np.asarray(inputs, float), np.asarray(values, float)
        if inputs.ndim != 2 or values.shape != inputs.shape[:1] or not len(values):
            raise OdysseyError(f"a process needs a value for each point, not {values.shape} for {inputs.shape}")
        if not (np.isfinite(inputs).all() and np.isfinite(values).all()):
            raise OdysseyError("a process needs finite values: leave out the others, or say what they count as")
        self.dimensions = inputs.shape[1]
        # A constant is not constant to the last bit once it is centred.
        self._variance = values.var() if np.ptp(values) else np.inf
        # An axis with the longest length scale is one that does not matter.
        scales = Matern(np.ones(self.dimensions), (0.1, 100.0), nu=2.5)
        kernel = ConstantKernel(1.0, (1e-3, 1e3)) * scales + WhiteKernel(0.1, (1e-6, 10.0))
        # The likelihood is maximised from one start, the values above: nothing is random.
        self._model = GaussianProcessRegressor(kernel, normalize_y=True)
        with one_thread(), warnings.catch_warnings():
            # A parameter at its bound is an answer, not a failure.
            warnings.simplefilter("ignore", ConvergenceWarning)
            self._model.fit(inputs, values)

    def predict(self, inputs: np.ndarray) -> np.ndarray:
        """Mean of the process, (m,), at points (m, d)."""
        with one_thread():
            return self._model.predict(np.asarray(inputs, float))

    def shares(self, terms: Iterable[tuple[int, ...]]) -> np.ndarray:
        """Share of the mean's variance over the cube that is due to each term, a tuple of axes in ascending order.

        NaN throughout where the process sees nothing but noise.
        """
        parts, total = variances(self.predict, self.dimensions)
        if not total > FLAT * self._variance:
            return np.full(len(tuple(terms)), np.nan)
        return np.array([parts[term] / total for term in terms])


def one_thread() -> threadpool_limits:
    """A context in which products of matrices are computed by one thread: sums in the same order on any number of
    cores, and matrices as small as these are not worth more."""
    return threadpool_limits(1, user_api="blas")


def variances(
    function: Callable[[np.ndarray], np.ndarray], dimensions: int
) -> tuple[dict[tuple[int, ...], float], float]:
    """The functional ANOVA of a smooth function over the unit cube, by Gauss and Legendre's rule on every axis.

    Args:
        function: values (m,) at points (m, dimensions).
        dimensions: d.

    Returns:
        The variance that is due to each set of one or two axes and to no fewer of them, and the whole variance. Exact
        for polynomials of up to degree NODES − 1 in every coordinate.
    """
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    nodes, weights = (nodes + 1) / 2, weights / 2
    grid = np.stack(np.meshgrid(*[nodes] * dimensions, indexing="ij"), axis=-1).reshape(-1, dimensions)
    values = function(grid).reshape((NODES,) * dimensions)

    def spread(kept):
        """Variance of the mean over all axes but those that are kept."""
        mean = values
        for axis in reversed(range(dimensions)):
            if axis not in kept:
                mean = np.tensordot(mean, weights, (axis, 0))
        weight = np.ones(())
        for _ in kept:
            weight = np.multiply.outer(weight, weights)
        centre = (weight * mean).sum()
        return float((weight * (mean - centre) ** 2).sum())

    parts = {(axis,): spread((axis,)) for axis in range(dimensions)}
    for first, second in combinations(range(dimensions), 2):
        parts[first, second] = max(spread((first, second)) - parts[first,] - parts[second,], 0.0)
    return parts, spread(tuple(range(dimensions)))
