import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from records_of import fill

import odyssey
from odyssey import cli, corpora, records
from odyssey.cli import main

TRAIN = "train --task toy --variant V --blocks 5 --learning-rate 0.01 --momentum 0.9 --input-noise 0.1"


@pytest.fixture
def study(monkeypatch, toy_commands, tmp_path):
    """The command line knows the toy task and the fake engine; records go to a folder of the test."""
    monkeypatch.setenv("ODYSSEY_RECORDS", str(tmp_path))
    return tmp_path


def run(capsys, line):
    code = main(line.split())
    out, err = capsys.readouterr()
    return code, out, err


def test_train_reports_the_result(study, capsys):
    code, out, err = run(capsys, TRAIN + " --seed 7")
    assert code == 0 and "toy V" in err and "validation" in err
    lines = dict(line.split(maxsplit=1) for line in out.replace("best epoch", "best").splitlines())
    assert list(lines) == ["corpus", "network", "training", "best", "validation", "test"]
    assert lines["corpus"] == "toy, fingerprint 0"
    assert lines["network"].startswith("V, 5 blocks, 207 parameters")
    assert "fake-float32" in lines["training"] and lines["test"].endswith("nats")
    code, out, _ = run(capsys, TRAIN + " --seed 7 --json")
    values = json.loads(out)
    assert code == 0 and (values["seed"], values["blocks"], values["unit"]) == (7, 5, "nats")
    assert f"{values['test_score']:.4f} nats" == lines["test"]
    assert len(values["curves"]["valid_loss"]) == values["epochs"]


def test_search_status_and_verify(study, capsys):
    assert run(capsys, "search --task toy --trials 6 --variant V,NP --variant FGR --jobs 2")[:2] == (
        0,
        "toy (toy): 18 trials trained\n",
    )
    assert run(capsys, "search --task toy --trials 6 --variant V")[:2] == (0, "toy (toy): 0 trials trained\n")
    code, out, _ = run(capsys, "status --task toy --trials 8")
    table = [line.split() for line in out.splitlines()]
    assert code == 0 and ["toy", "toy", "NP", "4", "2", "2"] in table and ["all", "12", "6", "54"] in table
    assert table[-1][:3] == ["time", "left", "with"]
    code, out, _ = run(capsys, "status --task toy --variant V,NP --trials 8 --json")
    values = json.loads(out)
    assert [cell["missing"] for cell in values["cells"]] == [2, 2] and values["seconds_left"] >= 0
    code, out, _ = run(capsys, "records verify")
    assert (code, out) == (0, "18 trials checked, 0 trained again: sound\n")
    table = study / "toy" / "toy" / "V.csv"
    table.write_text(table.read_text().replace("finished", "done"))
    code, out, _ = run(capsys, "records verify")
    assert code == 1 and "V.csv, line 2: column status" in out and out.endswith("1 problems\n")
    code, out, _ = run(capsys, "records verify --json")
    assert code == 1 and json.loads(out)["trials"] == 12


def test_two_archives_are_compared(study, capsys):
    run(capsys, f"search --task toy --trials 13 --variant V,NP --records {study}/other")
    run(capsys, "search --task toy --trials 12 --variant V,NP,FGR")
    code, out, err = run(capsys, f"records compare {study}/other")
    first, second, alone, last = out.splitlines()
    assert alone == "toy/toy/FGR: in one archive only"
    assert (code, err) == (0, "") and first.startswith(
        "toy/toy/V: no difference found; 12 trials (12 the same, 1 in one"
    )
    assert second.startswith("toy/toy/NP: no difference") and last.startswith("no difference found in 2 cells")
    table = study / "other" / "toy" / "toy" / "NP.csv"
    place = list(records.COLUMNS).index("test_score")
    rows = [line.split(",") for line in table.read_text().splitlines()]
    changed = [rows[0]] + [[*row[:place], repr(float(row[place]) + 1), *row[place + 1 :]] for row in rows[1:]]
    table.write_text("".join(",".join(row) + "\n" for row in changed))
    code, out, _ = run(capsys, f"records compare {study}/other --task toy")
    _, second, _, last = out.splitlines()
    assert code == 1 and second.startswith("toy/toy/NP: DIFFERENT; 12 trials (") and "median difference +1 " in second
    assert last.startswith("1 of 2 cells differ")
    code, out, _ = run(capsys, f"records compare {study}/other --json")
    values = json.loads(out)
    assert values["alone"] == ["toy/toy/FGR"]
    assert (code, values["differ"], [cell["differ"] for cell in values["cells"]]) == (1, 1, [False, True])


