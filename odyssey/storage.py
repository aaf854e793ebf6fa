"""The database of studies: opened by any number of workers at once, locked for one of them, each error one line."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import filelock
import optuna
import sqlalchemy

from odyssey.errors import OdysseyError

HEARTBEAT_SECONDS = 60
GRACE_SECONDS = 300
LOCK_SECONDS = 60
MYSQL = ("mysql", "mariadb")
# Held until the transaction ends, with its worker's life at the latest; the number means this lock in this database.
ADVISORY_LOCK = sqlalchemy.text("SELECT pg_advisory_xact_lock(2017)")
LOCK_NOT_AVAILABLE = "55P03"  # PostgreSQL's code of a wait that took too long
# Held until it is released or the connection ends. Names are the server's, of 64 characters.
NAMED_LOCK = "LEFT(CONCAT('odyssey ', DATABASE()), 64)"
GET_LOCK = sqlalchemy.text(f"SELECT GET_LOCK({NAMED_LOCK}, :seconds)")
RELEASE_LOCK = sqlalchemy.text(f"SELECT RELEASE_LOCK({NAMED_LOCK})")


class Storage:
    """A database of studies, until the end of the ``with``.

    Args:
        url: as SQLAlchemy spells it: SQLite, PostgreSQL or MySQL.

    Raises:
        OdysseyError: the URL is none, its driver is missing, or the database does not answer.
    """

    def __init__(self, url: str):
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        try:
            parsed = sqlalchemy.make_url(url)
        except (sqlalchemy.exc.ArgumentError, ValueError):
            raise OdysseyError(
                "the storage must be a URL such as sqlite:///study.sqlite3 or postgresql://host/name"
            ) from None
        self.name = parsed.render_as_string(hide_password=True)
        self._file_lock = nullcontext()
        # A server ends connections that were idle for long, as those of a worker are whose trials are long.
        options = {"pool_pre_ping": True}
        if parsed.get_backend_name() == "sqlite":
            options = {"connect_args": {"timeout": LOCK_SECONDS}}
            if parsed.database:
                if not Path(parsed.database).parent.is_dir():
                    raise OdysseyError(
                        f"study database {self.name}: the folder of this file does not exist: make it first"
                    )
                self._file_lock = filelock.FileLock(f"{parsed.database}.lock", timeout=LOCK_SECONDS)
        elif parsed.get_backend_name() in MYSQL and not parsed.database:
            raise OdysseyError(f"study database {self.name}: the URL names no database: add /name to it")
        with self.errors():
            try:
                self._engine = sqlalchemy.create_engine(url, pool_pre_ping=True)
                with self.locked(), experiments():
                    self.backend = self._opened(url, options)
            except (TypeError, ValueError, RuntimeError) as error:  # The driver's, of options in the URL for one.
                raise self._error(_first_line(error)) from None

    def __enter__(self) -> "Storage":
        return self

    def __exit__(self, *exception) -> None:
        self.backend.engine.dispose()
        self._engine.dispose()

    def _opened(self, url: str, options: dict) -> optuna.storages.RDBStorage:
        try:
            return optuna.storages.RDBStorage(
                url, options, heartbeat_interval=HEARTBEAT_SECONDS, grace_period=GRACE_SECONDS
            )
        except RuntimeError as error:  # The tables are of another version of Optuna, which says what to do.
            remedy = _first_line(error).replace("$STORAGE_URL", self.name)
            raise OdysseyError(f"study database {self.name}: {remedy}") from None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Lets one worker at a time into the body of the ``with``.

        Raises:
            filelock.Timeout: another worker has been in it for `LOCK_SECONDS`.
        """
        if self._engine.name == "postgresql":
            with self._engine.begin() as connection:
                connection.execute(sqlalchemy.text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))
                try:
                    connection.execute(ADVISORY_LOCK)
                except sqlalchemy.exc.OperationalError as error:
                    if getattr(error.orig, "sqlstate", "") == LOCK_NOT_AVAILABLE:
                        raise filelock.Timeout(self.name) from None
                    raise
                yield
        elif self._engine.name in MYSQL:
            with self._engine.connect() as connection:
                if connection.scalar(GET_LOCK, {"seconds": LOCK_SECONDS}) != 1:
                    raise filelock.Timeout(self.name)
                try:
                    yield
                finally:
                    connection.execute(RELEASE_LOCK)
        else:
            with self._file_lock:
                yield

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turns what can go wrong with a database into one line."""
        try:
            yield
        except (optuna.exceptions.OptunaError, sqlalchemy.exc.SQLAlchemyError) as error:
            cause = error.__cause__ or error
            raise self._error(_first_line(getattr(cause, "orig", cause))) from None
        except KeyError:  # Optuna's, of what was there before.
            raise OdysseyError(
                f"study database {self.name}: the study was deleted meanwhile: the same command makes it again from "
                "the records"
            ) from None
        except ImportError as error:
            raise OdysseyError(f"study database {self.name}: its driver is missing: {error}: pip install it") from None
        except filelock.Timeout:
            raise OdysseyError(
                f"study database {self.name}: another process holds its lock: wait for it, or end it"
            ) from None
        except OSError as error:
            raise self._error(error.strerror or error) from None

    def _error(self, what: object) -> OdysseyError:
        return OdysseyError(
            f"study database {self.name}: {what}: check the database and the space on its disk, or name another one"
        )


@contextmanager
def experiments() -> Iterator[None]:
    """Without Optuna's notice that its heartbeat is experimental. Not for threads: the filters are the process's."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        yield


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
