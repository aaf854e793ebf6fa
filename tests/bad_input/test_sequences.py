"""Sequences that no network can learn from are refused by name; the shortest and very long ones are learnt from.

The rule: a sequence has one frame or more, of finite numbers, and a split has something to score. For the loss ``ctc``
a sequence may be too short for its labels. It then has no alignment: it adds no loss and no gradient, but its labels
count, in the loss per label and in the score, where what is not transcribed is an error.
"""

from math import inf, isfinite, nan

import numpy as np
import pytest
import torch
from mistakes import check_line
from toys import toy_task

from odyssey.analysis.reference import class_counts, linear_error, majority_error
from odyssey.corpora.base import Corpus
from odyssey.corpora.lines import Line
from odyssey.corpora.utterances import Utterance
from odyssey.engine.cpu import CPUTrainer, Data
from odyssey.engine.torch import TorchTrainer
from odyssey.errors import OdysseyError
from odyssey.protocol import FINISHED, Hyperparameters, Trial
from odyssey.tasks.base import BERNOULLI, CATEGORICAL, CTC, Example, Task
from odyssey.tasks.handwriting import handwriting_task
from odyssey.tasks.mfcc import mfcc
from odyssey.tasks.music import music_task
from odyssey.tasks.scaling import training_statistics
from odyssey.tasks.speech import speech_task
from odyssey.training import Report, run


def task(loss, inputs=None, targets=None, outputs=3):
    """A task of sequences of four frames, the second training sequence of which is as the arguments say."""
    sound = {
        BERNOULLI: np.zeros((4, outputs), np.float32),
        CATEGORICAL: np.zeros(4, np.int32),
        CTC: np.ones(2, np.int32),
    }[loss]
    given = np.zeros((4, 2), np.float32) if inputs is None else np.asarray(inputs, np.float32)
    good = Example(np.zeros((4, 2), np.float32), sound)
    bad = Example(given, sound if targets is None else np.asarray(targets))
    return Task(
        "own", "mine", "0", {"train": (good, bad), "valid": (good,), "test": (good,)}, 2, outputs, loss, "e", "%"
    )


def corpus(task, example, train=None):
    return Corpus(
        "mine", task, "", "", {"train": [example] if train is None else train, "valid": [example], "test": [example]}
    )


UTTERANCE = Utterance(np.ones(2000, np.int16), np.array([0], np.int32), np.array([3], np.uint8))
LINE = Line(np.array([[0, 0, 0], [1, 1, 1.0]]), np.array([False, True]), np.array([3], np.uint8))
BLANK_LINE = Line(np.zeros((0, 3)), np.zeros(0, bool), np.array([3], np.uint8))
WHICH = r"task own: train sequence 1 \(counted from 0\)"
CORRECT = "leave it out of the corpus mine, or correct it"
TASKS = [
    ("no such loss", lambda: Task("own", "", "", {}, 1, 1, "mse", "", ""), "unknown loss 'mse'", "choose bernoulli"),
    ("no frame", lambda: task(CATEGORICAL, np.zeros((0, 2)), np.zeros(0, int)), f"{WHICH} has no frame", CORRECT),
    ("no frame of labels", lambda: task(CTC, np.zeros((0, 2))), f"{WHICH} has no frame", CORRECT),
    ("a frame of NaN", lambda: task(CTC, np.full((4, 2), nan)), f"{WHICH} has an input that is not a finite", CORRECT),
    ("an infinite frame", lambda: task(BERNOULLI, np.full((4, 2), inf)), f"{WHICH} has an input that is not", CORRECT),
    ("inputs too many", lambda: task(CTC, np.zeros((4, 5))), rf"{WHICH} .*\(4, 5\) instead of \(frames, 2\)", CORRECT),
    ("flat inputs", lambda: task(CTC, np.zeros(4)), rf"{WHICH} has inputs of shape \(4,\)", CORRECT),
    ("a target too few", lambda: task(CATEGORICAL, None, [0, 1, 2]), rf"{WHICH} .*\(3,\) instead of \(4,\)", CORRECT),
    ("outputs too few", lambda: task(BERNOULLI, None, np.zeros((4, 2))), rf"{WHICH} .*instead of \(4, 3\)", CORRECT),
    ("a target of NaN", lambda: task(BERNOULLI, None, np.full((4, 3), nan)), f"{WHICH} .*not from 0 to 1", CORRECT),
    ("a target above 1", lambda: task(BERNOULLI, None, np.full((4, 3), 2)), f"{WHICH} .*not from 0 to 1", CORRECT),
    ("half a class", lambda: task(CATEGORICAL, None, [0, 1, 2, 0.5]), f"{WHICH} .*instead of whole numbers", CORRECT),
    ("a class beyond", lambda: task(CATEGORICAL, None, [0, 1, 2, 3]), f"{WHICH} .*not from 0 to 2", CORRECT),
    ("a class below 0", lambda: task(CATEGORICAL, None, [0, 1, 2, -1]), f"{WHICH} .*not from 0 to 2", CORRECT),
    ("the blank as a label", lambda: task(CTC, None, [1, 0]), f"{WHICH} .*not from 1 to 2", CORRECT),
    ("a label beyond", lambda: task(CTC, None, [1, 9]), f"{WHICH} .*not from 1 to 2", CORRECT),
    ("labels in a table", lambda: task(CTC, None, [[1], [2]]), rf"{WHICH} .*\(2, 1\) instead of \(2,\)", CORRECT),
    ("no labels", lambda: toy_task(loss=CTC, frames=1), "split train has nothing to score", "add sequences"),
    ("no sequences", lambda: toy_task(sequences=0), "split train has nothing to score", "add sequences"),
    (
        "a roll of one frame",
        lambda: music_task(corpus("music", np.zeros((1, 88)))),
        "train sequence 0 .*no frame",
        "leave",
    ),
    ("no rolls", lambda: music_task(corpus("music", np.zeros((9, 88)), [])), "split train", "add sequences to"),
    (
        "a short utterance",
        lambda: speech_task(corpus("speech", UTTERANCE._replace(audio=np.ones(9, np.int16)))),
        "corpus mine, train utterance 0 .*9 samples",
        "leave out what is shorter than 560",
    ),
    ("no utterances", lambda: speech_task(corpus("speech", UTTERANCE, [])), "split train", "add sequences to"),
    (
        "a line without points",
        lambda: handwriting_task(corpus("handwriting", BLANK_LINE)),
        "train line 0",
        "leave it out",
    ),
    ("no lines", lambda: handwriting_task(corpus("handwriting", LINE, [])), "split train has no text", "add lines"),
    ("too little sound", lambda: mfcc(np.zeros(100, np.int16)), "100 samples", "leave out what is shorter than 560"),
    ("nothing to scale", lambda: training_statistics([]), "split train has no frame", "add sequences"),
    ("classes of none", lambda: class_counts(toy_task()), "task toy does not classify", "choose one whose loss"),
    ("the most frequent of none", lambda: majority_error(toy_task()), "task toy does not classify", "choose one whose"),
    ("a regression on none", lambda: linear_error(toy_task()), "task toy does not classify", "choose one whose loss"),
]


