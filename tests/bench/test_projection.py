"""The costs that the book derives, reckoned by hand from few numbers."""

import numpy as np
import pandas as pd
import pytest

from odyssey.bench import projection
from odyssey.bench.operations import operations
from odyssey.bench.projection import Size, by_variant, corpus_size, cost, epoch_seconds, trial_seconds
from odyssey.errors import OdysseyError
from odyssey.protocol import draw_trial
from odyssey.variants import VARIANTS


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


@pytest.fixture
def plan(monkeypatch):
    """Makes these the planned trials: N of each, by variant; as many of each variant."""

    def plan(**blocks):
        monkeypatch.setattr(projection, "VARIANTS", blocks)
        monkeypatch.setattr(projection, "TRIALS", len(next(iter(blocks.values()))))
        monkeypatch.setattr(projection, "planned_blocks", lambda task, variant: blocks[variant])

    return plan


def recorded(**epochs):
    """Recorded trials with these epochs, by variant; their own blocks are others than the planned ones."""
    return pd.DataFrame(
        [
            {"task": "toy", "variant": code, "blocks": 77, "epochs": each}
            for code, several in epochs.items()
            for each in several
        ]
    )


# An epoch of one update on ten frames takes these seconds (`measured`), by blocks.
SECONDS = {"V": {20: 4.0, 50: 25.0, 200: 400.0}, "NP": {20: 2.0, 50: 12.5, 200: 200.0}}
TEN_FRAMES = Size(1, 0, 10)


def test_expected_cost_is_that_of_the_planned_trials(toy_task, plan):
    """V has its own recorded trials; NP has too few, and takes those of both."""
    plan(V=(20, 50, 50), NP=(200, 20, 50))
    task = toy_task(inputs=3, outputs=2)
    found = cost(measured(), task, recorded(V=[2, 4, 6, 8, 10], NP=[30]), TEN_FRAMES)
    total = 6 * (4 + 25 + 25) + 10 * (200 + 2 + 12.5)
    assert found.total == pytest.approx(total) and found.seconds == pytest.approx(total / 6)
    assert found.epochs == (6 + 10) / 2 and found.steps == 2 * 10 * found.epochs
    work = {code: [10 * operations(task.network(code, n)) for n in (20, 50, 200)] for code in ("V", "NP")}
    operated = 6 * (work["V"][0] + 2 * work["V"][1]) + 10 * sum(work["NP"])
    assert found.total_operations == pytest.approx(operated)
    four = cost(measured(), task, recorded(V=[2, 4, 6, 8, 10], NP=[30]), Size(4, 0, 10))
    assert four.total == pytest.approx(4 * total) and four.total_operations == pytest.approx(4 * operated)


def test_totals_vary_as_the_trials_that_were_recorded_and_those_that_are_not(toy_task, plan):
    """Each cell by itself: (Σs)²σ²/n for which trials were recorded, Σs²σ²(1 − 1/n) for what is drawn of them."""
    v, np_ = 4 * (20, 50, 50), 4 * (50, 20, 200)
    plan(V=v, NP=np_)
    own, other = np.array([20, 40, 60, 80, 150]), np.array([10, 10, 30, 50, 90, 150])
    found = cost(measured(), toy_task(), recorded(V=own, NP=other), TEN_FRAMES)
    variance = 0
    for code, epochs, blocks in (("V", own, v), ("NP", other, np_)):
        s, n = np.array([SECONDS[code][one] for one in blocks]), len(epochs)
        variance += epochs.var() * (s.sum() ** 2 / n + (s**2).sum() * (1 - 1 / n))
    assert found.totals.shape == (projection.RESAMPLES,)
    assert found.totals.mean() == pytest.approx(found.total, rel=0.05)
    assert found.totals.var() == pytest.approx(variance, rel=0.12)
    again = cost(measured(), toy_task(), recorded(V=own, NP=other), TEN_FRAMES)
    assert np.array_equal(found.totals, again.totals) and np.array_equal(found.longests, again.longests)


def test_cells_with_few_trials_share_those_of_the_task(toy_task, plan):
    """What they share is in doubt for all of them at once: it does not average out."""
    plan(V=(20,) * 10, NP=(20,) * 10)
    few = np.array([20, 40, 90, 150])
    found = cost(measured(), toy_task(), recorded(V=few, NP=few), TEN_FRAMES)
    s, n = np.repeat([4.0, 2.0], 10), 8
    variance = few.var() * (s.sum() ** 2 / n + (s**2).sum() * (1 - 1 / n))
    assert found.totals.var() == pytest.approx(variance, rel=0.12)


def test_the_longest_trial_is_looked_for_among_the_planned_ones(toy_task, plan):
    """One network is so much larger than the others that it is the longest whatever epochs it takes."""
    plan(V=(20, 200), NP=(20, 20))
    found = cost(measured(), toy_task(), recorded(NP=[2, 3, 2, 3, 2], V=[10, 20, 30, 40, 50]), TEN_FRAMES)
    assert set(np.round(found.longests, 6)) == {400.0 * epochs for epochs in (10, 20, 30, 40, 50)}
    assert found.longest == pytest.approx(400 * 30, rel=0.05)
    certain = cost(measured(), toy_task(), recorded(V=[150]), TEN_FRAMES)
    assert certain.longest == pytest.approx(150 * 400)
    assert projection.interval(certain.totals) == pytest.approx((150 * (4 + 400 + 2 + 2),) * 2)


def test_planned_trials_are_those_that_a_search_trains():
    blocks = projection.planned_blocks("music", "NP")
    assert len(blocks) == 200
    assert blocks[7] == draw_trial("music", "NP", 7).hyperparameters.blocks
    assert min(blocks) < 25 and max(blocks) > 180


def test_a_declared_variant_that_was_not_measured(toy_task, plan):
    plan(V=(20,), CNP=(20,))
    with pytest.raises(OdysseyError, match=r"CNP on toy was not measured"):
        cost(measured(), toy_task(), recorded(V=[1]), TEN_FRAMES)


def test_interval_is_the_middle():
    assert projection.interval(np.arange(1001.0)[::-1]) == pytest.approx((25, 975))


def test_size_at_hand(toy_task):
    assert corpus_size(toy_task(sequences=2, frames=8)) == Size(2, 2, 4)


def test_the_paper():
    """Just under 15 CPU-years, as the paper says; the sizes are those of its loaders' corpora."""
    assert 14.5 < projection.paper_cpu_years() < 15
    from odyssey.corpora import iamondb

    assert projection.PAPER_SIZES["handwriting"][:2] == (iamondb.PAPER["train"], iamondb.PAPER["valid"])
    assert projection.PAPER_SIZES["speech"][:2] == (3696, 400)
    assert projection.TRIALS * len(VARIANTS) * len(projection.PAPER_SIZES) == projection.PAPER_TRIALS
