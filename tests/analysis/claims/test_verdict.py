"""How the parts of a claim make its verdict, and how the sentences are written."""

from math import inf, nan

import pytest

from odyssey.analysis.claims import CLAIMS, FAILS, HOLDS, UNTOLD, words
from odyssey.analysis.claims.verdict import LISTED, MATTERS, PAPER_NAMES, Part, conclude, margin, margins

TRUE = Part(True, False, "a is so")
FALSE = Part(False, True, "b is not so")
OPEN = Part(False, False, "c may be so", 70.0)


@pytest.mark.parametrize(
    ("parts", "verdict", "because"),
    [
        ([TRUE], HOLDS, "A is so."),
        ([TRUE, TRUE], HOLDS, "A is so."),
        # What holds is told all the same.
        ([TRUE, FALSE], FAILS, "B is not so. As claimed: a is so."),
        ([FALSE, OPEN], FAILS, "B is not so."),
        ([TRUE, OPEN, TRUE], UNTOLD, "C may be so. As claimed: a is so; a is so."),
        # Significantly worse, but by less than what matters: shown is shown.
        ([Part(True, True, "d is both")], HOLDS, "D is both."),
    ],
)
def test_a_claim_is_true_where_all_its_parts_are(parts, verdict, because):
    found = conclude(parts, 30)
    assert found[:2] == (verdict, because)
    assert bool(found[2]) == (verdict == UNTOLD)


@pytest.mark.parametrize(
    ("trials", "each", "needed"),
    [
        ([70.0, 120.0], 30, "About 120 trials of each variant, a rough estimate from the 30 at hand."),
        ([70.0, inf], 30, "More than 5000 trials of each variant; the study has 200."),
        ([5010.0], 30, "More than 5000 trials of each variant; the study has 200."),
        (
            [70.0, 460.0],
            68,
            "About 460 trials of each variant, more than the study's 200, a rough estimate from the 68 at hand.",
        ),
        ([200.0], 68, "About 200 trials of each variant, a rough estimate from the 68 at hand."),
        ([70.0, nan], 30, "More trials of each variant; how many cannot be estimated from these."),
        ([70.0], 100, "More trials, perhaps many: what was found lies close to the limit of the rule."),
        (
            [460.0],
            200,
            "About 460 trials of each variant, more than the study's 200, a rough estimate from the 200 at hand.",
        ),
        ([nan], 200, "More trials of each variant; how many cannot be estimated from these."),
    ],
)
def test_what_is_needed_is_the_most_that_any_open_part_needs(trials, each, needed):
    parts = [Part(False, False, f"part {number}", count) for number, count in enumerate(trials)]
    assert conclude(parts, each)[2] == needed


def test_a_need_that_is_the_least_is_told_so():
    needed = conclude([OPEN, Part(False, False, "d", 60.0, floor=True)], 30)[2]
    assert needed == "At least 70 trials of each variant, a rough estimate from the 30 at hand."


def test_what_is_lacking_comes_before_trials_in_general():
    parts = [OPEN, Part(False, False, "no NP", lacking="trials of NP"), Part(False, False, "x", lacking="trials of NP")]
    assert conclude(parts, 30) == (UNTOLD, "C may be so; no NP; x.", "Trials of NP.")


def test_a_note_is_said_once_and_last():
    parts = [Part(True, False, "a is so", note="2 values"), Part(True, False, "b is so", note="2 values"), TRUE]
    assert conclude(parts, 30)[1] == "A is so; b is so; 2 values."
    assert conclude([FALSE, *parts], 30)[1] == "B is not so; 2 values. As claimed: a is so; b is so; a is so."


def test_what_matters_is_fixed_for_each_task_in_its_unit():
    assert MATTERS == {"speech": 1.0, "handwriting": 1.0, "music": 0.1} and set(MATTERS) == set(PAPER_NAMES)
    assert [margin(task).replace(words.SPACE, " ") for task in MATTERS] == [
        "1 percentage point",
        "1 percentage point",
        "0.1 nats a frame",
    ]
    told = margins().replace(words.SPACE, " ")
    assert told == "1 percentage point on speech and handwriting, 0.1 nats a frame on music"
    assert margins() in CLAIMS["C3"].method and margins() in CLAIMS["C13"].rule


def test_every_claim_says_what_and_where_and_how():
    assert list(CLAIMS) == [f"C{number}" for number in range(1, 16)]
    for code, claim in CLAIMS.items():
        assert claim.code == code and claim.text.endswith(".") and claim.rule.endswith(".")
        assert len(claim.short) <= 60 and claim.stated
    assert {code for code, claim in CLAIMS.items() if "A" in claim.mark} == {"C1", "C2", "C15"}
    assert CLAIMS["C1"].stated == "in the abstract" and "as we read the paper" in CLAIMS["C2"].stated
    # What differs from task to task is in the rule.
    assert "On music: it has to be significantly worse" in CLAIMS["C5"].rule
    assert "On speech and handwriting: each has to be significantly worse" in CLAIMS["C6"].rule
    # Neither of the two rules that were given up is left.
    told = "".join(claim.method + claim.rule for claim in CLAIMS.values())
    assert "would find" not in told and "of vanilla's mean" not in told
    assert "from fewer than 5 values in a best tenth" in CLAIMS["C3"].method
    assert all(claim.method.endswith(LISTED) for claim in CLAIMS.values() if claim.method)
    # The sentences of a verdict are short because the method says once what their numbers are.
    assert "p, and p by the paper's own test" in CLAIMS["C1"].method and "The rank of a trial" in CLAIMS["C12"].method
    impact = [CLAIMS[f"C{number}"].stated for number in range(7, 15)]
    assert set(impact) == {"as we read the paper, in its section on the impact of the hyperparameters"}


def test_numbers_in_words():
    space = "\N{NO-BREAK SPACE}"
    assert words.percent(0.05) == f"5{space}%" and words.percent(2 / 3) == f"67{space}%"
    assert words.percent(-0.0123, signed=True) == f"−1.2{space}%" and words.percent(0.123, True) == f"+12{space}%"
    assert words.percent(-0.0000001, True) == f"0{space}%" and words.percent(0.0996) == f"10{space}%"
    assert words.span(-0.02, 0.13, signed=True) == f"−2 to +13{space}%"
    assert words.points(-0.0123, True) == "−1.2" and words.point_span(0, 0.131, signed=True) == "0 to +13"
    assert words.p_value(0.3894) == "0.389" and words.number(-0.004) == "+0.00"
    assert words.number(-1.234) == "−1.23" and words.p_value(0.0004) == "< 0.001" and words.p_value(nan) == "unknown"
    assert words.number(-12.34, 1) == "−12.3" and words.number(0.04, 1) == "+0.0"
    assert words.listed(["a"]) == "a" and words.listed(["a", "b", "c"]) == "a, b and c"


@pytest.mark.parametrize(
    ("against", "told"),
    [("", "all 9"), ("i", "8 of 9, not i"), ("ghi", "6 of 9, not g, h or i"), ("abcdefg", "2 of 9, only h and i")],
)
def test_sides_name_the_smaller_one(against, told):
    assert words.sides({code: code not in against for code in "abcdefghi"}) == told


def test_sides_without_any():
    assert words.sides(dict.fromkeys("abc", False)) == "none of 3"
