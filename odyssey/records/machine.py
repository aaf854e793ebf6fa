"""The machine that trained a trial, as far as it matters for the numbers: the processor's model."""

import platform
from functools import cache
from pathlib import Path


@cache
def machine() -> str:
    """Model of this machine's processor, such as ``"AMD EPYC 7763 64-Core Processor"``; nothing private."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name" and value.strip():
                return " ".join(value.split())
    except OSError:
        pass
    return platform.processor() or platform.machine() or "unknown"
