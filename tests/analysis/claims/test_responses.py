"""Claims C10 to C13 on made-up responses: known effects of blocks, noise, momentum and learning rate."""

import numpy as np
import pandas as pd
import pytest
from evidence_of import ALL, responding, shares, weighed

from odyssey.analysis.claims import FAILS, HOLDS, UNTOLD
from odyssey.analysis.claims.evidence import Evidence
from odyssey.analysis.claims.responses import RESPONSE_CLAIMS, basin
from odyssey.analysis.claims.verdict import MATTERS, conclude
from odyssey.analysis.importance import POINTS, axis_points

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
    assert few[0] == UNTOLD and few[2].startswith("At least ") and many[0] == HOLDS


def test_few_variants_do_not_stand_for_all():
    found, because, needed = judged("C10", saturating, SLOWER, codes=ALL[:4])
    assert found == UNTOLD and "fewer than 5 variants" in because and "at least 5 variants" in needed
    trials = responding(saturating, SLOWER, 30).assign(test_score=np.nan, valid_score=np.nan)
    assert conclude(RESPONSE_CLAIMS["C12"].parts(Evidence("music", "toy", trials)), 30)[0] == UNTOLD


def test_an_improvement_of_rank_is_positive_where_more_is_better():
    because = judged("C10", saturating, SLOWER)[1]
    assert because.startswith("Improvement of rank from fewest to most blocks +")
    because = judged("C12", along(MOMENTUM, 2.0), SLOWER)[1]
    assert because.startswith("Worsening of rank from highest to lowest momentum +")


def test_length_is_counted_in_epochs_for_noise_and_in_seconds_else():
    """Half of the trials on a machine that is twice as fast: the epochs do not know."""
    trials = responding(NOISY, along(NOISE, 0.3), 100, "music")
    slower_with_noise = 10 ** (1 - 0.3 * trials["input_noise"])
    for code, changed, verdict in (
        ("C11", {"seconds": slower_with_noise}, HOLDS),
        ("C11", {"epochs": slower_with_noise}, FAILS),
        ("C12", {"epochs": 10 ** (1 + trials["momentum"])}, HOLDS),
    ):
        evidence = Evidence("music", "toy", trials.assign(**changed))
        assert conclude(RESPONSE_CLAIMS[code].parts(evidence), 100)[0] == verdict


def test_what_holds_is_told_where_another_part_fails():
    because = judged("C11", NOISY, nothing)[1]
    assert because.startswith("Change of log10 of epochs from least to most noise ")
    assert " As claimed: worsening of rank from least to most noise +" in because and "; all 9)" in because


def opposed(count, codes=("V",), opposite=4.0):
    """Trials that more blocks make better, and those of some variants much worse."""
    trials = responding(along(BLOCKS, -0.1), SLOWER, count, "music")
    others = responding(along(BLOCKS, opposite), SLOWER, count, "music")
    chosen = trials["variant"].isin(codes)
    return Evidence("music", "toy", pd.concat([trials[~chosen], others[chosen]]))


@pytest.mark.parametrize("count", [60, 200])
def test_where_variants_differ_no_number_of_trials_is_told(count):
    found, because, needed = conclude(RESPONSE_CLAIMS["C10"].parts(opposed(count)), count)
    assert found == UNTOLD and "; 8 of 9, not V)" in because
    assert needed.startswith("More trials would not decide it: the variants themselves differ in the improvement of ")
    assert "(as claimed: 8 of 9, not V)" in needed


def test_basin_is_what_is_near_the_lowest_without_a_gap():
    marginal = np.array([9.0, 10.4, 10.6, 10.3, 10.0, 10.5, 10.51, 10.2])
    assert basin(marginal[1:], 0.5) == slice(2, 5)
    assert basin(marginal, 0.5) == slice(0, 1) and basin(marginal, 1.7) == slice(0, 8)
    assert basin(np.ones(5), 0.1) == slice(0, 5) and basin(np.array([3.0, 2.0, 1.0]), 0.5) == slice(2, 3)
    # A margin in the unit of the score is the same however large the score is.
    assert basin(marginal + 90, 0.5) == basin(marginal, 0.5)


def rates(width, saved, middle=0.5, depth=2.0):
    """Marginals with a basin of so many decades, at the upper end of which training is faster."""
    places = axis_points(POINTS)
    inside = np.abs(places - middle) <= width / 8
    return {"score": np.where(inside, 10.0, 10.0 + depth), "time": -saved * (places - 0.5) * 4 / width}


def of_basins(count=100, task="music", **marginals):
    evidence = weighed(shares(blocks=0.1), count=count, task=task, **marginals)
    return conclude(RESPONSE_CLAIMS["C13"].parts(evidence), count)


