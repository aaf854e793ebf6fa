"""Engines: several trainers under one contract (`odyssey.engine.base.Engine`)."""

from odyssey.engine.base import Engine, check_precision
from odyssey.errors import OdysseyError

ENGINES = ("cpu", "torch")


def engine(name: str = "cpu", jobs: int = 1, dtype: str = "float32", device: str = "cpu") -> Engine:
    """The engine called `name`.

    Args:
        name: ``"cpu"`` (compiled, one thread a trial) or ``"torch"`` (readable, any device).
        jobs: trials trained at the same time.
        dtype: ``"float32"`` or ``"float64"``.
        device: for the torch engine, as torch spells it.

    Raises:
        OdysseyError: there is no such engine or precision, or `jobs` is below 1.
    """
    if jobs < 1:
        raise OdysseyError(f"jobs must be at least 1, not {jobs}")
    check_precision(dtype)
    # Imported here because each engine takes seconds to load and most commands need none or one.
    if name == "cpu":
        from odyssey.engine.cpu import CPUEngine

        return CPUEngine(jobs=jobs, dtype=dtype)
    if name == "torch":
        from odyssey.engine.torch import TorchEngine

        return TorchEngine(jobs=jobs, dtype=dtype, device=device)
    raise OdysseyError(f"unknown engine {name!r}; choose one of {', '.join(ENGINES)}")
