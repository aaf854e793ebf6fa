"""An NVIDIA GPU, through CuPy (an `odyssey.engine.cuda.device.Device`)."""

import hashlib
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from odyssey.engine.cuda.device import Launch, Memory
from odyssey.engine.cuda.plan import Limits
from odyssey.engine.cuda.ziggurat import tables
from odyssey.errors import OdysseyError

KERNELS = Path(__file__).parent / "kernels"
INSTALL = "pip install 'cupy-cuda13x[ctk]' (for a driver of CUDA 12: cupy-cuda12x[ctk]), or choose the engine cpu"
# Blocks of threads in a cluster: eight wherever there are clusters at all, from compute capability 9.0 (Hopper) on.
CLUSTER, WITH_CLUSTERS = 8, 9
# Priorities of CUDA: noise, which is soon done, goes before epochs. Large clusters before small ones is no good: while
# they wait for room, nothing else runs.
EPOCHS, NOISE = 0, -5
WARP = 32
# Shared memory of the kernel that draws noise: two half words a lane.
NOISE_SHARED = 2 * WARP * 4


class GPU:
    """The current device of CUDA.

    Raises:
        OdysseyError: CuPy is not installed, finds no GPU or cannot compile. The methods: the GPU fails, or its memory
            is full.
    """

    def __init__(self):
        try:
            import cupy
        except ImportError:
            raise OdysseyError(f"the engine cuda needs CuPy: {INSTALL}") from None
        self._cupy = cupy
        try:
            device = cupy.cuda.Device()
            attributes, capability = device.attributes, device.compute_capability
            model = cupy.cuda.runtime.getDeviceProperties(device.id)["name"].decode()
        except cupy.cuda.runtime.CUDARuntimeError as error:
            raise OdysseyError(f"the engine cuda finds no NVIDIA GPU ({error}); choose the engine cpu") from None
        try:
            compiler = ".".join(map(str, cupy.cuda.nvrtc.getVersion()))
        except (RuntimeError, ImportError, OSError) as error:
            raise OdysseyError(f"CuPy finds no NVRTC ({str(error).splitlines()[0]}): {INSTALL}") from None
        self.name = f"{model} / NVRTC {compiler}"
        self.limits = Limits(
            cluster=CLUSTER if int(capability[:-1]) >= WITH_CLUSTERS else 1,
            shared=attributes["MaxSharedMemoryPerBlockOptin"],
        )
        self.multiprocessors = attributes["MultiProcessorCount"]
        self._idle = defaultdict(list)
        self._kernels = {}
        self._compiling = defaultdict(threading.Lock)

    def empty(self, size: int) -> Memory:
        """See `Device.empty`."""
        with self._one_line():
            return _Memory(self._cupy.empty(size, "uint8"))

    def upload(self, array: np.ndarray) -> Memory:
        """See `Device.upload`."""
        with self._one_line():
            memory = _Memory(self._cupy.asarray(np.ascontiguousarray(array)).view("uint8").ravel())
            # Kernels run on streams of their own, which do not wait for this copy.
            self._cupy.cuda.Stream.null.synchronize()
        return memory

    def download(self, memory: Memory, array: np.ndarray) -> None:
        """See `Device.download`."""
        with self._one_line():
            array[...] = memory.bytes[: array.nbytes].get().view(array.dtype).reshape(array.shape)

    def host(self, shape: tuple[int, ...], dtype: str) -> np.ndarray:
        """See `Device.host`."""
        count = int(np.prod(shape))
        with self._one_line():
            pinned = self._cupy.cuda.alloc_pinned_memory(max(1, count) * np.dtype(dtype).itemsize)
        array = np.frombuffer(pinned, dtype, count).reshape(shape)
        array[...] = 0
        return array

    def prepare(self, dtype: str, cluster: int) -> None:
        """See `Device.prepare`."""
        self._epoch(dtype, cluster)

    def epochs(self, jobs: np.ndarray, count: int, dtype: str, cluster: int, threads: int, shared: int) -> Launch:
        """See `Device.epochs`."""
        kernel = self._epoch(dtype, cluster)
        with self._one_line():
            if shared > kernel.max_dynamic_shared_size_bytes:
                kernel.max_dynamic_shared_size_bytes = shared
        return self._launch(kernel, count * cluster, threads, jobs, shared, EPOCHS)

    def noise(self, jobs: np.ndarray, count: int) -> Launch:
        """See `Device.noise`."""
        return self._launch(self._kernel("noise", "-DCLUSTER=1", front=tables), count, WARP, jobs, NOISE_SHARED, NOISE)

    def _launch(self, kernel, blocks, threads, jobs, shared, priority):
        # A kernel waits for the one before on its stream: each gets a stream on which none is running.
        idle = self._idle[priority]
        with self._one_line():
            stream = idle.pop() if idle else self._cupy.cuda.Stream(non_blocking=True, priority=priority)
            with stream:
                kernel((blocks,), (threads,), (np.uint64(jobs.ctypes.data),), shared_mem=shared)
        return _Launch(stream, idle, self._one_line)

    def _epoch(self, dtype, cluster):
        real = {"float32": "float", "float64": "double"}[dtype]
        return self._kernel("epoch", f"-DCLUSTER={cluster}", f"-Dreal={real}")

    def _kernel(self, name, *options, front=str):
        """The compiled kernel, behind the declarations that `front` gives; CuPy keeps it for later processes."""
        with self._compiling[name, options], self._one_line():
            if (name, options) not in self._kernels:
                source = f"// {_digest()}\n{front()}\n{(KERNELS / f'{name}.cu').read_text(encoding='utf-8')}"
                module = self._cupy.RawModule(code=source, options=("-std=c++17", f"-I{KERNELS}", *options))
                self._kernels[name, options] = module.get_function(name)
            return self._kernels[name, options]

    @contextmanager
    def _one_line(self) -> Iterator[None]:
        """What CUDA complains of, as one line."""
        cuda = self._cupy.cuda
        try:
            yield
        except cuda.memory.OutOfMemoryError:
            raise OdysseyError("the GPU's memory is full: train fewer trials at a time (--jobs)") from None
        except (cuda.runtime.CUDARuntimeError, cuda.driver.CUDADriverError, cuda.compiler.CompileException) as error:
            raise OdysseyError(f"the GPU has failed ({str(error).splitlines()[0]}); the same command goes on") from None


def _digest() -> str:
    """Of all sources: CuPy keeps compiled code under what a source itself says, and forgets what it includes."""
    files = sorted(KERNELS.glob("*.cu*"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


class _Memory:
    def __init__(self, array):
        self.bytes = array
        self.address = array.data.ptr


class _Launch:
    def __init__(self, stream, idle, one_line):
        self._stream, self._idle, self._one_line = stream, idle, one_line

    def over(self) -> bool:
        """See `Launch.over`."""
        with self._one_line():
            over = self._stream.done
        if over:
            self._idle.append(self._stream)
        return over
