"""Claims C7 to C9, C14 and C15: how much of the score's variance is due to what.

A share is averaged over the variants, by the forest and by the Gaussian process (`odyssey.analysis.importance`), and
each interval is widened by the error that the estimate makes on a function whose shares are known. Both estimates have
to say the same. Neither is asked where trials are few or where it cannot predict a trial that it has not seen.
"""

from dataclasses import dataclass
from math import isfinite, nan

import numpy as np

from odyssey.analysis.claims.average import LEAST_VARIANTS, Average
from odyssey.analysis.claims.evidence import Evidence
from odyssey.analysis.claims.verdict import LISTED, PAPER_NAMES, Claim, Part
from odyssey.analysis.claims.words import percent, point_span, points
from odyssey.analysis.importance import HEAT, MAIN, NAMES, TERMS, VERY_FEW
from odyssey.analysis.known import TRUE
from odyssey.protocol import TRIALS

TWO_THIRDS = 2 / 3  # the paper's own number
ONE_PER_CENT = 0.01  # likewise
# Higher orders matter from a tenth of the variance: less than that is within what a forest makes up from 200 trials of
# a function that has hardly any. The paper compares tasks; an absolute limit lets each task be judged alone.
HIGHER_MATTER = 0.10
# "Little" is half of that, for one of the six pairs.
LITTLE = 0.05
# Tuned one at a time, hyperparameters are at their best by all but a fifth of the variance. More than `HIGHER_MATTER`:
# the paper says both that they are virtually independent and that higher orders matter on TIMIT.
VIRTUALLY = 0.20
# Below this share of the variance predicted in cross-validation (R²), most of what is decomposed is noise.
LEAST_R2 = 0.5
# Few trials cannot show an interaction, whether there is one or not, so that both estimates are small without reason.
SMALL_FROM = TRIALS // 2

SECTION = "the impact of the hyperparameters"
_JUDGED = (
    "Each share: what the claim asks for, then its mean over the variants in % of the variance by each estimate (95 % "
    "interval, widened by the estimate's error on a function whose shares are known; how many variants are by "
    "themselves on the claimed side). The forest's share is the mean of its trees' shares. "
    f"Forest and Gaussian process have to agree, both with a median R² of at least {LEAST_R2} "
    f"in cross-validation, from at least {VERY_FEW} trials of each variant; that a share is small is believed from "
    f"{SMALL_FROM} trials on. {LISTED}"
)

RATE, BLOCKS, NOISE, MOMENTUM = np.eye(len(NAMES))[: len(MAIN)]
PAIR = np.eye(len(NAMES))[TERMS.index(HEAT)]
HIGHER = 1.0 - RATE - BLOCKS - NOISE - MOMENTUM


@dataclass(frozen=True)
class Statement:
    """That a sum of shares is above a bound, or below it.

    Attributes:
        name: of the sum, in words.
        weights: of `odyssey.analysis.importance.NAMES`, float64 (11,).
        bound: what it is compared with.
        above: or else below.
        small: whether being below the bound means being small, which takes `SMALL_FROM` trials.
    """

    name: str
    weights: np.ndarray
    bound: float
    above: bool = True
    small: bool = False

    def part(self, evidence: Evidence, tests: int) -> Part:
        """What both estimates say; `tests` is how many statements could refute the claim."""
        averages = {name: self._average(evidence, name) for name in ("forest", "process")}
        for name, average in averages.items():
            if not average.known:
                few = f"{self.name}: the {name} has an estimate for fewer than {LEAST_VARIANTS} variants"
                lacking = f"trials of at least {LEAST_VARIANTS} variants, with scores that depend on something"
                return Part(False, False, few, lacking=lacking)
        numbers = ", ".join(f"{name} {self._written(average)}" for name, average in averages.items())
        because = f"{self.name} {'>' if self.above else '<'} {percent(self.bound)}: {numbers}"
        sides = {name: self._side(average, 1) for name, average in averages.items()}
        if self.small and evidence.each < SMALL_FROM and set(sides.values()) == {-1}:
            lacking = f"at least {SMALL_FROM} trials of each variant, before which no share is believed to be small"
            return Part(False, False, because, lacking=lacking)
        wanted = 1 if self.above else -1
        against = {self._side(average, tests) for average in averages.values()}
        needed = [averages[name].trials(self.bound, evidence.each) for name, side in sides.items() if not side]
        # Where the two are decided, each its own way, no number of trials follows.
        trials = max(needed) if needed and all(map(isfinite, needed)) else nan
        return Part(set(sides.values()) == {wanted}, against == {-wanted}, because, trials, floor=True)

    def _average(self, evidence: Evidence, name: str) -> Average:
        values = {code: float(getattr(found, name) @ self.weights) for code, found in evidence.importance.items()}
        bias = evidence.calibration[name].mean(axis=0) - TRUE
        return Average(values, float(bias @ self.weights))

    def _written(self, average: Average) -> str:
        low, high = average.interval()
        sides = average.sides(low=self.bound) if self.above else average.sides(high=self.bound)
        return f"{points(average.mean)} ({point_span(low, high)}; {sides})"

    def _side(self, average: Average, tests: int) -> int:
        low, high = average.interval(tests)
        return 1 if low > self.bound else -1 if high < self.bound else 0


