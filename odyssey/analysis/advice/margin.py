"""What matters on a task: in the unit of its score, and as a relative change of a score."""

from dataclasses import dataclass
from math import isfinite, nan

import pandas as pd

from odyssey.analysis.claims import verdict
from odyssey.analysis.comparison import BASELINE, top


@dataclass(frozen=True)
class Margin:
    """A difference between scores that matters; NaN where none is laid down for the task.

    Attributes:
        absolute: in the unit of the score (`odyssey.analysis.claims.verdict.MATTERS`).
        relative: of the mean of vanilla's best tenth, the scale of scores that are compared by their logarithm; NaN
            also where vanilla has no score.
        told: in words, such as ``1 percentage point``; empty where there is none.
    """

    absolute: float
    relative: float
    told: str

    @property
    def known(self) -> bool:
        """Whether there is one for scores and for their logarithms."""
        return isfinite(self.absolute) and isfinite(self.relative)


def margin(trials: pd.DataFrame) -> Margin:
    """Of the task of these trials, columns of the archive."""
    task = trials["task"].iloc[0]
    mean = top(trials[trials["variant"] == BASELINE])["test_score"].mean()
    if task not in verdict.MATTERS:
        return Margin(nan, nan, "")
    absolute = verdict.MATTERS[task]
    return Margin(absolute, absolute / mean if mean > 0 else nan, verdict.margin(task))
