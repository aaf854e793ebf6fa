"""What `make install` builds with special care works, so that nobody finds out in the middle of an analysis."""

import warnings

import ConfigSpace
import numpy as np
import pytest


def test_fanova_tells_the_shares_of_an_additive_function():
    """Variance of x is 1/12, of 3 y it is 9/12: shares of 10 and 90 %."""
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        # fanova 2.0.19 still uses a name that NumPy has dropped, and pkg_resources in its own packaging.
        patch.setattr(np, "float", float, raising=False)
        warnings.simplefilter("ignore")
        from fanova import fANOVA

        space = ConfigSpace.ConfigurationSpace(seed=0)
        space.add(ConfigSpace.Float("x", (0.0, 1.0)), ConfigSpace.Float("y", (0.0, 1.0)))
        points = np.random.default_rng(0).random((500, 2))
        forest = fANOVA(points, points[:, 0] + 3 * points[:, 1], config_space=space, n_trees=16, seed=0)
        shares = [forest.quantify_importance((name,))[(name,)]["individual importance"] for name in ("x", "y")]
    # A forest always sees some interaction where there is none; here that costs y six points.
    assert shares == pytest.approx([0.1, 0.9], abs=0.08)