@pytest.mark.parametrize("mistake, thing, remedy", [row[1:] for row in TASKS], ids=[row[0] for row in TASKS])
def test_task(mistake, thing, remedy):
    with pytest.raises(OdysseyError) as caught:
        mistake()
    check_line(str(caught.value), thing, remedy)


LONG = 10_000


def example(frames, loss, labels=None):
    """A random sequence for two inputs and three outputs."""
    generator = np.random.default_rng(frames)
    targets = {
        BERNOULLI: lambda: (generator.random((frames, 3)) < 0.4).astype(np.float32),
        CATEGORICAL: lambda: generator.integers(3, size=frames).astype(np.int32),
        CTC: lambda: generator.integers(1, 3, size=labels or min(frames, 50)).astype(np.int32),
    }
    return Example(generator.standard_normal((frames, 2)).astype(np.float32), targets[loss]())


def trained(task, engine):
    """The result of one epoch, N = 2, and the trainer."""
    trial = Trial("NP", Hyperparameters(2, 1e-6, 0.0, 0.0), seed=0)
    if engine == "cpu":
        trainer = CPUTrainer(task, trial, Data(task, "float64"), "float64")
    else:
        trainer = TorchTrainer(task, trial, torch.float64, torch.device("cpu"))
    return run(trial, task, trainer, Report(), max_epochs=1), trainer


def sequences(loss, train, valid, test):
    splits = {"train": (train,), "valid": (valid,), "test": (test,)}
    return Task("own", "mine", "0", splits, 2, 3, loss, "error", "%", bidirectional=loss != BERNOULLI)


@pytest.mark.parametrize("loss", [BERNOULLI, CATEGORICAL, CTC])
@pytest.mark.parametrize("frames", [1, LONG])
def test_shortest_and_very_long_sequences(loss, frames):
    # The torch engine takes seconds to evaluate a very long sequence once more: it only trains on it.
    given, short = example(frames, loss), example(1, loss)
    results = {
        "cpu": trained(sequences(loss, given, given, given), "cpu")[0],
        "torch": trained(sequences(loss, given, short, short), "torch")[0],
    }
    for result in results.values():
        assert (result.status, result.epochs, result.best_epoch) == (FINISHED, 1, 1)
        assert all(map(isfinite, (result.curves.train_loss[0], result.valid_loss, result.test_score)))
        assert result.test_loss > 0
    assert results["cpu"].curves.train_loss == pytest.approx(results["torch"].curves.train_loss, rel=1e-6)


@pytest.mark.parametrize("engine", ["cpu", "torch"])
@pytest.mark.parametrize("frames, labels", [(1, 2), (3, 500), (1000, 1001)])
def test_labels_longer_than_the_input(engine, frames, labels):
    short, sound = example(frames, CTC, labels), example(8, CTC)
    result, trainer = trained(sequences(CTC, short, sound, short), engine)
    # No loss and no gradient: the weights are those that were drawn, and only the labels are counted.
    assert (result.curves.train_loss, result.test_loss) == ([0.0], 0.0)
    untrained = trained(sequences(CTC, example(1, CTC, 2), sound, sound), engine)[1]
    for ours, theirs in zip(weights(trainer), weights(untrained), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert 0 < result.test_score <= 100 * max(frames, labels) / labels
    assert trainer.evaluate("test").units == labels


def weights(trainer):
    values = trainer.weights()
    return list(values.values()) if isinstance(values, dict) else [values]
