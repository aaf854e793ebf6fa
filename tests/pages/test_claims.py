"""The page on the claims says what the verdicts say, of the corpora that it is about."""

import re

import pandas as pd
import pytest
from evidence_of import shifted

from odyssey.analysis.claims import CLAIMS, FAILS, GROUPS, HOLDS, NO_RECORDS, UNTOLD, Verdict
from odyssey.pages import claims as page

CORPORA = {"speech": "espeak", "music": "jsb"}


@pytest.fixture
def glued(monkeypatch):
    values = {}
    monkeypatch.setattr(page, "glue_all", values.update)
    return values


@pytest.fixture
def judged(monkeypatch, glued, tmp_path):
    """Verdicts of the test's own choice: on speech C1 holds, C2 does not, the others cannot be told; no music."""

    def judge(records, kept, tasks):
        assert set(records["corpus"]) == {"espeak"} and kept == tmp_path and list(tasks) == list(CORPORA)
        words = {"C1": HOLDS, "C2": FAILS}
        speech = [
            Verdict(
                code, "speech", "espeak", 30, words.get(code, UNTOLD), f"{code} < 1.", "" if code in words else "More."
            )
            for code in CLAIMS
        ]
        return speech + [Verdict(code, "music", "", 0, NO_RECORDS, "None.", "Trials.") for code in CLAIMS]

    speech = shifted({}, 4, "speech", "espeak")
    speech["epochs"] = [150, 149, 150, 16] * (len(speech) // 4)
    recorded = {"espeak": speech, "jsb": pd.DataFrame({"task": [], "corpus": []})}
    monkeypatch.setattr(page.archive, "read", lambda path, task, corpus: recorded[corpus])
    monkeypatch.setattr(page, "kept_folder", lambda: tmp_path)
    monkeypatch.setattr(page, "judge", judge)
    return page.claims_at_hand(CORPORA)


def rows(table):
    return [re.findall(r"<t[hd][^>]*>([^<]*)<", row) for row in re.findall(r"<tr>(.*?)</tr>", table.html)]


def test_counts_and_the_table_are_glued(judged, glued):
    words = {name.removeprefix("claims-"): value for name, value in glued.items()}
    assert (words["total"], words["holds"], words["fails"], words["untold"]) == (15, 1, 1, 13)
    assert (words["speech-untold"], words["music-untold"], words["speech-each"], words["music-each"]) == (13, 0, 30, 0)
    assert (words["speech-corpus"], words["music-corpus"], words["paper"]) == ("espeak", "jsb", 200)
    assert (words["speech-capped"], words["music-capped"]) == ("50\N{NO-BREAK SPACE}%", "–")
    assert (words["speech-matters"], words["music-matters"]) == (
        "1\N{NO-BREAK SPACE}percentage point",
        "0.1\N{NO-BREAK SPACE}nats a frame",
    )
    assert words["least-values"] == 5
    assert words["so-far"] == (
        "Of the 200 trials of each variant that the paper has on a task, there are 30 on speech and 0 on music. "
        "Of its 15 claims they decide 2 on speech (1 holds, 1 does not hold) and none on music."
    )
    assert words["table"].html == page.verdict_table(judged).html


def test_verdict_table_names_the_corpora_and_where_the_paper_says_so(judged):
    table = page.verdict_table(judged)
    found = rows(table)
    assert found[0] == ["claim", "the paper", "speech", "music", "stated in"]
    assert found[1] == ["C1", CLAIMS["C1"].short, HOLDS, NO_RECORDS, "A"]
    assert found[2][2:] == [FAILS, NO_RECORDS, "A, R"] and len(found) == 16
    assert found[3][2:] == ["open", NO_RECORDS, "R"]
    assert "speech on espeak, music on jsb" in table.caption and f"Open: {UNTOLD}." in table.caption
    assert table.html.count('scope="row"') == 15 and 'class="odyssey-verdicts"' in table.html


def test_count_table(judged):
    assert rows(page.count_table(judged))[1:] == [
        ["speech", "espeak", "30", "1", "1", "13"],
        ["music", "jsb", "0", "0", "0", "0"],
    ]


@pytest.mark.parametrize("codes", GROUPS)
def test_definitions_have_every_claim_with_rule_reason_and_need(judged, codes):
    shown = page.definitions(judged, codes)
    assert re.findall(r"<dt><strong>(C\d+)\.", shown.html) == list(codes)
    assert shown.html.count("<dl>") == 1 and shown.html.count("<dd>") == 3 * len(codes)
    assert shown.html.index("<p>") < shown.html.index("<dl>") and "<p>" not in shown.html.partition("<dl>")[2]
    code = codes[-1]
    expected = f"<dd><strong>speech on espeak: {UNTOLD}.</strong> {code} &lt; 1. <em>Needed:</em> More.</dd>"
    assert expected in shown.html and "music on jsb: no records." in shown.html
    assert f"{code}, speech on espeak: {UNTOLD}." in shown.text.splitlines()
    assert set(shown._repr_mimebundle_()) == {"text/html", "text/plain"}
    # A method that several claims share is told once.
    assert shown.html.count("<p>") == len({CLAIMS[code].method for code in codes} - {""})


def test_losses_by_noise_are_those_of_the_analysis(monkeypatch, glued, toy_task):
    trials = pd.DataFrame(
        {
            "variant": "V",
            "index": range(3),
            "learning_rate": 5e-3,
            "input_noise": [0.1, 0.2, 0.3],
            "best_epoch": 1,
            "valid_loss": 6.0,
            "test_score": [30.0, 31.0, 35.0],
        }
    )
    curves = pd.DataFrame(
        {"variant": "V", "index": range(3), "epoch": 1, "train_loss": [1.0, 2.0, 3.0], "valid_loss": 6.0}
    )
    monkeypatch.setattr(page.archive, "read", lambda path, task, corpus: trials)
    monkeypatch.setattr(page.archive, "read_curves", lambda path, task, corpus: curves)
    monkeypatch.setattr(page, "task_at_hand", lambda task, corpus: toy_task())
    [row] = rows(page.overfitting_table(page.overfitting_at_hand({"speech": "espeak"})))[1:]
    sequences = len(toy_task().splits["train"])
    assert row == ["speech", "3.00", "–", "31.00", "–", "3", "–", str(sequences)]
    words = {name.removeprefix("claims-speech-"): value for name, value in glued.items()}
    assert (words["sequences"], words["by-heart"], words["noisy"]) == (str(sequences), "3.0", "–")
    assert words["paper-sequences"] == "3,696"
