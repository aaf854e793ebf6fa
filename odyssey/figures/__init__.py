"""Every figure of the book, each with a companion ``alt_…`` that says in words what it shows.

Figures are white cards in both modes of the theme, at most 5.6 inches wide with 11-point type, so that they can be
read on a phone; colours are those of Okabe and Ito, and none carries a meaning alone.
"""

from odyssey.figures.alignment import alignment, alt_alignment
from odyssey.figures.boxes import alt_boxes, boxes
from odyssey.figures.pen import alt_pen_speed, alt_written_lines, pen_speed, written_lines
from odyssey.figures.roll import alt_roll, roll
from odyssey.figures.show import Shown, show
from odyssey.figures.sound import sound
from odyssey.figures.trials import alt_curves, alt_hyperparameters, curves, hyperparameters
from odyssey.figures.utterance import alt_utterance, utterance
from odyssey.figures.wiring import alt_wiring, wiring

__all__ = [
    "Shown",
    "alignment",
    "alt_alignment",
    "alt_boxes",
    "alt_curves",
    "alt_hyperparameters",
    "alt_pen_speed",
    "alt_roll",
    "alt_utterance",
    "alt_wiring",
    "alt_written_lines",
    "boxes",
    "curves",
    "hyperparameters",
    "pen_speed",
    "roll",
    "show",
    "sound",
    "utterance",
    "wiring",
    "written_lines",
]
