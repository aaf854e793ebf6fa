"""The machine that trained a trial, as far as it matters for the numbers."""

import hashlib
import platform
from functools import cache
from pathlib import Path


def machine(hardware: str | None = None) -> str:
    """`hardware` of an engine (`odyssey.engine.base.Engine`), or `processor` where it computes on that."""
    return hardware or processor()


@cache
def processor() -> str:
    """Processor and Python, such as ``"AMD EPYC 7763 64-Core Processor / features 1f2e3d4c / Python 3.11"``.

    The same bits can only be expected where compiled code is the same. That depends on the processor's features, which
    virtual machines of one model name may differ in, and on Python: another bytecode gives LLVM another order of sums.
    """
    return f"{_processor()} / Python {'.'.join(platform.python_version_tuple()[:2])}"


def _processor() -> str:
    """Model of the processor and, where the system lists them, a digest of its features; nothing private."""
    found = {}
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            found.setdefault(name.strip(), " ".join(value.split()))
    except OSError:
        pass
    model = found.get("model name") or platform.processor() or platform.machine() or "unknown"
    if not found.get("flags"):
        return model
    digest = hashlib.sha256(" ".join(sorted(found["flags"].split())).encode()).hexdigest()[:8]
    return f"{model} / features {digest}"
