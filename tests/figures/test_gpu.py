"""Every measured rate is drawn where it belongs, and the words say the same."""

import numpy as np
import pytest
from gpu_benchmark import MOST, RATES, gpu_benchmark

from odyssey.bench.gpu.programs import STACKED
from odyssey.figures import gpu


@pytest.fixture
def lines():
    """What is drawn, by program and trials at a time."""
    figure = gpu.rates(gpu_benchmark(), "music")
    figure.draw_without_rendering()
    [axes] = figure.axes
    assert axes.get_xscale() == axes.get_yscale() == "log"
    return {line.get_gid(): line for line in axes.lines}


def test_rates(lines):
    points = {name: line.get_xydata() for name, line in lines.items()}
    np.testing.assert_allclose(points.pop("floor"), [(blocks, MOST[blocks][1]) for blocks in (20, 200)])
    for (program, trials), small in RATES[20].items():
        large = RATES[200][program, trials]
        np.testing.assert_allclose(points.pop(f"{program}:{trials}"), [(20, small), (200, large)])
    assert not points


def test_lines_are_told_apart_by_more_than_colour(lines):
    looks = [(line.get_marker(), line.get_linestyle()) for line in lines.values()]
    assert len(set(looks)) == len(lines)
    assert len({line.get_color() for name, line in lines.items() if name.startswith(STACKED)}) == 1


def test_words():
    alt = gpu.alt_rates(gpu_benchmark(), "music")
    assert "on music" in alt and "cuda engine, 8 trials: 40 with 20, 2 with 200." in alt
    assert "nn.LSTM, 1 trial: 0.5 with 20, 0.1 with 200." in alt
    assert "stacked torch, 4 trials: 4 with 20, 1 with 200." in alt
    assert alt.endswith("Bound of the card: 400 with 20, 8 with 200.")
