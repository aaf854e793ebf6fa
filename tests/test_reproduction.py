"""A vanilla network with sensible hyperparameters, trained to the end, is as good as it should be.

The bounds are the project's own. Music: 8.7 nats per frame on the test set, on the embedded corpus as on the published
rolls. As we read the paper (section V), its best music trial of all reached 8.38. Speech and
handwriting: see `test_synthetic_corpora`.
"""

from pathlib import Path

import pytest

from odyssey.engine import engine
from odyssey.protocol import FINISHED, MAX_EPOCHS, PATIENCE, Hyperparameters, Trial
from odyssey.tasks import load_task
from odyssey.training import Report

PUBLISHED = Path(__file__).parents[2] / "shared" / "data" / "jsb" / "jsb-chorales-quarter.json"
TRIAL = Trial("V", Hyperparameters(blocks=60, learning_rate=0.01, momentum=0.9, input_noise=0.0), seed=0)


class Keep(Report):
    def finished(self, trial, result):
        self.result = result


def assert_learns(task):
    report = Keep()
    engine("cpu").train(task, [TRIAL], report)
    result = report.result
    assert result.status == FINISHED
    assert result.test_score <= 8.7
    assert result.epochs == min(MAX_EPOCHS, result.best_epoch + PATIENCE + 1)
    assert result.curves.valid_score[result.best_epoch - 1] == result.valid_score == min(result.curves.valid_score)


def test_embedded_chorales(music_task):
    assert_learns(music_task)


@pytest.mark.skipif(not PUBLISHED.is_file(), reason="PUBLISHED ROLLS ABSENT: training on them is not tested")
def test_published_chorales():
    assert_learns(load_task("music", "jsb", str(PUBLISHED)))


@pytest.mark.parametrize(
    "task, values, low, high",
    [
        ("speech", Hyperparameters(blocks=60, learning_rate=0.005, momentum=0.9, input_noise=0.7), 20, 40),
        ("handwriting", Hyperparameters(blocks=40, learning_rate=0.01, momentum=0.9, input_noise=0.3), 5, 25),
    ],
)
def test_synthetic_corpora(task, values, low, high):
    """Frame and character error rate in %: the corpora are neither saturated nor hopeless."""
    report = Keep()
    engine("cpu").train(load_task(task), [Trial("V", values, seed=0)], report)
    assert report.result.status == FINISHED
    assert low <= report.result.test_score <= high
