"""Records of fake trials for tests of the archive."""

from fake_engine import FakeTrainer

from odyssey import records
from odyssey.protocol import draw_trial
from odyssey.training import Report, run


def result_of(task, index, variant="V"):
    """Trial and result of the fake engine."""
    trial = draw_trial(task.name, variant, index)
    return trial, run(trial, task, FakeTrainer(trial), Report())


def record_of(task, index, variant="V", machine="a machine"):
    """Row and curves of a fake trial; it took one second."""
    trial, result = result_of(task, index, variant)
    row = records.row(task, trial, result, "fake-float32", machine)
    return {**row, "seconds": 1.0}, result.curves


def fill(folder, task, count, variant="V", machine="a machine"):
    """An archive with the first `count` trials of a cell."""
    for index in range(count):
        assert records.append(folder, *record_of(task, index, variant, machine))


def files(folder, variant="V"):
    """Table and curves of a cell of the toy task."""
    return folder / "toy" / "toy" / f"{variant}.csv", folder / "toy" / "toy" / f"{variant}.curves.jsonl"


def contents(folder):
    """The bytes of every file of an archive."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"}
