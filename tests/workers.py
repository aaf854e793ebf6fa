"""Searches as processes that a test may kill: the real command, with the compiled engine on a toy task."""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd

from odyssey import records

TESTS = Path(__file__).parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent)])}
VARIANTS = ["V", "NP"]
COMMAND = """
import sys
from toys import toy_task
from odyssey import corpora, tasks
corpora.CORPORA["toy"] = corpora.Source("toy", True, "", lambda: None)
tasks.TASKS["toy"] = lambda corpus: toy_task()
from odyssey.cli import main
sys.exit(main(sys.argv[1:]))
"""
FAKE = """
import sys
from fake_engine import FakeEngine
from toys import toy_task
from odyssey.search import search
folder, trials, delay, storage = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), (sys.argv[4:] or [None])[0]
done = search(toy_task(), FakeEngine(2, delay), ["V", "NP"], trials, folder, storage, 2, quiet=True)
print(done.trained)
sys.exit(130 if done.interrupted else 0)
"""


def run_script(script: str, *arguments: object) -> subprocess.Popen:
    """A process that runs `script`; all its warnings are errors, its outputs are text."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", script, *map(str, arguments)],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def search_process(folder: Path, trials: int, storage: str | None = None) -> subprocess.Popen:
    """``odyssey search`` on one core for `trials` trials of each of `VARIANTS`, with its records in `folder`."""
    options = ["--variant", ",".join(VARIANTS), "--trials", trials, "--jobs", 1, "--records", folder]
    return run_script(COMMAND, "search", "--task", "toy", *options, *(["--storage", storage] if storage else []))


def fake_search_process(folder: Path, trials: int = 8, delay: float = 0.0, storage: str | None = None):
    """The same with the fake engine, two trials at a time, an epoch of `delay` seconds; prints the trials trained."""
    return run_script(FAKE, folder, trials, delay, *([storage] if storage else []))


def assert_same(one: Path, other: Path) -> None:
    """Two archives agree in all but the time taken."""
    pd.testing.assert_frame_equal(
        records.read(one).drop(columns="seconds"), records.read(other).drop(columns="seconds"), check_exact=True
    )
    pd.testing.assert_frame_equal(records.read_curves(one), records.read_curves(other), check_exact=True)
