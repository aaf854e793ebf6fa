"""The advice on architectures, on scores whose differences are planted."""

import numpy as np
import pytest
from evidence_of import shifted
from planted import PRICES, plain, planted

from odyssey.analysis import advice
from odyssey.analysis.advice import architecture, rate
from odyssey.analysis.advice.curve import Curve, Estimate
from odyssey.analysis.advice.margin import Margin
from odyssey.analysis.advice.pool import pool

SCORES = ["valid_score", "test_score"]
NATS = Margin(0.1, 0.02, "0.1 nats a frame")


def test_failures_are_counted_as_the_table_of_standings_counts_them():
    trials = planted(30)
    trials[SCORES] = trials[SCORES].clip(upper=9 * trials["test_score"].min())
    places = np.flatnonzero((trials["variant"] == "NP") & (trials["learning_rate"] > 1e-4))[:5]
    trials.loc[places[:3], SCORES] = 1e6
    trials.loc[places[3], SCORES] = np.nan
    trials.loc[places[4], "status"] = "diverged"
    ends = Estimate(1e-4, 1e-4, 1e-4), Estimate(1e-3, 1e-3, 1e-3)
    found = rate.findings(pool(trials), Curve(), rate.BestRates(ends[0], ends[0], ends[1], ends[1], 2))
    for where, rates in (("within them", (1e-4, 1e-3)), ("above the 80 %", (1e-3, 1))):
        chosen = trials["learning_rate"].between(*rates)
        assert found[f"failed, {where}"] == f"{chosen[places].sum()} of {chosen.sum()}"
    standings = architecture.standings(trials, PRICES, NATS)
    assert {one.code: one.failed for one in standings} == dict.fromkeys(PRICES.keys() - {"V", "NP"}, 0) | {"NP": 5}


def test_architectures_are_as_planted():
    trials = shifted({"NFG": 0.3, "NOAF": 0.3, "FGR": 0.4, "NIG": -0.3}, 200, task="music")
    trials.loc[trials.index[trials["variant"] == "NOAF"][-3:], ["test_score", "valid_score"]] = 1e6
    found = architecture.standings(trials, PRICES, NATS)
    assert {one.code: one.word for one in found} == {
        **dict.fromkeys(("NFG", "NOAF", "FGR"), architecture.WORSE),
        **dict.fromkeys(("NOG", "NIAF", "CIFG", "NP"), architecture.AS_GOOD),
        "NIG": architecture.BETTER,
    }
    by_code = {one.code: one for one in found}
    assert by_code["NFG"].difference == pytest.approx(0.3, abs=0.02) and by_code["NOAF"].failed == 3
    assert by_code["NFG"].low < by_code["NFG"].difference < by_code["NFG"].high
    cheap, worse = plain(architecture.cheaper("music", found, 200)), plain(architecture.worse_ones("music", found, 200))
    assert cheap.text == "Take CIFG or NP: fewer parameters than vanilla, and no worse."
    assert (cheap.paper, cheap.sureness) == (advice.AGREES, advice.SURE) and "80 % of the parameters" in cheap.evidence
    assert worse.text == (
        "Leave out NFG, NOAF and FGR: worse than vanilla. The advice on hyperparameters is on the other 6 variants."
    )
    assert worse.paper == advice.AGREES
    assert "NOAF 3" in worse.evidence and "NFG +3" in worse.evidence
    # What holds on music is not what the paper found on speech.
    assert plain(architecture.worse_ones("speech", found, 200)).paper == advice.DIFFERS
    assert plain(architecture.cheaper("dance", found, 200)).paper == advice.SILENT
    lost = architecture.standings(shifted({"CIFG": 0.3}, 200, task="music"), PRICES, NATS)
    assert plain(architecture.cheaper("music", lost, 200)).paper == advice.DIFFERS
    assert architecture.standings(trials[trials["variant"] != "V"], PRICES, NATS) == []


def test_few_trials_of_architectures_leave_it_open():
    found = architecture.standings(shifted({}, 10), PRICES | {"NP": architecture.Price(0.9951, 1.0)}, NATS)
    assert {one.word for one in found} == {architecture.UNSHOWN}
    cheap, worse = plain(architecture.cheaper("music", found, 10)), plain(architecture.worse_ones("music", found, 10))
    assert cheap.text == (
        "Try CIFG or NP, which the paper does not find worse: fewer parameters than vanilla (CIFG with 80 % and NP "
        "with 99.5 % of them). 10 trials each neither show a loss nor exclude one. Not decided here: NFG, which the "
        "paper finds worse."
    )
    assert cheap.short == "CIFG and NP: not decided"
    assert cheap.sureness == worse.sureness == advice.OPEN and cheap.paper == worse.paper == advice.UNTOLD
    assert "around the estimate" in cheap.evidence and "None is shown" in worse.text


