"""What the advice is made of: on trials whose truth is planted, and against computations by other means."""

import numpy as np
import pandas as pd
import pytest
from evidence_of import ALL, cell_of
from planted import planted
from scipy import stats

from odyssey.analysis.advice import rate, words
from odyssey.analysis.advice.curve import curve
from odyssey.analysis.advice.effects import HELPS, HURTS, SAME, UNSHOWN, Effect, effect, hyperparameter, middle_noise
from odyssey.analysis.advice.pool import BLOCKS, MOMENTUM, NOISE, RATE, pool


def test_pool_keeps_levels_and_limits_scores_that_exploded():
    trials = planted(40, codes=ALL[:3])
    exploded, unscored = (trials["variant"] == "V") & (trials["index"] == 3), trials["index"] == 4
    trials.loc[exploded, ["test_score", "valid_score"]] = 1e9
    trials.loc[unscored, ["test_score", "valid_score"]] = np.nan
    trials.loc[unscored, "status"] = "diverged"
    trials = pd.concat(
        [trials, cell_of("NP", [np.nan] * 3).assign(epochs=1), cell_of("CIFG", [0.0, 1.0]).assign(epochs=1)]
    )
    found = pool(trials)
    assert len(found.scores) == 120 and found.levels().shape == (120, 3) and (found.levels().sum(axis=1) == 1).all()
    v = trials[trials["variant"] == "V"]
    hardly = v.sort_values("learning_rate").head(10)["test_score"].fillna(1e9).median()
    assert (
        found.scores[3]
        == found.scores[4]
        == found.scores[:40].max()
        == pytest.approx(np.log(min(hardly, 10 * v["test_score"].min())))
    )
    assert (
        found.diverged.sum() == 3
        and found.unfinished.sum() == ((trials["epochs"] == 150) & ~(trials["index"] == 4)).sum()
    )
    assert len(found.where(found.diverged).times) == 3 and not len(pool(trials[trials["variant"] == "NP"]).scores)


def test_effect_is_that_of_least_squares_with_robust_errors():
    generator = np.random.default_rng(1)
    x = generator.random(30)
    y = 1 + 0.3 * x + generator.normal(0, 0.1, 30) * (0.5 + x)
    columns = np.column_stack([x, np.ones(30)])
    found = effect(y, columns, 0)
    assert np.log1p(found.change) == pytest.approx(stats.linregress(x, y).slope)
    inverse = np.linalg.inv(columns.T @ columns)
    hat = np.diag(columns @ inverse @ columns.T)
    residual = (y - columns @ inverse @ columns.T @ y) / (1 - hat)
    error = np.sqrt((inverse @ columns.T @ np.diag(residual**2) @ columns @ inverse)[0, 0])
    assert np.log((1 + found.high) / (1 + found.low)) == pytest.approx(2 * stats.t.ppf(0.975, 28) * error)
    # A column that the others add up to changes nothing, nor does a trial that is alone in its group.
    again = effect(y, np.column_stack([columns, 2 * np.ones(30)]), 0)
    assert (again.change, again.low) == pytest.approx((found.change, found.low))
    alone = np.column_stack([np.append(x, 0.5), np.append(np.ones(30), 0), np.append(np.zeros(30), 1)])
    single = effect(np.append(y, 99.0), alone, 0)
    assert (single.change, single.low, single.high) == pytest.approx((found.change, found.low, found.high))
    assert not effect(y[:11], columns[:11], 0).known and effect(y[:12], columns[:12], 0).known
    assert not effect(y, np.column_stack([np.ones(30), np.ones(30)]), 0).known


def test_effect_intervals_cover_with_few_trials_and_unequal_scatter():
    covered = 0
    for seed in range(300):
        generator = np.random.default_rng(seed)
        x, group = generator.random(27), np.repeat(np.eye(3), 9, axis=0)
        y = 0.2 * x + group @ [1, 2, 3] + generator.normal(0, 0.1, 27) * (0.3 + 2 * x)
        found = effect(y, np.column_stack([x, group]), 0)
        covered += found.low < np.expm1(0.2) < found.high
    assert 0.92 <= covered / 300 <= 0.99


