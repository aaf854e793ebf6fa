"""Records that are made again: bit for bit on their machine, elsewhere as far as rounding lets them."""

import re
from dataclasses import replace
from math import inf, nan

import pytest
from fake_engine import FakeEngine, FakeTrainer
from records_of import fill, record_of

import odyssey
from odyssey import engine as engines
from odyssey import records, tasks
from odyssey.errors import OdysseyError
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
def without_gpu(monkeypatch):
    """Only the engine cpu runs here."""

    def engine(name, jobs, dtype, device="cpu"):
        if name != "cpu":
            raise OdysseyError(f"there is no {name} here")
        return FakeEngine(jobs)

    monkeypatch.setattr(engines, "engine", engine)


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


@pytest.fixture
def diverging(monkeypatch):
    """Makes the training loss of the fake engine overflow in the given epoch (None: never) of either precision."""

    def in_epochs(single, double):
        def engine(name, jobs, dtype, device="cpu"):
            class Trainer(FakeTrainer):
                def train_epoch(self):
                    totals = super().train_epoch()
                    return (
                        totals if self.now != (double if dtype == "float64" else single) else replace(totals, loss=inf)
                    )

            fake = FakeEngine(jobs)
            fake.make = Trainer
            return fake

        monkeypatch.setattr(engines, "engine", engine)

    return in_epochs


def diverged(folder, task, epoch):
    """An archive with one record of another machine that diverged in the given epoch, where the loss became NaN."""
    row, curves = record_of(task, 0)
    losses, score = (values[:epoch] for values in (curves.train_loss, curves.valid_score))
    best = epoch - 1 and min(range(1, epoch), key=lambda e: score[e - 1])
    measures = dict.fromkeys(("valid_loss", "valid_score"), score[best - 1] if best else nan)
    measures |= {} if best else dict.fromkeys(("test_loss", "test_score"), nan)
    row |= {"status": "diverged", "epochs": epoch, "best_epoch": best, **measures}
    records.append(folder, row, Curves([*losses[:-1], nan], score, score))


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


NOT_FINITE = r"trained again, it diverges in epoch {}, but the record says {} after epoch {} \(recorded on a machine"


@pytest.mark.parametrize(
    "single, double, recorded, says",
    [  # The epoch of the overflow in each precision now, and in the record.
        (1, 1, None, NOT_FINITE.format(1, "finished", 20)),
        (3, 3, None, NOT_FINITE.format(3, "finished", 20)),
        (2, 3, None, NOT_FINITE.format(2, "finished", 20)),
        (1, 1, 2, NOT_FINITE.format(1, "diverged", 2)),
        (3, 3, 2, NOT_FINITE.format(3, "diverged", 2)),
        (None, None, 1, "trained again, epoch 1 is finite, but the record says diverged after epoch 1"),
        (None, None, 3, "trained again, epoch 3 is finite, but the record says diverged after epoch 3"),
        (3, None, 1, "trained again, epoch 1 is finite, but the record says diverged after epoch 1"),
    ],
)
def test_a_record_that_diverged_elsewhere_or_not_at_all_is_a_problem(
    tmp_path, task, diverging, single, double, recorded, says
):
    diverged(tmp_path, task, recorded) if recorded else other(tmp_path, task, 1)
    diverging(single, double)
    found = verify(tmp_path, sample=1)
    assert found.compared == [] and len(found.problems) == 1 and re.search(says, found.problems[0])


@pytest.mark.parametrize(
    "single, double, recorded, says",
    [
        (1, 1, 1, "diverges in epoch 1 again"),
        (3, 3, 3, "the losses of epochs 1 to 2 agree"),
        (2, 3, 3, "the losses of epochs 1 to 1 agree"),
        (None, None, 4, "the losses of epochs 1 to 3 agree"),
        (4, 4, None, "the losses of epochs 1 to 3 agree"),
        (2, None, None, "the losses of epochs 1 to 1 agree"),
        (1, None, None, "no epoch to compare, rounding alone changes the first"),
        (1, None, 1, "no epoch to compare, rounding alone changes the first"),
    ],
)
def test_a_record_may_diverge_where_training_does_or_rounding_decides(
    tmp_path, task, diverging, single, double, recorded, says
):
    diverged(tmp_path, task, recorded) if recorded else other(tmp_path, task, 1)
    diverging(single, double)
    found = verify(tmp_path, sample=1)
    assert found.problems == [] and len(found.compared) == 1 and says in found.compared[0]


@pytest.mark.parametrize("where", ["another machine", None], ids=["elsewhere", "same machine"])
def test_an_engine_that_is_not_here_is_noted_and_the_others_train(tmp_path, task, monkeypatch, where):
    def engine(name, jobs, dtype, device="cpu"):
        if device == "cuda":
            raise OdysseyError("torch cannot use the device 'cuda' (no driver); choose another, or cpu")
        return FakeEngine(jobs)

    monkeypatch.setattr(engines, "engine", engine)
    for index in range(6):
        row, curves = record_of(task, index, machine=where or records.machine())
        records.append(tmp_path, {**row, "engine": "torch-float32-cuda" if index < 2 else row["engine"]}, curves)
    found = verify(tmp_path, sample=6)
    note = "toy/toy: not trained again with torch-float32-cuda (torch cannot use the device 'cuda' (no driver); choose"
    assert len(found.notes) == 1 and found.notes[0].startswith(note)
    assert sorted(line.split(":")[0][-1] for line in found.compared) == ["2", "3", "4", "5"]
    assert found.problems == [f"4 of 6 trials trained again: {found.notes[0]}"]


@pytest.mark.parametrize(("factor", "problems"), [(1, 0), (1.01, 1)])
def test_a_record_of_a_gpu_is_compared_by_the_processor(tmp_path, task, without_gpu, factor, problems):
    """Where there is none: with the start of the trial, though it was made with this version."""
    row, curves = record_of(task, 0, machine="Some GPU / NVRTC 13.0")
    losses = [[factor * value for value in values] for values in (curves.train_loss, curves.valid_loss)]
    best = {"valid_loss": factor * row["valid_loss"], "engine": "cuda-float32"}
    records.append(tmp_path, {**row, **best}, Curves(*losses, curves.valid_score))
    found = verify(tmp_path, sample=1)
    assert (len(found.compared), len(found.problems), found.notes) == (1 - problems, problems, [])
    [line] = found.compared or found.problems
    assert (
        f"recorded on Some GPU / NVRTC 13.0 with version {odyssey.__version__}, compared on {records.machine()}" in line
    )


def test_a_record_of_a_gpu_that_is_here_is_trained_to_its_end(tmp_path, task, monkeypatch):
    monkeypatch.setattr(FakeEngine, "hardware", "Some GPU / NVRTC 13.0")
    row, curves = record_of(task, 0, machine="Some GPU / NVRTC 13.0")
    records.append(tmp_path, {**row, "engine": "cuda-float32"}, curves)
    [line] = verify(tmp_path, sample=1).compared
    assert line == "toy/toy V trial 0: the same bit for bit (cuda-float32, Some GPU / NVRTC 13.0)"
