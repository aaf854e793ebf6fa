"""What the claims are judged from: the trials of one task and corpus, and what matters to their scores."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from odyssey.analysis.claims.verdict import OTHERS
from odyssey.analysis.comparison import BASELINE, equal_budget
from odyssey.analysis.importance import VERY_FEW, Importance
from odyssey.analysis.kept import kept_calibration, kept_importance


@dataclass(frozen=True)
class Evidence:
    """All that is known of one task and corpus.

    Attributes:
        task, corpus: where.
        trials: the same number of each recorded architecture of the paper.
        importance: by variant; empty where there are fewer trials than `odyssey.analysis.importance.VERY_FEW`.
        calibration: estimated shares of a known function from as many points, as
            `odyssey.analysis.known.calibration` gives them; empty likewise.
    """

    task: str
    corpus: str
    trials: pd.DataFrame
    importance: dict[str, Importance] = field(default_factory=dict)
    calibration: dict[str, np.ndarray] = field(default_factory=dict)

    @cached_property
    def each(self) -> int:
        """How many trials of each variant there are."""
        return int(self.trials["index"].nunique())

    @cached_property
    def cells(self) -> dict[str, pd.DataFrame]:
        """The trials by variant."""
        return dict(list(self.trials.groupby("variant", sort=False)))


def gather(trials: pd.DataFrame, kept: Path) -> Evidence | None:
    """The evidence in the records of one task and corpus; None where not every recorded variant has its first trial.

    Args:
        trials: columns of the archive.
        kept: folder in which importance is kept once it is computed.

    Raises:
        OdysseyError: as `odyssey.analysis.kept.kept_importance`.
    """
    # The same trials as the book's other pages rest on, whose importance is kept.
    each = equal_budget(trials)
    trials = trials[(trials["index"] < each) & trials["variant"].isin([BASELINE, *OTHERS])]
    if trials.empty:
        return None
    task, corpus = trials[["task", "corpus"]].iloc[0]
    if each < VERY_FEW:
        return Evidence(task, corpus, trials)
    return Evidence(task, corpus, trials, kept_importance(trials, kept), kept_calibration(each, kept))
