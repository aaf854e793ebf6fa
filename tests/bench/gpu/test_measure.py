"""All programs in one report, what fails noted in it, and the report as it is stored, read and printed."""

import json
import subprocess
import sys

import pandas as pd
import pytest
import torch

from odyssey import tasks
from odyssey.bench.gpu import measure as module
from odyssey.bench.gpu import rates, stored
from odyssey.bench.gpu.ceilings import Ceilings
from odyssey.bench.gpu.floor import floor
from odyssey.bench.gpu.programs import COMPILED, LIBRARY, OURS, STACKED
from odyssey.bench.gpu.rates import drawn_trials, equal_trials
from odyssey.bench.sample import mean_frames
from odyssey.cli import main
from odyssey.errors import OdysseyError
from odyssey.tasks.base import CTC

RATES = {"cuda": 600.0, "cpu": 100.0}
CEILINGS = Ceilings(1e6, 1e5)


@pytest.fixture
def quick(monkeypatch):
    """Engines of known rates; the rivals train an epoch, which takes a hundredth of a second on the clock."""
    asked = []

    def engine_rate(engine, task, trials, first):
        asked.append((engine, list(trials), list(first)))
        if engine[0] not in RATES:
            raise OdysseyError("no such engine")
        return RATES[engine[0]]

    def seconds_a_call(call, device):
        assert call() > 0
        return 0.01

    monkeypatch.setattr(rates, "engine", lambda name, jobs: (name, jobs))
    monkeypatch.setattr(rates, "engine_rate", engine_rate)
    monkeypatch.setattr(rates, "seconds_a_call", seconds_a_call)
    monkeypatch.setattr(module, "ceilings", lambda device: CEILINGS)
    return asked


def measured(toy_task, cpu, lines=None, **options):
    lines = [] if lines is None else lines
    return module.measure([toy_task(**options)], [3, 4], cpu, places=2, cores=1, tell=lines.append)


def test_report(toy_task, cpu, quick):
    lines = []
    found = measured(toy_task, cpu, lines)
    assert found["machine"] == {"gpu": "cpu", "cores": 1, "torch": torch.__version__}
    assert found["ceilings"] == {"operations_per_second": 1e6, "bytes_per_second": 1e5}
    rows = {(row["blocks"], row["program"], row["trials"]): row for row in found["rows"]}
    assert set(rows) == {(None, OURS, 2)} | {
        (blocks, program, trials)
        for blocks in (3, 4)
        for program, trials in [(OURS, 2), (COMPILED, 1), (LIBRARY, 1), (STACKED, 1), (STACKED, 2), (STACKED, 8)]
    }
    steps = rates.SEQUENCES * mean_frames(toy_task())
    for (_, program, trials), row in rows.items():
        rate = {OURS: 600, COMPILED: 100}.get(program, trials * steps / 0.01)
        assert row["task"] == "toy" and row["trial_steps_per_second"] == pytest.approx(rate)
        assert row["ratio"] == pytest.approx(600 / rate)
    assert found["notes"] == [] and len(lines) == len(rows)
    assert {line.split(", ")[2] for line in lines} == {OURS, COMPILED, LIBRARY, STACKED}


def test_shares_of_the_floor(toy_task, cpu, quick):
    task = toy_task()
    floors = {row["blocks"]: row for row in measured(toy_task, cpu)["floors"]}
    drawn = [trial.hyperparameters.blocks for trial in drawn_trials(task, 2)]
    for blocks, sizes in {3: [3], 4: [4], None: drawn}.items():
        least = floor([task.network("V", size) for size in sizes], mean_frames(task), CEILINGS)
        assert floors[blocks]["trial_steps_per_second"] == pytest.approx(least.trial_steps_per_second)
        assert floors[blocks]["share"] == pytest.approx(600 / least.trial_steps_per_second)


def test_engines_have_all_their_places_taken(toy_task, cpu, quick):
    measured(toy_task, cpu)
    drawn = drawn_trials(toy_task(), 8)
    assert quick == [
        (("cuda", 2), equal_trials(3, 2), equal_trials(3, 2)),
        (("cuda", 2), equal_trials(4, 2), equal_trials(4, 2)),
        (("cuda", 2), drawn, drawn[:2]),
        (("cpu", 1), equal_trials(3, 1), equal_trials(3, 1)),
        (("cpu", 1), equal_trials(4, 1), equal_trials(4, 1)),
    ]
    assert len({trial.seed for trial in equal_trials(3, 50)}) == 50


def test_what_fails_is_a_note_and_loses_nothing_else(toy_task, cpu, quick, monkeypatch):
    def fails(*arguments):
        try:
            raise torch.OutOfMemoryError("CUDA out of memory.\nMore lines")
        finally:
            raise RuntimeError("the recording failed")  # As torch does when it leaves a graph.

    monkeypatch.setattr(rates, "LibraryTrainer", fails)
    lines = []
    found = measured(toy_task, cpu, lines, outputs=3, loss=CTC)
    assert {row["program"] for row in found["rows"]} == {OURS, COMPILED}
    assert found["notes"][0] == "toy, 3 blocks, nn.LSTM, trials at a time: 1: OutOfMemoryError: CUDA out of memory."
    assert len(found["notes"]) == 2 + 2 * 3 and "have no CTC" in found["notes"][-1]
    assert set(found["notes"]) < set(lines)