@pytest.mark.parametrize(("width", "saved", "verdict"), [(2.0, 0.3, HOLDS), (0.5, 0.3, FAILS), (2.0, -0.3, FAILS)])
def test_basin_of_learning_rates(width, saved, verdict):
    found, because, _ = of_basins(**rates(width, saved))
    assert found == verdict and ("the widest 2" in because) == (width == 2) and "lower bound" not in because


@pytest.mark.parametrize("task", MATTERS)
def test_a_basin_is_as_deep_as_what_matters(task):
    """Outside, scores are worse by a little more than what matters, or by a little less: then there is no outside."""
    assert of_basins(task=task, **rates(0.5, 0.3, depth=1.05 * MATTERS[task]))[0] == FAILS
    found, because, _ = of_basins(task=task, **rates(0.5, 0.3, depth=0.95 * MATTERS[task]))
    assert found == HOLDS and "width in decades +4.00" in because.lower()


@pytest.mark.parametrize("middle", [0.0, 1.0])
def test_a_basin_that_is_cut_off_shows_and_does_not_refute(middle):
    found, because, needed = of_basins(**rates(1.0, 0.3, middle))
    assert found == UNTOLD and "lower bounds for 9 of 9, which reach an end of the search space" in because
    assert needed == "Learning rates beyond the search space, where basins may go on."
    found, because, _ = of_basins(**rates(3.0, 0.3, middle))
    assert found == HOLDS and "lower bounds for 9 of 9" in because
    # The time that its end saves is that of the search space.
    assert of_basins(**rates(3.0, -0.3, middle))[0] == FAILS


def test_some_basins_that_are_cut_off():
    evidence = weighed(shares(blocks=0.1), count=100, task="music", **rates(0.5, 0.3))
    lying = weighed(shares(blocks=0.1), count=100, task="music", **rates(0.9, 0.3, 1.0))
    evidence.importance["NP"] = lying.importance["NP"]
    found, because, needed = conclude(RESPONSE_CLAIMS["C13"].parts(evidence), 100)
    assert found == UNTOLD and "lower bounds for 1 of 9" in because and "none of 9" in because and needed
    wide = weighed(shares(blocks=0.1), count=100, task="music", **rates(2.0, 0.3))
    wide.importance["NP"] = lying.importance["NP"]
    assert conclude(RESPONSE_CLAIMS["C13"].parts(wide), 100)[0] == HOLDS


def test_widths_that_scatter_need_more_trials_at_the_least():
    evidence = weighed(shares(blocks=0.1), count=30, task="music", **rates(2.0, 0.3))
    for code in ("V", "NP", "FGR"):
        evidence.importance[code] = weighed(shares(blocks=0.1), task="music", **rates(0.3, 0.3)).importance[code]
    found, because, needed = conclude(RESPONSE_CLAIMS["C13"].parts(evidence), 30)
    assert found == UNTOLD and "6 of 9, not V, NP or FGR" in because and needed.startswith("At least ")


def test_a_basin_within_a_step_of_the_forest_has_no_times_to_tell():
    found, because, needed = of_basins(20, **rates(2.0, 0.0))
    assert found == UNTOLD and "only on 0 variants does the forest predict different times" in because
    assert needed == "Trials enough for the forest to tell times within the basins."
    # Where most variants tell, the others are left out.
    evidence = weighed(shares(blocks=0.1), count=20, **rates(2.0, 0.3))
    mute = weighed(shares(blocks=0.1), count=20, **rates(2.0, 0.0)).importance
    for code in ("V", "NP", "FGR"):
        evidence.importance[code] = mute[code]
    found, because, _ = conclude(RESPONSE_CLAIMS["C13"].parts(evidence), 20)
    assert found == HOLDS and "log10 of the time saved" in because.lower() and "all 6" in because
    evidence.importance["NIG"] = evidence.importance["NFG"] = mute["NIG"]
    assert "only on 4 variants" in conclude(RESPONSE_CLAIMS["C13"].parts(evidence), 20)[1]


def test_a_forest_that_predicts_nothing_has_no_basin():
    evidence = weighed(shares(blocks=0.1), r2=0.2, **rates(2.0, 0.3))
    assert conclude(RESPONSE_CLAIMS["C13"].parts(evidence), 200)[0] == UNTOLD
    # The process is not asked.
    evidence = weighed(shares(blocks=0.1), process_r2=0.2, **rates(2.0, 0.3))
    assert conclude(RESPONSE_CLAIMS["C13"].parts(evidence), 200)[0] == HOLDS
