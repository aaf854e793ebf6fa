"""Puts the work of many trials on one device: collects what is asked for, starts it together, tells when it is over.

Each trial asks from a thread of its own and waits. One thread starts kernels: what was asked for since the last time,
and is divided alike, becomes one launch, so that there are few kernels however many trials; and each trial hears of its
own end without waiting for the others of its launch.
"""

import threading
from collections import defaultdict
from collections.abc import Hashable
from contextlib import suppress
from ctypes import Structure, sizeof
from dataclasses import dataclass, field
from time import monotonic, sleep

import numpy as np

from odyssey.engine.cuda.device import Device, Launch
from odyssey.errors import OdysseyError

# Seconds between two looks at what is over, and at the least between two launches, lest a device that runs only so many
# kernels at once (128) run kernels of one trial each.
LOOK, GATHER = 0.0005, 0.003


@dataclass(eq=False)
class Request:
    """Work for the device.

    Attributes:
        job: what the kernel is told.
        done: (1,), from `Device.host`: the kernel sets it to 1.
        alike: the arguments of `Device.epochs` behind `jobs` and `count`, but for the shared memory; None for noise.
        shared: bytes of shared memory.
        held: memory that must outlast the work.
    """

    job: Structure
    done: np.ndarray
    alike: Hashable = None
    shared: int = 0
    held: tuple = ()
    _over: threading.Event = field(default_factory=threading.Event)
    _problem: Exception | None = None

    def wait(self) -> None:
        """Return when the work is done.

        Raises:
            OdysseyError: the device failed.
        """
        self._over.wait()
        if self._problem:
            raise self._problem

    def end(self, problem: Exception | None = None) -> None:
        """Let those who wait go on."""
        self._problem = problem
        self._over.set()


class Dispatcher:
    """Runs while in its context; leave it when nobody waits any more."""

    def __init__(self, device: Device):
        self._device = device
        self._asked: list[Request] = []
        self._lock = threading.Lock()
        self._running: list[Request] = []
        self._launches: list[tuple[Launch, np.ndarray]] = []
        self._problem: Exception | None = None
        self._leaving = False
        self._thread = threading.Thread(target=self._run, name="dispatcher", daemon=True)

    def __enter__(self) -> "Dispatcher":
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._leaving = True
        self._thread.join()

    def ask(self, request: Request) -> Request:
        """Have `request` done."""
        request.done[0] = 0
        with self._lock:
            problem = self._problem
            if problem is None:
                self._asked.append(request)
        if problem is not None:
            request.end(problem)
        return request

    def _run(self):
        launched = 0.0
        try:
            while self._asked or self._running or self._launches or not self._leaving:
                if self._asked and monotonic() - launched >= GATHER:
                    launched = monotonic()
                    self._start()
                self._finish()
                sleep(LOOK)
            self._stop(OdysseyError("the engine cuda has stopped"))
        except Exception as problem:
            self._outlast()
            self._stop(problem)

    def _stop(self, problem):
        """Nobody waits in vain, now or later."""
        with self._lock:
            self._problem = problem
            waiting, self._asked = self._asked + self._running, []
        for request in waiting:
            request.end(problem)

    def _outlast(self):
        """Until every kernel is over or has failed, since memory that is given up before may become another's."""
        for launch, _ in self._launches:
            with suppress(Exception):
                while not launch.over():
                    sleep(LOOK)

    def _start(self):
        with self._lock:
            asked, self._asked = self._asked, []
        # Before it is started: whatever fails, all of them hear of it.
        self._running += asked
        groups = defaultdict(list)
        for request in asked:
            groups[request.alike].append(request)
        for alike, group in groups.items():
            size = sizeof(type(group[0].job))
            jobs = self._device.host((len(group) * size,), "uint8")
            jobs[:] = np.frombuffer(b"".join(bytes(request.job) for request in group), "uint8")
            if alike is None:
                launch = self._device.noise(jobs, len(group))
            else:
                shared = max(request.shared for request in group)
                launch = self._device.epochs(jobs, len(group), *alike, shared)
            self._launches.append((launch, jobs))

    def _finish(self):
        running = []
        for request in self._running:
            if request.done[0]:
                request.end()
            else:
                running.append(request)
        self._running = running
        for launch in list(self._launches):
            if launch[0].over():  # Which is asked no more once it has said so.
                self._launches.remove(launch)
