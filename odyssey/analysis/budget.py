"""What a budget buys: the score to expect of the best of k random trials, and the verdicts after the first n trials.

The paper compares after 200 trials. A reader with time for twenty wants to know which variant is best after twenty, and
whether what the comparison says holds from few trials on or came with the last ones.
"""

import numpy as np
import pandas as pd

from odyssey.analysis.comparison import BASELINE, scored, top, verdict, welch

STEPS = (10, 20, 50, 100)


def best_of(cell: pd.DataFrame) -> pd.DataFrame:
    """Test score of the trial that is best in validation among k trials drawn at random from those of a cell.

    Exact over all subsets of k trials, drawn without replacement: of n trials ranked on validation (the lower index
    among equals) the i-th, from 0, is the best of k with probability C(n − 1 − i, k − 1) / C(n, k). Trials without a
    score are drawn like the others and rank last; a subset of nothing but these is worse than any other.

    Quartiles and no expectation: with a loss that has no upper end, a few trials that nearly diverged would be all
    that an expectation shows.

    Args:
        cell: trials of one cell, columns of the archive.

    Returns:
        A row for each k from 1 to n: ``k``, ``low``, ``median`` and ``high``, quartiles over subsets; NaN where so many
        subsets have no score. The last rows rest on few trials, and the very last one on a single one.
    """
    ranked = scored(cell).sort_values(["valid_score", "index"], kind="stable")
    n, scores = len(cell), ranked["test_score"].to_numpy(float)
    k = np.arange(1, n + 1)[:, None]
    # Each probability from the one before: binomial coefficients of hundreds of trials are too large to be written.
    i = np.arange(max(len(scores) - 1, 0))[None]
    ratios = np.maximum(n - k - i, 0) / (n - 1 - i)
    chance = np.cumprod(np.concatenate([k / n, ratios], axis=1), axis=1)[:, : len(scores)]
    order = np.argsort(scores, kind="stable")
    reached = np.cumsum(chance[:, order], axis=1)
    quantiles = np.append(scores[order], np.nan)
    found = {"k": k[:, 0]}
    for name, share in (("low", 0.25), ("median", 0.5), ("high", 0.75)):
        # Sums of hundreds of probabilities miss a share that they reach exactly by some rounding.
        found[name] = quantiles[(reached < share - 1e-9).sum(axis=1)]
    return pd.DataFrame(found)


def verdicts(trials: pd.DataFrame) -> pd.DataFrame:
    """The verdict on each recorded variant after the first 10, 20, 50 and 100 trials and after all of them.

    Trials are drawn in advance, so the first n of each cell are what a search of n trials would have found.

    Args:
        trials: of one task and corpus, the same number of each variant.

    Returns:
        A row a variant but vanilla: ``variant`` and for each budget, named by its number, the verdict of Welch's test
        at p = 0.05, uncorrected.
    """
    have = int(trials["index"].max()) + 1 if len(trials) else 0
    rows = {code: {"variant": code} for code in trials["variant"].unique() if code != BASELINE}
    for budget in [*(step for step in STEPS if step < have), have]:
        first = trials[trials["index"] < budget]
        scores = {code: top(cell)["test_score"].to_numpy() for code, cell in first.groupby("variant")}
        for code, row in rows.items():
            result = welch(scores.get(code, []), scores.get(BASELINE, []))
            row[str(budget)] = verdict(result.difference, result.p)
    return pd.DataFrame(list(rows.values()))
