import os

import pytest
from records_of import fill


@pytest.fixture
def study(monkeypatch, toy_commands, toy_task, tmp_path):
    """A folder with broken things, in which the command line runs, knows the toy task and trains by the fake engine."""
    monkeypatch.setenv("ODYSSEY_RECORDS", str(tmp_path / "records"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("no folder\n")
    (tmp_path / "broken.json").write_text('{"train": [[[1')
    os.mkfifo(tmp_path / "pipe")
    fill(tmp_path / "records", toy_task(), 2)
    (tmp_path / "records" / "records.lock").unlink(missing_ok=True)
    return tmp_path
