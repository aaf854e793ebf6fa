"""From records to verdicts: every task and corpus, equal numbers of trials, nothing that is no part of the study."""

import pandas as pd
import pytest
from evidence_of import ALL, responding, shares, shifted, weighed

from odyssey.analysis.claims import CLAIMS, GROUPS, HOLDS, NO_RECORDS, UNTOLD, evidence, judge
from odyssey.errors import OdysseyError


@pytest.fixture
def estimates(monkeypatch):
    """Importance that is at hand, so that no forest is fitted; which trials and sizes it was asked for."""
    asked = []
    made = weighed(shares(0.004, blocks=0.1, input_noise=0.05))

    def importance(trials, folder):
        asked.append((folder, trials))
        return made.importance

    monkeypatch.setattr(evidence, "kept_importance", importance)
    monkeypatch.setattr(evidence, "kept_calibration", lambda count, folder: made.calibration)
    return asked


def test_every_claim_on_every_task_in_order(estimates, tmp_path):
    records = pd.concat([shifted({}, 40, "music", "music21"), shifted({}, 40, "speech", "espeak")])
    found = judge(records, tmp_path)
    assert [(one.task, one.claim) for one in found] == [
        (t, c) for t in ("speech", "handwriting", "music") for c in CLAIMS
    ]
    by_task = {one.task: one for one in found}
    assert [by_task[task].corpus for task in ("speech", "handwriting", "music")] == ["espeak", "", "music21"]
    assert [by_task[task].trials for task in ("speech", "handwriting", "music")] == [40, 0, 40]
    missing = [one for one in found if one.task == "handwriting"]
    assert {one.verdict for one in missing} == {NO_RECORDS} and "handwriting" in missing[0].because
    assert missing[0].needed == "Trials: odyssey search --task handwriting."
    assert all(one.because.endswith(".") and (one.needed == "" or one.needed.endswith(".")) for one in found)
    assert all(bool(one.needed) == (one.verdict in (UNTOLD, NO_RECORDS)) for one in found)
    assert sorted(sum(GROUPS, ()), key=list(CLAIMS).index) == list(CLAIMS)


def test_each_recorded_corpus_is_judged_under_its_name(estimates, tmp_path):
    records = pd.concat([shifted({}, 200, "music", "music21"), shifted({"NP": 0.2}, 200, "music", "jsb")])
    found = {one.corpus: one for one in judge(records, tmp_path, ["music"]) if one.claim == "C4"}
    assert {name: one.verdict for name, one in found.items()} == {"music21": HOLDS, "jsb": "does not hold"}


def test_only_trials_that_every_variant_has_count(estimates, tmp_path):
    records = shifted({}, 200, "music")
    records = records[(records["index"] < 25) | (records["variant"] != "FGR")]
    assert {one.trials for one in judge(records, tmp_path, ["music"])} == {25}
    assert estimates[0][0] == tmp_path and estimates[0][1].groupby("variant").size().to_dict() == dict.fromkeys(ALL, 25)


def test_a_tenth_variant_is_no_part_of_what_the_paper_claims(estimates, tmp_path):
    records = shifted({"TENTH": -0.5}, 200, "music", codes=(*ALL, "TENTH"))
    found = {one.claim: one for one in judge(records, tmp_path, ["music"])}
    assert found["C1"].verdict == HOLDS and "TENTH" not in found["C1"].because
    assert "TENTH" not in set(estimates[0][1]["variant"])


@pytest.mark.parametrize("count", [1, 2, 10])
def test_few_trials_are_judged_without_any_estimate(monkeypatch, tmp_path, count):
    monkeypatch.setattr(evidence, "kept_importance", None)
    monkeypatch.setattr(evidence, "kept_calibration", None)
    found = judge(responding(lambda x: x[:, 0], lambda x: x[:, 1], count, "music"), tmp_path, ["music"])
    assert [one.claim for one in found] == list(CLAIMS) and {one.verdict for one in found[6:]} == {UNTOLD}
    assert not list(tmp_path.iterdir())


def test_a_variant_without_its_first_trial_is_as_good_as_no_records(tmp_path):
    records = shifted({}, 30, "music")
    records = records[(records["index"] > 0) | (records["variant"] != "NP")]
    assert {one.verdict for one in judge(records, tmp_path, ["music"])} == {NO_RECORDS}
    only = shifted({}, 30, "music", codes=("TENTH",))
    assert {one.verdict for one in judge(only, tmp_path, ["music"])} == {NO_RECORDS}


def test_the_paper_claims_nothing_on_other_tasks(tmp_path):
    with pytest.raises(OdysseyError, match="task toy: choose from speech, handwriting, music"):
        judge(shifted({}, 3, "toy"), tmp_path, ["toy"])
    assert {one.task for one in judge(shifted({}, 3, "toy"), tmp_path)} == {"speech", "handwriting", "music"}
