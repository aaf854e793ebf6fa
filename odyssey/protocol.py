"""The study's protocol: the search space, the training rules, and what a trial and its result are.

Source: Greff et al. 2017, section IV.B (training) and IV.D (search), and the authors' public code for the form
of Nesterov's step, the summed loss and the early stopping. Change anything here that alters a
trajectory and `PROTOCOL` must change with it: records of different protocols are never mixed.
"""

import hashlib
from dataclasses import asdict, dataclass, field
from math import exp, isfinite, log

import numpy as np

from odyssey.errors import OdysseyError

PROTOCOL = 2
STUDY_SEED = 0

TRIALS = 200
MAX_EPOCHS = 150
PATIENCE = 15
INITIAL_STD = 0.1

BLOCKS = (20, 200)
LEARNING_RATE = (1e-6, 1e-2)
ONE_MINUS_MOMENTUM = (0.01, 1.0)
INPUT_NOISE = (0.0, 1.0)

# What was drawn may differ in the last place on a machine with another exp or log.
DRAWN_RELATIVE, DRAWN_ABSOLUTE = 1e-12, 1e-15

FINISHED, DIVERGED = "finished", "diverged"


@dataclass(frozen=True)
class Hyperparameters:
    """The four hyperparameters of a trial.

    Attributes:
        blocks: N, LSTM blocks per hidden layer and direction.
        learning_rate: before the factor (1 − momentum).
        momentum: of the Nesterov step, in [0, 1).
        input_noise: standard deviation of the Gaussian noise on the inputs, in training only.

    Raises:
        OdysseyError: a value is outside the range in which training is defined.
    """

    blocks: int
    learning_rate: float
    momentum: float
    input_noise: float

    def __post_init__(self):
        if isinstance(self.blocks, bool) or not isinstance(self.blocks, int) or self.blocks < 1:
            raise OdysseyError(f"blocks must be a whole number of at least 1, not {self.blocks!r}")
        _check_real("learning rate", self.learning_rate)
        _check_real("momentum", self.momentum)
        _check_real("input noise", self.input_noise)
        if self.learning_rate <= 0:
            raise OdysseyError(f"learning rate must be positive, not {self.learning_rate!r}")
        if not 0 <= self.momentum < 1:
            raise OdysseyError(f"momentum must be at least 0 and below 1, not {self.momentum!r}")
        if self.input_noise < 0:
            raise OdysseyError(f"input noise must not be negative, not {self.input_noise!r}")

    def as_dict(self) -> dict[str, float]:
        """The values by name, in the order of the fields."""
        return asdict(self)


def _check_real(name, value):
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise OdysseyError(f"{name} must be a finite number, not {value!r}")


@dataclass(frozen=True)
class Trial:
    """One network to train: everything that determines its trajectory besides the data and the engine.

    Attributes:
        variant: code of the architecture.
        hyperparameters: the four values.
        seed: of the trial's random generator, 0 ≤ seed < 2⁶⁴.
        index: number within its cell of the study; None for a network trained on its own.

    Raises:
        OdysseyError: the seed is out of range.
    """

    variant: str
    hyperparameters: Hyperparameters
    seed: int
    index: int | None = None

    def __post_init__(self):
        if isinstance(self.seed, bool) or not isinstance(self.seed, int) or not 0 <= self.seed < 2**64:
            raise OdysseyError(f"seed must be a whole number from 0 to 2^64 - 1, not {self.seed!r}")

    def generator(self) -> np.random.Generator:
        """A fresh random generator: initial weights, shuffles and noise are drawn from it, in that order."""
        return np.random.Generator(np.random.SFC64(np.random.SeedSequence(self.seed)))


@dataclass(frozen=True)
class Curves:
    """Learning curves, one value an epoch: mean training loss (with noise), validation loss and score."""

    train_loss: list[float] = field(default_factory=list)
    valid_loss: list[float] = field(default_factory=list)
    valid_score: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Result:
    """What a trained trial leaves behind. Losses are per frame; scores in the task's unit.

    `best_epoch` counts from 1 and is 0 where a trial diverged before any epoch was over; the four
    measures are then NaN. `seconds` is the time on one core of the machine that trained it; on a GPU, the time from the
    trial's begin to its end, beside others.
    """

    status: str
    epochs: int
    best_epoch: int
    valid_loss: float
    valid_score: float
    test_loss: float
    test_score: float
    parameters: int
    seconds: float
    curves: Curves


def draw_trial(task: str, variant: str, index: int, study_seed: int = STUDY_SEED) -> Trial:
    """Trial number `index` of a cell: it depends on the four arguments alone, not on other trials.

    The hyperparameters are drawn in the order blocks, learning rate, momentum, input noise
    (section IV.D of the paper: log-uniform, log-uniform, 1 − log-uniform, uniform).
    """
    if index < 0:
        raise OdysseyError(f"a trial's index must not be negative, not {index}")
    words = [_word(task), _word(variant), index]
    entropy = np.random.SeedSequence([study_seed, *words])
    space, training = entropy.spawn(2)
    uniform = np.random.Generator(np.random.PCG64(space)).random(4)
    hyperparameters = Hyperparameters(
        blocks=round(_log_uniform(uniform[0], *BLOCKS)),
        learning_rate=_log_uniform(uniform[1], *LEARNING_RATE),
        momentum=1.0 - _log_uniform(uniform[2], *ONE_MINUS_MOMENTUM),
        input_noise=float(INPUT_NOISE[0] + uniform[3] * (INPUT_NOISE[1] - INPUT_NOISE[0])),
    )
    return Trial(variant, hyperparameters, seed=int(training.generate_state(1, np.uint32)[0]), index=index)


def _word(text: str) -> int:
    """A stable 64-bit number for a name (Python's own hash changes from process to process)."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")


def _log_uniform(u: float, low: float, high: float) -> float:
    return float(exp(log(low) + u * (log(high) - log(low))))
