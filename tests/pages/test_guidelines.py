"""The page of guidelines says what the advice says, names its corpora, and does without a task."""

import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from evidence_of import shifted

from odyssey.analysis import advice
from odyssey.analysis.advice import curve as curves
from odyssey.analysis.advice import rate
from odyssey.analysis.importance import VERY_FEW
from odyssey.bench.stored import read
from odyssey.errors import OdysseyError
from odyssey.figures import basin
from odyssey.network import Network
from odyssey.notebooks import book_folder
from odyssey.pages import guidelines as page
from odyssey.variants import variant

CORPORA = {"speech": "espeak", "handwriting": "hershey", "music": "music21"}


def trials_of(task, corpus):
    """Fifty trials of three variants, NFG far worse; the best have learning rates in the middle of the search space."""
    trials = shifted({"NFG": 2.0}, 50, task, corpus, codes=("V", "NFG", "NP"))
    rates = 10 ** np.interp(trials["test_score"].rank() % 7, [0, 7], [-4, -3])
    return trials.assign(learning_rate=rates, epochs=20, seconds=3600.0)


def task_of(name, corpus=None, inputs=5):
    unit = "nats per frame" if name == "music" else "%"
    return SimpleNamespace(
        name=name,
        corpus=corpus,
        score_unit=unit,
        network=lambda code, blocks: Network(variant(code), inputs, blocks, 4),
    )


@pytest.fixture
def found(monkeypatch, tmp_path):
    """The advice on speech and music, and what is glued; handwriting has no trials."""
    glued = {}
    records = {task: trials_of(task, CORPORA[task]) for task in ("speech", "music")}
    none = records["music"].head(0)
    for module in (curves, rate):
        monkeypatch.setattr(module, "RESAMPLES", 50)
    monkeypatch.setattr(page, "glue_all", glued.update)
    monkeypatch.setattr(page.archive, "read", lambda path, task, corpus: records.get(task, none))
    monkeypatch.setattr(page, "study_at_hand", lambda task, corpus: records[task])
    monkeypatch.setattr(page, "task_at_hand", task_of)
    monkeypatch.setattr(page, "kept_importance", lambda trials, folder: {})
    monkeypatch.setattr(page, "kept_calibration", lambda count, folder: {})
    monkeypatch.setattr(page.projection, "corpus_size", lambda task: page.projection.Size(9, 9, 60))
    yield SimpleNamespace(guided=page.guidelines_at_hand(CORPORA), glued=glued)


def rows(table):
    return [re.findall(r"<t[hd][^>]*>([^<]*)<", row) for row in re.findall(r"<tr>(.*?)</tr>", table.html)]


def test_what_the_prose_says(found):
    words = {name.removeprefix("guidelines-"): value for name, value in found.glued.items()}
    assert list(found.guided) == ["speech", "music"] and "handwriting" in words["missing"]
    assert (words["trials"], words["each"], words["time"]) == (300, "50", "12 d 12 h")
    given = [one for guided in found.guided.values() for one in guided.advised.advice.values()]
    assert words["given"] == len(given) == words["sure"] + words["indicated"] + words["open"] == 2 * len(advice.TOPICS)
    assert words["open"] == sum(one.sureness == advice.OPEN for one in given) > 0
    # The prose adds up.
    assert words["agrees"] + words["differs"] + words["untold"] + words["silent"] == words["given"]
    left = "is left out: the advice below is on the other 2 variants."
    assert words["left"] == f"On speech NFG {left} On music NFG {left}" and words["values"] == 5
    assert "0.1\xa0nats a frame on music" in words["matters"]
    assert words["silent"] == 2 and words["claims-from"] == VERY_FEW and "as few as here" in words["caution"]
    # What is compared from run to run has to be numbers and words.
    assert {type(value) for value in words.values()} <= {int, str}


def test_summary_has_every_topic_with_its_sureness(found):
    table = page.summary_table(found.guided)
    shown = rows(table)
    assert shown[0] == ["topic", "speech", "music"] and [row[0] for row in shown[1:]] == list(advice.TOPICS)
    for topic, speech, music in shown[1:]:
        for text, task in ((speech, "speech"), (music, "music")):
            one = found.guided[task].advised.advice[topic]
            assert text == f"{one.short} ({one.sureness})"
    assert "speech on espeak, music on music21" in table.caption and 'class="odyssey-verdicts"' in table.html


def test_rate_table_has_a_row_a_finding(found):
    table = page.rate_table(found.guided)
    shown, rates = rows(table), {task: guided.advised.rates for task, guided in found.guided.items()}
    assert shown[0] == ["finding", "speech", "music"] and [row[0] for row in shown[1:]] == list(rates["music"])
    for name, *cells in shown[1:]:
        assert cells == [rates[task][name] or "–" for task in ("speech", "music")]
    # NFG, which is left out, has none of the best trials.
    assert found.guided["music"].advised.best.trials == 10 and "NFG" not in set(found.guided["music"].pooled["variant"])
    assert (
        "failed: diverged, or ended" in table.caption
        and "speech on espeak" in table.caption
        and "odyssey-verdicts" in table.html
    )


