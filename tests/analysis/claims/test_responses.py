"""Claims C10 to C13 on made-up responses: known effects of blocks, noise, momentum and learning rate."""

import numpy as np
import pytest
from evidence_of import ALL, responding, shares, weighed

from odyssey.analysis.claims import FAILS, HOLDS, UNTOLD
from odyssey.analysis.claims.evidence import Evidence
from odyssey.analysis.claims.responses import (
    RESPONSE_CLAIMS,
    basin,
    diminishing,
    dip,
    effects,
    score_effect,
    time_effect,
)
from odyssey.analysis.claims.verdict import conclude
from odyssey.analysis.importance import POINTS, axis_points
from odyssey.analysis.samples import samples

RATE, BLOCKS, NOISE, MOMENTUM = range(4)


def nothing(inputs):
    return 0 * inputs[:, 0]


def along(axis, slope):
    return lambda inputs: slope * inputs[:, axis]


def saturating(inputs):
    """Gains on the logarithmic scale, too, only in the lower half of the blocks."""
    return -2 * np.minimum(inputs[:, BLOCKS], 0.5)


def accelerating(inputs):
    return -2 * np.maximum(inputs[:, BLOCKS] - 0.5, 0)


def dipping(inputs):
    noise = inputs[:, NOISE]
    return 2 * noise - 2.0 * ((noise >= 0.2) & (noise <= 0.5))


def judged(code, score, time, count=100, task="music", codes=ALL):
    evidence = Evidence(task, "toy", responding(score, time, count, task, codes))
    return conclude(RESPONSE_CLAIMS[code].parts(evidence), count)


SLOWER = along(BLOCKS, 0.8)
NOISY = along(NOISE, 2.0)
KNOWN = [
    ("C10", "music", saturating, SLOWER, HOLDS),
    ("C10", "music", along(RATE, -2.0), SLOWER, FAILS),
    ("C10", "music", lambda inputs: -saturating(inputs), SLOWER, FAILS),
    ("C10", "music", saturating, nothing, FAILS),
    ("C10", "music", accelerating, SLOWER, FAILS),
    ("C11", "music", NOISY, along(NOISE, 0.3), HOLDS),
    ("C11", "music", NOISY, nothing, FAILS),
    ("C11", "music", along(RATE, -2.0), along(NOISE, 0.3), FAILS),
    ("C11", "music", along(NOISE, -1.0), along(NOISE, 0.3), FAILS),
    # The dip belongs to the claim on TIMIT only.
    ("C11", "speech", NOISY, along(NOISE, 0.3), FAILS),
    ("C11", "speech", dipping, along(NOISE, 0.3), HOLDS),
    ("C11", "handwriting", dipping, along(NOISE, 0.3), HOLDS),
    ("C12", "music", along(RATE, -2.0), SLOWER, HOLDS),
    ("C12", "music", along(MOMENTUM, 2.0), SLOWER, FAILS),
    ("C12", "music", along(RATE, -2.0), along(MOMENTUM, -0.3), FAILS),
]


@pytest.mark.parametrize(("code", "task", "score", "time", "verdict"), KNOWN)
def test_known_responses_are_found(code, task, score, time, verdict):
    found, because, needed = judged(code, score, time, task=task)
    assert found == verdict and needed == "" and "(" in because


@pytest.mark.parametrize("code", RESPONSE_CLAIMS)
@pytest.mark.parametrize("count", [2, 10])
def test_few_trials_tell_nothing(code, count):
    found, because, needed = judged(code, saturating, SLOWER, count)
    assert found == UNTOLD and because.startswith(f"{count} trials") and "At least 20 trials" in needed


def test_what_noise_hides_cannot_be_told_and_more_trials_find_it():
    def hidden(inputs):
        return along(NOISE, 0.4)(inputs) + 2 * np.sin(1e4 * inputs.sum(axis=1))

    few, many = (judged("C11", hidden, along(NOISE, 0.3), count) for count in (20, 200))
    assert few[0] == UNTOLD and "trials of each variant" in few[2] and many[0] == HOLDS


def test_few_variants_do_not_stand_for_all():
    found, because, needed = judged("C10", saturating, SLOWER, codes=ALL[:4])
    assert found == UNTOLD and "fewer than 5 variants" in because and "at least 5 variants" in needed
    trials = responding(saturating, SLOWER, 30).assign(test_score=np.nan, valid_score=np.nan)
    assert conclude(RESPONSE_CLAIMS["C12"].parts(Evidence("music", "toy", trials)), 30)[0] == UNTOLD


