"""Claims C10 to C13: how score and training time respond to blocks, noise, momentum and learning rate.

C10 to C12 rest on the trials themselves: a regression for each variant on all four hyperparameters, as coordinates of
the search space (`odyssey.analysis.samples`), with the square of the learning rate, whose effect has a minimum. The
score enters by its rank among the variant's trials, so that a few bad trials weigh no more than others, and the time
as its logarithm. The spread of a forest over its trees would say how trees differ, not how other trials would. C13 is
about the shape of a curve, for which a regression has no number: it rests on the forest's marginals.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from odyssey.analysis.claims.average import LEAST_VARIANTS, Average
from odyssey.analysis.claims.evidence import Evidence
from odyssey.analysis.claims.shares import SECTION, unusable
from odyssey.analysis.claims.verdict import LISTED, MATTERS, Claim, Part
from odyssey.analysis.claims.words import number, percent
from odyssey.analysis.importance import POINTS, SCORE, TIME, VERY_FEW
from odyssey.analysis.samples import AXES, Samples, samples
from odyssey.protocol import BLOCKS, LEARNING_RATE

# From one end of a hyperparameter's range to the other: a tenth of a ranking, or of a decade in time
# (a quarter more). The same number for both is a convention.
NOTICEABLE = 0.1
DIP = (0.2, 0.5)  # the paper's own range of noise
DECADES = float(np.log10(LEARNING_RATE[1] / LEARNING_RATE[0]))
WIDE = 1.0  # decades: half of the two that the paper gives as the most

_RATE, _BLOCKS, _NOISE, _MOMENTUM = range(len(AXES))
_JUDGED = (
    "Each effect: its mean over the variants (95 % interval), by a regression of each variant's trials on all four "
    "hyperparameters. The rank of a trial is its place by score among those of its variant, from 0, the best, to 1, "
    f"the worst; time enters as log10. At least {VERY_FEW} trials of each variant are asked for. An effect smaller "
    f"than {NOTICEABLE} is not noticeable; one that is claimed fails where its interval ends below that, and where "
    f"several statements could fail, by Bonferroni's correction. {LISTED}"
)


def effects(values: np.ndarray, inputs: np.ndarray, *more: np.ndarray, without: int | None = None) -> np.ndarray:
    """Coefficients of a least-squares regression on an intercept, the columns `more`, the square of the learning rate
    and the four axes, in that order.

    Args:
        values: float64 (n,).
        inputs: points of the unit cube, float64 (n, 4).
        more: further columns, float64 (n,) each.
        without: an axis to leave out, because `more` stands for it.
    """
    axes = [inputs[:, axis] for axis in range(len(AXES)) if axis != without]
    columns = [np.ones(len(values)), *more, (inputs[:, _RATE] - 0.5) ** 2, *axes]
    return np.linalg.lstsq(np.stack(columns, axis=1), values, rcond=None)[0]


def _ranks(found: Samples) -> np.ndarray:
    """Ranks of the scores from 0 to 1; ties share theirs."""
    return (stats.rankdata(found.scores) - 0.5) / len(found.scores)


def score_effect(axis: int) -> Callable[[Samples], float]:
    """Of an axis on the rank of the score; positive is worse."""
    return lambda found: effects(_ranks(found), found.inputs)[2 + axis]


def time_effect(axis: int) -> Callable[[Samples], float]:
    """Of an axis on log10 of the time."""
    return lambda found: effects(found.times, found.inputs)[2 + axis]


def diminishing(found: Samples) -> float:
    """Ranks gained by 100 more blocks in the lower half of their (logarithmic) range, less those in the upper."""
    blocks = found.inputs[:, _BLOCKS]
    fitted = effects(_ranks(found), found.inputs, np.maximum(blocks - 0.5, 0))
    lower = fitted[3 + _BLOCKS]
    upper = lower + fitted[1]
    middle = np.sqrt(BLOCKS[0] * BLOCKS[1])
    gains = -0.5 * np.array([lower, upper]) / np.array([middle - BLOCKS[0], BLOCKS[1] - middle])
    return float(100 * (gains[0] - gains[1]))


def dip(found: Samples) -> float:
    """Ranks gained by noise within `DIP` against less noise than that."""
    noise = found.inputs[:, _NOISE]
    inside, above = (noise >= DIP[0]) & (noise <= DIP[1]), noise > DIP[1]
    return float(-effects(_ranks(found), found.inputs, inside * 1.0, above * 1.0, without=_NOISE)[1])


def basin(marginal: np.ndarray) -> slice:
    """The points around the lowest of a marginal of the score, (POINTS,), that are within `MATTERS` of it."""
    best = int(np.argmin(marginal))
    good = marginal <= marginal[best] * (1 + MATTERS)
    low = best - int(np.argmin(np.append(good[best::-1], False))) + 1
    high = best + int(np.argmin(np.append(good[best:], False)))
    return slice(low, high)


@dataclass(frozen=True)
class Response:
    """A statement on a number that each variant has.

    Attributes:
        name: of the number, in words.
        measure: gives it for the trials of a variant.
        least: a claimed effect that is smaller than this is refuted; None where the claim is that there is none, and
            it has to stay within `NOTICEABLE` on both sides.
    """

    name: str
    measure: Callable[[Samples], float]
    least: float | None = NOTICEABLE

    def part(self, evidence: Evidence, tests: int) -> Part:
        """What the trials say of it; `tests` is how many statements could refute the claim."""
        cells = [samples(cell) for cell in evidence.cells.values()]
        values = np.array([self.measure(cell) for cell in cells if len(cell.scores)])
        return _part(self.name, Average(values), self.least, 0.0, evidence.each, tests)


def _part(name: str, average: Average, least: float | None, bound: float, each: int, tests: int) -> Part:
    """Whether an average is above a bound, or refuted by being below `least`; or without `least`, negligible."""
    if not average.known:
        few = f"{name}: fewer than {LEAST_VARIANTS} variants have trials with scores"
        return Part(False, False, few, lacking=f"trials with scores of at least {LEAST_VARIANTS} variants")
    (low, high), (lowest, highest) = average.interval(), average.interval(tests)
    because = f"{name} {number(average.mean)} ({number(low)} to {number(high)})"
    if least is not None:
        return Part(low > bound, highest < least, because, average.trials(bound, each))
    needed = average.trials(float(np.copysign(NOTICEABLE, average.mean)), each)
    shown = low > -NOTICEABLE and high < NOTICEABLE
    return Part(shown, lowest > NOTICEABLE or highest < -NOTICEABLE, because, needed)


@dataclass(frozen=True)
class ResponseClaim:
    """A claim with the responses that make it up, and those that belong to it on speech only."""

    short: str
    text: str
    mark: str
    rule: str
    responses: tuple[Response, ...]
    on_speech: tuple[Response, ...] = ()

    def claim(self, code: str) -> Claim:
        """The claim, its rule in words."""
        return Claim(code, self.short, self.text, self.mark, SECTION, self.rule, _JUDGED)

    def parts(self, evidence: Evidence) -> list[Part]:
        """What the trials say of each response."""
        responses = self.responses + (self.on_speech if evidence.task == "speech" else ())
        few = unusable(evidence, ())
        return few or [response.part(evidence, len(responses)) for response in responses]


class BasinClaim:
    """C13, the one that rests on the forest's marginals."""

    def claim(self, code: str) -> Claim:
        """The claim, its rule in words."""
        return Claim(
            code,
            "wide basin of learning rates",
            "There is a basin of good learning rates up to two orders of magnitude wide; its high end trains fastest.",
            "R",
            SECTION,
            f"The basin is where the forest's prediction along the learning rate is within {percent(MATTERS)} of its "
            f"lowest. On average over variants it has to be wider than {WIDE:.0f} order of magnitude, and training at "
            "its upper end has to be faster than at its lower end; 95 % intervals over variants, each refuting at half "
            f"the level, from at least {VERY_FEW} trials of each variant and a forest that predicts unseen ones (as "
            "for C7).",
            "",
        )

    def parts(self, evidence: Evidence) -> list[Part]:
        """Width of the basins, and the time that their upper ends save."""
        poor = unusable(evidence, ("forest",))
        if poor:
            return poor
        widths, saved = [], []
        for found in evidence.importance.values():
            score, time = (found.marginals[name][_RATE, 0] for name in (SCORE, TIME))
            if np.isfinite(score).all():
                good = basin(score)
                widths.append((good.stop - good.start) * DECADES / POINTS)
                saved.append(time[good.start] - time[good.stop - 1])
        widest = f" (the widest {max(widths):.1f})" if widths else ""
        return [
            _part(f"width in decades{widest}", Average(np.array(widths)), WIDE, WIDE, evidence.each, 2),
            _part("log10 of the time saved", Average(np.array(saved)), NOTICEABLE, 0.0, evidence.each, 2),
        ]


