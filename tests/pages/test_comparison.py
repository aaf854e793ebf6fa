"""What the page on the comparison shows and says is the analysis' own, for few trials and for the whole study."""

from dataclasses import replace
from html import escape

import numpy as np
import pandas as pd
import pytest
from cells_of import cell

from odyssey import tables
from odyssey.analysis import budget, comparison
from odyssey.analysis.claims.contrast import contrast
from odyssey.pages import comparison as page
from odyssey.protocol import MAX_EPOCHS
from odyssey.variants import VARIANTS


@pytest.fixture
def at_hand(monkeypatch, toy_task):
    """The page on given trials, and what it glues without the prefix."""

    def make(trials, unit="nats per frame"):
        glued = {}
        monkeypatch.setattr(page, "study_at_hand", lambda *arguments: trials)
        monkeypatch.setattr(page, "task_at_hand", lambda *arguments: replace(toy_task(), score_unit=unit))
        monkeypatch.setattr(page, "glue_all", glued.update)
        compared = page.comparison_at_hand("music", "toy")
        return compared, {name.removeprefix("comparison-music-"): value for name, value in glued.items()}

    return make


def study(n, **shift):
    """`n` trials of each variant with made-up scores; the first trial of NP has none."""
    generator = np.random.default_rng(6)
    cells = []
    for code in VARIANTS:
        scores = 9 + generator.exponential(size=n) + shift.get(code, 0)
        if code == "NP":
            scores[0] = np.nan
        cells.append(cell(scores, variant=code).assign(parameters=1000))
    return pd.concat(cells, ignore_index=True)


@pytest.mark.parametrize("n", [2, 10, 100, 200])
def test_every_part_of_the_comparison_is_on_the_page(at_hand, n):
    compared, words = at_hand(study(n, NFG=3))
    assert (words["trials"], words["each"], words["diverged"], words["unscored"]) == (9 * n, n, 1, 1)
    least, most = compared.tested["detectable"].min(), compared.tested["detectable"].max()
    assert (words["detectable"], words["detectable-most"]) == (f"{least:.2f}", f"{most:.2f}")
    assert "nan" not in str(words) and ("NFG" in words["worse"] or n == 2)
    scores, tests = page.scores_table(compared).html, page.tests_table(compared).html
    sizes = page.sizes_table(compared).html
    verdicts = page.verdicts_table(compared).html
    for heading in ("mean", "parameters", "diverged", "without score"):
        assert f'<th scope="col">{heading}</th>' in scores
    for heading in ("difference", "t", "p", "p (Holm)", "p (selection)", "verdict"):
        assert f'<th scope="col">{heading}</th>' in tests
    for heading in ("g", "g from", "g to", "detectable"):
        assert f'<th scope="col">{heading}</th>' in sizes
    row = compared.tested.set_index("variant").loc["NFG"]
    assert f"<td>{tables.written(row['g_low'], '+.1f')}</td>" in sizes
    assert np.isfinite(row["g_low"]) == (n >= 50) and "9999 resamples" in sizes
    assert f'<th scope="col">after {n}</th>' in verdicts and "nan" not in scores + tests + sizes + verdicts


def test_selection_is_counted_beside_the_paper_s_test(at_hand):
    """p of the claims' own contrast, in the table and in words; and how often the paper's test misleads."""
    trials = study(100, NFG=2, NOG=0.06)
    compared, words = at_hand(trials)
    cells = dict(list(trials.groupby("variant")))
    rows = compared.tested.set_index("variant")
    for code in ("NFG", "NOG", "NP"):
        p = contrast(cells[code], cells["V"]).p
        assert rows.loc[code, "p_selection"] == p > rows.loc[code, "p"]
        beside = "".join(f"<td>{escape(tables.p_value(one))}</td>" for one in (rows.loc[code, "p"], p))
        assert beside in page.tests_table(compared).html
    assert "NFG" in words["worse"] and "NFG" in words["selection"]
    told = words["selection"].split(", ")
    assert set(told) == set(rows.index[rows["p_selection"] < 0.05]) < set(words["worse"].split(", "))
    assert np.isnan(compared.result.set_index("variant").loc["V", "p_selection"])
    for name, count in (("chance", 100), ("chance-full", 200)):
        low, high = comparison.called_different(count)
        assert words[name] == f"{100 * low:.0f} to {100 * high:.0f}"
    assert words["chance"] != words["chance-full"]


def test_without_vanilla_there_is_no_p(at_hand):
    trials = study(20)
    compared, words = at_hand(trials[trials["variant"] != "V"])
    assert compared.tested["p_selection"].isna().all() and words["selection"] == "none"


def test_changed_verdicts_are_named(at_hand):
    table = study(60)
    ordered = [cell.sort_values("test_score", ascending=False) for _, cell in table.groupby("variant", sort=False)]
    table = pd.concat([cell.assign(index=range(60)) for cell in ordered], ignore_index=True)
    vanilla = table["variant"] == "V"
    same = table.loc[vanilla, ["valid_score", "test_score"]].to_numpy()
    for code in VARIANTS:
        table.loc[table["variant"] == code, ["valid_score", "test_score"]] = same
    assert at_hand(table)[1]["changed"] == "none"
    early = (table["variant"] == "NOG") & (table["index"] < 20)
    table.loc[early, ["valid_score", "test_score"]] += 5
    compared, words = at_hand(table)
    assert words["changed"] == "NOG"
    verdicts = budget.verdicts(compared.trials).set_index("variant").loc["NOG"]
    assert verdicts["20"] == "worse" and verdicts["60"] == "not significant"


def test_nothing_to_change_from(at_hand):
    assert at_hand(study(1))[1]["changed"].startswith("with so few trials")
    assert at_hand(study(1))[1]["detectable"] == tables.DASH


def test_trials_that_exploded_are_counted(at_hand):
    trials = study(10)
    trials.loc[(trials["variant"] == "NOAF") & (trials["index"] < 2), "test_score"] = 1e4
    above = "a score above 10 times the best of their cell"
    assert at_hand(trials)[1]["exploded"] == f"Trials with {above}, which no best tenth shows: NOAF 2."
    assert at_hand(study(10))[1]["exploded"] == f"No trials have {above}."
    assert at_hand(trials, "%")[1]["exploded"] == ""


def test_best_trials_that_were_cut_off_are_counted(at_hand):
    trials = study(20).assign(epochs=MAX_EPOCHS - 1)
    best = trials.groupby("variant")["valid_score"].rank() <= 2
    assert at_hand(trials)[1]["cut"] == "0\N{NO-BREAK SPACE}%"
    assert at_hand(trials.assign(epochs=trials["epochs"] + best))[1]["cut"] == "100\N{NO-BREAK SPACE}%"
    only = best & (trials["variant"] == "NOG")
    assert at_hand(trials.assign(epochs=trials["epochs"] + only))[1]["cut"] == "11\N{NO-BREAK SPACE}%"


@pytest.mark.parametrize(("unit", "difference"), [("%", "percentage points"), ("nats", "nats")])
def test_a_difference_of_percentages_is_in_points(at_hand, unit, difference):
    compared = replace(at_hand(study(10))[0], unit=unit)
    assert f" in {difference} " in page.tests_table(compared).html
    assert f" in {unit}:" in page.scores_table(compared).html
