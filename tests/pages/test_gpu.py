"""The engine for GPUs beside its rivals, and the study projected, against numbers that are easy to divide."""

from dataclasses import replace
from math import isnan

import numpy as np
import pytest
from gpu_benchmark import gpu_benchmark

from odyssey.bench.gpu.programs import COMPILED, LIBRARY
from odyssey.bench.projection import Cost, Size
from odyssey.errors import OdysseyError
from odyssey.pages import gpu
from odyssey.protocol import TRIALS
from odyssey.variants import VARIANTS


@pytest.fixture
def glued(monkeypatch):
    """What was glued, by name."""
    values = {}
    monkeypatch.setattr(gpu, "glue_all", values.update)
    return values


def test_ratios_by_size(glued):
    found = gpu.beside(gpu_benchmark(), "music")
    small, large, drawn = found.to_dict("records")
    assert [line["size"] for line in (small, large, drawn)] == ["20", "200", "as drawn"]
    assert (small["rate"], small["share"]) == (40.0, pytest.approx(10))
    assert (small[COMPILED], small[LIBRARY], small[4], small[8]) == (8.0, 80.0, 10.0, 5.0)
    assert (large[COMPILED], large[LIBRARY], large[4], large[8]) == (4.0, 20.0, 2.0, 2.5)
    assert (drawn["rate"], drawn["share"]) == (0.25, pytest.approx(10))
    assert isnan(drawn[COMPILED]) and isnan(drawn[LIBRARY]) and isnan(drawn[8])
    assert gpu.stacks(found) == [4, 8]


def test_words_of_the_prose(glued):
    gpu.beside(gpu_benchmark(), "music")
    assert (glued["gpu-card"], glued["gpu-cores"], glued["gpu-torch"], glued["gpu-task"]) == (
        "a card",
        2,
        "2.0",
        "music",
    )
    assert (glued["gpu-small"], glued["gpu-large"], glued["gpu-trials"], glued["gpu-most"]) == (20, 200, 8, "8")
    assert glued["gpu-library"] == "20 to 80" and glued["gpu-cores-times"] == "4.0 to 8.0"
    # With as many trials as the engine; and with whatever number suits the stack best, at 200 blocks the smaller one.
    assert glued["gpu-stacked"] == "2.5 to 5.0"
    assert glued["gpu-best"] == "2.0 to 5.0" and glued["gpu-best-large"] == "2.0"
    assert glued["gpu-share"] == "10 to 25"
    assert (glued["gpu-operations"], glued["gpu-bytes"]) == ("50.0", "3.0")
    # Eight trials share 40 million frames a second, and then two.
    assert (glued["gpu-frame-small"], glued["gpu-frame-large"]) == ("0.2", "4")
    assert glued["gpu-notes"] == ""


def test_what_was_noted_is_told(glued):
    gpu.beside(gpu_benchmark(notes=("one failed", "measured twice")), "music")
    assert glued["gpu-notes"] == "Noted with the measurement: one failed; measured twice."


def test_a_rival_that_failed_leaves_dashes(glued):
    benchmark = gpu_benchmark()
    rows = benchmark.rows
    kept = rows[(rows["program"] != LIBRARY) & (rows["trials"] != 4) | (rows["program"] == COMPILED)]
    found = gpu.beside(replace(benchmark, rows=kept), "music")
    assert found[LIBRARY].isna().all() and gpu.stacks(found) == [8]
    assert glued["gpu-library"] == "–" and glued["gpu-best-large"] == "2.5"


def cost(task, size, operations):
    return Cost(task, size, 1.0, 100.0, operations, np.array([1.0]), np.array([1.0]))


def test_the_study_takes_its_operations_at_the_measured_rate(glued):
    """A quarter of a million frames of 2 million operations are 5e11 a second; validation sequences count half."""
    trials = TRIALS * len(VARIANTS)
    # Operations of a trial, so that all of them take so many seconds.
    here = {"speech": cost("speech", Size(4, 2, 9), 5e11 * 720 / trials)}
    full = {"speech": cost("speech", Size(10, 0, 9), 5e11 * 7200 / trials)}
    [line] = gpu.projected(gpu_benchmark(), "music", here, full).to_dict("records")
    assert line["task"] == "speech" and line["cores"] == pytest.approx(trials / 3600)
    assert line["here"] == pytest.approx(0.2 * (1 + 2 / 4 / 2)) and line["full"] == pytest.approx(2)
    assert (glued["gpu-study-here"], glued["gpu-study-full"]) == ("15 min", "2 h 0 min")
    # Of eight trials at a time each does a frame in 32 µs, which is two steps.
    assert (glued["gpu-study-rate"], glued["gpu-study-step"]) == ("0.5", "16")


def test_a_task_that_was_not_measured(glued):
    for ask in (
        lambda: gpu.beside(gpu_benchmark(), "speech"),
        lambda: gpu.projected(gpu_benchmark(), "speech", {}, {}),
    ):
        with pytest.raises(OdysseyError, match=r"not measured on speech: .* odyssey bench --gpu .* --task speech"):
            ask()
