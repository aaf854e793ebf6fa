"""Every measured value is drawn where it belongs, and the words say the same."""

import numpy as np
import pandas as pd
import pytest

from odyssey.bench.stored import Measurement
from odyssey.figures import cost
from odyssey.variants import VARIANTS

BLOCKS = (20, 50, 100, 200)


@pytest.fixture
def measurement():
    size = [
        {"task": task, "frames": frames, "variant": code, "blocks": blocks, "evaluation_ms": 9.0}
        | {"update_ms": frames * blocks * (1 + number / 10)}
        for task, lengths in (("speech", (300, 100)), ("music", (60,)))
        for frames in lengths
        for number, code in enumerate(VARIANTS)
        for blocks in reversed(BLOCKS)
    ]
    length = [{"blocks": n, "frames": t, "update_ms": n * t / 100} for n in (20, 60, 200) for t in (10, 80, 640)]
    count = [{"blocks": n, "sequences": s, "epoch_ms": 2.0 * n * s} for n in (20, 60, 200) for s in (25, 400)]
    workers = [{"blocks": n, "workers": w, "gain": w**0.9} for n in (20, 60, 200) for w in (1, 2, 3, 4)]
    return Measurement("a machine", *map(pd.DataFrame, (size, length, count, workers)))


def lines(figure):
    return {line.get_gid(): line.get_xydata() for axes in figure.axes for line in axes.lines if line.get_gid()}


def test_growth(measurement):
    figure = cost.growth(measurement)
    figure.draw_without_rendering()
    drawn = lines(figure)
    np.testing.assert_allclose(drawn["blocks:speech"], [(n, 100 * n) for n in BLOCKS])
    np.testing.assert_allclose(drawn["blocks:music"], [(n, 60 * n) for n in BLOCKS])
    np.testing.assert_allclose(drawn["frames:60"], [(t, 0.6 * t) for t in (10, 80, 640)])
    np.testing.assert_allclose(drawn["sequences:200"], [(s, 400 * s) for s in (25, 400)])
    np.testing.assert_allclose(drawn["workers:20"], [(w, w**0.9) for w in (1, 2, 3, 4)])
    assert len(drawn) == 2 + 3 * 3
    for axes in figure.axes[:3]:
        assert axes.get_xscale() == axes.get_yscale() == "log"


def test_words_of_growth(measurement):
    alt = cost.alt_growth(measurement)
    assert "speech, 100 frames: from 2000 ms with 20 blocks to 20000 ms with 200" in alt
    assert "60 blocks, an update from 10 to 640 frames: 6 to 384 ms." in alt
    assert "200 blocks, an epoch from 25 to 400 sequences: 10000 to 160000 ms." in alt
    assert f"60 blocks, 4 workers: {4**0.9:.2f} times" in alt


def test_variants(measurement):
    figure = cost.variants(measurement, "speech")
    figure.draw_without_rendering()
    drawn = lines(figure)
    assert list(drawn) == ["ratio:20", "ratio:100", "ratio:200"]
    for points in drawn.values():
        np.testing.assert_allclose(points, [(number, 1 + number / 10) for number in range(9)])
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == list(VARIANTS)
    assert "200 blocks: V 1.00, NIG 1.10" in cost.alt_variants(measurement, "speech")


def test_a_variant_that_was_not_measured_is_left_out(measurement):
    size = measurement.size[measurement.size["variant"] != "NIG"]
    known = Measurement("m", size, measurement.length, measurement.count, measurement.workers)
    labels = [label.get_text() for label in cost.variants(known, "speech").axes[0].get_xticklabels()]
    assert labels == [code for code in VARIANTS if code != "NIG"]
    assert "V 1.00, NFG 1.20" in cost.alt_variants(known, "speech")


def test_a_machine_of_one_core(measurement):
    alone = measurement.workers[measurement.workers["workers"] == 1]
    one = Measurement("m", measurement.size, measurement.length, measurement.count, alone)
    cost.growth(one).draw_without_rendering()
    assert "60 blocks, 1 workers: 1.00" in cost.alt_growth(one)
