"""The regression of a variant's trials on made-up responses, and its errors against those of textbooks."""

import numpy as np
import pytest
from evidence_of import responding

from odyssey.analysis.claims.regression import (
    BLOCKS_AXIS,
    MOMENTUM_AXIS,
    NOISE_AXIS,
    RATE_AXIS,
    cell,
    diminishing,
    dip,
    effects,
    epochs_effect,
    error,
    score_effect,
    time_effect,
)


def nothing(inputs):
    return 0 * inputs[:, 0]


def along(axis, slope):
    return lambda inputs: slope * inputs[:, axis]


def saturating(inputs):
    """Gains on the logarithmic scale, too, only in the lower half of the blocks."""
    return -2 * np.minimum(inputs[:, BLOCKS_AXIS], 0.5)


def accelerating(inputs):
    return -2 * np.maximum(inputs[:, BLOCKS_AXIS] - 0.5, 0)


def dipping(inputs):
    noise = inputs[:, NOISE_AXIS]
    return 2 * noise - 2.0 * ((noise >= 0.2) & (noise <= 0.5))


def trials_of(score, time=nothing, count=400):
    return responding(score, time, count, codes=("V",))


def test_effects_are_those_that_were_put_in():
    def time(inputs):
        return 0.3 * inputs[:, BLOCKS_AXIS] - 0.2 * inputs[:, RATE_AXIS] ** 2

    found = cell(trials_of(along(NOISE_AXIS, 1.0), time))
    assert time_effect(BLOCKS_AXIS)(found) == pytest.approx(0.3, abs=0.02)
    assert time_effect(MOMENTUM_AXIS)(found) == pytest.approx(0, abs=0.02)
    assert effects(found.times, found.inputs)[1] == pytest.approx(-0.2, abs=0.03)  # the square of the learning rate
    # The score is the noise but for little: from the lowest to the highest is from the first place to the last.
    assert score_effect(NOISE_AXIS)(found) == pytest.approx(1, abs=0.1)
    assert score_effect(RATE_AXIS)(found) == pytest.approx(0, abs=0.05)


def test_epochs_are_not_seconds():
    trials = trials_of(nothing, along(NOISE_AXIS, 0.3))
    trials["seconds"] *= 10 ** (trials["index"] % 2)  # two machines
    shuffled = cell(trials.sample(frac=1, random_state=1))
    for found in (cell(trials), shuffled):
        assert epochs_effect(NOISE_AXIS)(found) == pytest.approx(0.3, abs=0.02)
        assert epochs_effect(BLOCKS_AXIS)(found) == pytest.approx(0, abs=0.02)
        assert time_effect(NOISE_AXIS)(found) == pytest.approx(0.3, abs=0.25)
    assert error(time_effect(NOISE_AXIS), cell(trials)) > 5 * error(epochs_effect(NOISE_AXIS), cell(trials))


def test_without_a_score_there_is_no_cell():
    assert cell(trials_of(nothing, count=30).assign(test_score=np.nan)) is None


def test_a_trial_that_exploded_is_just_the_last():
    trials = trials_of(along(NOISE_AXIS, 1.0), count=100)
    exploded = trials.assign(test_score=trials["test_score"].where(trials["index"] != 5, 1e9))
    first, second = (score_effect(NOISE_AXIS)(cell(one)) for one in (trials, exploded))
    assert first == pytest.approx(second, abs=0.08)


def test_diminishing_returns_and_dip_written_out():
    """The first half of the range, 20 to 63 blocks, gains all of the places but for noise, about 0.75 of them."""
    assert diminishing(cell(trials_of(saturating))) == pytest.approx(100 * 0.75 / 43.2, rel=0.1)
    assert diminishing(cell(trials_of(accelerating))) < 0
    assert diminishing(cell(trials_of(along(BLOCKS_AXIS, -1.0)))) > 0  # on a logarithmic scale even, for each block not
    assert dip(cell(trials_of(dipping))) > 0.1 and dip(cell(trials_of(along(NOISE_AXIS, 2.0)))) < -0.1


def test_the_error_is_that_of_least_squares():
    """Where the noise is the same everywhere, the textbook's: σ² (XᵀX)⁻¹."""
    found = cell(trials_of(nothing, along(BLOCKS_AXIS, 0.5)))
    inputs = found.inputs
    columns = np.column_stack([np.ones(len(inputs)), (inputs[:, RATE_AXIS] - 0.5) ** 2, inputs])
    textbook = 0.02 * np.sqrt(np.linalg.inv(columns.T @ columns)[2 + BLOCKS_AXIS, 2 + BLOCKS_AXIS])
    assert error(time_effect(BLOCKS_AXIS), found) == pytest.approx(textbook, rel=0.35)


@pytest.mark.parametrize("count", [20, 68])
def test_the_error_is_that_of_drawing_the_trials_again(count):
    """On average over cells: of few trials the jackknife's is somewhat too large."""
    generator = np.random.default_rng(8)
    whole = cell(trials_of(along(NOISE_AXIS, 0.3), count=3000))
    found = []
    for _ in range(60):
        chosen = np.zeros(3000, bool)
        chosen[generator.choice(3000, count, replace=False)] = True
        one = whole.where(chosen)
        found.append((score_effect(NOISE_AXIS)(one), error(score_effect(NOISE_AXIS), one)))
    values, errors = np.array(found).T
    assert 0.8 < np.sqrt((errors**2).mean()) / values.std(ddof=1) < 1.5
