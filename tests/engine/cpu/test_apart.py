"""A process that finds no compiled code trains the same bits as one that does."""

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parents[2]
TRAIN = """
import hashlib
from toys import toy_task
from odyssey.engine.cpu import CPUTrainer, Data
from odyssey.protocol import Hyperparameters, Trial
from odyssey.tasks.base import CTC
task = toy_task(sequences=8, inputs=3, outputs=20, frames=60, bidirectional=True, loss=CTC)
trial = Trial("V", Hyperparameters(24, 0.02, 0.9, 0.1), seed=1)
trainer = CPUTrainer(task, trial, Data(task, "float32"), "float32")
losses = [trainer.train_epoch().loss for _ in range(20)] + [trainer.evaluate("valid").loss]
from odyssey.engine.cpu.epoch import train_epoch
compiled = sum(train_epoch.stats.cache_misses.values())
print(compiled, hashlib.sha256(trainer.weights().tobytes() + repr(losses).encode()).hexdigest())
"""


def trained(cache):
    environment = {**os.environ, "ODYSSEY_CACHE": str(cache), "PYTHONPATH": f"{TESTS}{os.pathsep}{TESTS.parent}"}
    done = subprocess.run([sys.executable, "-c", TRAIN], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    compiled, digest = done.stdout.split()
    return int(compiled), digest


def test_the_first_process_has_the_bits_of_the_second(tmp_path):
    first, second = trained(tmp_path), trained(tmp_path)
    assert first == second and first[0] == 0, "neither compiles"
