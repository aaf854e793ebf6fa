"""The dispatcher with a device that does nothing of itself: what is launched together, who hears of what."""

import threading
import time

import numpy as np
import pytest

from odyssey.engine.cuda.dispatcher import Dispatcher, Request
from odyssey.engine.cuda.jobs import NoiseJob
from odyssey.errors import OdysseyError


class Idle:
    """A device that notes what it is asked for."""

    def __init__(self, problem=None, fails=None):
        self.launched, self.problem, self.fails, self.running = [], problem, fails, True

    def host(self, shape, dtype):
        return np.zeros(shape, dtype)

    def epochs(self, jobs, count, *alike):
        if self.problem:
            raise self.problem
        self.launched.append((count, alike))
        return self

    def noise(self, jobs, count):
        return self.epochs(jobs, count)

    def over(self):
        if self.fails:
            raise self.fails
        return not self.running


def request(alike=None, shared=0):
    return Request(NoiseJob(), np.zeros(1, "int32"), alike, shared)


def until(condition):
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_what_is_alike_is_launched_together():
    device = Idle()
    asked = [request("a", 100), request("b", 50), request("a", 300)]
    dispatcher = Dispatcher(device)
    for one in asked:
        dispatcher.ask(one)
    with dispatcher:
        until(lambda: len(device.launched) == 2)
        assert sorted(device.launched) == [(1, ("b", 50)), (2, ("a", 300))]
        for one in asked:
            one.done[0] = 1
            one.wait()
        device.running = False


def test_each_hears_of_its_own_end():
    device = Idle()
    with Dispatcher(device) as dispatcher:
        first, second = dispatcher.ask(request()), dispatcher.ask(request())
        until(lambda: sum(count for count, _ in device.launched) == 2)
        first.done[0] = 1
        first.wait()
        waiting = threading.Thread(target=second.wait)
        waiting.start()
        time.sleep(0.02)
        assert waiting.is_alive()
        second.done[0] = 1
        waiting.join(10)
        assert not waiting.is_alive()
        device.running = False


@pytest.mark.parametrize("how", ["problem", "fails"])
def test_who_waits_hears_of_a_failure(how):
    """At the launch or later; and so does whoever asks afterwards."""
    device = Idle(**{how: OdysseyError("the GPU has failed")})
    with Dispatcher(device) as dispatcher:
        for _ in range(2):
            with pytest.raises(OdysseyError, match="the GPU has failed"):
                dispatcher.ask(request()).wait()


def test_who_asks_too_late_hears_so():
    with Dispatcher(Idle()) as dispatcher:
        pass
    with pytest.raises(OdysseyError, match="has stopped"):
        dispatcher.ask(request()).wait()


def test_a_failure_waits_for_the_other_kernels():
    """What they write to is not given back before."""
    device = Idle()
    with Dispatcher(device) as dispatcher:
        first = dispatcher.ask(request("a"))
        until(lambda: device.launched)
        device.problem = OdysseyError("the GPU has failed")
        asked = [first, dispatcher.ask(request("b"))]
        time.sleep(0.05)
        assert not any(one._over.is_set() for one in asked)
        device.running = False
        for one in asked:
            with pytest.raises(OdysseyError, match="the GPU has failed"):
                one.wait()


def test_leaving_waits_for_what_runs():
    """Noise drawn in advance is nobody's when the last trial is over, and writes to memory until then."""
    device = Idle()
    one = request()
    with Dispatcher(device) as dispatcher:
        dispatcher.ask(one)
        until(lambda: device.launched)

        def end():
            time.sleep(0.05)
            one.done[0] = 1
            device.running = False

        threading.Thread(target=end).start()
    assert one.done[0] == 1
