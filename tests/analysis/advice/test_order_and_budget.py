"""In which order, and with how many trials: on shares and scores that are known."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from evidence_of import cell_of, shares, weighed
from planted import plain

from odyssey.analysis import advice
from odyssey.analysis.advice import budget, order, rate
from odyssey.analysis.advice.curve import Estimate
from odyssey.analysis.advice.margin import Margin
from odyssey.analysis.importance import HEAT, TERMS
from odyssey.analysis.known import TRUE

NATS = Margin(0.1, 0.02, "0.1 nats a frame")
UNBIASED = {name: np.stack([TRUE] * 3) for name in ("forest", "process")}


def ordered(forest, process=None, each=100, calibration=UNBIASED, **quality):
    return plain(order.order("music", weighed(forest, process, **quality).importance, calibration, each))


def test_order_is_that_of_the_shares():
    usual = shares(blocks=0.15, input_noise=0.05, momentum=0.01)
    found = ordered(usual)
    assert found.short == "learning rate, then blocks, then noise, then momentum" and found.paper == advice.AGREES
    assert found.text == "Tune learning rate, then blocks, then noise, then momentum." and found.sureness == advice.SURE
    assert "blocks 15 % and 15 %" in found.evidence and "R² on unseen trials, medians: 0.90 and 0.90" in found.evidence
    assert "blocks less noise 10 (10 to 10) and 10 (10 to 10); noise less momentum 4 (4 to 4)" in found.evidence
    other = ordered(shares(blocks=0.05, input_noise=0.15, momentum=0.01), each=50)
    assert (other.paper, other.short) == (advice.DIFFERS, "learning rate, then noise, then blocks, then momentum")


def test_neighbours_that_cannot_be_told_apart_are_tied():
    usual = shares(blocks=0.15, input_noise=0.05, momentum=0.01)
    # One estimate that cannot tell is no objection, as long as it has the same sign.
    vague = usual.copy()
    vague[:, 1] += np.linspace(-0.4, 0.4, len(vague))
    assert ordered(usual, vague).paper == advice.AGREES
    tied = ordered(vague, vague)
    assert tied.text == "Tune learning rate, then blocks and noise, whose order cannot be told, then momentum."
    assert (tied.short, tied.paper) == ("learning rate, then blocks and noise, then momentum", advice.UNTOLD)
    assert tied.sureness == advice.SURE
    against = shares(blocks=0.05, input_noise=0.14, momentum=0.01)
    assert ordered(usual, against).text == tied.text
    # An estimate that is known to err by more than the difference tells nothing.
    bias = {name: values + 0.2 * np.eye(values.shape[1])[1] for name, values in UNBIASED.items()}
    assert ordered(usual, calibration=bias).text == tied.text
    assert "blocks less noise 10 (−10 to 30) and" in ordered(usual, calibration=bias).evidence


def test_order_is_open_without_good_estimates_of_enough_trials():
    usual = shares(blocks=0.15, input_noise=0.05, momentum=0.01)
    unsure = ordered(usual, process_r2=0.3), ordered(usual, each=19), ordered(usual, calibration={}), ordered(usual[:4])
    for one in (*unsure, plain(order.order("music", {}, {}, 10))):
        assert (one.sureness, one.paper, one.short) == (advice.OPEN, advice.UNTOLD, "as in the paper")
        assert one.text == (
            "Begin with the learning rate and go on in the paper's order: blocks, noise, momentum. "
            "These trials cannot tell."
        )
    assert "Differences" not in unsure[2].evidence and plain(order.order("dance", {}, {}, 9)).paper == advice.SILENT
    pair = shares(learning_rate_x_blocks=0.04)
    assert order.pair_share(weighed(pair).importance, TERMS.index(HEAT)) == pytest.approx(0.04)
    assert np.isnan(order.pair_share({}, 0))


def test_budget_is_that_of_all_searches():
    scores = [10.0, 12.0, 10.4, 30.0, 11.0, 14.0, 20.0, 10.3]
    cell = cell_of("V", scores, seconds=1800.0).assign(learning_rate=[1e-3, 1e-5, 1e-3, 1e-6, 1e-5, 1e-5, 1e-6, 1e-4])

    def least(rows, share):
        for k in range(1, len(rows) + 1):
            best = [min(chosen) for chosen in combinations(rows, k)]
            if np.mean(np.array(best) <= 10.5) >= share:
                return k
        return np.nan

    ends = Estimate(1e-4, 1e-4, 1e-4), Estimate(1e-3, 1e-3, 1e-3)
    best = rate.BestRates(ends[0], ends[0], ends[1], ends[1], 2)
    near = Margin(0.5, 0.05, "0.5 points")
    found = budget.needed(cell, best, near)
    assert (found.half, found.most, found.within) == (least(scores, 0.5), least(scores, 0.75), 1)
    told = plain(budget.budget(cell, best, near, 8))
    assert told.text.startswith(
        f"Plan for {found.most:.0f} random trials to come within 0.5 points of the best, about 1 h 30 min"
    )
    assert found.most == 3 and (told.sureness, told.paper) == (advice.INDICATED, advice.SILENT)
    assert (
        plain(budget.budget(cell, best, near, 5)).sureness == advice.OPEN
        and "too few" in plain(budget.budget(cell, best, near, 5)).text
    )
    assert plain(budget.budget(cell.assign(valid_score=np.nan), best, near, 8)).short == "not known"


def test_a_single_good_trial_does_not_say_how_many_it_takes():
    """Three quarters of the trials have it three times out of four, whatever the search."""
    cell = cell_of("V", [10.0, *np.linspace(20, 30, 19)], task="music").assign(learning_rate=1e-3)
    ends = Estimate(1e-4, 1e-4, 1e-4), Estimate(1e-2, 1e-2, 1e-2)
    best = rate.BestRates(ends[0], ends[0], ends[1], ends[1], 2)
    assert budget.needed(cell, best, NATS).most == 15
    told = plain(budget.budget(cell, best, NATS, 20))
    assert (told.short, told.sureness) == ("not known", advice.OPEN) and "15 (15 to 15)" in told.evidence
    assert told.text.startswith("As many random trials as you can pay for: 20 each are too few")
    assert told.evidence.endswith(
        "Three quarters of 20 is what comes out where a single trial is near the best of its search."
    )


def test_budget_names_the_variants_that_never_get_there():
    rates = [1e-3, 1e-5, 1e-3, 1e-6, 1e-5, 1e-5, 1e-6, 1e-4]
    good = cell_of("V", [10.0, 12.0, 10.4, 30.0, 11.0, 14.0, 20.0, 10.3], task="music").assign(learning_rate=rates)
    bad = good.assign(variant="NFG", learning_rate=rates[::-1]).assign(learning_rate=lambda t: t["learning_rate"] / 100)
    ends = Estimate(1e-4, 1e-4, 1e-4), Estimate(1e-3, 1e-3, 1e-3)
    best = rate.BestRates(ends[0], ends[0], ends[1], ends[1], 2)

    def told(*cells):
        return plain(budget.budget(pd.concat(cells), best, NATS, 8)).evidence

    assert "above, half do with 2 (2 to 2); 1 of 2 variants never does: NFG. A trial" in told(good, bad)
    assert "above, half do with 2 (2 to 2). A trial" in told(good) and "above, none does. A trial" in told(bad)
    unscored = good.assign(variant="NP", valid_score=np.nan, test_score=np.nan)
    most = budget.needed(good, best, NATS).most
    expected = f"three quarters with {most:.0f} ({most:.0f} to {most:.0f}); 1 of 2 variants never does: NP. With the"
    assert expected in told(good, unscored)
