"""The kernel that draws noise, number for number against NumPy."""

import numpy as np
import pytest

from odyssey.engine.cpu.noise import read_state, write_state
from odyssey.engine.cuda.dispatcher import Dispatcher, Request
from odyssey.engine.cuda.jobs import NoiseJob


def drawn(device, generator, count):
    """`count` numbers from the kernel, which leaves the generator behind them."""
    out = device.host((max(1, count),), "float32")
    state, done = device.host((6,), "uint64"), device.host((1,), "int32")
    state[:] = read_state(generator)
    job = NoiseJob(state.ctypes.data, out.ctypes.data, count, done.ctypes.data)
    with Dispatcher(device) as dispatcher:
        dispatcher.ask(Request(job, done)).wait()
    write_state(generator, state)
    return out[:count]


@pytest.mark.parametrize("count", [0, 1, 2, 63, 64, 65, 1000, 200_001])
@pytest.mark.parametrize("half", [False, True], ids=["whole", "half"])
def test_the_numbers_of_numpy(device, count, half):
    """200 000 numbers have rejections, and some dozens from the tail; a half word may be left over from before."""
    ours, theirs = (np.random.Generator(np.random.SFC64(7)) for _ in range(2))
    if half:
        for generator in (ours, theirs):
            generator.standard_normal(1, dtype=np.float32)
            assert generator.bit_generator.state["has_uint32"] == 1
    expected = theirs.standard_normal(count, dtype=np.float32)
    found = drawn(device, ours, count)
    # Beyond the lowest layer the logarithm of the machine counts.
    np.testing.assert_allclose(found, expected, rtol=3e-7, atol=0)
    assert np.mean(found == expected) > 0.9999 if count else True
    # They go on alike: whole words, half words and shuffles.
    np.testing.assert_array_equal(ours.permutation(100), theirs.permutation(100))
    np.testing.assert_array_equal(ours.random(3), theirs.random(3))