RESPONSE_CLAIMS = {
    "C10": ResponseClaim(
        "larger is better and slower",
        "Larger networks do better, with diminishing returns, and take more time.",
        "R",
        "More blocks have to lower the score and to lengthen training, and a hundred more blocks have to gain more "
        "below the (geometric) middle of their range than above it.",
        (
            Response("improvement of rank from fewest to most blocks", lambda found: -score_effect(_BLOCKS)(found)),
            Response("improvement of rank for 100 more blocks, lower less upper half", diminishing, 0.0),
            Response("change of log10 of time from fewest to most blocks", time_effect(_BLOCKS)),
        ),
    ),
    "C11": ResponseClaim(
        "noise hurts; on TIMIT a small dip",
        "Input noise almost always hurts and lengthens training; the exception is a small dip in error for a noise of "
        "0.2 to 0.5 on TIMIT.",
        "R",
        "More noise has to raise the score and to lengthen training; on speech, noise of 0.2 to 0.5 has to give better "
        "scores than less noise, too.",
        (
            Response("worsening of rank from least to most noise", score_effect(_NOISE)),
            Response("change of log10 of time from least to most noise", time_effect(_NOISE)),
        ),
        (Response("improvement of rank from less noise to 0.2 to 0.5", dip, 0.0),),
    ),
    "C12": ResponseClaim(
        "momentum changes nothing",
        "The momentum changes neither score nor training time noticeably.",
        "R",
        "Both intervals have to stay within what is noticeable; it does not hold where one of them lies beyond.",
        (
            Response("worsening of rank from highest to lowest momentum", score_effect(_MOMENTUM), None),
            Response("change of log10 of time from highest to lowest momentum", time_effect(_MOMENTUM), None),
        ),
    ),
    "C13": BasinClaim(),
}
