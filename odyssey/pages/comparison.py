"""What the page on the comparison asks for."""

from dataclasses import dataclass

import pandas as pd

from odyssey import tables
from odyssey.analysis import comparison
from odyssey.pages.at_hand import study_at_hand, task_at_hand
from odyssey.pages.glue import glue_all
from odyssey.progress import duration
from odyssey.protocol import TRIALS


@dataclass(frozen=True)
class Compared:
    """The comparison of the variants on one task.

    Attributes:
        unit: of the scores.
        trials: the recorded trials, the same number of each variant.
        result: what `odyssey.analysis.comparison.compare` makes of them.
    """

    unit: str
    trials: pd.DataFrame
    result: pd.DataFrame

    @property
    def tested(self) -> pd.DataFrame:
        """The rows of the variants that are compared with vanilla."""
        return self.result[self.result["variant"] != comparison.BASELINE]


def comparison_at_hand(task: str, corpus: str) -> Compared:
    """The comparison on a task; what the prose says of it is glued under ``comparison-TASK-…``."""
    trials = study_at_hand(task, corpus)
    compared = Compared(task_at_hand(task, corpus).score_unit, trials, comparison.compare(trials))
    result, tested = compared.result, compared.tested
    best = result.sort_values("best").iloc[0]
    vanilla = result.set_index("variant").loc[comparison.BASELINE]
    values = {
        "corpus": corpus,
        "unit": compared.unit,
        "paper": TRIALS,
        "each": int(result["trials"].max()),
        "trials": len(trials),
        "diverged": int(result["diverged"].sum()),
        "worse": _listed(tested[tested["verdict"] == comparison.WORSE]),
        "better": _listed(tested[tested["verdict"] == comparison.BETTER]),
        "corrected": _listed(tested[tested["p_holm"] < comparison.ALPHA]),
        "top": int(result["top"].max()),
        "best": tables.written(best["best"], ".2f"),
        "best-variant": best["variant"],
        "vanilla": tables.written(vanilla["mean"], ".2f"),
        "time": duration(trials["seconds"].sum()),
        "caution": comparison.caution(result) or "The study is complete.",
    }
    glue_all({f"comparison-{task}-{name}": value for name, value in values.items()})
    return compared


def _listed(rows):
    return ", ".join(rows["variant"]) or "none"
