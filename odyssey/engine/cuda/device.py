"""What the engine asks of a device: memory, and the two kernels.

The engine runs on whatever offers this: on a GPU (`odyssey.engine.cuda.gpu`), or, in the tests, on a processor that
imitates one.
"""

from typing import Protocol

import numpy as np

from odyssey.engine.cuda.plan import Limits


class Memory(Protocol):
    """Some of a device's memory; given back when nobody holds it any more."""

    address: int


class Launch(Protocol):
    """A kernel on its way."""

    def over(self) -> bool:
        """Whether it is over; not to be asked again once it is.

        Raises:
            OdysseyError: it has failed.
        """


class Device(Protocol):
    """What runs the kernels. Memory may be asked for from any thread; kernels are started from one.

    Attributes:
        limits: of a block of threads, for `odyssey.engine.cuda.plan`.
        name: of the device and of what compiles for it: records are the same bit for bit where it is the same.
        multiprocessors: how many blocks of threads it runs at the same time, at the least.
    """

    limits: Limits
    name: str
    multiprocessors: int

    def empty(self, size: int) -> Memory:
        """`size` bytes of anything."""

    def upload(self, array: np.ndarray) -> Memory:
        """A copy of `array`."""

    def download(self, memory: Memory, array: np.ndarray) -> None:
        """Fill `array` with what is in `memory`."""

    def host(self, shape: tuple[int, ...], dtype: str) -> np.ndarray:
        """Zeros in the host's memory that the device reads and writes as well."""

    def prepare(self, dtype: str, cluster: int) -> None:
        """Compile what `epochs` needs; from any thread."""

    def epochs(self, jobs: np.ndarray, count: int, dtype: str, cluster: int, threads: int, shared: int) -> Launch:
        """Start ``epoch`` on `count` jobs, which lie end to end in `jobs` (from `host`): see kernels/epoch.cu.

        Args:
            jobs: bytes of `odyssey.engine.cuda.jobs.Job`, which stay there until the kernel is over.
            count: of jobs.
            dtype: ``"float32"`` or ``"float64"``.
            cluster, threads, shared: as in `odyssey.engine.cuda.plan.Plan`.
        """

    def noise(self, jobs: np.ndarray, count: int) -> Launch:
        """Start ``noise`` on `count` `odyssey.engine.cuda.jobs.NoiseJob` likewise: see kernels/noise.cu."""
