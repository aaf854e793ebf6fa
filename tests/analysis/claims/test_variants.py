"""Claims C1 to C6 on made-up scores: effects that are there, that are not, and that cannot be seen."""

from dataclasses import replace
from math import inf

import pytest
from evidence_of import ALL, shifted

from odyssey.analysis.claims import FAILS, HOLDS, UNTOLD
from odyssey.analysis.claims.contrast import Contrast
from odyssey.analysis.claims.evidence import Evidence
from odyssey.analysis.claims.variants import NOT_BETTER, SAME, VARIANT_CLAIMS, WORSE, _judged
from odyssey.analysis.claims.verdict import conclude


def judged(code, task, shifts, count=200, codes=ALL):
    trials = shifted(shifts, count, task, codes=codes)
    return conclude(VARIANT_CLAIMS[code].parts(Evidence(task, "toy", trials)), count)


def worse(*codes):
    return dict.fromkeys(codes, 0.2)


TASKS = ("speech", "handwriting", "music")
GATES = ("NIG", "NOG", "NIAF")
KNOWN = [
    *(("C1", task, {}, HOLDS) for task in TASKS),
    *(("C1", task, {"NP": -0.2}, FAILS) for task in TASKS),
    ("C1", "music", worse(*ALL[1:]), HOLDS),
    *(("C2", task, worse("NFG", "NOAF"), HOLDS) for task in TASKS),
    *(("C2", task, worse("NFG"), FAILS) for task in TASKS),
    ("C2", "music", worse("NIG", "NP"), FAILS),
    *((code, task, {}, HOLDS) for code in ("C3", "C4") for task in TASKS),
    *(("C3", task, worse("CIFG"), FAILS) for task in TASKS),
    *(("C4", task, {"NP": -0.2}, FAILS) for task in TASKS),
    ("C3", "music", worse("NP"), HOLDS),
    ("C4", "music", worse("CIFG"), HOLDS),
    ("C5", "speech", {}, HOLDS),
    ("C5", "handwriting", {}, HOLDS),
    ("C5", "music", {}, FAILS),
    ("C5", "speech", worse("FGR"), FAILS),
    ("C5", "handwriting", worse("FGR"), FAILS),
    ("C5", "music", worse("FGR"), HOLDS),
    ("C6", "speech", worse(*GATES), HOLDS),
    ("C6", "handwriting", worse(*GATES), HOLDS),
    ("C6", "music", {}, HOLDS),
    ("C6", "speech", worse("NIG", "NOG"), FAILS),
    ("C6", "handwriting", {}, FAILS),
    ("C6", "music", worse("NOG"), FAILS),
]


@pytest.mark.parametrize(("code", "task", "shifts", "verdict"), KNOWN)
def test_known_truth_is_found_with_the_study_s_trials(code, task, shifts, verdict):
    found, because, needed = judged(code, task, shifts)
    assert found == verdict and needed == ""
    assert because.endswith("; 20 values in each best tenth.") and because.count("values") == 1


@pytest.mark.parametrize("code", VARIANT_CLAIMS)
@pytest.mark.parametrize("task", TASKS)
def test_two_trials_tell_nothing(code, task):
    found, because, needed = judged(code, task, {}, count=2)
    assert found == UNTOLD and "; 2 values in each best tenth." in because
    assert needed == "More trials of each variant; how many cannot be estimated from 2 values."


def test_a_difference_too_small_to_matter():
    """Significant all the same: "no significant change" is then false, "significantly worse" true."""
    assert judged("C3", "music", {"CIFG": 0.02})[0] == FAILS
    assert judged("C2", "music", {"NFG": 0.02, "NOAF": 0.02})[0] == HOLDS
    assert judged("C1", "music", {"NFG": 0.02, "NOAF": 0.02})[0] == HOLDS


def test_numbers_stand_in_the_sentence():
    because = judged("C4", "music", worse("NP"))[1]
    assert because.startswith("NP +2") and because.endswith("; < 0.001, < 0.001); 20 values in each best tenth.")
    parts = _judged(SAME, {"NP": replace(ONE, difference=0.6, error=0.2)}, 1)
    # 0.6 of a mean of 10, more or less 2.024 times 0.2; t = 3.
    assert parts[0].because == "NP +6 (+2 to +10; 0.005, 0.900)"


@pytest.mark.parametrize(("values", "estimated"), [(2, False), (4, False), (5, True), (20, True)])
def test_needed_trials_are_not_estimated_from_a_handful_of_values(values, estimated):
    wide = replace(ONE, error=1.0, values=values)
    needed = conclude(_judged(SAME, {"NP": wide}, 1), 40)[2]
    rough = "About 170 trials of each variant, a rough estimate from the 40 at hand."
    assert needed == (
        rough if estimated else f"More trials of each variant; how many cannot be estimated from {values} values."
    )


