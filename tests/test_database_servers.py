"""A study in the database of a server, shared by workers that share nothing else (test_study, test_killing too)."""

import pytest
import sqlalchemy
from fake_engine import FakeEngine
from postgres import PASSWORD
from toys import toy_task
from workers import VARIANTS, assert_same, fake_search_process

from odyssey import records
from odyssey.errors import OdysseyError
from odyssey.search import search
from odyssey.storage import Storage
from odyssey.study import Queue


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """An archive of 8 trials of two variants, searched in one go."""
    folder = tmp_path_factory.mktemp("undisturbed")
    search(toy_task(), FakeEngine(), VARIANTS, 8, folder, quiet=True)
    return folder


@pytest.fixture(params=["postgresql", "mysql"])
def database(request):
    """The URL of an empty database of a server."""
    return request.getfixturevalue(request.param)


def test_workers_share_the_work_and_each_archive_gets_all_of_it(tmp_path, database, undisturbed):
    """Started together, so that they make tables and studies at the same moment."""
    folders = [tmp_path / "one", tmp_path / "two"]
    processes = [fake_search_process(folder, delay=0.05, storage=database) for folder in folders]
    ends = [process.communicate(timeout=120) for process in processes]
    assert [(err, process.returncode) for (_, err), process in zip(ends, processes, strict=True)] == [("", 0)] * 2
    trained = [int(out) for out, _ in ends]
    assert sum(trained) == 16 and min(trained) > 0
    for folder in folders:  # Whoever ended first could not have the other's last results.
        again = search(toy_task(), FakeEngine(), VARIANTS, 8, folder, database, quiet=True)
        assert (again.trained, again.elsewhere) == (0, 0)
        assert_same(folder, undisturbed)
    with Storage(database) as storage:
        assert sum(len(Queue(storage, toy_task(), variant).finished()) for variant in VARIANTS) == 16


# All connections to the database but the one that asks, and how one is ended.
CONNECTIONS = {
    "postgresql": (
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid != pg_backend_pid()",
        "SELECT pg_terminate_backend(:one)",
    ),
    "mysql": (
        "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id != CONNECTION_ID()",
        "KILL :one",
    ),
}


def break_connections(url):
    engine = sqlalchemy.create_engine(url)
    others, end = (sqlalchemy.text(text) for text in CONNECTIONS[engine.name])
    with engine.connect() as connection:
        for one in connection.scalars(others).all():
            connection.execute(end, {"one": one})
    engine.dispose()


def search_disturbed(folder, url, disturb, patch):
    """A search, disturbed when a fifth trial has been trained and before the database knows of it."""
    finish = Queue.finish

    def disturbed(queue, row, curves):
        if len(records.read(folder)) == 5:
            disturb(url)
        finish(queue, row, curves)

    patch.setattr(Queue, "finish", disturbed)
    return search(toy_task(), FakeEngine(), VARIANTS, 8, folder, url, quiet=True)


def test_a_connection_that_breaks_between_two_questions_does_no_harm(tmp_path, database, undisturbed, monkeypatch):
    """As when the server ends one that was idle for long."""
    assert search_disturbed(tmp_path, database, break_connections, monkeypatch).trained == 16
    assert_same(tmp_path, undisturbed)


def test_a_database_that_is_gone_loses_no_record(tmp_path, database, undisturbed, monkeypatch):
    def drop(url):
        break_connections(url)
        where = sqlalchemy.make_url(url)
        other = where.set(database={"postgresql": "postgres", "mysql": "mysql"}[where.get_backend_name()])
        engine = sqlalchemy.create_engine(other, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sqlalchemy.text(f"DROP DATABASE {where.database}"))
        engine.dispose()

    with (
        monkeypatch.context() as patch,
        pytest.raises(OdysseyError, match=r"^study database (postgresql|mysql).* check the database") as error,
    ):
        search_disturbed(tmp_path, database, drop, patch)
    assert "\n" not in str(error.value) and PASSWORD not in str(error.value)
    assert len(records.read(tmp_path)) == 5
    again = search(toy_task(), FakeEngine(), VARIANTS, 8, tmp_path, quiet=True)
    assert again.trained == 11
    assert_same(tmp_path, undisturbed)


@pytest.mark.parametrize(
    "change, says",
    [
        ((PASSWORD, "wrong"), "password authentication failed|Access denied"),
        (("odyssey_", "nosuch_"), "does not exist|Unknown database"),
        (("127.0.0.1:", "127.0.0.1:1"), "onnection|connect"),
    ],
)
def test_a_server_that_lets_nobody_in_is_one_line(database, change, says):
    with pytest.raises(OdysseyError, match=says) as error:
        Storage(database.replace(*change))
    assert "\n" not in str(error.value)
    assert PASSWORD not in str(error.value) and "wrong" not in str(error.value)
