"""The words of the advice follow from the numbers, on trials whose truth is planted."""

from dataclasses import replace

import numpy as np
import pytest
from evidence_of import shares, weighed
from planted import PRICES, advised, plain
from planted import planted as uneven

from odyssey.analysis import advice
from odyssey.analysis.advice import budget, judging, order, others, rate, size, words
from odyssey.analysis.advice.curve import Curve, Estimate, curve
from odyssey.analysis.advice.decision import decisions
from odyssey.analysis.advice.margin import Margin, margin
from odyssey.analysis.advice.pool import RATE, pool
from odyssey.analysis.claims.verdict import MATTERS
from odyssey.analysis.known import TRUE

SCORES = ["valid_score", "test_score"]
NATS = Margin(0.1, 0.02, "0.1 nats a frame")
UNBIASED = {name: np.stack([TRUE] * 3) for name in ("forest", "process")}


def planted(count, task="music", **planting):
    """`uneven` trials, but no variant is better or worse than vanilla."""
    trials = uneven(count, task, **planting)
    codes = list(dict.fromkeys(trials["variant"]))
    return trials.assign(**{name: trials[name] / np.exp(trials["variant"].map(codes.index) / 10) for name in SCORES})


def scaled(trials, code, slope, axis="blocks"):
    """The trials, with those of one variant changed by a slope from the lowest to the highest of a hyperparameter."""
    values = np.log(trials[axis]) if axis == "blocks" else trials[axis]
    place = (values - values.min()) / (values.max() - values.min())
    factor = np.where(trials["variant"] == code, np.exp(slope * (place - 0.5)), 1.0)
    return trials.assign(**{name: trials[name] * factor for name in SCORES})


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
    found = rate.findings(together, curve(together, lowest, highest, 0.05), best)
    found = {name: text.replace(words.SPACE, " ") for name, text in found.items()}
    below, above = rates < lowest, rates > highest
    within = ~below & ~above
    ended = trials["status"] == "diverged"
    assert found["failed, above the 80 %"] == f"{(ended & above).sum()} of {above.sum()}" != "0 of 0"
    assert found["failed, within them"] == f"{(ended & within).sum()} of {within.sum()}"
    share = (trials["epochs"] == 150)[below].mean()
    assert 0 < share < 1 and found["still training at the last epoch, below the 80 %"] == f"{100 * share:.0f} %"
    assert found["still training at the last epoch, within them"] == "0 %"
    assert found["its width, decades"].startswith("0.8 (") and "10⁻⁴ (" in found["80 % of the best: from"]
    # The time falls by two e-folds over the four decades of the search space.
    expected = 100 * np.exp(-2 * np.log10(highest / lowest) / 4)
    told = found["time at the upper end of the 80 %, of that at the lower"]
    assert float(told.split(" ")[0]) == pytest.approx(expected, abs=2)
    none = rate.findings(pool(planted(2).assign(valid_score=np.nan, test_score=np.nan)), Curve(), rate.BestRates())
    assert set(none) == set(found) and set(none.values()) == {""}


def test_a_basin_that_the_search_space_cuts_off_contradicts_nothing():
    near, best = Estimate(0.3, 0.2, 0.4), rate.best_rates(planted(20))
    cut = Curve(near, near, near, False, True, near, Estimate(1.0, 0.9, 1.1), near)

    def told(task, one, without=()):
        return plain(rate.learning_rate(task, one, dict(enumerate(without)), best, NATS, 20))

    assert told("music", cut).paper == advice.UNTOLD and "try what lies above" in told("music", cut).text
    whole = replace(cut, at_upper_limit=False)
    assert told("music", whole).paper == advice.DIFFERS and "try what" not in told("music", whole).text
    wide = replace(cut, width=Estimate(1.5, 1.2, 1.8), time=Estimate(0.5, 0.4, 0.6))
    assert told("music", wide).paper == advice.AGREES and told("dance", wide).paper == advice.SILENT
    # What falls with one variant is open.
    slow = replace(wide, time=Estimate(0.9, 0.7, 1.2))
    assert told("music", wide, (wide, wide)).paper == advice.AGREES and "go down" in told("music", wide, [wide]).text
    assert told("music", wide, (wide, slow)).paper == advice.UNTOLD
    assert "cannot be told" in told("music", wide, (wide, slow)).text
    assert told("music", whole, (whole, cut)).paper == advice.UNTOLD


def test_a_range_that_hangs_on_one_variant_is_open():
    trials = planted(100)
    assert rate.best_rates(trials).single == "" and advised(trials)["learning rate"].sureness == advice.SURE
    far = trials["variant"] == "NOAF"
    # Eleven of a hundred best trials are enough to move a tenth percentile.
    trials.loc[far, "learning_rate"] = trials.loc[far, "learning_rate"].clip(upper=0.01) ** 2
    trials.loc[far, "learning_rate"] = trials.loc[far, "learning_rate"].clip(lower=1e-6)
    assert rate.best_rates(trials).single == "NOAF"
    found = advised(trials)["learning rate"]
    assert found.sureness == advice.OPEN and "Without NOAF they lie more than a decade elsewhere." in found.evidence


