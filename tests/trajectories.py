"""Do two trainers go the same way? The same random numbers and the same rules give the same numbers."""

import numpy as np
import pytest


def assert_same_trajectory(ours, reference, tolerance, epochs):
    """`ours`, of a compiled engine, and a trainer of the torch engine: weights, losses and errors, epoch by epoch.

    Initial weights are the same, losses agree to `tolerance` of their value, and so do weights after `epochs`.
    """
    assert_same_weights(ours, reference, 0)
    for _ in range(epochs):
        a, b = ours.train_epoch(), reference.train_epoch()
        assert a.loss == pytest.approx(b.loss, rel=tolerance)
        assert a.units == b.units
        for split in ("valid", "test"):
            a, b = ours.evaluate(split), reference.evaluate(split)
            assert a.loss == pytest.approx(b.loss, rel=tolerance)
            assert (a.units, a.errors) == (b.units, b.errors)
    assert_same_weights(ours, reference, tolerance)


def assert_same_weights(ours, reference, tolerance):
    """All parameters, by name."""
    expected = reference.weights()
    assert ours.parameters().keys() == expected.keys()
    for name, values in ours.parameters().items():
        np.testing.assert_allclose(values, expected[name].numpy(), rtol=0, atol=tolerance, err_msg=name)
