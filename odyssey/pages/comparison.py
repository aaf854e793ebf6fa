"""What the page on the comparison asks for: tables, and words for its prose."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from odyssey import tables
from odyssey.analysis import budget, comparison
from odyssey.analysis.claims.contrast import contrast
from odyssey.analysis.claims.words import percent
from odyssey.analysis.effect import FEWEST_FOR_AN_INTERVAL, RESAMPLES
from odyssey.analysis.samples import LIMIT, samples
from odyssey.pages.at_hand import study_at_hand, task_at_hand, with_standing
from odyssey.pages.glue import glue_all
from odyssey.progress import duration
from odyssey.protocol import MAX_EPOCHS, TRIALS

# The size of a difference has a table of its own: in one, the columns would not all be in sight. What is known of g
# from few values is hardly its first decimal.
SIZE_COLUMNS = {
    "variant": ("variant", "s"),
    "g": ("g", "+.1f"),
    "g_low": ("g from", "+.1f"),
    "g_high": ("g to", "+.1f"),
    "difference": ("difference", "+.2f"),
    "detectable": ("detectable", ".2f"),
}


@dataclass(frozen=True)
class Compared:
    """The comparison of the variants on one task.

    Attributes:
        task, corpus: names.
        unit: of the scores.
        trials: the recorded trials, the same number of each variant.
        result: what `odyssey.analysis.comparison.compare` makes of them, and ``p_selection``, p of
            `odyssey.analysis.claims.contrast`, which counts the selection of the best tenths.
    """

    task: str
    corpus: str
    unit: str
    trials: pd.DataFrame
    result: pd.DataFrame

    @property
    def difference_unit(self) -> str:
        """The unit of a difference of two scores: that of two shares is no share of anything."""
        return "percentage points" if self.unit == "%" else self.unit

    @property
    def tested(self) -> pd.DataFrame:
        """The rows of the variants that are compared with vanilla."""
        return self.result[self.result["variant"] != comparison.BASELINE]


def comparison_at_hand(task: str, corpus: str) -> Compared:
    """The comparison on a task; what the prose says of it is glued under ``comparison-TASK-…``."""
    trials = study_at_hand(task, corpus)
    result = comparison.compare(trials).assign(p_selection=lambda rows: rows["variant"].map(_p_selection(trials)))
    compared = Compared(task, corpus, task_at_hand(task).score_unit, trials, result)
    tested, each = compared.tested, int(result["trials"].max())
    best = result.sort_values("best").iloc[0]
    vanilla = result.set_index("variant").loc[comparison.BASELINE]
    values = {
        "corpus": with_standing(corpus),
        "unit": compared.unit,
        "difference-unit": compared.difference_unit,
        "exploded": _exploded(trials) if compared.unit != "%" else "",
        "cut": percent(_cut(trials)),
        "epochs": MAX_EPOCHS,
        "paper": TRIALS,
        "each": each,
        "trials": len(trials),
        "diverged": int(result["diverged"].sum()),
        "unscored": int(result["unscored"].sum()),
        "worse": _listed(tested[tested["verdict"] == comparison.WORSE]),
        "better": _listed(tested[tested["verdict"] == comparison.BETTER]),
        "corrected": _listed(tested[tested["p_holm"] < comparison.ALPHA]),
        "selection": _listed(tested[tested["p_selection"] < comparison.ALPHA]),
        "chance": _percent(comparison.called_different(max(each, 2))),
        "chance-full": _percent(comparison.called_different(TRIALS)),
        "top": int(result["top"].max()),
        "best": tables.written(best["best"], ".2f"),
        "best-variant": best["variant"],
        "vanilla": tables.written(vanilla["mean"], ".2f"),
        "detectable": tables.written(tested["detectable"].min(), ".2f"),
        "detectable-most": tables.written(tested["detectable"].max(), ".2f"),
        "changed": _changed(trials),
        "time": duration(trials["seconds"].sum()),
        "caution": comparison.caution(result) or "The study is complete.",
    }
    glue_all({f"comparison-{task}-{name}": value for name, value in values.items()})
    return compared


def scores_table(compared: Compared) -> tables.Table:
    """What each variant reached, with how many parameters and in how many trials."""
    return tables.table(
        compared.result,
        f"Test scores on {compared.task}, corpus {compared.corpus}, in {compared.unit}: mean and standard deviation of "
        "the best tenth, the trial that is best in validation; mean number of parameters of the best tenth; numbers "
        "of trials.",
        tables.COMPARISON_COLUMNS,
    )


def tests_table(compared: Compared) -> tables.Table:
    """Each variant against vanilla: the difference, the test and its correction."""
    return tables.table(
        compared.tested,
        f"Each variant minus vanilla, best tenths, corpus {compared.corpus}: difference of the means in "
        f"{compared.difference_unit} with its 95 % confidence interval, Welch's test and Holm's "
        "correction, all of which take a best tenth for a sample; p (selection) counts that it is selected. Positive "
        "is worse.",
        tables.TEST_COLUMNS,
    )


def sizes_table(compared: Compared) -> tables.Table:
    """Each variant against vanilla: the effect size, and the difference beside the smallest that could be found."""
    return tables.table(
        compared.tested,
        f"How large each difference is, corpus {compared.corpus}: Hedges' g with its 95 % bootstrap interval (BCa, "
        f"{RESAMPLES} resamples; a dash where a sample has fewer than {FEWEST_FOR_AN_INTERVAL} different values), "
        "to one decimal, because so few values tell no more, and "
        f"the difference in {compared.difference_unit} beside the smallest true one that the test finds four "
        "times out of five.",
        SIZE_COLUMNS,
    )


def verdicts_table(compared: Compared) -> tables.Table:
    """The verdict on each variant after fewer trials."""
    verdicts = budget.verdicts(compared.trials)
    columns = {name: (name if name == "variant" else f"after {name}", "s") for name in verdicts.columns}
    return tables.table(
        verdicts,
        f"Verdicts on {compared.task}, corpus {compared.corpus}, by the first trials of each variant: Welch's test of "
        "the best tenths, uncorrected.",
        columns,
    )


def _p_selection(trials):
    """By variant but vanilla, p with the selection counted; NaN where it cannot be computed."""
    cells = dict(list(trials.groupby("variant")))
    if comparison.BASELINE not in cells:
        return {}
    baseline = cells.pop(comparison.BASELINE)
    return {code: contrast(cell, baseline).p for code, cell in cells.items()}


def _percent(shares):
    low, high = shares
    return tables.reach(100 * low, 100 * high, ".0f")


def _changed(trials):
    """In words, the variants whose verdict after fewer trials, where there was one, is not that after all of them."""
    verdicts = budget.verdicts(trials)
    told = verdicts.drop(columns="variant").replace(comparison.UNDECIDED, np.nan)
    if told.shape[1] < 2:
        return "with so few trials there is no earlier end to compare with"
    return _listed(verdicts[told.nunique(axis=1) > 1])


def _listed(rows):
    return ", ".join(rows["variant"]) or "none"


def _exploded(trials):
    """In words, how many trials have a score above `LIMIT` times the best of their cell. An error rate hardly can."""
    counts = {code: samples(cell).limited for code, cell in trials.groupby("variant", sort=False)}
    told = ", ".join(f"{code} {count}" for code, count in counts.items() if count)
    above = f"a score above {LIMIT:g} times the best of their cell"
    return f"Trials with {above}, which no best tenth shows: {told}." if told else f"No trials have {above}."


def _cut(trials):
    """Of the trials in the best tenths, the share that trained as many epochs as there are."""
    best = pd.concat([comparison.top(cell) for _, cell in trials.groupby("variant")])
    return (best["epochs"] >= MAX_EPOCHS).mean()