def test_best_tenths_of_unequal_size_are_counted_by_the_smallest():
    parts = _judged(NOT_BETTER, {"NP": ONE, "NIG": replace(ONE, values=19), "NOG": replace(ONE, error=0.0)}, 3)
    assert [part.note for part in parts] == ["at least 19 values in each best tenth"] * 2 + [""]


def test_a_variant_that_is_not_recorded_is_named():
    present = tuple(code for code in ALL if code != "NOG")
    found, because, needed = judged("C6", "speech", worse("NIG", "NIAF"), codes=present)
    assert (found, because, needed) == (UNTOLD, "NOG is not recorded.", "Trials of NOG.")
    # One that is decidedly no worse refutes without it.
    assert judged("C6", "speech", worse("NIG"), codes=present)[0] == FAILS
    assert judged("C1", "speech", {"NP": -0.2}, codes=present)[0] == FAILS
    assert judged("C1", "speech", {}, codes=present)[0] == UNTOLD
    assert judged("C3", "speech", {}, codes=("CIFG",))[1:] == ("Vanilla is not recorded.", "Trials of V.")


def test_scores_that_do_not_differ_tell_nothing():
    trials = shifted({}, 30, codes=("V", "NP")).assign(valid_score=9.0, test_score=9.0)
    found = conclude(VARIANT_CLAIMS["C4"].parts(Evidence("music", "toy", trials)), 30)
    assert found[0] == UNTOLD and "at least two scores" in found[2].lower()


ONE = Contrast(0.0, 0.1, 38.0, 10.0, 0.5, 0.9, 20, (0.5, 0.5))


@pytest.mark.parametrize(
    ("kind", "difference", "decided"),
    [
        (SAME, 0.0, HOLDS),
        (SAME, 0.4, FAILS),
        (SAME, -0.4, FAILS),
        (WORSE, 0.7, HOLDS),
        (WORSE, 0.0, FAILS),
        (WORSE, -0.7, FAILS),
        (NOT_BETTER, 0.0, HOLDS),
        (NOT_BETTER, 0.7, HOLDS),
        (NOT_BETTER, -0.7, FAILS),
    ],
)
def test_more_evidence_decides_and_does_not_change_its_mind(kind, difference, decided):
    told = []
    for error in (10, 1, 0.3, 0.1, 0.03, 0.01):
        parts = _judged(kind, {"NP": replace(ONE, difference=difference, error=error)}, 1)
        told.append(conclude(parts, 30)[0])
    assert told[0] == UNTOLD and told[-1] == decided
    first = told.index(decided)
    assert set(told[:first]) == {UNTOLD} and set(told[first:]) == {decided}


def test_what_one_of_several_could_refute_is_corrected_and_what_all_must_show_is_not():
    """p = 0.02 alone is significant, among eight tests it is not."""
    better = replace(ONE, difference=-0.243, error=0.1)
    assert 0.015 < better.p < 0.025
    assert [part.refuted for part in _judged(NOT_BETTER, {"NP": better}, 1)] == [True]
    others = {f"X{number}": replace(ONE, difference=0.1) for number in range(7)}
    parts = _judged(NOT_BETTER, {"NP": better} | others, 8)
    assert not any(part.refuted for part in parts) and all(part.shown for part in parts)
    # Variants that are not recorded count among the tests, too.
    assert not _judged(NOT_BETTER, {"NP": better}, 8)[0].refuted
    assert _judged(SAME, {"NP": better}, 1)[0].refuted and not _judged(SAME, {"NP": better}, 3)[0].refuted
    worse = replace(ONE, difference=0.243)
    assert all(part.shown for part in _judged(WORSE, {"A": worse, "B": worse, "C": worse}, 3))
    no_worse = replace(ONE, difference=0.257)
    no_worse = replace(no_worse, difference=0.257 - 0.2, error=0.183)
    assert 0.015 < no_worse.p_less(0.5) < 0.025
    assert _judged(WORSE, {"A": no_worse}, 1)[0].refuted and not _judged(WORSE, {"A": no_worse}, 3)[0].refuted


def test_needed_trials_are_those_that_show_what_matters():
    wide = replace(ONE, error=1.0, spreads=(0.5, 0.5))
    assert _judged(SAME, {"NP": wide}, 1)[0].trials == 170  # Cohen's 17 in each group for one standard deviation
    assert _judged(SAME, {"NP": replace(wide, spreads=(5.0, 5.0))}, 1)[0].trials == inf
