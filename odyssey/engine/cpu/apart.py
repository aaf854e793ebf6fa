"""Compiling in a process of its own, so that every process runs what the cache holds.

Code that a process has just compiled and the same code loaded from the cache do not round alike: where Numba has
compiled an inner function by itself before, the outer one calls that, and when it is loaded it calls a copy that was
optimised in its place. CTC's sums then differ in their last bits. So the process that trains compiles nothing itself.
"""

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numba

import odyssey
from odyssey.engine.cpu import compiled
from odyssey.protocol import Hyperparameters, Trial
from odyssey.tasks.base import Task
from odyssey.variants import VARIANTS

_CHILD = "from odyssey.engine.cpu.apart import compile_here; compile_here()"
_lock = threading.Lock()


def ready(function, arguments: Sequence) -> bool:
    """Whether there is code of a cached Numba function for arguments of these types, in this process or on the disk, or
    no place to keep any."""
    if not compiled.keeps:
        return True
    signature = tuple(numba.typeof(argument) for argument in arguments)
    if signature in function.overloads:
        return True
    cache = function._cache
    return cache._index_key(signature, function.targetctx.codegen()) in cache._cache_file._load_index()


def compile_apart(task: Task, code: str, dtype: str, done) -> None:
    """Have what trains a variant on a task compiled by another process, unless `done()` is true by now.

    Where that fails, this process will compile it.
    """
    few = {split: examples[:1] for split, examples in task.splits.items()}
    order = pickle.dumps((replace(task, splits=few), code, VARIANTS[code], dtype))
    path = os.pathsep.join([str(Path(odyssey.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    with _lock:
        if not done():
            environment = {**os.environ, "PYTHONPATH": path}
            subprocess.run([sys.executable, "-c", _CHILD], input=order, env=environment, capture_output=True)


def compile_here() -> None:
    """In the other process: an epoch of a small network, and an evaluation."""
    from odyssey.engine.cpu import CPUTrainer, Data

    task, code, declared, dtype = pickle.load(sys.stdin.buffer)
    VARIANTS[code] = declared
    trial = Trial(code, Hyperparameters(2, 1e-3, 0.0, 0.0), seed=0)
    trainer = CPUTrainer(task, trial, Data(task, dtype), dtype, apart=False)
    trainer.train_epoch()
    trainer.evaluate("valid")
