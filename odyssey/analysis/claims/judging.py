"""All claims in the paper's order, and the verdicts on them."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from odyssey.analysis.claims.evidence import Evidence, gather
from odyssey.analysis.claims.responses import RESPONSE_CLAIMS
from odyssey.analysis.claims.shares import SHARE_CLAIMS
from odyssey.analysis.claims.variants import VARIANT_CLAIMS
from odyssey.analysis.claims.verdict import NO_RECORDS, PAPER_NAMES, Claim, Verdict, conclude
from odyssey.errors import OdysseyError

_JUDGED = {**VARIANT_CLAIMS, **SHARE_CLAIMS, **RESPONSE_CLAIMS}
# What belongs together: claims on variants, on shares of the variance, on the responses to hyperparameters.
GROUPS = tuple(tuple(group) for group in (VARIANT_CLAIMS, SHARE_CLAIMS, RESPONSE_CLAIMS))
_CODES = [f"C{number}" for number in range(1, len(_JUDGED) + 1)]
CLAIMS: dict[str, Claim] = {code: _JUDGED[code].claim(code) for code in _CODES}


def judge(records: pd.DataFrame, kept: Path, tasks: Iterable[str] = tuple(PAPER_NAMES)) -> list[Verdict]:
    """A verdict on each claim, task by task, for each corpus of the task that is recorded.

    Args:
        records: trials, columns of the archive. Of each variant the first ones are taken that all variants have.
        kept: folder in which importance is kept once it is computed (`odyssey.analysis.kept`).
        tasks: on which.

    Returns:
        In the order of the claims for each corpus; `NO_RECORDS` on all claims for a task that has none.

    Raises:
        OdysseyError: the paper claims nothing on such a task; or importance is neither kept nor can be computed.
    """
    verdicts = []
    for task in tasks:
        if task not in PAPER_NAMES:
            raise OdysseyError(f"the paper claims nothing on the task {task}: choose from {', '.join(PAPER_NAMES)}")
        groups = [trials for _, trials in records[records["task"] == task].groupby("corpus", sort=False)]
        found = [evidence for evidence in (gather(trials, kept) for trials in groups) if evidence]
        for evidence in found:
            verdicts += [_verdict(code, evidence) for code in CLAIMS]
        if not found:
            verdicts += [_no_records(code, task) for code in CLAIMS]
    return verdicts


def _verdict(code: str, evidence: Evidence) -> Verdict:
    concluded = conclude(_JUDGED[code].parts(evidence), evidence.each)
    return Verdict(code, evidence.task, evidence.corpus, evidence.each, *concluded)


def _no_records(code: str, task: str) -> Verdict:
    because = f"No trials of {task} are recorded, or a recorded variant lacks its first one."
    return Verdict(code, task, "", 0, NO_RECORDS, because, f"Trials: odyssey search --task {task}.")
