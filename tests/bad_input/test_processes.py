"""Mistakes in processes of their own: what a shell sees of them, and what only a fresh process can show."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from mistakes import check_line, complaint, tree

CHECKOUT = str(Path(__file__).parents[2])
TRAIN = "train --task music --variant V --blocks 5 --learning-rate 0.01 --momentum 0.9 --input-noise 0.1"
# Python as it is where a library is not installed: importing it fails.
WITHOUT = "import sys; sys.modules[{!r}] = None; from odyssey.cli import main; sys.exit(main(sys.argv[1:]))"
PIP = r"pip install -r requirements\.txt$"


def python(folder, *arguments, **options):
    environment = {**os.environ, "PYTHONPATH": CHECKOUT, "ODYSSEY_RECORDS": "records", "PYTHONWARNINGS": "error"}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True, **options)


class Evil:
    def __reduce__(self):
        return os.system, ("touch executed",)


@pytest.mark.parametrize(
    "line, code, thing, remedy",
    [
        ("", 2, "COMMAND", "see odyssey --help"),
        ("data music --blocks 3", 2, "--blocks 3", "see odyssey --help"),
        ("train --task chess", 2, "'chess'", "choose from speech, handwriting, music"),
        ("status --records file", 1, "file: cannot be read", "name another folder of records"),
        (
            "data --corpus jsb --root evil.pickle",
            1,
            "evil.pickle: .* asks for 'posix.system'",
            "fetch the original file",
        ),
        (f"{TRAIN} --corpus jsb --root nowhere", 1, "nowhere: cannot be read", "check the path"),
    ],
)
def test_process(tmp_path, line, code, thing, remedy):
    (tmp_path / "file").touch()
    (tmp_path / "evil.pickle").write_bytes(pickle.dumps({"train": Evil()}))
    before = tree(tmp_path)
    done = python(tmp_path, "-m", "odyssey", *line.split(), stdout=subprocess.PIPE)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.count("\n") == 1
    check_line(complaint(done.stderr), thing, remedy)
    assert tree(tmp_path) == before


@pytest.mark.parametrize(
    "library, line",
    [
        ("kaldi_native_fbank", "data music"),
        ("rapidfuzz", "status --task music"),
        ("numba", TRAIN),
        ("torch", f"{TRAIN} --engine torch"),
        ("optuna", "search --task music"),
        ("sqlalchemy", "search --task music"),
        ("papermill", "notebooks --task music --trials 1"),
        ("defusedxml", "data --corpus iamondb --root ."),
        ("soundfile", "data --corpus timit --root ."),
    ],
)
def test_library_that_is_not_installed(tmp_path, library, line):
    done = python(tmp_path, "-c", WITHOUT.format(library), *line.split(), stdout=subprocess.PIPE)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    check_line(complaint(done.stderr), f"the library {library}", PIP)
    assert tree(tmp_path) == {}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="NO /dev/full HERE: output to a full disk is not tested")
def test_output_that_cannot_be_written(tmp_path):
    (tmp_path / "records").mkdir()
    with Path("/dev/full").open("w") as full:
        done = python(tmp_path, "-m", "odyssey", "status", "--task", "music", stdout=full)
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    check_line(complaint(done.stderr), "the output: No space left on device", "check .* the free space")


def test_no_output_at_all(tmp_path):
    (tmp_path / "records").mkdir()
    command = f"{sys.executable} -m odyssey status --task music >&-"
    environment = {**os.environ, "PYTHONPATH": CHECKOUT, "ODYSSEY_RECORDS": "records"}
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (0, "")
