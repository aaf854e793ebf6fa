"""Claims C7 to C9, C14 and C15 on made-up shares: no forest is fitted here."""

import numpy as np
import pytest
from evidence_of import shares, weighed

from odyssey.analysis.claims import FAILS, HOLDS, UNTOLD
from odyssey.analysis.claims.shares import SHARE_CLAIMS, SMALL_FROM
from odyssey.analysis.claims.verdict import conclude

TASKS = ("speech", "handwriting", "music")
LIKE_THE_PAPER = {"blocks": 0.10, "input_noise": 0.05, "learning_rate_x_blocks": 0.03}
MUCH_INTERACTION = {"blocks": 0.10, "input_noise": 0.05, "learning_rate_x_blocks": 0.30, "rest": 0.10}
SOME_INTERACTION = {"blocks": 0.10, "input_noise": 0.05, "blocks_x_input_noise": 0.04, "rest": 0.10}
BLOCKS_FIRST = {"blocks": 0.60, "input_noise": 0.05}
NOISE_SECOND = {"blocks": 0.02, "input_noise": 0.10}
MUCH_MOMENTUM = {"blocks": 0.20, "input_noise": 0.15, "momentum": 0.05}

KNOWN = [
    *(("C7", task, LIKE_THE_PAPER, HOLDS) for task in TASKS),
    *(("C7", task, MUCH_INTERACTION, FAILS) for task in TASKS),
    *(("C8", task, LIKE_THE_PAPER, HOLDS) for task in TASKS),
    *(("C8", "music", wrong, FAILS) for wrong in (BLOCKS_FIRST, NOISE_SECOND, MUCH_MOMENTUM)),
    ("C9", "speech", SOME_INTERACTION, HOLDS),
    ("C9", "speech", LIKE_THE_PAPER, FAILS),
    *(("C9", task, LIKE_THE_PAPER, HOLDS) for task in TASKS[1:]),
    *(("C9", task, SOME_INTERACTION, FAILS) for task in TASKS[1:]),
    *(("C14", task, LIKE_THE_PAPER, HOLDS) for task in TASKS),
    *(("C14", task, SOME_INTERACTION, HOLDS) for task in TASKS),
    *(("C14", task, MUCH_INTERACTION, FAILS) for task in TASKS),
    *(("C15", task, SOME_INTERACTION, HOLDS) for task in TASKS),
    *(("C15", task, MUCH_INTERACTION, FAILS) for task in TASKS),
]


def judged(code, evidence):
    return conclude(SHARE_CLAIMS[code].parts(evidence), evidence.each)


@pytest.mark.parametrize(("code", "task", "named", "verdict"), KNOWN)
def test_known_shares_are_judged(code, task, named, verdict):
    found, because, needed = judged(code, weighed(shares(0.004, **named), task=task))
    assert found == verdict and needed == ""
    assert "forest" in because and "process" in because and (" > " in because or " < " in because)


@pytest.mark.parametrize("code", SHARE_CLAIMS)
@pytest.mark.parametrize("count", [2, 10])
def test_few_trials_tell_nothing(code, count):
    found, because, needed = judged(code, weighed(shares(**LIKE_THE_PAPER), count=count))
    assert found == UNTOLD and because.startswith(f"{count} trials") and "At least 20 trials" in needed


@pytest.mark.parametrize("code", SHARE_CLAIMS)
def test_estimates_that_predict_nothing_tell_nothing(code):
    for values, name in (({"r2": 0.3}, "forest"), ({"process_r2": 0.49}, "process"), ({"r2": np.nan}, "forest")):
        found, because, needed = judged(code, weighed(shares(**LIKE_THE_PAPER), **values))
        assert found == UNTOLD and f"The {name} predicts" in because and "R² of 0.5" in needed and "nan" not in because


@pytest.mark.parametrize("code", ["C7", "C9", "C14", "C15"])
def test_estimates_that_disagree_tell_nothing(code):
    first, second = shares(0.004, **LIKE_THE_PAPER), shares(0.004, **MUCH_INTERACTION)
    for pair in ((first, second), (second, first)):
        found, _, needed = judged(code, weighed(*pair, count=150, task="music"))
        assert found == UNTOLD and "cannot be estimated" in needed