def one_cell(score, time=nothing, count=400):
    return samples(responding(score, time, count, codes=("V",)))


def test_an_improvement_of_rank_is_positive_where_more_is_better():
    because = judged("C10", saturating, SLOWER)[1]
    assert because.startswith("Improvement of rank from fewest to most blocks +")
    because = judged("C12", along(MOMENTUM, 2.0), SLOWER)[1]
    assert because.startswith("Worsening of rank from highest to lowest momentum +")


def test_effects_are_those_that_were_put_in():
    found = one_cell(along(NOISE, 1.0), lambda inputs: 0.3 * inputs[:, BLOCKS] - 0.2 * inputs[:, RATE] ** 2)
    assert time_effect(BLOCKS)(found) == pytest.approx(0.3, abs=0.02)
    assert time_effect(MOMENTUM)(found) == pytest.approx(0, abs=0.02)
    assert effects(found.times, found.inputs)[1] == pytest.approx(-0.2, abs=0.03)  # the square of the learning rate
    # The score is the noise but for little: from the lowest to the highest is from the first place to the last.
    assert score_effect(NOISE)(found) == pytest.approx(1, abs=0.1)
    assert score_effect(RATE)(found) == pytest.approx(0, abs=0.05)


def test_a_trial_that_exploded_is_just_the_last():
    trials = responding(along(NOISE, 1.0), nothing, 100, codes=("V",))
    exploded = trials.assign(test_score=trials["test_score"].where(trials["index"] != 5, 1e9))
    first, second = (score_effect(NOISE)(samples(cell)) for cell in (trials, exploded))
    assert first == pytest.approx(second, abs=0.08)


def test_diminishing_returns_and_dip_written_out():
    """The first half of the range, 20 to 63 blocks, gains all of the places but for noise, about 0.75 of them."""
    assert diminishing(one_cell(saturating)) == pytest.approx(100 * 0.75 / 43.2, rel=0.1)
    assert diminishing(one_cell(accelerating)) < 0
    assert diminishing(one_cell(along(BLOCKS, -1.0))) > 0  # on a logarithmic scale even, for each block not
    assert dip(one_cell(dipping)) > 0.1 and dip(one_cell(NOISY)) < -0.1


def test_basin_is_what_is_near_the_lowest_without_a_gap():
    marginal = np.array([9.0, 10.4, 10.6, 10.3, 10.0, 10.5, 10.51, 10.2])
    assert basin(marginal[1:]) == slice(2, 5)
    assert basin(marginal) == slice(0, 1)
    assert basin(np.ones(5)) == slice(0, 5) and basin(np.array([3.0, 2.0, 1.0])) == slice(2, 3)


def rates(width, saved):
    """Marginals with a basin of so many decades in the middle, at the upper end of which training is faster."""
    places = axis_points(POINTS)
    inside = np.abs(places - 0.5) <= width / 8
    return {"score": np.where(inside, 10.0, 12.0), "time": -saved * (places - 0.5) * 4 / width}


@pytest.mark.parametrize(
    ("width", "saved", "verdict"), [(2.0, 0.3, HOLDS), (0.5, 0.3, FAILS), (2.0, 0.0, FAILS), (2.0, -0.3, FAILS)]
)
def test_basin_of_learning_rates(width, saved, verdict):
    evidence = weighed(shares(blocks=0.1), count=100, **rates(width, saved))
    found, because, _ = conclude(RESPONSE_CLAIMS["C13"].parts(evidence), 100)
    assert found == verdict and (verdict == FAILS or "the widest 2" in because)


def test_a_forest_that_predicts_nothing_has_no_basin():
    evidence = weighed(shares(blocks=0.1), r2=0.2, **rates(2.0, 0.3))
    assert conclude(RESPONSE_CLAIMS["C13"].parts(evidence), 200)[0] == UNTOLD
    # The process is not asked.
    evidence = weighed(shares(blocks=0.1), process_r2=0.2, **rates(2.0, 0.3))
    assert conclude(RESPONSE_CLAIMS["C13"].parts(evidence), 200)[0] == HOLDS
