"""Devices for the engine cuda: an imitation wherever there is a C++ compiler, and a GPU where there is one."""

import pytest
from cuda_devices import EmulatedDevice, compiler

from odyssey.engine.cuda.gpu import GPU
from odyssey.errors import OdysseyError


@pytest.fixture(scope="session")
def emulator_folder(tmp_path_factory):
    """Where kernels compiled for this processor lie, for the whole session."""
    if compiler() is None:
        pytest.skip("no C++ compiler (c++) to compile the kernels for the imitation of a GPU")
    return tmp_path_factory.mktemp("emulator")


@pytest.fixture(scope="session")
def emulated(emulator_folder):
    """The imitation of a GPU."""
    return EmulatedDevice(emulator_folder)


@pytest.fixture(scope="session")
def gpu():
    """The GPU."""
    try:
        return GPU()
    except OdysseyError as problem:
        pytest.skip(str(problem))


@pytest.fixture(params=["emulated", "gpu"])
def device(request):
    """Either of them."""
    return request.getfixturevalue(request.param)
