"""Functional ANOVA of a regression forest, by the package ``fanova``: exact for the forest, a share for each tree.

Source: Hutter, Hoos and Leyton-Brown 2014, as used by Greff et al. 2017. The one module that imports ``fanova``, which
is free for academic and non-commercial use only and therefore optional.
"""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from odyssey.errors import OdysseyError

TREES = 64
# Three samples in a leaf and three of the four features at a split, as the authors of the method have it in SMAC.
# Smaller leaves fit the noise of single trials, which then looks like interaction, and make pairs ten times as slow.
LEAST_IN_LEAF = 3
FEATURES_A_SPLIT = 3
SEED = 0


class Forest:
    """A regression forest over the unit cube.

    Args:
        inputs: float64 (n, d) in [0, 1].
        values: float64 (n,).

    Raises:
        OdysseyError: ``fanova`` is not installed, or the values are not n finite numbers.
    """

    def __init__(self, inputs: np.ndarray, values: np.ndarray):
        inputs, values = np.asarray(inputs, float), np.asarray(values, float)
        if inputs.ndim != 2 or values.shape != inputs.shape[:1] or not len(values):
            raise OdysseyError(f"a forest needs a value for each point, not {values.shape} for {inputs.shape}")
        if not (np.isfinite(inputs).all() and np.isfinite(values).all()):
            raise OdysseyError("a forest needs finite values: leave out the others, or say what they count as")
        self.dimensions = inputs.shape[1]
        # On a common scale: pyrfr takes a node for pure by an absolute threshold.
        self._mean, self._scale = values.mean(), np.ptp(values) or 1.0
        with _supported():
            from ConfigSpace import ConfigurationSpace
            from fanova import fANOVA

            self._fanova = fANOVA(
                inputs,
                (values - self._mean) / self._scale,
                # Without it the bounds would be those of the sample, not those of the cube.
                config_space=ConfigurationSpace({f"x{number}": (0.0, 1.0) for number in range(self.dimensions)}),
                n_trees=TREES,
                seed=SEED,
                max_features=min(FEATURES_A_SPLIT, self.dimensions),
                min_samples_leaf=LEAST_IN_LEAF,
            )

    def fractions(self, axes: tuple[int, ...]) -> np.ndarray:
        """Share of each tree's variance that is due to these axes together, and to no fewer of them.

        Returns:
            float64 (trees,), from 0 to 1; NaN for a tree that does not vary.
        """
        with _supported():
            total = np.array(self._fanova.trees_total_variance, float)
            if not (total > 0).any():
                return np.full(len(total), np.nan)
            self._fanova.quantify_importance(tuple(axes))
            own = np.array(self._fanova.V_U_individual[tuple(axes)], float)
        return np.divide(own, total, out=np.full(len(total), np.nan), where=total > 0)

    def predict(self, inputs: np.ndarray) -> np.ndarray:
        """Mean prediction of the trees, (m,), at points (m, d)."""
        found = [self._fanova.the_forest.predict(point) for point in np.asarray(inputs, float).tolist()]
        return self._mean + self._scale * np.array(found)

    def marginals(self, axes: tuple[int, ...], points: np.ndarray) -> np.ndarray:
        """Each tree's prediction where only some axes are given: its mean over all the others.

        Args:
            axes: those that are given; none for the mean over the whole cube.
            points: coordinates on these axes, (m, len(axes)).

        Returns:
            float64 (trees, m).
        """
        sample = np.full((len(points), self.dimensions), np.nan)
        sample[:, list(axes)] = points
        forest, rows = self._fanova.the_forest, sample.tolist()
        found = [[forest.marginal_prediction_stat_of_tree(tree, row).mean() for row in rows] for tree in range(TREES)]
        return self._mean + self._scale * np.array(found)


@contextmanager
def _supported() -> Iterator[None]:
    """What fanova 2.0.19 needs: a name that NumPy has dropped, and no error for whatever else of the past it uses.

    Its log is kept off stderr.

    Raises:
        OdysseyError: it is not installed.
    """
    root = logging.getLogger()
    handlers, level, disabled = list(root.handlers), root.level, root.manager.disable
    logging.disable(logging.CRITICAL)
    lacking = not hasattr(np, "float")
    if lacking:
        np.float = float
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except ImportError:
        raise OdysseyError(
            "the package fanova is not installed: install it as requirements.txt says (it is free for academic and "
            "non-commercial use only)"
        ) from None
    finally:
        if lacking:
            del np.float
        logging.disable(disabled)
        # fanova calls logging.basicConfig, which would make the whole process talk.
        root.handlers[:] = handlers
        root.setLevel(level)
