"""Claims C10 to C13: how score and training time respond to blocks, noise, momentum and learning rate.

C10 to C12 rest on the trials themselves, by a regression for each variant (`odyssey.analysis.claims.regression`). C13
is about the shape of a curve, for which a regression has no number: it rests on the forest's marginals.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf, isfinite, nan

import numpy as np

from odyssey.analysis.claims.average import LEAST_VARIANTS, Average
from odyssey.analysis.claims.bound import less_bound
from odyssey.analysis.claims.evidence import Evidence
from odyssey.analysis.claims.regression import (
    BLOCKS_AXIS,
    DIP,
    MOMENTUM_AXIS,
    NOISE_AXIS,
    RATE_AXIS,
    Cell,
    cell,
    diminishing,
    dip,
    epochs_effect,
    error,
    score_effect,
    time_effect,
)
from odyssey.analysis.claims.shares import SECTION, unusable
from odyssey.analysis.claims.verdict import LISTED, MATTERS, Claim, Part, margins
from odyssey.analysis.claims.words import number
from odyssey.analysis.importance import POINTS, SCORE, TIME, VERY_FEW
from odyssey.protocol import LEARNING_RATE

# From one end of a hyperparameter's range to the other: a tenth of a ranking, or of a decade in time
# (a quarter more). The same number for both is a convention.
NOTICEABLE = 0.1
DECADES = float(np.log10(LEARNING_RATE[1] / LEARNING_RATE[0]))
WIDE = 1.0  # decades: half of the two that the paper gives as the most

_JUDGED = (
    "Each effect: its mean over the variants (95 % interval; on how many of them it is by itself on the claimed side), "
    "by a regression of each variant's trials on all four hyperparameters. The rank of a trial is its place by score "
    "among those of its variant, from 0, the best, to 1, the worst; time and epochs enter as log10. At least "
    f"{VERY_FEW} trials of each variant are asked for. An effect smaller than {NOTICEABLE} (a tenth of the ranking, or "
    "a quarter more time or epochs) is not noticeable; one that is claimed fails where its interval ends below that, "
    f"and where several statements could fail, by Bonferroni's correction. {LISTED}"
)
_DIP = f"{DIP[0]} to {DIP[1]}"


def basin(marginal: np.ndarray, margin: float) -> slice:
    """The points around the lowest of a marginal of the score, (n,), that are at most a margin above it."""
    best = int(np.argmin(marginal))
    good = marginal <= marginal[best] + margin
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
        bound: the axis whose effect on the length of training the bound on epochs may hide
            (`odyssey.analysis.claims.bound`); None where it hides nothing.
    """

    name: str
    measure: Callable[[Cell], float]
    least: float | None = NOTICEABLE
    bound: int | None = None

    def part(self, evidence: Evidence, tests: int) -> Part:
        """What the trials say of it; `tests` is how many statements could refute the claim."""
        cells = {code: cell(trials) for code, trials in evidence.cells.items()}
        cells = {code: one for code, one in cells.items() if one}
        average = Average(
            {code: self.measure(one) for code, one in cells.items()},
            errors={code: error(self.measure, one) for code, one in cells.items()},
        )
        found = _part(self.name, average, self.least, 0.0, evidence.each, tests)
        return found if self.bound is None else replace(found, note=less_bound(evidence, self.bound))


