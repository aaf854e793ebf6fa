import os

import numpy as np
import pytest
from fake_engine import FakeEngine
from records_of import fill

from odyssey import corpora, engine, tasks
from odyssey.corpora.base import Corpus


@pytest.fixture
def study(monkeypatch, toy_task, tmp_path):
    """A folder with broken things, in which the command line runs, knows the toy task and trains by the fake engine."""

    def make(name, jobs, dtype="float32", device="cpu"):
        return FakeEngine(jobs) if name == "cpu" else real(name, jobs, dtype, device)

    real = engine.engine
    splits = {split: [np.zeros((5, 3), np.uint8)] for split in ("train", "valid", "test")}
    corpus = Corpus("toy", "toy", "Toys", "free", splits, ("made for tests",))
    monkeypatch.setitem(corpora.CORPORA, "toy", corpora.Source("toy", True, "", lambda: corpus))
    monkeypatch.setitem(tasks.TASKS, "toy", lambda corpus: toy_task())
    monkeypatch.setattr(engine, "engine", make)
    monkeypatch.setenv("ODYSSEY_RECORDS", str(tmp_path / "records"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("no folder\n")
    (tmp_path / "broken.json").write_text('{"train": [[[1')
    os.mkfifo(tmp_path / "pipe")
    fill(tmp_path / "records", toy_task(), 2)
    (tmp_path / "records" / "records.lock").unlink(missing_ok=True)
    return tmp_path
