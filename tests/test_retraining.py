"""Records that are made again: bit for bit on their machine, elsewhere as far as rounding lets them."""

import pytest
from fake_engine import FakeEngine, FakeTrainer
from records_of import fill, record_of

import odyssey
from odyssey import engine as engines
from odyssey import records, tasks
from odyssey.protocol import Curves
from odyssey.records import retraining
from odyssey.records.verify import verify


@pytest.fixture
def task(toy_task, monkeypatch):
    """The toy task, which `verify` is made to find, as it finds the fake engine."""
    toy = toy_task()
    monkeypatch.setattr(tasks, "load_task", lambda name, corpus, root: toy)
    monkeypatch.setattr(engines, "engine", lambda name, jobs, dtype, device="cpu": FakeEngine(jobs))
    return toy


@pytest.fixture
def rounding(monkeypatch):
    """Makes the losses of the fake engine differ between the precisions from the given epoch on."""

    def from_epoch(first, by=1e-4):
        loss = FakeTrainer._loss

        class Double(FakeTrainer):
            def _loss(self):
                return loss(self) * (1 + by if self.now >= first else 1)

        class DoubleEngine(FakeEngine):
            def make(self, trial):
                return Double(trial)

        monkeypatch.setattr(
            engines,
            "engine",
            lambda name, jobs, dtype, device="cpu": (DoubleEngine if dtype == "float64" else FakeEngine)(jobs),
        )

    return from_epoch


def other(folder, task, factor, epochs=slice(None)):
    """An archive with one record of another machine, whose losses of some epochs are off by a factor."""
    row, curves = record_of(task, 0)
    losses = [list(curves.train_loss), list(curves.valid_loss), list(curves.valid_score)]
    for values in losses:
        values[epochs] = [value * factor for value in values[epochs]]
    best = dict.fromkeys(("valid_loss", "valid_score"), losses[2][row["best_epoch"] - 1])
    records.append(folder, {**row, **best}, Curves(*losses))


@pytest.mark.parametrize("column", ["test_loss", "test_score"])
def test_a_sample_shows_the_smallest_difference(tmp_path, task, column):
    row, curves = record_of(task, 0, machine=records.machine())
    records.append(tmp_path, {**row, column: row[column] * (1 + 3e-16)}, curves)
    found = verify(tmp_path, sample=1)
    assert found.compared == [] and f"trained again, {column} is" in found.problems[0]


def test_a_sample_shows_curves_that_differ(tmp_path, task):
    row, curves = record_of(task, 0, machine=records.machine())
    off = Curves([2 * curves.train_loss[0], *curves.train_loss[1:]], curves.valid_loss, curves.valid_score)
    records.append(tmp_path, row, off)
    assert verify(tmp_path, sample=1).problems == ["toy/toy V trial 0: trained again, the learning curves differ"]


def test_a_record_of_another_machine_must_agree_at_first(tmp_path, task, monkeypatch):
    fill(tmp_path, task, 6, machine="another machine")
    found = verify(tmp_path, sample=6)
    assert found.problems == [] and len(found.compared) == 6
    where = f"recorded on another machine with version {odyssey.__version__}, compared on {records.machine()}"
    assert all(where in line for line in found.compared)
    monkeypatch.setattr(retraining, "TOLERANCE", -1.0)
    assert len([line for line in verify(tmp_path, sample=6).problems if "epochs 1 to" in line]) >= 4


def test_a_record_of_another_machine_that_does_not_agree(tmp_path, task):
    other(tmp_path, task, 1.01)
    found = verify(tmp_path, sample=1)
    assert len(found.problems) == 1 and "the losses of epochs 1 to 3 differ by 9.9e-03" in found.problems[0]


def test_elsewhere_only_epochs_count_that_rounding_does_not_change(tmp_path, task, rounding):
    other(tmp_path, task, 1.01, slice(2, None))
    assert len(verify(tmp_path, sample=1).problems) == 1
    rounding(from_epoch := 3)
    found = verify(tmp_path, sample=1)
    assert found.problems == [] and f"epochs 1 to {from_epoch - 1} agree" in found.compared[0]


def test_a_chaotic_start_cannot_be_compared_and_the_line_says_so(tmp_path, task, rounding):
    other(tmp_path, task, 1.01)
    rounding(1)
    found = verify(tmp_path, sample=1)
    assert found.problems == [] and "no epoch to compare, rounding alone changes the first" in found.compared[0]
