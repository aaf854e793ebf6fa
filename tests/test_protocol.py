import re
from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from odyssey import protocol
from odyssey.errors import OdysseyError
from odyssey.protocol import Hyperparameters, Trial, draw_trial
from odyssey.variants import VARIANTS

DRAWS = 3000


@pytest.fixture(scope="module")
def draws():
    """Hyperparameters of many trials of one cell, by name."""
    values = [draw_trial("music", "V", index).hyperparameters.as_dict() for index in range(DRAWS)]
    return {name: np.array([value[name] for value in values]) for name in values[0]}


def test_rules_of_the_paper():
    assert (protocol.TRIALS, protocol.MAX_EPOCHS, protocol.PATIENCE, protocol.INITIAL_STD) == (200, 150, 15, 0.1)


def test_a_trial_depends_on_its_arguments_alone():
    fifty = [draw_trial("music", "NIG", index) for index in range(50)]
    np.random.seed(0)
    backwards = {index: draw_trial("music", "NIG", index) for index in reversed(range(200))}
    assert fifty == [backwards[index] for index in range(50)]
    assert fifty[7].variant == "NIG" and fifty[7].index == 7
    assert len({trial.seed for trial in backwards.values()}) == 200


def test_cells_differ():
    cells = [(task, code, seed) for task in ("music", "phones") for code in VARIANTS for seed in (0, 1)]
    drawn = [draw_trial(task, code, 3, study_seed=seed) for task, code, seed in cells]
    assert len({trial.seed for trial in drawn}) == len(cells)
    assert len({trial.hyperparameters for trial in drawn}) == len(cells)
    assert draw_trial("music", "V", 3) == draw_trial("music", "V", 3, study_seed=0)


def test_ranges(draws):
    assert draws["blocks"].min() == 20 and draws["blocks"].max() == 200
    assert draws["blocks"].dtype.kind == "i"
    for name, low, high in (("learning_rate", 1e-6, 1e-2), ("momentum", 0, 0.99), ("input_noise", 0, 1)):
        span = high - low
        assert low <= draws[name].min() and draws[name].max() <= high
        if name != "learning_rate":
            assert draws[name].min() < low + 0.01 * span and draws[name].max() > high - 0.01 * span
    assert draws["learning_rate"].min() < 1.02e-6 and draws["learning_rate"].max() > 0.98e-2


def share_below(values, low, high):
    """Distribution function of the log-uniform distribution."""
    return np.log(np.clip(values, low, high) / low) / np.log(high / low)


def test_distributions(draws):
    # Rounding to whole blocks makes steps: a point drawn within each step makes the values uniform again.
    below, above = (share_below(draws["blocks"] + half, 20, 200) for half in (-0.5, 0.5))
    uniform = {
        "blocks": below + (above - below) * np.random.default_rng(0).random(DRAWS),
        "learning_rate": share_below(draws["learning_rate"], 1e-6, 1e-2),
        "momentum": share_below(1 - draws["momentum"], 0.01, 1.0),
        "input_noise": draws["input_noise"],
    }
    for name, values in uniform.items():
        assert stats.kstest(values, "uniform").pvalue > 0.01, name
    for one, other in combinations(draws, 2):
        assert stats.spearmanr(draws[one], draws[other]).pvalue > 0.01, (one, other)


def test_the_stream_is_pinned():
    """These numbers change only with PROTOCOL: records made under the old ones would be of other trials.

    Protocols 1 and 2 share them; they differ in which of two epochs with equal validation scores is the better one.
    """
    assert protocol.PROTOCOL == 2
    first = draw_trial("music", "V", 0)
    last = draw_trial("music", "FGR", 199)
    assert (first.hyperparameters.blocks, first.seed) == (52, 2226687200)
    assert (last.hyperparameters.blocks, last.seed) == (83, 3013963612)
    assert first.hyperparameters.as_dict() == pytest.approx(
        {
            "blocks": 52,
            "learning_rate": 0.000990610016461565,
            "momentum": 0.8697224899425285,
            "input_noise": 0.8812761359966033,
        },
        rel=1e-12,
    )
    assert last.hyperparameters.as_dict() == pytest.approx(
        {
            "blocks": 83,
            "learning_rate": 2.128009718283124e-05,
            "momentum": 0.9348684890405571,
            "input_noise": 0.04832622035543743,
        },
        rel=1e-12,
    )
    generator = first.generator()
    assert generator.standard_normal(2).tolist() == [-0.7692331349399439, -0.6846760085710024]
    assert generator.permutation(6).tolist() == [5, 2, 1, 4, 3, 0]
    assert generator.standard_normal(2, dtype=np.float32).tolist() == [0.7607755661010742, -1.7699062824249268]


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf"), "0.1", None, True, [0.1], 0.1j])
@pytest.mark.parametrize("name", ["learning_rate", "momentum", "input_noise"])
def test_values_that_are_no_numbers(name, bad):
    values = {"blocks": 20, "learning_rate": 0.1, "momentum": 0.0, "input_noise": 0.0} | {name: bad}
    words = name.replace("_", " ")
    with pytest.raises(OdysseyError, match=f"{words} must be a finite number, not {re.escape(repr(bad))}"):
        Hyperparameters(**values)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"blocks": 0}, "blocks must be a whole number of at least 1, not 0"),
        ({"blocks": -3}, "blocks must be a whole number of at least 1, not -3"),
        ({"blocks": 20.0}, "blocks must be a whole number of at least 1, not 20.0"),
        ({"blocks": True}, "blocks must be a whole number of at least 1, not True"),
        ({"blocks": "20"}, "blocks must be a whole number of at least 1, not '20'"),
        ({"blocks": float("nan")}, "blocks must be a whole number of at least 1, not nan"),
        ({"learning_rate": 0.0}, "learning rate must be positive, not 0.0"),
        ({"learning_rate": -1e-3}, "learning rate must be positive, not -0.001"),
        ({"momentum": 1.0}, "momentum must be at least 0 and below 1, not 1.0"),
        ({"momentum": -0.1}, "momentum must be at least 0 and below 1, not -0.1"),
        ({"input_noise": -0.1}, "input noise must not be negative, not -0.1"),
    ],
)
def test_values_out_of_range(bad, message):
    with pytest.raises(OdysseyError, match=re.escape(message)):
        Hyperparameters(**{"blocks": 20, "learning_rate": 0.1, "momentum": 0.0, "input_noise": 0.0} | bad)


def test_values_at_the_edge():
    edge = Hyperparameters(1, 5e-324, 0, 0)
    assert edge.as_dict() == {"blocks": 1, "learning_rate": 5e-324, "momentum": 0, "input_noise": 0}
    assert list(edge.as_dict()) == ["blocks", "learning_rate", "momentum", "input_noise"]


@pytest.mark.parametrize("seed", [-1, 2**64, 0.5, True, None])
def test_bad_seeds(seed):
    with pytest.raises(OdysseyError, match="seed must be a whole number from 0 to"):
        Trial("V", Hyperparameters(20, 0.1, 0.0, 0.0), seed)


def test_largest_seed():
    assert Trial("V", Hyperparameters(20, 0.1, 0.0, 0.0), 2**64 - 1).generator().random() < 1


def test_negative_index():
    with pytest.raises(OdysseyError, match="index must not be negative, not -1"):
        draw_trial("music", "V", -1)
