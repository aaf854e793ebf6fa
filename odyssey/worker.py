"""Which process a worker is, and whether it still lives, as far as this machine can tell."""

import hashlib
import os
import platform
from functools import cache
from pathlib import Path


@cache
def _host() -> str:
    """An opaque name for this machine, this boot and, in a container, this set of process numbers."""
    parts = [platform.node()]
    for source in ("/proc/sys/kernel/random/boot_id", "/proc/self/ns/pid"):
        try:
            path = Path(source)
            parts.append(str(path.readlink()) if path.is_symlink() else path.read_text())
        except OSError:
            parts.append("")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def owner() -> dict:
    """Who this process is, for `is_dead`: host, pid, and when it started (None where the system does not tell)."""
    return {"host": _host(), "pid": os.getpid(), "started": _process_start(os.getpid())}


def is_dead(who: dict) -> bool:
    """Whether the process is known to be gone: it ran here, and its number is unused or used by a later process."""
    started = who.get("started")
    return bool(started) and who.get("host") == _host() and _process_start(who["pid"]) != started


def _process_start(pid: int) -> int | None:
    """When the process started, in clock ticks since boot; None if it is gone or the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else int(fields[19])