def _part(name: str, average: Average, least: float | None, bound: float, each: int, tests: int) -> Part:
    """Whether an average is above a bound, or refuted by being below `least`; or without `least`, negligible."""
    if not average.known:
        few = f"{name}: fewer than {LEAST_VARIANTS} variants have trials with scores"
        return Part(False, False, few, lacking=f"trials with scores of at least {LEAST_VARIANTS} variants")
    (low, high), (lowest, highest) = average.interval(), average.interval(tests)
    if least is None:
        shown, refuted = low > -NOTICEABLE and high < NOTICEABLE, lowest > NOTICEABLE or highest < -NOTICEABLE
        sides = average.sides(-NOTICEABLE, NOTICEABLE)
        beyond = abs(average.mean) > NOTICEABLE
        needed = [average.trials(float(np.copysign(NOTICEABLE, average.mean)), each, tests if beyond else 1)]
    else:
        shown, refuted, sides = low > bound, highest < least, average.sides(bound)
        # Either may come first: that it is above the bound, or that it is below the least.
        needed = [average.trials(bound, each)] if average.mean > bound else []
        needed += [average.trials(least, each, tests)] if average.mean < least else []
    because = f"{name} {number(average.mean)} ({number(low)} to {number(high)}; {sides})"
    trials = min((count for count in needed if not np.isnan(count)), default=nan)
    never = f"more trials would not decide it: the variants themselves differ in the {name} (as claimed: {sides})"
    return Part(shown, refuted, because, trials, average.between == 0, never if trials == inf else "")


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
            "The basin is where the forest's prediction along the learning rate is no more than what matters above its "
            f"lowest: {margins()}. On average over variants it has to be wider than {WIDE:.0f} order of magnitude "
            "(that some are wider than two does not count against it), and training at its upper end has to be faster "
            "than at its lower end; 95 % intervals over variants (in brackets, with how many are by themselves on the "
            "claimed side), each refuting at half the level, from at least "
            f"{VERY_FEW} trials of each variant and a forest that predicts unseen ones (as for C7). A basin that "
            "reaches an end of the search space may go on there: its width is a lower bound, which may show the claim "
            "and not refute it, and its end is that of the search space. A variant whose forest predicts one time for "
            "the whole basin says nothing of the time.",
            "",
        )

    def parts(self, evidence: Evidence) -> list[Part]:
        """Width of the basins, and the time that their upper ends save."""
        poor = unusable(evidence, ("forest",))
        if poor:
            return poor
        widths, saved, cut = {}, {}, 0
        for code, found in evidence.importance.items():
            score, time = (found.marginals[name][RATE_AXIS, 0] for name in (SCORE, TIME))
            if np.isfinite(score).all():
                good = basin(score, MATTERS[evidence.task])
                widths[code] = (good.stop - good.start) * DECADES / POINTS
                # With few trials a basin may lie within one step of the forest, which then has no two times to tell.
                saved[code] = float(time[good.start] - time[good.stop - 1]) or nan
                cut += good.start == 0 or good.stop == POINTS
        return [
            _width(widths, cut, evidence.each),
            _saved(saved, evidence.each),
        ]


def _saved(saved: dict[str, float], each: int) -> Part:
    """That the upper ends of basins take less time; NaN where the forest predicts the same time for both ends."""
    name = "log10 of the time saved"
    told = sum(isfinite(one) for one in saved.values())
    if told < LEAST_VARIANTS <= len(saved):
        few = f"{name}: only on {told} variants does the forest predict different times for the ends of the basin"
        return Part(False, False, few, lacking="trials enough for the forest to tell times within the basins")
    return _part(name, Average(saved), NOTICEABLE, 0.0, each, 2)


def _width(widths: dict[str, float], cut: int, each: int) -> Part:
    """That basins are wide, `cut` of which reach an end of the search space."""
    part = _part("width in decades", Average(widths), WIDE, WIDE, each, 2)
    if not widths:
        return part
    because = f"{part.because}, the widest {max(widths.values()):.1f}"
    if not cut:
        return replace(part, because=because)
    because += f", lower bounds for {cut} of {len(widths)}, which reach an end of the search space"
    beyond = "learning rates beyond the search space, where basins may go on"
    narrow = not part.shown and not part.lacking and np.mean(list(widths.values())) <= WIDE
    return replace(part, refuted=False, because=because, lacking=beyond if narrow else part.lacking)


RESPONSE_CLAIMS = {
    "C10": ResponseClaim(
        "larger networks do better and take longer",
        "Larger networks do better, with diminishing returns, and take more time.",
        "R",
        "More blocks have to lower the score and to lengthen training, and a hundred more blocks have to gain more "
        "below the (geometric) middle of their range than above it.",
        (
            Response("improvement of rank from fewest to most blocks", lambda found: -score_effect(BLOCKS_AXIS)(found)),
            Response(
                "rank gained by 100 more blocks in the lower half of their range, less that in the upper",
                diminishing,
                0.0,
            ),
            Response("change of log10 of time from fewest to most blocks", time_effect(BLOCKS_AXIS)),
        ),
    ),
    "C11": ResponseClaim(
        "noise hurts and lengthens training; on TIMIT a small dip",
        "Input noise almost always hurts and lengthens training; the exception is a small dip in error for a noise of "
        f"{_DIP} on TIMIT.",
        "R",
        "More noise has to raise the score and to lengthen training, counted in epochs, since noise does not change "
        f"what an epoch costs; on speech, noise of {_DIP} has to give better scores than less noise, too.",
        (
            Response("worsening of rank from least to most noise", score_effect(NOISE_AXIS)),
            Response("change of log10 of epochs from least to most noise", epochs_effect(NOISE_AXIS), bound=NOISE_AXIS),
        ),
        (Response(f"improvement of rank by noise of {_DIP} over less noise", dip, 0.0),),
    ),
    "C12": ResponseClaim(
        "momentum changes nothing",
        "The momentum changes neither score nor training time noticeably.",
        "R",
        "Both intervals have to stay within what is noticeable; it does not hold where one of them lies beyond.",
        (
            Response("worsening of rank from highest to lowest momentum", score_effect(MOMENTUM_AXIS), None),
            Response("change of log10 of time from highest to lowest momentum", time_effect(MOMENTUM_AXIS), None),
        ),
    ),
    "C13": BasinClaim(),
}
