"""A MariaDB server of the tests' own, for MySQL: Debian's package, on loopback, in a folder that goes when they end."""

import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from postgres import PASSWORD, free_port

SECONDS = 60
# Nothing here outlives the tests, so the server need not wait for the disk.
OPTIONS = ["--bind-address=127.0.0.1", "--innodb-flush-log-at-trx-commit=0", "--skip-log-bin"]
USER = f"CREATE USER odyssey@'127.0.0.1' IDENTIFIED BY '{PASSWORD}'; GRANT ALL ON *.* TO odyssey@'127.0.0.1';"


@contextmanager
def server() -> Iterator[str]:
    """Runs a server for the body of the ``with``; gives the beginning of its URLs, to which a database's name belongs.

    Skips the test where the package or the driver is not installed.
    """
    path = f"{os.environ['PATH']}{os.pathsep}/usr/sbin"
    install, daemon, client = (shutil.which(name, path=path) for name in ("mariadb-install-db", "mariadbd", "mariadb"))
    if not daemon:
        pytest.skip("NOT TESTED: MariaDB is not installed (Debian: apt-get install mariadb-server)")
    if not importlib.util.find_spec("pymysql"):
        pytest.skip("NOT TESTED: PyMySQL is not installed (pip install pymysql)")
    # The server refuses to run as root; the package has made a user for it.
    user = ["--user=mysql"] if os.geteuid() == 0 else []
    place = Path(tempfile.mkdtemp(prefix="odyssey-mariadb-"))
    data, socket, log = place / "data", place / "socket", place / "log"
    try:
        if user:
            shutil.chown(place, "mysql", "mysql")
        made = [install, "--no-defaults", *user, f"--datadir={data}", "--auth-root-authentication-method=normal"]
        done = subprocess.run(made, cwd=place, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        port = free_port()
        command = [daemon, "--no-defaults", *user, f"--datadir={data}", f"--socket={socket}", f"--port={port}"]
        with log.open("wb") as out:
            process = subprocess.Popen([*command, *OPTIONS], cwd=place, stdout=out, stderr=subprocess.STDOUT)
        try:
            _wait(socket, process, log)
            ask = [client, "--no-defaults", f"--socket={socket}", "--user=root", "--execute", USER]
            done = subprocess.run(ask, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            yield f"mysql+pymysql://odyssey:{PASSWORD}@127.0.0.1:{port}/"
        finally:
            process.terminate()
            process.wait()
    finally:
        shutil.rmtree(place)


def _wait(socket: Path, process: subprocess.Popen, log: Path) -> None:
    until = time.monotonic() + SECONDS
    while not socket.exists():
        assert process.poll() is None and time.monotonic() < until, log.read_text()
        time.sleep(0.1)
