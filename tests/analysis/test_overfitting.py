"""Overfitting by noise, counted by hand."""

import pandas as pd
import pytest

from odyssey.analysis.overfitting import overfitting


def study(*trials):
    """Trials of (learning rate, noise, best epoch, training loss and validation loss there, test score)."""
    rows, curves = [], []
    for index, (rate, noise, best, train, valid, score) in enumerate(trials):
        rows.append({"learning_rate": rate, "input_noise": noise, "best_epoch": best, "valid_loss": valid})
        rows[-1] |= {"variant": "V", "index": index, "test_score": score}
        for epoch in range(1, 4):
            there = epoch == best
            losses = {"train_loss": train if there else 9.0, "valid_loss": valid if there else 1e3}
            curves.append({"variant": "V", "index": index, "epoch": epoch} | losses)
    return pd.DataFrame(rows), pd.DataFrame(curves)


def test_medians_at_the_best_epoch_by_noise():
    found = overfitting(
        *study(
            (1e-3, 0.1, 2, 1.0, 6.0, 30.0),
            (5e-3, 0.4, 1, 1.0, 4.0, 32.0),
            (5e-3, 0.49, 3, 1.0, 5.0, 37.0),
            (5e-3, 0.5, 3, 2.0, 3.0, 40.0),
            (9e-4, 0.1, 2, 1.0, 99.0, 99.0),  # too slow
            (5e-3, 0.9, 0, 1.0, 99.0, 99.0),  # no good epoch
        )
    )
    assert found.to_dict("records") == [
        {"noise": "little", "trials": 3, "times": 5.0, "score": 32.0},
        {"noise": "much", "trials": 1, "times": 1.5, "score": 40.0},
    ]


def test_trials_of_variants_are_not_mixed_up():
    trials, curves = study((5e-3, 0.1, 1, 1.0, 2.0, 30.0))
    other = [frame.assign(variant="NP") for frame in study((5e-3, 0.1, 2, 1.0, 4.0, 30.0))]
    found = overfitting(pd.concat([trials, other[0]]), pd.concat([curves, other[1]]))
    assert found["trials"].item() == 2 and found["times"].item() == pytest.approx(3.0)


def test_without_such_trials_there_is_no_row():
    assert overfitting(*study((1e-5, 0.1, 1, 1.0, 2.0, 30.0))).empty