@pytest.mark.parametrize(
    ("low", "high", "word", "told"),
    [
        (-0.2, -0.1, HELPS, "helps"),
        (-0.04, -0.01, HELPS, "helps a little"),
        (0.01, 0.3, HURTS, "hurts"),
        (-0.04, 0.04, SAME, "makes no difference that matters"),
        (-0.1, 0.1, UNSHOWN, "makes no difference that 12 trials can show"),
        (np.nan, np.nan, UNSHOWN, "makes no difference that 12 trials can show"),
    ],
)
def test_words_of_an_effect(low, high, word, told):
    found = Effect((low + high) / 2, low, high, 12)
    assert found.word == word and words.does(found) == told


def test_planted_effects_are_found_each_on_its_own_axis():
    # On the axis of the cube the momentum falls, so that this slope says: the more momentum, the better.
    together = pool(planted(30, blocks=-0.3, noise=0.2, momentum=0.1))
    good = together.where(np.abs(together.inputs[:, RATE] - 0.75) < 0.15)
    for axis, true in ((BLOCKS, -0.3), (NOISE, 0.2), (MOMENTUM, -0.1)):
        found = hyperparameter(good, axis)
        assert found.low < np.expm1(true) < found.high and found.high - found.low < 0.03
    trials = planted(30)
    dip = trials["input_noise"].between(0.2, 0.5)
    trials["test_score"] *= np.where(dip, 0.9, 1.0)
    found = middle_noise(pool(trials))
    assert found.word == HELPS and found.change == pytest.approx(-0.1, abs=0.02)


@pytest.mark.parametrize("count", [10, 100])
def test_basin_is_where_it_was_planted(count):
    together = pool(planted(count, time=lambda inputs: 3 - 2 * inputs[:, RATE] + inputs[:, BLOCKS]))
    found = curve(together, 1e-4, 1e-2)
    for estimate, true in ((found.lower, 10**-3.4), (found.upper, 10**-2.6)):
        assert np.log10(estimate.value / true) == pytest.approx(0, abs=0.15)
    assert found.width.low <= 0.8 <= found.width.high and found.width.value == pytest.approx(0.8, abs=0.15)
    assert not found.at_lower_limit and not found.at_upper_limit
    assert found.time.value == pytest.approx(np.exp(-1), rel=0.02) and found.time.high < 1
    assert found.lost.high < 0.05
    # A decade below 10⁻⁴ the parabola is two decades from its bottom.
    assert found.below.value == pytest.approx(1.05 ** (2 / 0.4) ** 2 - 1, rel=0.3)
    assert not curve(together, 5e-6, 1e-2).below.known


def test_curve_knows_its_limits():
    trials = planted(40)
    trials["test_score"] /= 1.3 ** np.log10(trials["learning_rate"] / 1e-3).clip(0) ** 2
    trials["test_score"] /= np.exp(np.log(1.05) * (np.log10(trials["learning_rate"] / 1e-3).clip(0) / 0.4) ** 2)
    assert curve(pool(trials), 1e-3, 1e-2).at_upper_limit
    assert not curve(pool(planted(3)), 1e-4, 1e-3).known and not curve(pool(planted(0)), 1e-4, 1e-3).known
    moved = curve(pool(planted(40, shift=2.0)), 1e-4, 1e-3)
    # From N = 36 to 112 the bottom moves by a decade.
    assert moved.lost.value == pytest.approx(1.05 ** (1 / 0.4) ** 2 - 1, rel=0.3) and moved.lost.low > 0.05


def test_best_rates_are_those_of_all_best_tenths():
    trials = planted(50)
    best = pd.concat(cell.nsmallest(5, "valid_score") for _, cell in trials.groupby("variant"))
    found = rate.best_rates(trials)
    expected = 10 ** np.percentile(np.log10(best["learning_rate"]), [10, 25, 75, 90])
    estimates = (found.lowest, found.lower, found.upper, found.highest)
    assert [one.value for one in estimates] == pytest.approx(expected) and found.trials == 45
    assert all(one.low <= one.value <= one.high and one.low < one.high for one in estimates)
    assert found.lower.low < 1e-3 < found.upper.high and found.highest.high < 1e-2
    assert found.inside(np.array([expected[0] / 1.1, 1e-3, expected[3] * 1.1])).tolist() == [False, True, False]
    ranks = stats.spearmanr(best["learning_rate"], best["blocks"])
    assert (
        found.correlation.value == pytest.approx(ranks.statistic) and found.correlation.low < 0 < found.correlation.high
    )
    more = rate.best_rates(planted(200))
    assert np.log(more.lower.high / more.lower.low) < np.log(found.lower.high / found.lower.low)
    nothing = rate.best_rates(trials.assign(valid_score=np.nan))
    assert nothing.trials == 0 and not nothing.lower.known
