from itertools import product

import numpy as np
import pandas as pd
import pytest
from records_of import record_of
from scipy import stats

from odyssey.analysis.agreement import agreement, distance, shifted
from odyssey.errors import OdysseyError


@pytest.fixture
def trials(toy_task):
    """Trials of the toy task with the scores given, as the archive has them."""
    rows = [record_of(toy_task(), index)[0] for index in range(60)]

    def make(scores, variant="V", first=0):
        frame = pd.DataFrame(rows[first : first + len(scores)])
        return frame.assign(variant=variant, test_score=np.asarray(scores, float), status="finished")

    return make


def chaotic(generator, count, noise=0.3):
    """Scores of the same trials from two machines: the trial counts, rounding adds to it alike on both."""
    common = generator.gamma(3.0, size=count) + 8
    return [common + noise * generator.standard_normal(count) for _ in range(2)]


@pytest.mark.parametrize("decimals", [0, 8])
def test_the_distance_is_kolmogorov_s(decimals):
    generator = np.random.default_rng(1)
    for count in (2, 7, 50):
        first, second = (generator.standard_normal(count).round(decimals) for _ in range(2))
        assert distance(first, second)[0] == pytest.approx(stats.ks_2samp(first, second).statistic, abs=1e-12)


def ways(first, second):
    """All ways to swap the members of pairs."""
    for swap in product([False, True], repeat=len(first)):
        yield np.where(swap, second, first), np.where(swap, first, second)


def test_p_values_are_those_of_all_ways_to_swap():
    generator = np.random.default_rng(2)
    first, second = generator.standard_normal(9), generator.standard_normal(9) + 0.8
    distances = [stats.ks_2samp(*pair).statistic for pair in ways(first, second)]
    expected = np.mean(np.array(distances) > stats.ks_2samp(first, second).statistic - 1e-9)
    assert distance(first, second)[1] == pytest.approx(expected, abs=4 * np.sqrt(0.25 / 9999))

    def ranks(pair):
        difference = pair[1] - pair[0]
        return abs((stats.rankdata(abs(difference)) * np.sign(difference)).sum())

    sums = np.array([ranks(pair) for pair in ways(first, second)])
    assert shifted(first, second) == pytest.approx(np.mean(sums >= ranks((first, second)) - 1e-9), abs=1e-12)


def test_equal_scores_are_no_difference():
    scores = np.array([3.0, 1.0, 1.0, 2.0])
    assert shifted(scores, scores) == 1 and distance(scores, scores) == (0, 1)


def test_false_alarms_are_as_rare_as_they_should_be():
    generator = np.random.default_rng(3)
    alarms = np.zeros(2)
    for _ in range(200):
        first, second = chaotic(generator, 40)
        alarms += [shifted(first, second) < 0.05, distance(first, second)[1] < 0.05]
    low, high = stats.binom.interval(0.999, 200, 0.05)
    assert (alarms <= high).all() and (alarms >= low).all(), alarms


def test_what_differs_is_found_and_what_does_not_is_not(trials):
    generator = np.random.default_rng(4)
    first, second = zip(
        *(
            (trials(one, variant), trials(change(other), variant))
            for variant, change in {
                "V": lambda scores: scores,
                "NIG": lambda scores: scores + 0.3,
                # As many go up as down: only the distribution tells.
                "NFG": lambda scores: np.median(scores) + 2.5 * (scores - np.median(scores)),
            }.items()
            for one, other in [chaotic(generator, 60)]
        ),
        strict=True,
    )
    found = agreement(pd.concat(first), pd.concat(second)).set_index("variant")
    assert found["differ"].to_dict() == {"V": False, "NIG": True, "NFG": True}
    assert found["trials"].eq(60).all() and found["alone"].eq(0).all()
    assert found.loc["NIG", "low"] < 0.3 < found.loc["NIG", "high"] and found.loc["NIG", "low"] > 0
    assert found.loc["V", "low"] < 0 < found.loc["V", "high"]
    assert found.loc["NIG", "p_shift"] < 0.001 and found.loc["NFG", "p_shift"] > 0.05
    assert found.loc["NFG", "p_distribution"] < 0.001


def test_holm_counts_both_tests_of_all_cells(trials):
    generator = np.random.default_rng(5)
    pairs = {variant: chaotic(generator, 20) for variant in ("V", "NIG", "NP")}
    first, second = (pd.concat([trials(pair[k], v) for v, pair in pairs.items()]) for k in (0, 1))
    found = agreement(first, second)
    smallest = found[["p_shift", "p_distribution"]].to_numpy().min()
    assert found["p_holm"].min() == pytest.approx(min(1, 6 * smallest))


def test_only_common_trials_are_compared(trials):
    scores = np.arange(30) + 8.0
    first = pd.concat([trials(scores, "V"), trials(scores, "NP")])
    second = trials(scores[10:] + np.repeat([0, 0.5], [2, 18]), "V", first=10).sample(frac=1, random_state=0)
    (row,) = agreement(first, second).to_dict("records")
    assert (row["variant"], row["trials"], row["alone"], row["same"]) == ("V", 20, 10, 2)
    assert row["median"] == pytest.approx(0.5)


def test_a_trial_without_a_score_is_the_worst(trials):
    scores = np.linspace(8, 9, 12)
    lost = np.where(np.arange(12) < 8, np.nan, scores)
    (row,) = agreement(trials(scores), trials(lost).assign(status="diverged")).to_dict("records")
    assert row["p_shift"] < 0.01 and (row["diverged"], row["diverged_second"]) == (0, 12)
    assert (row["same"], row["median"]) == (4, 0)
    gained = np.where(np.isnan(lost), 9.0, scores - 0.01)
    assert agreement(trials(lost), trials(gained))["p_shift"].item() < 0.001, "all twelve are better"
    none = trials(np.full(12, np.nan))
    (row,) = agreement(none, none).to_dict("records")
    assert (row["p_shift"], row["p_distribution"], row["same"], row["differ"]) == (1, 1, 12, False)
    assert np.isnan([row["median"], row["low"], row["high"]]).all()


def test_an_interval_needs_six_trials(trials):
    (row,) = agreement(trials(np.arange(5.0)), trials(np.arange(5.0) + 1)).to_dict("records")
    assert row["median"] == 1 and np.isnan([row["low"], row["high"]]).all()


@pytest.mark.parametrize(
    "column, value", [("seed", 1), ("blocks", 7), ("momentum", 0.5), ("fingerprint", "f00"), ("protocol", 99)]
)
def test_other_trials_are_not_compared(trials, column, value):
    first = trials(np.arange(4.0))
    with pytest.raises(OdysseyError, match=f"trial 0 of toy/toy/V: {column} is .* not the same trials"):
        agreement(first, first.assign(**{column: value}))


def test_the_last_place_of_what_was_drawn_does_not_matter(trials):
    first = trials(np.arange(4.0))
    assert len(agreement(first, first.assign(learning_rate=first["learning_rate"] * (1 + 1e-15)))) == 1
    # A momentum is one minus what is drawn: a small one has few good places.
    small = first.assign(momentum=1e-4)
    assert len(agreement(small, small.assign(momentum=1 - np.nextafter(1 - 1e-4, 0)))) == 1


def test_there_must_be_something_in_common(trials):
    first = trials(np.arange(4.0))
    for other in (first.assign(corpus="another"), trials(np.arange(4.0), first=8)):
        with pytest.raises(OdysseyError, match="no trial in common"):
            agreement(first, other)
