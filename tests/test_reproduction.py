"""A vanilla network with sensible hyperparameters, trained to the end, is as good as it should be.

The bounds are the project's own. Music: 8.7 nats per frame on the test set, on the embedded corpus as on the published
rolls. As we read the paper (section V), its best music trial of all reached 8.38. Speech and
handwriting: see their tests.
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


def test_synthetic_speech():
    """Frame error between 20 and 40 %: the corpus is neither saturated nor hopeless."""
    report = Keep()
    values = Hyperparameters(blocks=60, learning_rate=0.005, momentum=0.9, input_noise=0.7)
    engine("cpu").train(load_task("speech"), [Trial("V", values, seed=0)], report)
    assert report.result.status == FINISHED
    assert 20 <= report.result.test_score <= 40


def test_synthetic_handwriting():
    """Character error rate between 5 and 25 %."""
    report = Keep()
    values = Hyperparameters(blocks=40, learning_rate=0.01, momentum=0.9, input_noise=0.3)
    engine("cpu").train(load_task("handwriting"), [Trial("V", values, seed=0)], report)
    assert report.result.status == FINISHED
    assert 5 <= report.result.test_score <= 25
