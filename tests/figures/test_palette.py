"""The palette can be seen and told apart: contrast after WCAG 2.2, and three deficiencies of colour vision."""

from itertools import combinations
from pathlib import Path

import pytest
from matplotlib.colors import to_rgb
from vision import DEFICIENCIES, contrast, distance

from odyssey.bench.gpu.stored import read as read_gpu
from odyssey.bench.stored import read
from odyssey.figures import cost, gpu, style

MEASURED = Path(__file__).resolve().parents[2] / "book" / "measurements"
COLOURS = ("BLUE", "VERMILLION", "GREEN", "ORANGE", "SKY", "PURPLE", "INK", "GREY", "GHOST")
# Too bright on white for a line: they only fill what has an outline or a number.
FILLS = ("ORANGE", "SKY")
# What figures put side by side and tell apart by colour, though by a marker, a hatch or a dash as well.
TOGETHER = {
    "boxes": ("BLUE", "VERMILLION", "GREEN", "GREY"),
    "wiring": ("BLUE", "VERMILLION", "INK", "GHOST"),
    "alignment": ("BLUE", "VERMILLION", "GREEN", "PURPLE"),
    "curves": ("BLUE", "GHOST"),
    "shares": ("BLUE", "ORANGE", "GREEN", "PURPLE"),
    "rates": ("BLUE", "VERMILLION", "GREEN", "PURPLE", "GREY"),
}
DISTANCE = 15  # in CIELAB, where 2 is just noticeable


def colour(name):
    return to_rgb(getattr(style, name))


def test_contrast_of_black_white_and_a_known_grey():
    """#767676 is the lightest grey with 4.5 to 1 on white (WebAIM and others)."""
    assert contrast((0, 0, 0), (1, 1, 1)) == pytest.approx(21)
    assert contrast(to_rgb("#767676"), (1, 1, 1)) > 4.5 > contrast(to_rgb("#777777"), (1, 1, 1))


def test_red_and_green_are_one_without_the_cones_that_tell_them_apart():
    red, green = to_rgb("#B05050"), to_rgb("#767650")
    assert distance(red, green) > 35
    assert distance(red, green, "deuteranopia") < 15
    assert distance((0, 0, 0), (1, 1, 1), "protanopia") == pytest.approx(100, abs=0.5)


@pytest.mark.parametrize("name", COLOURS)
def test_graphics_have_contrast_with_the_paper(name):
    """WCAG 2.2, 1.4.11: at least 3 to 1. Figures are white cards in both modes (tests/test_book_in_chromium.py)."""
    assert style.PAPER == "#FFFFFF"
    if name in FILLS:
        outline = contrast(colour("GREY"), colour("PAPER"))
        assert outline >= 3 and contrast(colour("INK"), colour(name)) >= 4.5
    else:
        assert contrast(colour(name), colour("PAPER")) >= 3


def test_lines_are_not_drawn_in_what_is_for_filling():
    measurement = read(MEASURED / "cost.json")
    drawn = [cost.growth(measurement), cost.variants(measurement, "music")]
    drawn.append(gpu.rates(read_gpu(MEASURED / "gpu.json"), "music"))
    lines = [line for figure in drawn for axes in figure.axes for line in axes.lines]
    assert len(lines) > 10
    assert all(contrast(to_rgb(line.get_color()), colour("PAPER")) >= 3 for line in lines)


@pytest.mark.parametrize("name", ["INK", "GREY", "BLUE"])
def test_text_has_contrast_with_the_paper(name):
    assert contrast(colour(name), colour("PAPER")) >= 4.5


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
@pytest.mark.parametrize("figure", TOGETHER)
def test_colours_that_stand_side_by_side_are_told_apart(figure, deficiency):
    near = {
        pair: distance(*map(colour, pair), deficiency)
        for pair in combinations(TOGETHER[figure], 2)
        if distance(*map(colour, pair), deficiency) < DISTANCE
    }
    assert not near