@dataclass(frozen=True)
class ShareClaim:
    """A claim with the statements that make it up on each task."""

    short: str
    text: str
    mark: str
    rule: str
    statements: dict[str, tuple[Statement, ...]]

    def claim(self, code: str) -> Claim:
        """The claim, its rule in words."""
        return Claim(code, self.short, self.text, self.mark, SECTION, self.rule, _JUDGED)

    def parts(self, evidence: Evidence) -> list[Part]:
        """What the importance says of each statement."""
        statements = self.statements[evidence.task]
        return unusable(evidence) or [statement.part(evidence, len(statements)) for statement in statements]


def unusable(evidence: Evidence, estimates: tuple[str, ...] = ("forest", "process")) -> list[Part]:
    """Why the importance of a task cannot be used; empty where it can."""
    if evidence.each < VERY_FEW:
        few = f"{evidence.each} trials of each variant are fewer than the {VERY_FEW} that the rule asks for"
        lacking = f"at least {VERY_FEW} trials of each variant, better the study's {TRIALS}"
        return [Part(False, False, few, lacking=lacking)]
    for name in estimates:
        found = np.array([getattr(one, f"{name}_r2") for one in evidence.importance.values()], float)
        median = float(np.median(found[np.isfinite(found)])) if np.isfinite(found).any() else nan
        if not median >= LEAST_R2:
            poor = f"the {name} predicts unseen trials with a median R² of {median:.2f}, less than {LEAST_R2}"
            if not isfinite(median):
                poor = f"the {name} predicts nothing, because no scores differ"
            lacking = f"so many trials that the {name} predicts unseen ones with an R² of {LEAST_R2}"
            return [Part(False, False, poor.replace("-", "−"), lacking=lacking)]
    return []


def _everywhere(*statements: Statement) -> dict[str, tuple[Statement, ...]]:
    return dict.fromkeys(PAPER_NAMES, statements)


_MATTER = Statement("higher orders", HIGHER, HIGHER_MATTER, small=True)
_MATTER_NOT = Statement("higher orders", HIGHER, HIGHER_MATTER, above=False, small=True)

SHARE_CLAIMS = {
    "C7": ShareClaim(
        "learning rate: over two thirds of the variance",
        "The learning rate explains more than two thirds of the variance of the test score on every task.",
        "R",
        "The main effect of the learning rate has to be more than two thirds.",
        _everywhere(Statement("learning rate", RATE, TWO_THIRDS)),
    ),
    "C8": ShareClaim(
        f"then blocks, then noise; momentum below {percent(ONE_PER_CENT)}",
        "After the learning rate comes the hidden size, then the input noise; the momentum has less than 1 %.",
        "R",
        "Of the main effects, the learning rate's has to be above that of the blocks, this above the noise's, this "
        f"above the momentum's, and the momentum's below {percent(ONE_PER_CENT)}; any one of the four refutes, at a "
        "quarter of the level.",
        _everywhere(
            Statement("learning rate less blocks", RATE - BLOCKS, 0.0),
            Statement("blocks less noise", BLOCKS - NOISE, 0.0),
            Statement("noise less momentum", NOISE - MOMENTUM, 0.0),
            Statement("momentum", MOMENTUM, ONE_PER_CENT, above=False, small=True),
        ),
    ),
    "C9": ShareClaim(
        "interactions matter on TIMIT, less elsewhere",
        "Higher orders matter on TIMIT, and much less on IAM-OnDB and JSB Chorales.",
        "R",
        "All that is no main effect counts as higher orders. On speech they have to have more than "
        f"{percent(HIGHER_MATTER)} of the variance, on handwriting and music less.",
        {**_everywhere(_MATTER_NOT), "speech": (_MATTER,)},
    ),
    "C14": ShareClaim(
        "learning rate and blocks interact little",
        "Learning rate and hidden size interact little, so that the rate can be tuned on a small network.",
        "R",
        "The interaction of the two, without their main effects, has to have less than "
        f"{percent(LITTLE)} of the variance.",
        _everywhere(Statement("learning rate × blocks", PAIR, LITTLE, above=False, small=True)),
    ),
    "C15": ShareClaim(
        "hyperparameters virtually independent",
        "The hyperparameters are virtually independent.",
        "A",
        f"All that is no main effect has to have less than {percent(VIRTUALLY)} of the variance, so that at least "
        f"{percent(1 - VIRTUALLY)} is left to hyperparameters that can be tuned one at a time.",
        _everywhere(Statement("higher orders", HIGHER, VIRTUALLY, above=False, small=True)),
    ),
}
