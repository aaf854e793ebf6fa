"""A PostgreSQL server of the tests' own: Debian's package, on loopback, in a folder that goes when the tests end."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PASSWORD = "secret"
# Nothing here outlives the tests, so the server need not wait for the disk.
OPTIONS = "-F -c listen_addresses=127.0.0.1 -c unix_socket_directories="


@contextmanager
def server() -> Iterator[str]:
    """Runs a server for the body of the ``with``; gives the beginning of its URLs, to which a database's name belongs.

    Skips the test where the package is not installed.
    """
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), default=None)
    if programs is None:
        pytest.skip("NOT TESTED: PostgreSQL is not installed (Debian: apt-get install postgresql)")
    # The server refuses to run as root; the package has made a user for it.
    user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    place = Path(tempfile.mkdtemp(prefix="odyssey-postgresql-"))
    data, log, password = place / "data", place / "log", place / "password"

    def call(program: str, *arguments: object) -> None:
        done = subprocess.run([programs / program, *map(str, arguments)], cwd=place, capture_output=True, **user)
        assert done.returncode == 0, done.stdout + done.stderr + (log.read_bytes() if log.exists() else b"")

    try:
        password.write_text(PASSWORD)
        if user:
            shutil.chown(place, "postgres", "postgres")
            shutil.chown(password, "postgres", "postgres")
        login = ("--username=odyssey", f"--pwfile={password}", "--auth=scram-sha-256")
        call("initdb", "-D", data, "--no-sync", "--encoding=UTF8", "--locale=C", *login)
        port = free_port()
        call("pg_ctl", "-D", data, "-l", log, "-o", f"{OPTIONS} -p {port}", "--wait", "start")
        try:
            yield f"postgresql://odyssey:{PASSWORD}@127.0.0.1:{port}/"
        finally:
            call("pg_ctl", "-D", data, "--mode=immediate", "stop")
    finally:
        shutil.rmtree(place)


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
