"""Is a variant better or worse than vanilla? The best tenth of each cell's trials, compared by Welch's test.

Source: Greff et al. 2017, comparison of the variants, for the best tenth and the test at p = 0.05. Holm's correction
and the interval of the difference are ours, and so is all of `odyssey.analysis.effect`: eight comparisons at p = 0.05
find something by chance alone in about one case out of three, and a p-value does not say how large a difference is.

The best tenth is a selection, and the test takes it for a sample: other trials would have moved its border too. The
error is therefore too small, and so are the intervals; `called_different` says how often that misleads, and
`odyssey.analysis.claims.contrast` has the error with the selection in it.

How diverged trials enter: a diverged trial that had a best epoch was tested with it and counts like any other. One
that had none has no score; it can be neither ranked nor drawn, but it was paid for, so it still counts among the
trials a tenth of which are taken, and it is reported in a column of its own.
"""

import warnings
from dataclasses import dataclass
from math import ceil, isfinite, nan

import numpy as np
import pandas as pd
from scipy import stats

from odyssey.analysis.effect import detectable, hedges_g, hedges_interval
from odyssey.errors import OdysseyError
from odyssey.protocol import DIVERGED, TRIALS
from odyssey.variants import VARIANTS

BASELINE = "V"
TOP_SHARE = 10  # one trial in ten
ALPHA = 0.05
BETTER, WORSE, NO_DIFFERENCE, UNDECIDED = "better", "worse", "not significant", "cannot be told"

_SIMULATED = 2000


def scored(trials: pd.DataFrame) -> pd.DataFrame:
    """The trials that have a validation and a test score, diverged ones with a best epoch included."""
    return trials[np.isfinite(trials["valid_score"]) & np.isfinite(trials["test_score"])]


def top(trials: pd.DataFrame) -> pd.DataFrame:
    """The best tenth of one cell's trials, best first.

    Ranked on the validation score (lower is better; the lower index among equals). Of n trials, diverged ones
    included, ceil(n / 10) are taken, at least two where two have a score: a variance needs two.
    """
    ranked = scored(trials).sort_values(["valid_score", "index"], kind="stable")
    return ranked.head(max(2, ceil(len(trials) / TOP_SHARE)))


def equal_budget(trials: pd.DataFrame) -> int:
    """How many trials, counted from the first, every recorded cell of one task and corpus has without a gap.

    Trials are drawn in advance, so the first n of a cell are a random sample whatever came later; a search that was
    interrupted leaves some cells with more of them than others, and comparing unequal budgets would favour those.
    """
    counts = []
    for _, cell in trials.groupby("variant"):
        known = set(cell["index"])
        counts.append(next(n for n in range(len(known) + 1) if n not in known))
    return min(counts, default=0)


@dataclass(frozen=True)
class Welch:
    """Outcome of Welch's test of a sample against another.

    Attributes:
        difference: mean of the first sample minus mean of the second, in the unit of the samples.
        low, high: 95 % confidence interval of the difference.
        t, degrees: the statistic and its degrees of freedom (Welch 1947).
        p: two-sided. NaN, like t and the interval, where a sample has fewer than two values or none varies.
    """

    difference: float
    low: float
    high: float
    t: float
    degrees: float
    p: float


def welch(first: np.ndarray, second: np.ndarray) -> Welch:
    """Welch's two-sided t-test of two samples, shapes (n,) and (m,)."""
    first, second = np.asarray(first, float), np.asarray(second, float)
    if not len(first) or not len(second):
        return Welch(nan, nan, nan, nan, nan, nan)
    difference = float(first.mean() - second.mean())
    if min(len(first), len(second)) < 2 or (np.ptp(first) == 0 and np.ptp(second) == 0):
        return Welch(difference, nan, nan, nan, nan, nan)
    with warnings.catch_warnings():
        # The best of few trials may have equal error rates. Their variance is zero, and nothing is lost in that.
        warnings.filterwarnings("ignore", "Precision loss occurred", RuntimeWarning)
        result = stats.ttest_ind(first, second, equal_var=False)
    interval = result.confidence_interval(1 - ALPHA)
    return Welch(
        difference,
        *(float(x) for x in (interval.low, interval.high, result.statistic, result.df, result.pvalue)),
    )


def holm(p_values: np.ndarray) -> np.ndarray:
    """Holm's (1979) adjusted p-values, shape (n,); NaN stays NaN and is no comparison."""
    p_values = np.asarray(p_values, float)
    adjusted = np.full(p_values.shape, nan)
    known = np.flatnonzero(np.isfinite(p_values))
    order = known[np.argsort(p_values[known], kind="stable")]
    steps = p_values[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0) if len(order) else steps
    return adjusted


