"""How numbers are written in the sentences of a verdict."""

from collections.abc import Mapping, Sequence
from math import isnan

SPACE = "\N{NO-BREAK SPACE}"


def percent(share: float, signed: bool = False) -> str:
    """A share in per cent, with one decimal where it is small."""
    value = 100 * share
    text = f"{abs(value):.0f}" if abs(value) >= 9.95 else f"{abs(value):.1f}".removesuffix(".0")
    if text == "0":
        return f"0{SPACE}%"
    return f"{'−' if value < 0 else '+' if signed else ''}{text}{SPACE}%"


def span(low: float, high: float, signed: bool = False) -> str:
    """Two shares, such as ``2.1 to 13 %``."""
    return f"{points(low, signed)} to {percent(high, signed)}"


def points(share: float, signed: bool = False) -> str:
    """`percent` without its sign, where what stands around says that it is per cent."""
    return percent(share, signed).removesuffix(f"{SPACE}%")


def point_span(low: float, high: float, signed: bool = False) -> str:
    """`span` without its sign."""
    return f"{points(low, signed)} to {points(high, signed)}"


def number(value: float, decimals: int = 2) -> str:
    """With a sign; zero is never negative."""
    return f"{round(value, decimals) + 0.0:+.{decimals}f}".replace("-", "−")


def p_value(p: float) -> str:
    """Three decimals, or that it is below what three decimals can say."""
    if isnan(p):
        return "unknown"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def listed(names: Sequence[str], last: str = "and") -> str:
    """``NIG, NOG and NIAF``."""
    return f" {last} ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def sides(claimed: Mapping[str, bool]) -> str:
    """How many variants are on the claimed side, and which are on the smaller side: ``8 of 9, not NOAF``."""
    found = [code for code, so in claimed.items() if so]
    others = [code for code, so in claimed.items() if not so]
    if not others:
        return f"all {len(found)}"
    if not found:
        return f"none of {len(others)}"
    named = f"not {listed(others, 'or')}" if len(found) >= len(others) else f"only {listed(found)}"
    return f"{len(found)} of {len(claimed)}, {named}"
