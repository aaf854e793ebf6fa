"""A device whose kernels run on this processor: the engine's own source, compiled for an imitation of a GPU.

It shows what the kernels compute, and that every thread comes to every barrier; not how fast, nor races between warps,
which here run one after the other.
"""

import ctypes
import shutil
import subprocess
from functools import cache
from pathlib import Path

import numpy as np

from odyssey.engine.cuda import jobs as jobs_of_python
from odyssey.engine.cuda.gpu import KERNELS, NOISE_SHARED, WARP
from odyssey.engine.cuda.plan import Limits
from odyssey.engine.cuda.ziggurat import tables

EMULATOR = Path(__file__).parent / "engine" / "cuda" / "emulator"
HOPPER = Limits(cluster=8, shared=232_448)


def compiler():
    """The C++ compiler, or None."""
    return shutil.which("g++") or shutil.which("c++")


class EmulatedDevice:
    """An `odyssey.engine.cuda.device.Device` on this processor; compiled kernels go to `folder`."""

    def __init__(self, folder: Path, limits: Limits = HOPPER):
        self.limits, self.multiprocessors, self.name = limits, 2, "emulated"
        self._folder, self._front = folder, folder / "tables.cuh"
        self._front.write_text("#define __device__\n" + tables() + "\n#undef __device__\n")
        self._library = cache(self._compiled)

    def empty(self, size):
        return Memory(np.full(size, 0xFF, "uint8"))

    def upload(self, array):
        return Memory(np.ascontiguousarray(array).copy().view("uint8").ravel())

    def download(self, memory, array):
        array[...] = memory.bytes[: array.nbytes].view(array.dtype).reshape(array.shape)

    def host(self, shape, dtype):
        return aligned(int(np.prod(shape)) * np.dtype(dtype).itemsize).view(dtype).reshape(shape)

    def prepare(self, dtype, cluster):
        real = {"float32": "float", "float64": "double"}[dtype]
        return self._library("epoch", "Job", cluster, f"-Dreal={real}")

    def epochs(self, jobs, count, dtype, cluster, threads, shared):
        library = self.prepare(dtype, cluster)
        library.launch(ctypes.c_void_p(jobs.ctypes.data), count, threads, shared)
        return Over()

    def noise(self, jobs, count):
        library = self._library("noise", "NoiseJob", 1, "-include", str(self._front))
        library.launch(ctypes.c_void_p(jobs.ctypes.data), count, WARP, NOISE_SHARED)
        return Over()

    def _compiled(self, name, job, cluster, *options):
        file = self._folder / f"{name}-{cluster}{'-'.join(options).replace('/', '_')}.so"
        command = [compiler(), "-std=c++17", "-O2", "-shared", "-fPIC", "-w", f"-I{EMULATOR}", f"-I{KERNELS}"]
        command += [f'-DKERNEL="{KERNELS / name}.cu"', f"-DSTART={name}", f"-DJOB={job}", f"-DCLUSTER={cluster}"]
        if not file.exists():
            subprocess.run([*command, *options, "-o", file, EMULATOR / "library.cpp"], check=True)
        library = ctypes.CDLL(str(file))
        assert library.size() == ctypes.sizeof(getattr(jobs_of_python, job)), f"{job} is not what C++ declares"
        return library


class Memory:
    def __init__(self, array):
        self.bytes = aligned(array.nbytes)
        self.bytes[:] = array
        self.address = self.bytes.ctypes.data


class Over:
    def over(self):
        return True


def aligned(size):
    """Zeros at an address that vector loads can take."""
    room = np.zeros(size + 64, "uint8")
    begin = -room.ctypes.data % 64
    return room[begin : begin + size]
