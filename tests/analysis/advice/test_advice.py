"""The words of the advice follow from the numbers, on trials whose truth is planted."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from evidence_of import cell_of, shares, shifted, weighed
from planted import PRICES, advised, plain, planted

from odyssey.analysis import advice
from odyssey.analysis.advice import architecture, others, rate, search, words
from odyssey.analysis.advice.curve import Curve, Estimate, curve
from odyssey.analysis.advice.pool import RATE, pool
from odyssey.analysis.importance import HEAT, TERMS


def test_learning_rate_and_size_say_what_was_planted():
    found = advised(planted(100, time=lambda inputs: 3 - 2 * inputs[:, RATE]))
    one = found["learning rate"]
    assert (
        one.text.endswith("Start at the upper end, where training is faster, and go down.")
        and one.sureness == advice.SURE
    )
    assert "10⁻⁴ to" in one.short and "80 % of the 90 best trials" in one.evidence
    # A basin of less than a decade is not the paper's.
    assert one.paper == advice.DIFFERS and "as we read" in one.stated.lower()
    assert advised(planted(100, "speech", time=lambda i: 3 + 2 * i[:, RATE]))["learning rate"].text.endswith(
        "and go up."
    )
    assert "cannot be told" in advised(planted(100))["learning rate"].text
    size = found["size to tune on"]
    assert (size.short, size.paper, size.sureness) == ("a small network", advice.AGREES, advice.SURE)
    moved = advised(planted(30, shift=2.0))["size to tune on"]
    assert (moved.short, moved.paper, moved.sureness) == ("the final size", advice.DIFFERS, advice.INDICATED)
    assert "one of 112 loses" in moved.evidence


def test_findings_on_the_rate_are_counts_and_estimates():
    trials = planted(100, time=lambda inputs: 3 - 2 * inputs[:, RATE])
    rates = trials["learning_rate"]
    trials["status"] = np.where(rates > 9e-3, "diverged", trials["status"])
    best, together = rate.best_rates(trials), pool(trials)
    lowest, highest = best.lowest.value, best.highest.value
    found = rate.findings(together, curve(together, lowest, highest), best)
    found = {name: text.replace(words.SPACE, " ") for name, text in found.items()}
    below, above = rates < lowest, rates > highest
    within = ~below & ~above
    ended = trials["status"] == "diverged"
    assert found["diverged, above the range"] == f"{(ended & above).sum()} of {above.sum()}" != "0 of 0"
    assert found["diverged, within it"] == f"{(ended & within).sum()} of {within.sum()}"
    share = (trials["epochs"] == 150)[below].mean()
    assert 0 < share < 1 and found["still training at the last epoch, below the range"] == f"{100 * share:.0f} %"
    assert found["still training at the last epoch, within it"] == "0 %"
    assert found["its width, decades"].startswith("0.8 (") and "10⁻⁴ (" in found["80 % of the best: from"]
    # The time falls by two e-folds over the four decades of the search space.
    expected = 100 * np.exp(-2 * np.log10(highest / lowest) / 4)
    told = found["time at the upper end, of that at the lower"]
    assert float(told.split(" ")[0]) == pytest.approx(expected, abs=2)
    none = rate.findings(pool(planted(2).assign(valid_score=np.nan, test_score=np.nan)), Curve(), rate.BestRates())
    assert set(none) == set(found) and set(none.values()) == {""}


def test_a_basin_that_the_search_space_cuts_off_contradicts_nothing():
    near, best = Estimate(0.3, 0.2, 0.4), rate.best_rates(planted(20))
    cut = Curve(near, near, near, False, True, near, Estimate(1.0, 0.9, 1.1), near)
    assert plain(rate.learning_rate("music", cut, best, 20)).paper == advice.UNTOLD
    assert "try what lies above" in plain(rate.learning_rate("music", cut, best, 20)).text
    whole = replace(cut, at_upper_limit=False)
    assert plain(rate.learning_rate("music", whole, best, 20)).paper == advice.DIFFERS
    wide = replace(cut, width=Estimate(1.5, 1.2, 1.8), time=Estimate(0.5, 0.4, 0.6))
    assert plain(rate.learning_rate("music", wide, best, 20)).paper == advice.AGREES
    assert plain(rate.learning_rate("dance", wide, best, 20)).paper == advice.SILENT


@pytest.mark.parametrize(("count", "sureness"), [(30, advice.INDICATED), (100, advice.SURE)])
def test_blocks_noise_and_momentum_say_what_was_planted(count, sureness):
    found = advised(planted(count, blocks=-0.4, noise=0.3))
    blocks, noise, momentum = (found[topic] for topic in ("more blocks", "input noise", "momentum"))
    assert blocks.text == "Take as many blocks as you can pay for: more of them help."
    assert (
        "Each doubling: −1" in blocks.evidence
        and "100 blocks takes 2.0 times as long as one with 50" in blocks.evidence
    )
    assert noise.text == "Add none: noise hurts." and momentum.text.startswith(
        "Do not tune the momentum: it makes no diff"
    )
    for one in (blocks, noise, momentum):
        assert one.paper == advice.AGREES and one.sureness == sureness
    other = advised(planted(count, "speech", blocks=0.4, noise=-0.3, momentum=0.4))
    assert other["more blocks"].text == "Take few blocks: more of them hurt."
    assert other["input noise"].text == "Add noise to the inputs: it helps." and "TIMIT" in other["input noise"].stated
    assert other["momentum"].text == "Use a high momentum: it helps."
    assert {other[topic].paper for topic in ("more blocks", "input noise", "momentum")} == {advice.DIFFERS}
    noisy = advised(planted(10, scatter=0.5))
    for topic, short in (
        ("more blocks", "not known"),
        ("input noise", "no effect shown"),
        ("momentum", "no effect shown"),
    ):
        assert noisy[topic].sureness == advice.OPEN and noisy[topic].paper == advice.UNTOLD
        assert noisy[topic].short == short
    assert noisy["more blocks"].text.startswith("Take as many blocks as you can pay for, as the paper says: ")
    assert noisy["more blocks"].text.endswith("trials cannot show whether more help.")
    assert all("trials can show" in noisy[topic].text for topic in ("input noise", "momentum"))
    unheard = advised(planted(10, "dance", scatter=0.5))["more blocks"]
    assert unheard.text.startswith("Take as few blocks as seem enough: ") and "paper" not in unheard.text


def test_a_dip_of_the_noise_is_told():
    trials = planted(30)
    trials["test_score"] *= np.where(trials["input_noise"].between(0.2, 0.5), 0.8, 1.0)
    found = plain(others.noise("speech", pool(trials), 30))
    assert found.text.startswith("Try noise of 0.2 to 0.5, which helps;") and found.short == "try 0.2 to 0.5"


def test_architectures_are_as_planted():
    trials = shifted({"NFG": 0.3, "NOAF": 0.3, "FGR": 0.4, "NIG": -0.3}, 200, task="music")
    trials.loc[trials.index[trials["variant"] == "NOAF"][-3:], ["test_score", "valid_score"]] = 1e6
    found = architecture.standings(trials, PRICES)
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
    assert worse.text == "Leave out NFG, NOAF and FGR: worse than vanilla." and worse.paper == advice.AGREES
    assert "NOAF 3" in worse.evidence and "NFG +3" in worse.evidence
    # What holds on music is not what the paper found on speech.
    assert plain(architecture.worse_ones("speech", found, 200)).paper == advice.DIFFERS
    assert plain(architecture.cheaper("dance", found, 200)).paper == advice.SILENT
    lost = architecture.standings(shifted({"CIFG": 0.3}, 200, task="music"), PRICES)
    assert plain(architecture.cheaper("music", lost, 200)).paper == advice.DIFFERS
    assert architecture.standings(trials[trials["variant"] != "V"], PRICES) == []


def test_few_trials_of_architectures_leave_it_open():
    found = architecture.standings(shifted({}, 10), PRICES | {"NP": architecture.Price(0.9951, 1.0)})
    assert {one.word for one in found} == {architecture.UNSHOWN}
    cheap, worse = plain(architecture.cheaper("music", found, 10)), plain(architecture.worse_ones("music", found, 10))
    assert cheap.text == (
        "Try CIFG or NP, as the paper does: fewer parameters than vanilla (CIFG with 80 % and NP with 99.5 % of them). "
        "10 trials each neither show a loss nor exclude one. Not decided here: NFG, which the paper finds worse."
    )
    assert cheap.short == "CIFG and NP: not decided"
    assert cheap.sureness == worse.sureness == advice.OPEN and cheap.paper == worse.paper == advice.UNTOLD
    assert "around the estimate" in cheap.evidence and "None is shown" in worse.text


def test_of_open_architectures_only_the_papers_are_advised():
    price = architecture.Price(0.8, 0.7)

    def told(task, **verdicts):
        found = [architecture.Standing(code, word, 0.0, -0.1, 0.1, 0, price) for code, word in verdicts.items()]
        return plain(architecture.cheaper(task, found, 10))

    unshown = architecture.UNSHOWN
    every = told("music", NIG=unshown, NFG=unshown, CIFG=unshown, NEW=unshown)
    assert every.text.startswith("Try NIG or CIFG, which the paper does not find worse: ")
    assert every.text.endswith("Not decided here: NFG, which the paper finds worse. Not decided: NEW.")
    assert every.short == "NIG and CIFG: not decided"
    speech = told("speech", NIG=unshown, CIFG=architecture.AS_GOOD, NP=unshown)
    assert speech.text.startswith("Take CIFG: fewer parameters than vanilla, and no worse. Also try NP, as the paper")
    assert speech.text.endswith("Not decided here: NIG, which the paper finds worse.") and speech.short == "CIFG"
    poor = told("speech", NIG=unshown, CIFG=architecture.WORSE, NP=architecture.WORSE)
    assert poor.text.startswith("Take vanilla: ") and (poor.short, poor.paper) == ("NIG: not decided", advice.DIFFERS)
    other = told("dance", NFG=unshown, CIFG=unshown)
    assert other.text.startswith("Take vanilla: ") and other.text.endswith("Not decided: NFG and CIFG.")
    assert other.short == "NFG and CIFG: not decided" and "Try" not in other.text
    none = told("music", NP=architecture.WORSE)
    assert (none.short, none.sureness) == ("none", advice.INDICATED) and "is as good" in none.text


def test_one_significant_difference_out_of_eight_is_not_enough(monkeypatch):
    trials = shifted({}, 20)
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
        found = architecture.standings(trials, PRICES)[0].word
        assert found == word if word else found in (architecture.WORSE, architecture.BETTER)


def test_order_needs_both_estimates_and_enough_trials():
    usual = shares(blocks=0.15, input_noise=0.05, momentum=0.01)
    found = plain(search.order("music", weighed(usual).importance, 100))
    assert found.short == "learning rate, blocks, noise, momentum" and found.paper == advice.AGREES
    assert found.text == "Tune learning rate, then blocks, then noise, then momentum." and found.sureness == advice.SURE
    assert "blocks 15 % and 15 %" in found.evidence and "R² on unseen trials, medians: 0.90 and 0.90" in found.evidence
    other = shares(blocks=0.05, input_noise=0.15, momentum=0.01)
    assert plain(search.order("music", weighed(other).importance, 50)).paper == advice.DIFFERS
    assert plain(search.order("music", weighed(other).importance, 50)).short == "learning rate, noise, blocks, momentum"
    for importance, each in (
        (weighed(usual, other).importance, 200),
        (weighed(usual, process_r2=0.3).importance, 200),
        (weighed(usual).importance, 19),
    ):
        unsure = plain(search.order("music", importance, each))
        assert unsure.sureness == advice.OPEN and unsure.paper == advice.UNTOLD
        assert unsure.text == (
            "Begin with the learning rate and go on in the paper's order: blocks, noise, momentum. "
            "These trials cannot tell."
        )
        assert unsure.short == "as in the paper"
    assert (
        plain(search.order("music", {}, 10)).short == "as in the paper"
        and plain(search.order("dance", {}, 10)).paper == advice.SILENT
    )
    pair = shares(learning_rate_x_blocks=0.04)
    assert search.pair_share(weighed(pair).importance, TERMS.index(HEAT)) == pytest.approx(0.04)
    assert np.isnan(search.pair_share({}, 0))


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
    found = search.needed(cell, best)
    assert (found.half, found.most, found.within) == (least(scores, 0.5), least(scores, 0.75), 1)
    told = plain(search.budget(cell, best, 8))
    assert told.text.startswith(
        f"Plan for {found.most:.0f} random trials to come within 5 % of the best, about 1 h 30 min"
    )
    assert found.most == 3 and (told.sureness, told.paper) == (advice.INDICATED, advice.SILENT)
    assert (
        plain(search.budget(cell, best, 5)).sureness == advice.OPEN
        and "too few" in plain(search.budget(cell, best, 5)).text
    )
    assert plain(search.budget(cell.assign(valid_score=np.nan), best, 8)).short == "not known"


@pytest.mark.parametrize("count", [1, 2, 5])
def test_very_few_trials_leave_everything_open(count):
    found = advised(planted(count))
    assert tuple(found) == advice.TOPICS
    for topic in ("learning rate", "size to tune on", "order", "more blocks" if count < 3 else "order"):
        assert found[topic].sureness == advice.OPEN
    text = " ".join(f"{one.text} {one.evidence} {one.short}" for one in found.values())
    assert "nan" not in text and "inf" not in text.replace("info", "")


def test_trials_without_scores_or_without_variation_break_nothing():
    nothing = planted(10).assign(valid_score=np.nan, test_score=np.nan, status="diverged")
    assert {one.sureness for one in advised(nothing).values()} == {advice.OPEN}
    for same in ({"test_score": 9.0, "valid_score": 9.0}, {"blocks": 200}, {"seconds": 0.0}):
        found = advised(planted(12).assign(**same))
        assert "nan" not in " ".join(f"{one.text} {one.evidence}" for one in found.values())
    assert advised(planted(12).assign(blocks=200))["more blocks"].sureness == advice.OPEN
    few = advised(planted(12, codes=("CIFG", "NP"), task="dance"))
    assert {one.paper for one in few.values()} == {advice.SILENT} and not {one.stated for one in few.values()} - {""}


@pytest.mark.parametrize(
    ("value", "told"), [(1e-6, "10⁻⁶"), (3.16e-4, "3.2 · 10⁻⁴"), (9.97e-4, "10⁻³"), (0.01, "10⁻²"), (25.0, "2.5 · 10¹")]
)
def test_numbers_are_written_as_powers_of_ten(value, told):
    assert words.power(value).replace(words.SPACE, " ") == told


def test_sureness_and_agreement():
    assert [words.sureness(True, each) for each in (99, 100)] == [advice.INDICATED, advice.SURE]
    assert words.sureness(False, 200) == advice.OPEN
    assert [words.agreement(*pair) for pair in ((True, False), (False, True), (False, False))] == [
        advice.AGREES,
        advice.DIFFERS,
        advice.UNTOLD,
    ]
