"""Do two archives say the same? The same trials, trained by two engines or on two machines, compared cell by cell.

A trial is drawn in advance and has random numbers of its own, so the two results of it are a pair. They need not be the
same: over many epochs rounding decides, on another processor as on another engine. What must not differ is how the
scores of a cell are distributed, or one of the two trains other networks than the other. None of this is in the paper.

Two tests see that, both of pairs and so far sharper than those of two samples: whether the scores are shifted (Wilcoxon
1945), and whether their distributions differ in any way, by the largest distance of the two (Kolmogorov and Smirnov)
among all ways to swap the members of each pair, which are equally likely where the two archives say the same. Holm's
correction is over both tests of all cells. That nothing was found says little of few trials; the interval of the median
difference says how much.
"""

from math import nan

import numpy as np
import pandas as pd
from scipy import stats

from odyssey.analysis.comparison import ALPHA, holm
from odyssey.errors import OdysseyError
from odyssey.protocol import DIVERGED, DRAWN_ABSOLUTE, DRAWN_RELATIVE

CELL = ["task", "corpus", "variant"]
SWAPS = 9999
_SEED = 0


def agreement(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """The trials that are in both of two archives, compared cell by cell.

    A trial without a score counts as worse than all others of its cell; one that diverged later has the score of its
    best epoch.

    Args:
        first, second: trials, one row each, with the columns of the archive.

    Returns:
        One row a cell that is in both: ``task``, ``corpus``, ``variant``; ``trials`` in both; ``alone``, those in one
        only; ``same``, how many have the same test score to the last bit; ``diverged`` and ``diverged_second``;
        ``median``, the median difference of the test scores, second minus first, with its distribution-free 95 %
        interval ``low`` to ``high``, NaN where there are too few trials for it; ``p_shift``, ``p_distribution`` and
        the smaller of the two as corrected, ``p_holm``; ``differ``, whether that is below 0.05.

    Raises:
        OdysseyError: no trial is in both, or what should be the same trial is another one.
    """
    cells = dict(iter(second.groupby(CELL, sort=False)))
    rows = []
    for cell, trials in first.groupby(CELL, sort=False):
        if cell in cells:
            both = trials.merge(cells[cell], on="index", suffixes=("", "_second"), validate="1:1")
            if len(both):
                _check_same(both, cell)
                alone = len(trials) + len(cells[cell]) - 2 * len(both)
                rows.append(dict(zip(CELL, cell, strict=True)) | {"alone": alone} | _compare(both))
    if not rows:
        raise OdysseyError(
            "there is no trial in common: name the folders of two archives that have some (--records, OTHER)"
        )
    found = pd.DataFrame(rows)
    corrected = holm(found[["p_shift", "p_distribution"]].to_numpy().ravel()).reshape(-1, 2)
    found["p_holm"] = corrected.min(axis=1)
    found["differ"] = found["p_holm"] < ALPHA
    return found


def unmatched(first: pd.DataFrame, second: pd.DataFrame) -> list[str]:
    """The cells that only one of two archives has, such as ``music/music21/FGR``."""
    cells = [{"/".join(cell) for cell in trials[CELL].drop_duplicates().to_numpy()} for trials in (first, second)]
    return sorted(cells[0] ^ cells[1])


def _check_same(both: pd.DataFrame, cell: tuple) -> None:
    for column in ("fingerprint", "protocol", "seed", "blocks", "learning_rate", "momentum", "input_noise"):
        there = both[f"{column}_second"]
        same = both[column] == there
        if there.dtype == float:  # The last place of what was drawn may be another one on another machine.
            same = np.isclose(both[column], there, rtol=DRAWN_RELATIVE, atol=DRAWN_ABSOLUTE)
        if not same.all():
            one = both[~same].iloc[0]
            raise OdysseyError(
                f"trial {one['index']} of {'/'.join(cell)}: {column} is {one[column]} in one archive and "
                f"{one[f'{column}_second']} in the other: these are not the same trials, so compare others"
            )


def _compare(both: pd.DataFrame) -> dict:
    scores = np.stack([both["test_score"], both["test_score_second"]]).astype(float)
    known = np.isfinite(scores)
    differences = scores[1, known.all(0)] - scores[0, known.all(0)]
    scores[~known] = scores[known].max(initial=0.0) + 1
    low, high = stats.quantile_test(differences, p=0.5).confidence_interval(0.95) if len(differences) else (nan, nan)
    return {
        "trials": len(both),
        "same": int((scores[0] == scores[1]).sum()),
        "diverged": int((both["status"] == DIVERGED).sum()),
        "diverged_second": int((both["status_second"] == DIVERGED).sum()),
        "median": float(np.median(differences)) if len(differences) else nan,
        "low": float(low),
        "high": float(high),
        "p_shift": shifted(*scores),
        "p_distribution": distance(*scores)[1],
    }


def shifted(first: np.ndarray, second: np.ndarray) -> float:
    """Two-sided p-value of Wilcoxon's signed-rank test of pairs, shapes (n,); 1 where all pairs are equal."""
    unequal = first != second
    if not unequal.any():
        return 1.0
    return float(stats.wilcoxon(first[unequal], second[unequal]).pvalue)


def distance(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    """The largest distance between the distribution functions of two paired samples, and its p-value.

    The p-value is the share of ways to swap members of pairs that leave the distance at least as large, of `SWAPS`
    ways drawn with a fixed seed, the one at hand counted too.

    Args:
        first, second: members of the pairs, shapes (n,), finite.
    """
    count = len(first)
    pooled = np.concatenate([first, second])
    order = np.argsort(pooled, kind="stable")
    # The distribution functions are told apart only where the next value is another one.
    last = np.append(np.diff(pooled[order]) > 0, True)
    signs = np.random.default_rng(_SEED).choice(np.array([-1, 1], np.int32), (SWAPS + 1, count))
    signs[0] = 1
    steps = np.concatenate([signs, -signs], axis=1)[:, order].cumsum(axis=1)[:, last]
    largest = np.abs(steps).max(axis=1)
    return float(largest[0] / count), float(np.mean(largest >= largest[0]))