def test_results_of_other_machines_are_announced(study, capsys):
    line = f"search --task toy --trials 2 --variant V --storage sqlite:///{study}/shared.sqlite3 --records {study}/"
    assert run(capsys, line + "one")[1] == "toy (toy): 2 trials trained\n"
    assert run(capsys, line + "two")[1] == "toy (toy): 0 trials trained, 2 taken over from the study database\n"


def test_status_without_records(study, capsys):
    code, out, _ = run(capsys, "status --task toy --trials 1")
    assert code == 0 and "unknown before the first trial" in out
    assert json.loads(run(capsys, "status --task toy --json")[1])["seconds_left"] is None


def test_data_describes_a_corpus(study, capsys):
    code, out, _ = run(capsys, "data toy")
    assert code == 0 and "Toys" in out and "made for tests" in out
    (summary,) = json.loads(run(capsys, "data --corpus toy --json")[1])
    assert summary["fingerprint"] == corpora.load("toy").fingerprint
    assert summary["splits"]["train"]["frames"] == 5


COMMANDS = [command.__name__.rpartition(".")[2] for command in cli.COMMANDS]


@pytest.mark.parametrize("line", ["", "records verify", "records compare", *COMMANDS])
def test_every_command_explains_itself(capsys, line):
    code, out, err = run(capsys, f"{line} --help")
    assert code == 0 and err == "" and out.startswith("usage: odyssey")
    assert "odyssey " in out.partition("options:")[2], "an example"


def python(*arguments, **options):
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    return subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, text=True, **options)


def test_help_loads_nothing_heavy():
    code = (
        "import sys, odyssey.cli as c; c.main(['--help']); sys.exit(any(m in sys.modules for m in ('numpy', 'optuna')))"
    )
    assert python("-c", code).returncode == 0


def test_the_command_as_a_process(tmp_path):
    done = python("-W", "error", "-m", "odyssey", "train", "--task", "chess")
    assert (done.returncode, done.stdout) == (2, "") and done.stderr.count("\n") == 1
    version = python("-m", "odyssey", "--version")
    assert (version.returncode, version.stdout) == (0, f"odyssey {odyssey.__version__}\n")


def test_a_reader_that_goes_away_is_no_error(tmp_path):
    command = f"{sys.executable} -m odyssey status --records {tmp_path} --json | true; exit ${{PIPESTATUS[0]}}"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


SEARCH = """
import signal, sys
# Whoever runs the tests in the background may have had Ctrl-C ignored, which processes inherit.
signal.signal(signal.SIGINT, signal.default_int_handler)
from fake_engine import FakeEngine
from toys import toy_task
from odyssey import corpora, engine, tasks
corpora.CORPORA["toy"] = corpora.Source("toy", True, "", lambda: None)
tasks.TASKS["toy"] = lambda corpus: toy_task()
engine.engine = lambda name, jobs, **options: FakeEngine(jobs, 0.3)
from odyssey.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("line", ["search --task toy --trials 50 --variant V --jobs 1", TRAIN])
def test_ctrl_c_says_how_to_go_on(tmp_path, line):
    here = Path(__file__).parent
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(here), str(here.parent)])}
    environment["ODYSSEY_RECORDS"] = str(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", SEARCH, *line.split()],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        # The bar is drawn just before the training starts.
        said = ""
        while "toy" not in said:
            character = process.stderr.read(1)
            assert character, f"ended with {said!r}"
            said += character
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130 and "Traceback" not in err
    assert "odyssey: interrupted" in err.splitlines()[-1]
    assert line == TRAIN or "the same command goes on from here" in err


def test_records_are_read_from_where_they_are_written(study, toy_task):
    fill(study, toy_task(), 2)
    assert len(records.read()) == 2