def compare(records: pd.DataFrame) -> pd.DataFrame:
    """Each variant against vanilla, on each task and corpus.

    Args:
        records: trials, one row each, with the columns of the archive.

    Returns:
        One row a cell, every declared variant and any other recorded one: ``task``, ``corpus``, ``variant``,
        ``trials``, ``diverged``, ``unscored`` (diverged ones without a score), ``top`` (how many
        trials the comparison rests on); ``best`` and ``median`` test score (of the trial that is best in validation;
        of all scored ones); ``mean``, ``std`` and ``parameters`` (mean count) of the top trials; ``difference``,
        ``low``, ``high``, ``t``, ``degrees``, ``p`` of `welch` against vanilla's; ``p_holm``, corrected over the
        variants of that task and corpus; ``g``, ``g_low``, ``g_high`` (`hedges_g` and `hedges_interval`) and
        ``detectable`` of `odyssey.analysis.effect`; ``verdict``, by the uncorrected p as in the paper. What cannot
        be computed is NaN.

    Raises:
        OdysseyError: records of one corpus mix fingerprints or protocols.
    """
    rows = []
    for (task, corpus), trials in records.groupby(["task", "corpus"], sort=False):
        for column in ("fingerprint", "protocol"):
            if column in trials and trials[column].nunique() > 1:
                raise OdysseyError(f"records of {task} on {corpus} mix several {column}s; compare one at a time")
        rows += _compare_cells(task, corpus, trials)
    return pd.DataFrame(rows, columns=_COLUMNS)


_COLUMNS = [
    *("task", "corpus", "variant", "trials", "diverged", "unscored", "top"),
    *("best", "median", "mean", "std", "parameters"),
    *("difference", "low", "high", "t", "degrees", "p", "p_holm"),
    *("g", "g_low", "g_high", "detectable", "verdict"),
]


def called_different(trials: int) -> tuple[float, float]:
    """How often Welch's test of the best tenths calls two equal cells different, at p = 0.05.

    By simulation with a fixed seed, `_SIMULATED` pairs of cells, with uniform and with normal scores. Validation and
    test scores are the same ones; the less they agree, the less is selected, and the nearer both are to 0.05.

    Args:
        trials: of each of the two cells, two at least.

    Returns:
        The smaller and the larger share of the two distributions.
    """
    count = max(2, ceil(trials / TOP_SHARE))
    generator = np.random.default_rng(trials)
    shares = []
    for draw in (generator.random, generator.standard_normal):
        first, second = np.sort(draw((2, _SIMULATED, trials)))[..., :count]
        shares.append(float(np.mean(stats.ttest_ind(first, second, axis=1, equal_var=False).pvalue < ALPHA)))
    return min(shares), max(shares)


def _compare_cells(task, corpus, trials):
    codes = [*VARIANTS, *(code for code in trials["variant"].unique() if code not in VARIANTS)]
    cells = {code: trials[trials["variant"] == code] for code in codes}
    reference = top(cells[BASELINE])["test_score"].to_numpy()
    rows = []
    for code, cell in cells.items():
        best = top(cell)
        scores = best["test_score"].to_numpy()
        row = {
            "task": task,
            "corpus": corpus,
            "variant": code,
            "trials": len(cell),
            "diverged": int((cell["status"] == DIVERGED).sum()),
            "unscored": len(cell) - len(scored(cell)),
            "top": len(best),
            "best": scores[0] if len(best) else nan,
            "median": scored(cell)["test_score"].median(),
            "mean": scores.mean() if len(best) else nan,
            "std": scores.std(ddof=1) if len(best) > 1 else nan,
            "parameters": best["parameters"].mean(),
        }
        if code != BASELINE:
            row |= vars(welch(scores, reference)) | {"g": hedges_g(scores, reference)}
            row["g_low"], row["g_high"] = hedges_interval(scores, reference)
            row["detectable"] = detectable(scores, reference, ALPHA)
            row["verdict"] = verdict(row["difference"], row["p"])
        else:
            row["verdict"] = "baseline"
        rows.append(row)
    adjusted = holm(np.array([row.get("p", nan) for row in rows]))
    for row, p in zip(rows, adjusted, strict=True):
        row["p_holm"] = p
    return rows


def verdict(difference: float, p: float) -> str:
    """In words: lower scores are better; a p-value that does not exist decides nothing."""
    if not isfinite(p):
        return UNDECIDED
    if p >= ALPHA:
        return NO_DIFFERENCE
    return BETTER if difference < 0 else WORSE


def caution(comparison: pd.DataFrame) -> str:
    """One or two sentences on how much the comparison of one task and corpus can carry; empty for a full study."""
    fewest, most = int(comparison["trials"].min()), int(comparison["trials"].max())
    if fewest >= TRIALS:
        return ""
    trials = f"{fewest}" if fewest == most else f"{fewest} to {most}"
    small, large = int(comparison["top"].min()), int(comparison["top"].max())
    values = f"{small}" if small == large else f"{small} to {large}"
    sentence = (
        f"Each cell has {trials} of the study's {TRIALS} trials, so each mean rests on {values} "
        f"{'value' if large == 1 else 'values'}."
    )
    if small < 5:
        sentence += " That is few: Welch's test then finds only very large differences, and may find one by chance."
    return sentence