def test_numbers_stand_in_the_sentence():
    space = "\N{NO-BREAK SPACE}"
    named = {"blocks": 0.15, "input_noise": 0.08}
    because = judged("C7", weighed(shares(0.0, **named), bias=0.02))[1]
    assert because == f"Learning rate > 67{space}%: forest 77 (75 to 79; all 9), process 77 (75 to 79; all 9)."


def test_a_variant_on_the_other_side_is_named():
    around = shares(0.0, blocks=0.15, input_noise=0.08)
    around[5] = shares(0.0, blocks=0.35, input_noise=0.08)[5]
    because = judged("C7", weighed(around, shares(0.0, blocks=0.15, input_noise=0.08)))[1]
    assert "; 8 of 9, not NOAF), process" in because and because.endswith("; all 9).")
    # On the claimed side of "less than", too.
    because = judged("C14", weighed(shares(0.0, learning_rate_x_blocks=0.3)))[1]
    assert because.count("; none of 9)") == 2


def test_variants_that_differ_widen_the_interval():
    around = {"blocks": 0.15, "input_noise": 0.08}
    told = [judged("C7", weighed(shares(spread, **around), count=50))[0] for spread in (0.12, 0.08, 0.005)]
    assert told == [UNTOLD, HOLDS, HOLDS]
    needed = judged("C7", weighed(shares(0.12, **around), count=50))[2]
    assert needed.startswith("At least ") and "trials of each variant, a rough estimate" in needed


def test_the_error_on_a_known_function_widens_the_interval():
    named = {"blocks": 0.15, "input_noise": 0.10}
    for bias in (0.1, -0.1):
        assert judged("C7", weighed(shares(0.005, **named), bias=bias))[0] == UNTOLD
    assert judged("C7", weighed(shares(0.005, **named), bias=0.02))[0] == HOLDS


@pytest.mark.parametrize("code", ["C8", "C9", "C14", "C15"])
def test_that_a_share_is_small_takes_half_of_the_study(code):
    named = LIKE_THE_PAPER
    few = judged(code, weighed(shares(0.004, **named), count=SMALL_FROM - 1, task="music"))
    assert few[0] == UNTOLD and f"At least {SMALL_FROM} trials" in few[2]
    assert judged(code, weighed(shares(0.004, **named), count=SMALL_FROM, task="music"))[0] == HOLDS


def test_that_a_share_is_large_does_not():
    assert judged("C15", weighed(shares(0.004, **MUCH_INTERACTION), count=30))[0] == FAILS
    assert judged("C9", weighed(shares(0.004, **SOME_INTERACTION), count=30))[0] == HOLDS
    # Nor may few trials refute that higher orders matter.
    assert judged("C9", weighed(shares(0.004, **LIKE_THE_PAPER), count=30))[0] == UNTOLD


def test_one_of_four_statements_refutes_at_a_quarter_of_the_level():
    """The mean of the momentum's share is above 1 % by 1.2 half widths: significant, but not among four."""
    spread = 0.02
    half = 2.306 * np.linspace(-spread, spread, 9).std(ddof=1) / 3
    named = {"blocks": 0.20, "input_noise": 0.15, "momentum": 0.01 + 1.2 * half}
    found = shares(0, **named)
    found[:, 3] += np.linspace(-spread, spread, 9)
    assert judged("C8", weighed(found))[0] == UNTOLD
    found[:, 3] += half
    assert judged("C8", weighed(found))[0] == FAILS


def test_few_variants_do_not_stand_for_all():
    found, because, needed = judged("C7", weighed(shares(**LIKE_THE_PAPER)[:4]))
    assert found == UNTOLD and "fewer than 5 variants" in because and "at least 5 variants" in needed
    unsure = shares(**LIKE_THE_PAPER)
    unsure[:5] = np.nan  # a process that sees nothing but noise
    found, because, _ = judged("C7", weighed(shares(**LIKE_THE_PAPER), unsure))
    assert found == UNTOLD and "the process has an estimate for fewer than 5" in because
