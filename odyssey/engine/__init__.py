"""Engines: several trainers under one contract (`odyssey.engine.base.Engine`)."""

from odyssey.engine.base import Engine, check_precision
from odyssey.errors import OdysseyError

ENGINES = ("cpu", "torch", "cuda")


def engine(name: str = "cpu", jobs: int | None = None, dtype: str = "float32", device: str = "cpu") -> Engine:
    """The engine called `name`.

    Args:
        name: ``"cpu"`` (compiled, one thread a trial), ``"torch"`` (readable, any device) or ``"cuda"`` (an NVIDIA
            GPU, many trials side by side).
        jobs: trials trained at the same time; by default one, or as many as fill the GPU.
        dtype: ``"float32"`` or ``"float64"``.
        device: for the torch engine, as torch spells it.

    Raises:
        OdysseyError: there is no such engine or precision, `jobs` is below 1, or the engine has no device here.
    """
    if jobs is not None and jobs < 1:
        raise OdysseyError(f"jobs must be at least 1, not {jobs}")
    check_precision(dtype)
    # Imported here because each engine takes seconds to load and most commands need none or one.
    if name == "cpu":
        from odyssey.engine.cpu import CPUEngine

        return CPUEngine(jobs=jobs or 1, dtype=dtype)
    if name == "torch":
        from odyssey.engine.torch import TorchEngine

        return TorchEngine(jobs=jobs or 1, dtype=dtype, device=device)
    if name == "cuda":
        from odyssey.engine.cuda import CUDAEngine

        return CUDAEngine(jobs=jobs, dtype=dtype)
    raise OdysseyError(f"unknown engine {name!r}; choose one of {', '.join(ENGINES)}")
