"""What the advice is made of: on trials whose truth is planted, and against computations by other means."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from evidence_of import ALL, cell_of
from planted import planted
from scipy import stats

from odyssey.analysis.advice import curve as curves
from odyssey.analysis.advice import decision, rate, words
from odyssey.analysis.advice.curve import curve
from odyssey.analysis.advice.decision import HELPS, HURTS, SAME, UNSHOWN, Decision
from odyssey.analysis.advice.effects import Effect, effect, hyperparameter, middle_noise
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
    first = trials[trials["variant"].isin(ALL[:3])]
    best = first.groupby("variant")["test_score"].transform("min")
    failed = (first["test_score"] > 10 * best) | (first["index"] == 4)
    assert found.failed.tolist() == failed.tolist() and 4 <= failed.sum() < 40
    assert found.unfinished.sum() == ((trials["epochs"] == 150) & ~(trials["index"] == 4)).sum()
    assert len(found.where(found.failed).times) == failed.sum()
    assert not len(pool(trials[trials["variant"] == "NP"]).scores)


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
    assert np.log((1 + found.interval[1]) / (1 + found.interval[0])) == pytest.approx(
        2 * stats.t.ppf(0.975, 28) * error
    )
    # A column that the others add up to changes nothing, nor does a trial that is alone in its group.
    again = effect(y, np.column_stack([columns, 2 * np.ones(30)]), 0)
    assert (again.change, *again.interval) == pytest.approx((found.change, *found.interval))
    alone = np.column_stack([np.append(x, 0.5), np.append(np.ones(30), 0), np.append(np.zeros(30), 1)])
    single = effect(np.append(y, 99.0), alone, 0)
    assert (single.change, *single.interval) == pytest.approx((found.change, *found.interval))
    assert not effect(y[:11], columns[:11], 0).known and effect(y[:12], columns[:12], 0).known
    assert not effect(y, np.column_stack([np.ones(30), np.ones(30)]), 0).known


def test_effect_intervals_cover_with_few_trials_and_unequal_scatter():
    covered = 0
    for seed in range(300):
        generator = np.random.default_rng(seed)
        x, group = generator.random(27), np.repeat(np.eye(3), 9, axis=0)
        y = 0.2 * x + group @ [1, 2, 3] + generator.normal(0, 0.1, 27) * (0.3 + 2 * x)
        found = effect(y, np.column_stack([x, group]), 0)
        low, high = found.interval
        covered += low < np.expm1(0.2) < high
        # A test is of the same mind as the interval.
        assert (found.p < 0.05) == (low > 0 or high < 0)
        for margin in (0.1, 0.4):
            assert (found.p_matters(margin) < 0.05) == (-margin < low and high < margin)
    assert 0.92 <= covered / 300 <= 0.99


def test_effects_without_an_interval_or_a_margin_decide_nothing():
    assert np.isnan(Effect(np.nan, np.nan, 0, 5, 1).p) and np.isnan(Effect(0.1, 0.0, 20, 30, 1).p)
    assert np.isnan(Effect(0.0, 0.01, 20, 30, 1).p_matters(np.nan))
    assert Effect(-3.0, 0.1, 20, 30, 1).p_matters(1.5) == pytest.approx(0)
    assert Effect(3.0, 0.1, 20, 30, 1).p_matters(1.5) == 1


@pytest.mark.parametrize(
    ("decided", "told"),
    [
        ((HELPS, False, True), "helps"),
        ((HELPS, True, False), "helps a little"),
        ((HURTS, False, False), "hurts"),
        ((SAME, True, False), "makes no difference that matters"),
        ((UNSHOWN, False, False), "makes no difference that 12 trials can show"),
        ((UNSHOWN, False, False, "NP"), "has an effect that hangs on NP alone"),
    ],
)
def test_words_of_an_effect(decided, told):
    decision = Decision(Effect(0.1, 0.1, 10, 12, 9), *decided)
    assert words.does(decision) == told
    one, _, rest = told.partition(" ")
    plural = {"helps": "help", "hurts": "hurt", "makes": "make", "has": "have"}[one]
    assert words.does(decision, several=True) == f"{plural} {rest}".rstrip()


@pytest.mark.parametrize(("slope", "told"), [(0.5, "seems to hurt"), (-0.5, "seems to help"), (0.1, "makes no")])
def test_an_effect_that_the_correction_undoes_is_told(slope, told):
    assert words.does(Decision(Effect(slope, 0.1, 10, 12, 9), UNSHOWN, False, False)).startswith(told)


def effects_of(*cells):
    """A decision on effects planted by hand: slope and standard error of all, and without each variant."""
    whole, *rest = (Effect(slope, error, 100, 100, 9) for slope, error in cells)
    return whole, dict(zip("ABC", rest, strict=False))


@pytest.mark.parametrize(
    ("cells", "word", "single"),
    [
        (((-0.3, 0.05), (-0.3, 0.06), (-0.2, 0.06), (-0.4, 0.06)), HELPS, ""),
        # Without B it is not shown; without C it is the other way round.
        (((-0.3, 0.05), (-0.3, 0.06), (-0.05, 0.06), (-0.4, 0.06)), UNSHOWN, "B"),
        (((-0.3, 0.05), (-0.3, 0.06), (-0.05, 0.06), (0.4, 0.06)), UNSHOWN, "C"),
        (((0.0, 0.01), (0.0, 0.01), (0.01, 0.01), (0.0, 0.01)), SAME, ""),
        (((0.0, 0.01), (0.0, 0.01), (-0.2, 0.01), (0.0, 0.01)), UNSHOWN, "B"),
        # Where nothing is decided chance is not named, a clear contradiction is.
        (((0.0, 0.2), (0.0, 0.2), (-0.5, 0.2), (0.0, 0.2)), UNSHOWN, ""),
        (((0.0, 0.2), (0.0, 0.2), (-0.8, 0.2), (0.0, 0.2)), UNSHOWN, "B"),
    ],
)
def test_no_decision_hangs_on_one_variant(monkeypatch, cells, word, single):
    whole, rest = effects_of(*cells)
    together = SimpleNamespace(variants=list("ABC"), cells=np.array(list("ABC")), where=lambda kept: kept)
    nothing = Effect(np.nan, np.nan, 0, 0, 0)
    measures = dict.fromkeys(decision.MEASURES, lambda pool: nothing)
    measures[decision.MORE_BLOCKS] = lambda pool: whole if pool is together else rest["ABC"[int(np.argmin(pool))]]
    monkeypatch.setattr(decision, "MEASURES", measures)
    found = decision.decisions(together, 0.1)
    assert (found[decision.MORE_BLOCKS].word, found[decision.MORE_BLOCKS].single) == (word, single)
    assert found[decision.MORE_BLOCKS].without == rest.get(single)
    assert found[decision.INPUT_NOISE].word == UNSHOWN


def test_tests_of_one_task_are_corrected_together(monkeypatch):
    together = SimpleNamespace(variants=["V"], cells=np.array(["V"]), where=lambda kept: kept)
    # p is 0.03: alone that is below the level, as one of four it is not.
    slope = 0.1 * stats.t.isf(0.015, 100)
    one, none = Effect(slope, 0.1, 100, 100, 1), Effect(0.0, 0.1, 100, 100, 1)
    clear = Effect(1.0, 0.1, 100, 100, 1)
    for others, word in (((none, none, none), UNSHOWN), ((clear, clear, clear), HURTS)):
        found = [one, *others]
        measures = {name: lambda pool, e=e: e for name, e in zip(decision.MEASURES, found, strict=True)}
        monkeypatch.setattr(decision, "MEASURES", measures)
        assert decision.decisions(together, 0.1)[decision.MORE_BLOCKS].word == word


def test_planted_effects_are_found_each_on_its_own_axis():
    # On the axis of the cube the momentum falls, so that this slope says: the more momentum, the better.
    together = pool(planted(30, blocks=-0.3, noise=0.2, momentum=0.1))
    good = together.where(np.abs(together.inputs[:, RATE] - 0.75) < 0.15)
    for axis, true in ((BLOCKS, -0.3), (NOISE, 0.2), (MOMENTUM, -0.1)):
        found = hyperparameter(good, axis)
        low, high = found.interval
        assert low < np.expm1(true) < high and high - low < 0.03
    trials = planted(30)
    dip = trials["input_noise"].between(0.2, 0.5)
    trials["test_score"] *= np.where(dip, 0.9, 1.0)
    found = middle_noise(pool(trials))
    assert found.p < 0.01 and found.change == pytest.approx(-0.1, abs=0.02)


@pytest.mark.parametrize("count", [10, 100])
def test_basin_is_where_it_was_planted(count):
    together = pool(planted(count, time=lambda inputs: 3 - 2 * inputs[:, RATE] + inputs[:, BLOCKS]))
    found = curve(together, 1e-4, 1e-2, 0.05)
    for estimate, true in ((found.lower, 10**-3.4), (found.upper, 10**-2.6)):
        assert np.log10(estimate.value / true) == pytest.approx(0, abs=0.15)
    assert found.width.low <= 0.8 <= found.width.high and found.width.value == pytest.approx(0.8, abs=0.15)
    assert not found.at_lower_limit and not found.at_upper_limit
    assert found.time.value == pytest.approx(np.exp(-1), rel=0.02) and found.time.high < 1
    assert found.lost.high < 0.05
    # A decade below 10⁻⁴ the parabola is two decades from its bottom.
    assert found.below.value == pytest.approx(1.05 ** (2 / 0.4) ** 2 - 1, rel=0.3)
    assert not curve(together, 5e-6, 1e-2, 0.05).below.known


def test_curve_knows_its_limits():
    trials = planted(40)
    trials["test_score"] /= 1.3 ** np.log10(trials["learning_rate"] / 1e-3).clip(0) ** 2
    trials["test_score"] /= np.exp(np.log(1.05) * (np.log10(trials["learning_rate"] / 1e-3).clip(0) / 0.4) ** 2)
    assert curve(pool(trials), 1e-3, 1e-2, 0.05).at_upper_limit
    assert not curve(pool(planted(3)), 1e-4, 1e-3, 0.05).known and not curve(pool(planted(0)), 1e-4, 1e-3, 0.05).known
    moved = curve(pool(planted(40, shift=2.0)), 1e-4, 1e-3, 0.05)
    # From N = 36 to 112 the bottom moves by a decade.
    assert moved.lost.value == pytest.approx(1.05 ** (1 / 0.4) ** 2 - 1, rel=0.3) and moved.lost.low > 0.05


def test_bounds_of_what_is_lost_are_for_one_side_each(monkeypatch):
    together = pool(planted(20, shift=2.0, scatter=0.1))
    found, real = curve(together, 1e-4, 1e-3, 0.05), curves._estimate
    monkeypatch.setattr(curves, "_estimate", lambda values, ends=None: real(values))
    both = curve(together, 1e-4, 1e-3, 0.05)
    assert both.time == found.time and both.lost.value == found.lost.value
    assert both.lost.low < found.lost.low < found.lost.high < both.lost.high


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
