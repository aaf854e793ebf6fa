"""Claims C1 to C6 on made-up scores: effects that are there, that are not, and that cannot be seen."""

from dataclasses import replace
from math import inf, sqrt

import pytest
from evidence_of import ALL, shifted

from odyssey.analysis.claims import FAILS, HOLDS, UNTOLD
from odyssey.analysis.claims.contrast import Contrast
from odyssey.analysis.claims.evidence import Evidence
from odyssey.analysis.claims.variants import NOT_BETTER, SAME, VARIANT_CLAIMS, WORSE
from odyssey.analysis.claims.variants import _judged as judged_with_margin
from odyssey.analysis.claims.verdict import MATTERS, conclude


def judged(code, task, shifts, count=200, codes=ALL):
    trials = shifted(shifts, count, task, codes=codes)
    return conclude(VARIANT_CLAIMS[code].parts(Evidence(task, "toy", trials)), count)


def worse(*codes):
    return dict.fromkeys(codes, 0.2)


def _judged(kind, found, family):
    return judged_with_margin(kind, found, family, 0.5)


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
    assert "; 20 values in each best tenth." in because and because.count("values") == 1


@pytest.mark.parametrize("code", VARIANT_CLAIMS)
@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize(("count", "values"), [(2, 2), (40, 4)])
def test_few_trials_tell_nothing(code, task, count, values):
    """Not even where all variants are decidedly worse, or better."""
    for shift in (0.5, -0.5):
        found, because, needed = judged(code, task, dict.fromkeys(ALL[1:], shift), count=count)
        assert found == UNTOLD and f"; {values} values in each best tenth." in because
        assert needed == "At least 5 values in each best tenth, as 41 trials of each variant have."


def test_68_trials_tell_what_is_plain():
    assert judged("C2", "music", worse("NFG", "NOAF"), count=68)[0] == HOLDS
    assert judged("C1", "music", {"NP": -0.2}, count=68)[0] == FAILS
    found, because, needed = judged("C2", "music", {"NOAF": 0.2, "NFG": 0.005}, count=68)
    assert found == UNTOLD and because.startswith("NFG +") and " As claimed: NOAF +" in because
    assert "trials of each variant" in needed


def test_a_difference_too_small_to_matter():
    """Significant all the same: "no significant change" is then false, "significantly worse" true."""
    assert judged("C3", "music", {"CIFG": 0.02})[0] == FAILS
    assert judged("C2", "music", {"NFG": 0.02, "NOAF": 0.02})[0] == HOLDS
    assert judged("C1", "music", {"NFG": 0.02, "NOAF": 0.02})[0] == HOLDS


def test_numbers_stand_in_the_sentence():
    because = judged("C4", "music", worse("NP"))[1]
    assert because.startswith("NP +2.0") and because.endswith("; < 0.001, < 0.001); 20 values in each best tenth.")
    parts = _judged(SAME, {"NP": replace(ONE, difference=0.6, error=0.2)}, 1)
    # 0.6 more or less 2.024 times 0.2; t = 3. A tenth of what matters is told.
    assert parts[0].because == "NP +0.6 (+0.2 to +1.0; 0.005, 0.900)"
    parts = judged_with_margin(SAME, {"NP": replace(ONE, difference=0.6, error=0.2)}, 1, MATTERS["music"])
    assert parts[0].because == "NP +0.60 (+0.20 to +1.00; 0.005, 0.900)"


@pytest.mark.parametrize(("values", "decides"), [(2, False), (4, False), (5, True), (20, True)])
@pytest.mark.parametrize(
    ("kind", "difference"),
    [(SAME, 0.0), (SAME, 9.0), (WORSE, 9.0), (WORSE, -9.0), (NOT_BETTER, 0.0), (NOT_BETTER, -9.0)],
)
def test_a_handful_of_values_decides_nothing(kind, difference, values, decides):
    part = _judged(kind, {"NP": replace(ONE, difference=difference, error=0.01, values=values)}, 1)[0]
    assert (part.shown or part.refuted) == decides and bool(part.lacking) != decides