def test_of_open_architectures_only_the_papers_are_advised():
    price = architecture.Price(0.8, 0.7)

    def told(task, **verdicts):
        found = [architecture.Standing(code, word, 0.0, -0.1, 0.1, 0.5, 5, 0, price) for code, word in verdicts.items()]
        return plain(architecture.cheaper(task, found, 10))

    unshown = architecture.UNSHOWN
    every = told("music", NIG=unshown, NFG=unshown, CIFG=unshown, NEW=unshown)
    assert every.text.startswith("Try NIG or CIFG, which the paper does not find worse: ")
    assert every.text.endswith("Not decided here: NFG, which the paper finds worse. Not decided: NEW.")
    assert every.short == "NIG and CIFG: not decided"
    speech = told("speech", NIG=unshown, CIFG=architecture.AS_GOOD, NP=unshown)
    assert speech.text.startswith("Take CIFG: fewer parameters than vanilla, and no worse. Also try NP, which the")
    assert speech.text.endswith("Not decided here: NIG, which the paper finds worse.") and speech.short == "CIFG"
    poor = told("speech", NIG=unshown, CIFG=architecture.WORSE, NP=architecture.WORSE)
    assert poor.text.startswith("Take vanilla: ") and (poor.short, poor.paper) == ("NIG: not decided", advice.DIFFERS)
    other = told("dance", NFG=unshown, CIFG=unshown)
    assert other.text.startswith("Take vanilla: ") and other.text.endswith("Not decided: NFG and CIFG.")
    assert other.short == "NFG and CIFG: not decided" and "Try" not in other.text
    none = told("music", NP=architecture.WORSE)
    assert (none.short, none.sureness) == ("none", advice.INDICATED) and "is as good" in none.text


def test_where_the_paper_is_borne_out_in_part_that_is_said():
    price = architecture.Price(0.8, 0.7)

    def told(**verdicts):
        found = [architecture.Standing(code, word, 0.2, 0.1, 0.3, 0.5, 5, 0, price) for code, word in verdicts.items()]
        return plain(architecture.worse_ones("music", found, 10))

    part = told(NOAF=architecture.WORSE, FGR=architecture.UNSHOWN, NFG=architecture.UNSHOWN)
    assert part.stated.endswith("FGR, NFG and NOAF are significantly worse. NOAF is worse here, too.")
    assert part.paper == advice.UNTOLD and "Of FGR and NFG it cannot be told from 10 trials each." in part.text
    whole = told(NOAF=architecture.WORSE, FGR=architecture.WORSE, NFG=architecture.WORSE)
    assert whole.stated.endswith("significantly worse.") and whole.paper == advice.AGREES
    other = told(NOAF=architecture.WORSE, NP=architecture.WORSE, FGR=architecture.UNSHOWN, NFG=architecture.UNSHOWN)
    assert other.stated.endswith("significantly worse.") and other.paper == advice.DIFFERS


def test_what_the_papers_own_test_calls_worse_is_not_among_those_to_try():
    price = architecture.Price(0.8, 0.7)
    found = [
        architecture.Standing(code, architecture.UNSHOWN, difference, -0.1, 0.1, p, 5, 0, price)
        for code, difference, p in (("NIG", 0.05, 0.02), ("CIFG", -0.05, 0.02), ("NP", 0.05, 0.2))
    ]
    told = plain(architecture.cheaper("music", found, 10))
    assert told.text.startswith("Try CIFG or NP, which the paper does not find worse")
    assert told.text.endswith("Not decided, but worse by the paper's own test, uncorrected: NIG.")


def test_one_significant_difference_out_of_eight_is_not_enough(monkeypatch):
    trials = shifted({}, 50)
    real = architecture.contrast

    class Lucky:
        """A contrast whose p is 0.03 for one variant."""

        def __init__(self, one, p):
            self.one, self.p = one, p

        def __getattr__(self, name):
            return getattr(self.one, name)

    for p, word in ((0.03, architecture.UNSHOWN), (0.003, None)):
        ps = iter([p] + [0.9] * 7)
        monkeypatch.setattr(architecture, "contrast", lambda first, second, ps=ps: Lucky(real(first, second), next(ps)))
        found = architecture.standings(trials, PRICES, Margin(1e-9, 1e-9, ""))[0].word
        assert found == word if word else found in (architecture.WORSE, architecture.BETTER)


def test_few_values_in_a_best_tenth_decide_nothing():
    for count, word in ((10, architecture.UNSHOWN), (40, architecture.UNSHOWN), (41, architecture.WORSE)):
        found = architecture.standings(shifted({"NFG": 2.0}, count, task="music"), PRICES, NATS)
        by_code = {one.code: one for one in found}
        assert by_code["NFG"].word == word and by_code["NFG"].values == max(2, -(-count // 10))
    few = architecture.standings(shifted({"NFG": 2.0}, 10, task="music"), PRICES, NATS)
    assert (
        "At least 5 scores in a best tenth are asked for; there are 2."
        in architecture.worse_ones("music", few, 10).evidence
    )
