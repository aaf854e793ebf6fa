import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy
from fake_engine import FakeEngine
from toys import toy_task

from odyssey import records
from odyssey.errors import OdysseyError
from odyssey.search import search
from odyssey.storage import Storage


@pytest.mark.parametrize(
    "url, says",
    [
        ("nonsense", "the storage must be a URL such as sqlite:///"),
        ("postgresql://host:port/name", "the storage must be a URL"),
        ("redis://host", "study database redis://host: Can't load plugin"),
        ("sqlite:////nowhere/at/all.sqlite3", "all.sqlite3: the folder of this file does not exist: make it"),
        ("sqlite:///x.sqlite3?timeout=abc", "x.sqlite3?timeout=abc: could not convert string to float: 'abc': check"),
        ("mysql+pymysql://host", "study database mysql+pymysql://host: the URL names no database: add /name"),
        ("mysql+pymysql://host/name", "study database mysql+pymysql://host/name: its driver is missing: "),
    ],
)
def test_a_storage_that_cannot_be_is_one_line(url, says, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "pymysql", None)  # Cannot be imported.
    with pytest.raises(OdysseyError) as error:
        Storage(url)
    assert says in str(error.value) and "\n" not in str(error.value)


def test_a_password_is_not_shown():
    with pytest.raises(OdysseyError) as error:
        Storage("nosuch://me:secret@host/name")
    assert "secret" not in str(error.value) and "nosuch://me:***@host/name" in str(error.value)


def search_for(trials, folder):
    return search(toy_task(), FakeEngine(), ["V"], trials, folder, quiet=True).trained


def test_a_database_of_an_older_version_goes_on_after_the_upgrade_that_the_line_names(tmp_path):
    search_for(3, tmp_path)
    before = records.read(tmp_path)
    url = f"sqlite:///{tmp_path / 'study.sqlite3'}"
    with Storage(url) as storage, storage.backend.engine.begin() as connection:
        # All that v3.2.0.a has brought.
        connection.execute(sqlalchemy.text("DROP INDEX ix_trials_study_id"))
        connection.execute(sqlalchemy.text("UPDATE alembic_version SET version_num = 'v3.0.0.d'"))
    with pytest.raises(OdysseyError, match=r"study database sqlite:.*no longer compatible") as error:
        search_for(5, tmp_path)
    assert "\n" not in str(error.value)
    remedy = re.search(r"`\$ (optuna storage upgrade --storage (\S+))`", str(error.value))
    assert remedy[2] == url
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    subprocess.run(remedy[1].split(), env={**os.environ, "PATH": path}, check=True, capture_output=True)
    assert search_for(5, tmp_path) == 2
    after = records.read(tmp_path)
    assert list(after["index"]) == list(range(5)) and after[:3].equals(before)


def test_a_database_of_a_newer_version_is_one_line(tmp_path):
    with Storage(f"sqlite:///{tmp_path / 'study.sqlite3'}") as storage, storage.backend.engine.begin() as connection:
        connection.execute(sqlalchemy.text("UPDATE alembic_version SET version_num = 'v99.0.0.a'"))
    with pytest.raises(OdysseyError, match=r"study\.sqlite3: .*no longer compatible.*`\$ pip install -U optuna`\.$"):
        search_for(1, tmp_path)
