"""Without CuPy, without a GPU, without a compiler: one line each. With a GPU: what it says of itself."""

import sys
from types import SimpleNamespace

import pytest

from odyssey.engine import engine
from odyssey.engine.cuda import gpu as module
from odyssey.engine.cuda.gpu import GPU
from odyssey.errors import OdysseyError


class CUDARuntimeError(RuntimeError):
    pass


def fake_cupy(device=None, version=lambda: (13, 0)):
    """CuPy with a device that answers, or raises what it is given."""

    def answer():
        if isinstance(device, Exception):
            raise device
        attributes = {"MaxSharedMemoryPerBlockOptin": 101_376, "MultiProcessorCount": 84}
        return SimpleNamespace(id=0, attributes=attributes, compute_capability=device)

    properties = {"name": b"Some GPU"}
    runtime = SimpleNamespace(CUDARuntimeError=CUDARuntimeError, getDeviceProperties=lambda number: properties)
    return SimpleNamespace(
        cuda=SimpleNamespace(Device=answer, runtime=runtime, nvrtc=SimpleNamespace(getVersion=version))
    )


def no_compiler():
    raise RuntimeError("libnvrtc.so.13: cannot open shared object file\nand more")


@pytest.mark.parametrize(
    ("cupy", "message"),
    [
        (None, "needs CuPy: pip install"),
        (fake_cupy(CUDARuntimeError("no CUDA-capable device")), "no NVIDIA GPU .no CUDA-capable device.; choose"),
        (fake_cupy("90", no_compiler), "finds no NVRTC .libnvrtc.so.13: cannot open shared object file.: pip install"),
    ],
)
def test_what_is_missing(monkeypatch, cupy, message):
    monkeypatch.setitem(sys.modules, "cupy", cupy)
    with pytest.raises(OdysseyError, match=message) as caught:
        engine("cuda")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("capability", "cluster"), [("89", 1), ("90", 8), ("120", 8)])
def test_older_devices_have_no_clusters(monkeypatch, capability, cluster):
    monkeypatch.setitem(sys.modules, "cupy", fake_cupy(capability))
    device = GPU()
    assert (device.limits.cluster, device.limits.shared, device.multiprocessors) == (cluster, 101_376, 84)
    assert device.name == "Some GPU / NVRTC 13.0"


def test_compiled_code_is_of_these_sources(monkeypatch, tmp_path):
    """CuPy looks code up by its text, which includes others."""
    before = module._digest()
    for file in module.KERNELS.glob("*.cu*"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    monkeypatch.setattr(module, "KERNELS", tmp_path)
    assert module._digest() == before
    with (tmp_path / "layer.cuh").open("a") as file:
        file.write("\n")
    assert module._digest() != before


def test_memory_goes_there_and_back(device):
    import numpy as np

    values = np.arange(6, dtype=np.float32).reshape(2, 3)
    back = np.zeros_like(values)
    device.download(device.upload(values), back)
    np.testing.assert_array_equal(back, values)
    assert not device.host((3, 2), "int32").any()