def test_best_tenths_of_unequal_size_are_counted_by_the_smallest():
    parts = _judged(NOT_BETTER, {"NP": ONE, "NIG": replace(ONE, values=19), "NOG": replace(ONE, error=0.0)}, 3)
    assert [part.note for part in parts] == ["at least 19 values in each best tenth"] * 2 + [""]


def test_a_variant_that_is_not_recorded_is_named():
    present = tuple(code for code in ALL if code != "NOG")
    found, because, needed = judged("C6", "speech", worse("NIG", "NIAF"), codes=present)
    assert (found, needed) == (UNTOLD, "Trials of NOG.")
    assert because.startswith("NOG is not recorded; 20 values in each best tenth. As claimed: NIG +")
    # One that is decidedly no worse refutes without it.
    assert judged("C6", "speech", worse("NIG"), codes=present)[0] == FAILS
    assert judged("C1", "speech", {"NP": -0.2}, codes=present)[0] == FAILS
    assert judged("C1", "speech", {}, codes=present)[0] == UNTOLD
    assert judged("C3", "speech", {}, codes=("CIFG",))[1:] == ("Vanilla is not recorded.", "Trials of V.")


def test_scores_that_do_not_differ_tell_nothing():
    trials = shifted({}, 30, codes=("V", "NP")).assign(valid_score=9.0, test_score=9.0)
    found = conclude(VARIANT_CLAIMS["C4"].parts(Evidence("music", "toy", trials)), 30)
    assert found[0] == UNTOLD and "not all of them the same" in found[2]


ONE = Contrast(0.0, 0.1, 38.0, 10.0, 0.9, 20, (0.5, 0.5))


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


def needs(kind, difference, spread):
    """Trials for a margin of 0.5, from an interval that decides nothing."""
    return _judged(kind, {"NP": replace(ONE, difference=difference, error=1.0, spreads=(spread, spread))}, 1)[0].trials


@pytest.mark.parametrize(
    ("kind", "difference", "spread", "needed"),
    [
        # Cohen's 17 in each group for one standard deviation, 64 for half of one.
        (WORSE, 0.5, 0.5, 170),
        (WORSE, 0.5, 1.0, 640),
        (WORSE, 1.0, 1.0, 170),
        (SAME, 0.5, 0.5, 170),
        (SAME, -1.0, 1.0, 170),
        (NOT_BETTER, -0.5, 1.0, 640),
        # Twice t times the variance over the square of the room: 2 × 2.0² × 0.25 / 0.25 = 8 and a little.
        (SAME, 0.0, 0.5, 90),
        (NOT_BETTER, 0.0, 0.5, 90),
        (NOT_BETTER, 0.5, 1.0, 90),
        (WORSE, 0.0, 0.5, 90),
        (WORSE, -0.5, 1.0, 90),
        # What is nearer: that it is found (Cohen's 26 for 0.8), or that it does not matter.
        (SAME, 0.4, 0.5, 260),
        (WORSE, 0.4, 0.5, 260),
        (SAME, 0.1, 0.5, 140),
    ],
)
def test_needed_trials_decide_one_way_or_the_other(kind, difference, spread, needed):
    assert needs(kind, difference, spread) == needed


def test_a_need_beyond_the_study_is_told():
    parts = _judged(WORSE, {"NP": replace(ONE, difference=0.5, error=1.0, spreads=(1.0, 1.0))}, 1)
    assert conclude(parts, 68)[2] == (
        "About 640 trials of each variant, more than the study's 200, a rough estimate from the 68 at hand."
    )
    assert needs(SAME, 0.0, 9.0) == inf


@pytest.mark.parametrize("code", ["C3", "C4"])
def test_the_noisier_variant_is_not_forgiven_more(code):
    """With 200 trials, too, "no change" is not told from scores whose spread would hide what matters."""
    told = []
    for spread in (0.1, 0.4, 2.0, 10.0):
        one = replace(ONE, difference=0.0, error=spread * sqrt(2 / 20), spreads=(spread, spread))
        told.append(conclude(_judged(SAME, {VARIANT_CLAIMS[code].expected["music"].codes[0]: one}, 1), 200)[0])
    assert told == [HOLDS, HOLDS, UNTOLD, UNTOLD]
