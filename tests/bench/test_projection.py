"""The costs that the book derives, reckoned by hand from few numbers."""

import numpy as np
import pandas as pd
import pytest

from odyssey.bench import projection
from odyssey.bench.projection import Size, by_variant, corpus_size, cost, epoch_seconds, operations, trial_seconds
from odyssey.errors import OdysseyError
from odyssey.network import Network
from odyssey.variants import VARIANTS, variant


def measured(evaluation=0.25):
    """Two variants of two tasks at two lengths and three sizes; twice the blocks take four times as long."""
    return pd.DataFrame(
        [
            {"task": task, "frames": frames, "variant": code, "blocks": blocks}
            | {"update_ms": factor * share * frames * blocks**2, "evaluation_ms": factor * share * evaluation * frames}
            for task, factor in (("other", 7), ("toy", 1))
            for frames in (10, 100)
            for code, share in (("V", 1), ("NP", 1 / 2))
            for blocks in (200, 20, 50)
        ]
    )


def test_an_epoch_by_hand():
    found = epoch_seconds(measured(), "toy", "V", np.array([20, 100, 200, 300]), Size(3, 2, 100))
    # 100 blocks lie on the same power; beyond what was measured there is nothing to go by.
    expected = [3 * 100 * blocks**2 + 2 * 100 * 0.25 for blocks in (20, 100, 200, 200)]
    np.testing.assert_allclose(found, np.array(expected) / 1000)
    half = epoch_seconds(measured(), "toy", "NP", np.array([20]), Size(3, 2, 100))
    np.testing.assert_allclose(half, expected[0] / 2000)


def test_the_nearest_length_counts_and_costs_follow_the_frames():
    size = measured()
    size.loc[size["frames"] == 100, ["update_ms", "evaluation_ms"]] *= 3
    near, far = (epoch_seconds(size, "toy", "V", np.array([20]), Size(1, 0, frames))[0] for frames in (12, 90))
    assert near == pytest.approx(12 * 400 / 1000)
    assert far == pytest.approx(3 * 90 * 400 / 1000)


def test_a_variant_that_was_not_measured():
    with pytest.raises(OdysseyError, match=r"CNP on music was not measured: .* odyssey bench --scale"):
        epoch_seconds(measured(), "music", "CNP", np.array([20]), Size(60, 229, 76))


def trials():
    return pd.DataFrame(
        [
            {"task": "toy", "variant": "V", "blocks": 20, "epochs": 5},
            {"task": "toy", "variant": "NP", "blocks": 200, "epochs": 2},
            {"task": "toy", "variant": "V", "blocks": 50, "epochs": 10},
        ],
        index=[4, 2, 9],
    )


def test_trials_cost_their_own_epochs():
    found = trial_seconds(measured(evaluation=0.1), trials(), Size(1, 0, 10))
    np.testing.assert_allclose(found, [5 * 10 * 0.4, 2 * 10 * 20, 10 * 10 * 2.5])


def test_variants_count_alike():
    assert by_variant(trials(), [1, 10, 3]) == (2 + 10) / 2


def test_cost_of_a_task(toy_task):
    task = toy_task(inputs=3, outputs=2)
    found = cost(measured(), task, trials(), Size(4, 0, 10))
    seconds = trial_seconds(measured(), trials(), Size(4, 0, 10))
    assert found.seconds == pytest.approx((seconds[[0, 2]].mean() + seconds[1]) / 2)
    assert found.longest == seconds.max()
    assert found.epochs == (7.5 + 2) / 2
    assert found.total == found.seconds * 200 * 9 and found.total_operations == found.operations * 200 * 9
    assert found.steps == 2 * 10 * 4 * found.epochs
    work = [operations(task.network(code, n), 10) * 4 * epochs for code, n, epochs in (("V", 20, 5), ("V", 50, 10))]
    last = operations(task.network("NP", 200), 10) * 4 * 2
    assert found.operations == pytest.approx((np.mean(work) + last) / 2)


@pytest.mark.parametrize("code", VARIANTS)
def test_operations_by_hand(code):
    T, M, N, O = 7, 3, 10, 5  # noqa: E741
    v = variant(code)
    rows, gates = len(v.rows), len(v.gates)
    # Input weights need two products, all others three.
    layer = 2 * T * (2 * rows * N * M + 3 * rows * N * N + (3 * gates * N * gates * N if v.gate_recurrence else 0))
    assert operations(Network(v, M, N, O), T) == layer + 6 * T * N * O
    assert operations(Network(v, M, N, O, True), T) == 2 * (layer + 6 * T * N * O)


def test_size_at_hand(toy_task):
    assert corpus_size(toy_task(sequences=2, frames=8)) == Size(2, 2, 4)


def test_the_paper():
    """Just under 15 CPU-years, as the paper says; the sizes are those of its loaders' corpora."""
    assert 14.5 < projection.paper_cpu_years() < 15
    from odyssey.corpora import iamondb

    assert projection.PAPER_SIZES["handwriting"][:2] == (iamondb.PAPER["train"], iamondb.PAPER["valid"])
    assert projection.PAPER_SIZES["speech"][:2] == (3696, 400)
    assert projection.TRIALS * len(VARIANTS) * len(projection.PAPER_SIZES) == projection.PAPER_TRIALS
