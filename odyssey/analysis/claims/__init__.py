"""The claims of Greff et al. 2017, and what the records say of each: holds, does not hold, cannot be told."""

from odyssey.analysis.claims.judging import CLAIMS, GROUPS, judge
from odyssey.analysis.claims.verdict import FAILS, HOLDS, NO_RECORDS, UNTOLD, Claim, Verdict

__all__ = ["CLAIMS", "FAILS", "GROUPS", "HOLDS", "NO_RECORDS", "UNTOLD", "Claim", "Verdict", "judge"]