def test_size_says_a_bound_and_hangs_on_no_variant():
    near, best = Estimate(0.3, 0.2, 0.4), rate.best_rates(planted(20))
    small, large = (Curve(near, near, near, lost=Estimate(*ends)) for ends in ((0.01, 0, 0.015), (0.05, 0.03, 0.09)))

    def told(one, without=(), task="music", margin=NATS):
        return plain(size.size(task, one, dict(zip("AB", without, strict=False)), best, np.nan, margin, 20))

    fine = told(small, (small, small))
    assert fine.evidence.startswith(
        "With the best rate of a network of 36 blocks one of 112 loses 1 % (with 95 % confidence less than 1.5 %)."
    )
    assert (fine.short, fine.paper) == ("a small network", advice.AGREES) and told(large).paper == advice.DIFFERS
    alone = told(small, (small, large))
    assert (alone.sureness, alone.paper) == (advice.OPEN, advice.UNTOLD)
    assert "Without B: 5 % (with 95 % confidence less than 9 %)." in alone.evidence
    assert told(large, (small, large)).sureness == advice.OPEN and "Without A: 1 %" in told(large, (small,)).evidence
    # The margin is the task's.
    assert told(small, margin=Margin(0.1, 0.012, "")).sureness == advice.OPEN
    assert told(small, margin=Margin(np.nan, np.nan, "")).sureness == advice.OPEN


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
    found = plain(others.noise("speech", decisions(pool(trials), 0.02), 30))
    assert found.text.startswith("Try noise of 0.2 to 0.5, which helps;") and found.short == "try 0.2 to 0.5"


def test_margin_is_that_of_the_task():
    trials = planted(50)
    best = trials[trials["variant"] == "V"].nsmallest(5, "valid_score")["test_score"].mean()
    for task, told in (("music", "0.1 nats a frame"), ("speech", "1 percentage point")):
        found = margin(trials.assign(task=task))
        assert found.absolute == MATTERS[task] and found.relative == pytest.approx(MATTERS[task] / best)
        assert found.told.replace(words.SPACE, " ") == told and found.known
    assert not margin(trials[trials["variant"] != "V"]).known and margin(trials[trials["variant"] != "V"]).told
    unknown = margin(trials.assign(task="dance"))
    assert not unknown.known and unknown.told == "" and np.isnan(unknown.absolute)
    given = advised(trials.assign(task="dance"))
    assert (given["budget"].short, given["budget"].evidence) == (
        "not known",
        "What matters to this score is not laid down.",
    )
    assert "no margin to tell a basin by" in given["learning rate"].evidence


def test_variants_that_are_worse_are_left_out_of_all_that_follows(monkeypatch):
    trials = planted(60, blocks=-0.2)
    broken = scaled(trials, "NOAF", 1.8)
    # That it answers otherwise makes the advice open as long as it is as good ...
    found = advised(broken)
    assert found["more blocks"].short == "not known: hangs on NOAF" and found["more blocks"].sureness == advice.OPEN
    assert found["more blocks"].paper == advice.UNTOLD and "Without NOAF: −1" in found["more blocks"].evidence
    assert found["more blocks"].text.endswith("more of them have an effect that hangs on NOAF alone.")
    # ... and when it is worse, it is not asked.
    seen = {}

    def watch(name, real):
        monkeypatch.setattr(getattr(judging, name), name, lambda *args: [seen.setdefault(name, args), real(*args)][1])

    watch("order", order.order)
    watch("budget", budget.budget)
    worse = broken["variant"] == "NOAF"
    broken = broken.assign(**{name: broken[name] * np.where(worse, 3.0, 1.0) for name in SCORES})
    given = advice.advise(broken, weighed(shares(blocks=0.1)).importance, PRICES, [], UNBIASED)
    assert given.left_out == ["NOAF"] and seen["order"][1].keys() == PRICES.keys() - {"NOAF"}
    assert "NOAF" not in set(seen["budget"][0]["variant"])
    without = advice.advise(broken[~worse], {}, PRICES, [])
    assert given.best == without.best and given.curve == without.curve and given.rates == without.rates
    assert plain(given.advice["more blocks"]).text == "Take as many blocks as you can pay for: more of them help."
    assert given.advice["more blocks"] == without.advice["more blocks"]
    assert "of 8 variants" in given.advice["more blocks"].evidence


def test_a_momentum_that_hurts_no_more_than_matters_contradicts_nothing():
    matters = decisions(pool(planted(60, momentum=-0.3)), 0.02)
    little = decisions(pool(planted(60, momentum=-0.021)), 0.02)
    assert others.momentum("music", matters, 60).paper == advice.DIFFERS
    assert others.momentum("music", matters, 60).text == "Use little or no momentum: it hurts."
    assert others.momentum("music", little, 60).paper == advice.UNTOLD


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
