import uuid

import mariadb
import numpy as np
import postgres
import pytest
import sqlalchemy
import toys
from fake_engine import FakeEngine

from odyssey import corpora, engine, tasks
from odyssey.corpora.base import Corpus
from odyssey.tasks import load_task


@pytest.fixture(autouse=True)
def no_corpora_of_ones_own(monkeypatch):
    """Whoever has corpora at hand has told their variables; the tests bring their own files."""
    for name in corpora.CORPORA:
        monkeypatch.delenv(corpora.root_variable(name), raising=False)


@pytest.fixture
def toy_task():
    """The factory of toy tasks, `toys.toy_task`."""
    return toys.toy_task


@pytest.fixture
def toy_commands(monkeypatch):
    """The command line knows the toy task on a toy corpus, and what it calls the compiled engine is the fake one."""

    def make(name, jobs, dtype="float32", device="cpu"):
        return FakeEngine(jobs) if name == "cpu" else real(name, jobs, dtype, device)

    real = engine.engine
    splits = {split: [np.zeros((5, 3), np.uint8)] for split in ("train", "valid", "test")}
    corpus = Corpus("toy", "toy", "Toys", "free", splits, ("made for tests",))
    monkeypatch.setitem(corpora.CORPORA, "toy", corpora.Source("toy", True, "", lambda: corpus))
    monkeypatch.setitem(tasks.TASKS, "toy", lambda corpus: toys.toy_task())
    monkeypatch.setattr(engine, "engine", make)


@pytest.fixture(scope="session")
def music21_corpus():
    """The embedded music corpus; parses the scores (half a minute) where the cache folder does not hold the rolls."""
    return corpora.load("music21")


@pytest.fixture(scope="session")
def music_task(music21_corpus):
    """The music task on the embedded corpus."""
    return load_task("music")


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    """An empty cache folder of the test's own."""
    monkeypatch.setenv("ODYSSEY_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="session")
def postgresql_server():
    """The beginning of the URLs of a PostgreSQL server on this machine; skips the test where none can be had."""
    with postgres.server() as url:
        yield url


@pytest.fixture
def postgresql(postgresql_server):
    """The URL of an empty PostgreSQL database."""
    return _empty_database(postgresql_server, "postgres")


@pytest.fixture(scope="session")
def mysql_server():
    """The beginning of the URLs of a MariaDB server on this machine; skips the test where none can be had."""
    with mariadb.server() as url:
        yield url


@pytest.fixture
def mysql(mysql_server):
    """The URL of an empty database of MariaDB."""
    return _empty_database(mysql_server, "mysql")


def _empty_database(server_url, existing):
    name = f"odyssey_{uuid.uuid4().hex}"
    server = sqlalchemy.create_engine(server_url + existing, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(sqlalchemy.text(f"CREATE DATABASE {name}"))
    server.dispose()
    return server_url + name