def test_without_the_engine_there_is_nothing_to_compare_with(toy_task, cpu, quick, monkeypatch):
    monkeypatch.delitem(RATES, "cuda")
    found = measured(toy_task, cpu)
    assert {row["ratio"] for row in found["rows"]} == {row["share"] for row in found["floors"]} == {None}
    assert found["notes"][0].endswith("cuda engine, trials at a time: 2: OdysseyError: no such engine")


def test_stored_and_read(toy_task, cpu, quick, tmp_path):
    found, file = measured(toy_task, cpu), tmp_path / "gpu.json"
    stored.write(found, file)
    assert [path.name for path in tmp_path.iterdir()] == ["gpu.json"]
    again = stored.read(file)
    assert (again.gpu, again.cores, again.torch) == ("cpu", 1, torch.__version__)
    assert (again.operations_per_second, again.bytes_per_second, again.notes) == (1e6, 1e5, [])
    for table, rows in ((again.rows, found["rows"]), (again.floors, found["floors"])):
        for line, row in zip(table.to_dict("records"), rows, strict=True):
            assert pd.isna(line.pop("blocks")) if row["blocks"] is None else line["blocks"] == row["blocks"]
            assert line.items() <= row.items()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda report: report.clear(), "is no measurement"),
        (lambda report: report.update(rows=3), "is no measurement"),
        (lambda report: report["machine"].pop("gpu"), "is no measurement"),
        (lambda report: report["ceilings"].update(bytes_per_second="many"), "is no measurement"),
        (lambda report: report["rows"][3].update(trials="many"), "is no measurement"),
        (lambda report: report["rows"][3].pop("ratio"), "lacks values"),
        (lambda report: report["rows"].pop(0), "lacks values"),
        (lambda report: report["floors"][0].update(share=None), "lacks values"),
        (lambda report: report.update(rows=[], floors=[]), "lacks values"),
    ],
)
def test_what_is_no_measurement_is_one_line(toy_task, cpu, quick, tmp_path, spoil, says):
    report, file = measured(toy_task, cpu), tmp_path / "gpu.json"
    spoil(report)
    file.write_text(json.dumps(report))
    with pytest.raises(OdysseyError, match=rf"^{file} {says}.*: measure anew with odyssey bench --gpu {file}$"):
        stored.read(file)


def test_what_is_not_there_is_one_line(tmp_path):
    with pytest.raises(OdysseyError, match=r"nothing\.json: No such file or directory: measure anew"):
        stored.read(tmp_path / "nothing.json")


@pytest.fixture
def card(monkeypatch, toy_task, cpu):
    """The command takes the processor for a GPU with room for two trials, and loads toy tasks."""
    loaded = []
    monkeypatch.setattr(tasks, "load_task", lambda name: loaded.append(name) or toy_task())
    monkeypatch.setattr(module, "gpu", lambda: cpu)
    monkeypatch.setattr(module, "places_on", lambda device: 2)
    monkeypatch.setattr("odyssey.commands.arguments.cores", lambda: 1)
    return loaded


def test_command(card, quick, tmp_path, capsys):
    file = tmp_path / "gpu.json"
    assert main(["bench", "--gpu", str(file), "--blocks", "3,4"]) == 0
    output, progress = capsys.readouterr()
    assert card == ["music"] and progress.count("million") == 13
    lines = output.splitlines()
    assert lines[0].startswith("cpu, 1 cores, torch ") and lines[-1] == f"written to {file}"
    assert [line for line in lines if line.startswith("toy, ")] == [
        "toy, 3 blocks",
        "toy, 4 blocks",
        "toy, sizes as drawn",
    ]
    assert len([line for line in lines if line.startswith(f"  {STACKED}")]) == 6
    [compiled, _] = [line.split() for line in lines if line.startswith(f"  {COMPILED}")]
    assert compiled[2:] == ["1", "0.000", "6.00"]
    assert len([line for line in lines if "of which the engine reaches" in line]) == 3
    assert stored.read(file).gpu == "cpu"


def test_command_in_json(card, quick, tmp_path, capsys):
    file = tmp_path / "gpu.json"
    assert main(["bench", "--gpu", str(file), "--blocks", "3", "--task", "speech", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(file.read_text())
    assert card == ["speech"]


def test_failures_are_printed(card, quick, tmp_path, capsys, monkeypatch):
    monkeypatch.delitem(RATES, "cuda")
    assert main(["bench", "--gpu", str(tmp_path / "gpu.json"), "--blocks", "3"]) == 0
    assert (
        "  toy, 3 blocks, cuda engine, trials at a time: 2: OdysseyError: no such engine\n" in capsys.readouterr().out
    )


def test_a_folder_that_is_not_there(card, tmp_path, capsys):
    assert main(["bench", "--gpu", str(tmp_path / "no" / "gpu.json")]) == 1
    assert "no folder" in capsys.readouterr().err


def test_one_measurement_at_a_time(tmp_path, capsys):
    assert main(["bench", "--gpu", "a.json", "--scale", "b.json"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is an NVIDIA GPU here")
def test_without_a_gpu(tmp_path, capsys):
    assert main(["bench", "--gpu", str(tmp_path / "gpu.json")]) == 1
    error = capsys.readouterr().err
    assert "no GPU" in error and "on a machine with an NVIDIA GPU" in error and error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_measuring_needs_no_pandas():
    code = "import sys; sys.modules['pandas'] = None; import odyssey.bench.gpu.measure"
    subprocess.run([sys.executable, "-c", code], check=True)