def test_basis_and_standings(found):
    speech = found.guided["speech"].trials
    vanilla = speech[speech["variant"] == "V"].nsmallest(5, "valid_score")["test_score"].mean()
    assert rows(page.basis_table(found.guided))[1] == [
        *("speech", "espeak", "50", "150", "NFG", "10", "1\xa0percentage point", f"{100 / vanilla:.1f}", "150.0")
    ]
    shown = rows(page.standings_table(found.guided["music"]))
    assert [row[0] for row in shown[1:]] == ["NFG", "NP"] and shown[1][1] == "worse"
    assert shown[0] == [
        *("variant", "as good?", "difference, % of V", "from", "to", "parameters, % of V", "time, % of V", "failed")
    ]
    nfg = found.guided["music"].advised.standings[0]
    numbers = [float(cell.replace("−", "-")) for cell in shown[1][2:]]
    relative = (nfg.difference, nfg.low, nfg.high, nfg.price.parameters)
    assert numbers[:4] == pytest.approx([100 * one for one in relative], abs=0.06)
    assert shown[1][2].startswith("+2") and numbers[-1] == nfg.failed == 0
    caption = page.standings_table(found.guided["music"]).caption
    assert "music21" in caption and "10 times the best" in caption
    # No error rate is ten times another one.
    percent = page.standings_table(found.guided["speech"])
    assert rows(percent)[0] == shown[0][:-1] and "times the best" not in percent.caption


def test_list_has_advice_evidence_and_the_paper(found):
    shown = page.advice_list(found.guided, ("architectures to leave", "momentum", "budget"))
    assert shown.html.count("<dt>") == 3 and shown.html.count("<dd>") == 6
    for task, guided in found.guided.items():
        one = guided.advised.advice["momentum"]
        assert (
            f"<strong>{task} on {guided.corpus}: {one.text}</strong> (open) {one.evidence} <em>{page.PAPER[one.paper]}"
            in shown.html
        )
        # Of the momentum the paper says the same on each task, of the variants another thing.
        assert shown.html.count(one.stated) == 1
        leave = guided.advised.advice["architectures to leave"]
        assert f"<em>{leave.stated} {page.PAPER[leave.paper]}</em>" in shown.html
    assert "<dt><strong>Momentum.</strong> As we read" in shown.html
    assert page.PAPER[advice.SILENT] in shown.html and set(page.PAPER) >= {
        one.paper for one in guided.advised.advice.values()
    }


def test_prices_are_measured_times_and_counted_parameters(monkeypatch):
    monkeypatch.setattr(page.projection, "corpus_size", lambda task: page.projection.Size(9, 9, 60))
    size = read(book_folder() / "measurements" / "cost.json").size
    size = pd.concat([size, size[size["variant"] == "V"].assign(variant="NEW", task="other")])
    task = task_of("music")
    found = page.prices(size, task, ["V", "FGR", "CIFG"])
    counts = {code: task.network(code, 100).parameter_count() for code in found}
    assert found["V"].time == found["V"].parameters == 1
    assert found["FGR"].parameters == counts["FGR"] / counts["V"] > 2 and found["FGR"].time > 1.5
    rows = size[(size["task"] == "music") & (size["frames"] == 59)].set_index(["variant", "blocks"])["update_ms"]
    # 100 blocks are halfway between the measured sizes 80 and 125, on a logarithmic scale.
    middle = [np.sqrt(rows[code, 80] * rows[code, 125]) for code in ("CIFG", "V")]
    assert found["CIFG"].time == pytest.approx(middle[0] / middle[1])
    steps = page.doublings(size, task)
    assert [blocks for blocks, _ in steps] == [50, 100]
    assert steps[1][1] == pytest.approx(rows["V", 200] / middle[1]) and steps[1][1] > steps[0][1] > 1
    assert (
        np.isnan(page.prices(size, task_of("dance"), ["NP"])["NP"].time)
        and page.doublings(size, task_of("dance")) == []
    )


def test_no_trials_at_all_is_an_error(found, monkeypatch):
    none = pd.DataFrame({"variant": [], "index": []})
    monkeypatch.setattr(page.archive, "read", lambda path, task, corpus: none)
    with pytest.raises(OdysseyError, match="odyssey search"):
        page.guidelines_at_hand(CORPORA)


def test_figure_draws_the_best_and_says_so(found):
    trials = {task: guided.trials for task, guided in found.guided.items()}
    best = {task: guided.advised.best for task, guided in found.guided.items()}
    curve = {"speech": curves.Curve()}
    known = curves.Curve(*[rate.Estimate(value, value, value) for value in (2e-4, 5e-4, 0.4)])
    figure = basin.basin(trials, best, curve | {"music": known})
    drawn = {line.get_gid(): line for axes in figure.axes for line in axes.lines if line.get_gid()}
    v = trials["speech"][trials["speech"]["variant"] == "V"].nsmallest(5, "valid_score")
    assert sorted(drawn["speech:V"].get_xdata()) == pytest.approx(sorted(v["learning_rate"]))
    assert drawn["music:all:6"].get_xdata() == pytest.approx([best["music"].lower.value, best["music"].upper.value])
    assert drawn["music:all:2"].get_xdata() == pytest.approx([best["music"].lowest.value, best["music"].highest.value])
    assert drawn["music:basin"].get_xdata() == pytest.approx([2e-4, 5e-4]) and "speech:basin" not in drawn
    labels = [label.get_text() for label in figure.axes[1].get_yticklabels()]
    assert labels == ["V", "NFG", "NP", "all", "basin"]
    alt = basin.alt_basin(trials, best, curve | {"music": known})
    assert "music: half of all from" in alt and "basin from 2.0e-04 to 5.0e-04" in alt and "basin not known" in alt
    assert f"80 % from {best['speech'].lowest.value:.1e} to" in alt and "NFG " in alt
    empty = {"music": trials["music"].assign(valid_score=np.nan)}
    basin.basin(empty, {"music": rate.BestRates()}, {"music": curves.Curve()})
    assert basin.alt_basin(empty, {"music": rate.BestRates()}, {"music": curves.Curve()}).endswith("no scores yet.")
