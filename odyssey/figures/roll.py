"""A piano-roll: time to the right, pitch upwards."""

import numpy as np
from matplotlib.figure import Figure

from odyssey.figures.style import BLUE, new_figure, styled

LOWEST_MIDI = 21  # the first of 88 keys is A0
_NAMES = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")


def pitch_name(midi: int) -> str:
    """Name of a MIDI note number, with C4 = 60."""
    return f"{_NAMES[midi % 12]}{midi // 12 - 1}"


def _notes(roll):
    """Runs of frames in which a key sounds: (key, first frame, number of frames)."""
    padded = np.pad(np.asarray(roll, dtype=np.int8), ((1, 1), (0, 0)))
    edges = np.diff(padded, axis=0).T
    for key, column in enumerate(edges):
        for begin, end in zip(np.flatnonzero(column == 1), np.flatnonzero(column == -1), strict=True):
            yield key, int(begin), int(end - begin)


def roll(roll: np.ndarray) -> Figure:
    """Draw a piano-roll.

    Args:
        roll: (T, 88) of 0 and 1, one frame a quarter note; column 0 is MIDI note 21.
    """
    roll = np.asarray(roll)
    with styled():
        figure = new_figure(3.2)
        axes = figure.add_subplot()
        for key, begin, length in _notes(roll):
            axes.broken_barh([(begin, length)], (key + LOWEST_MIDI - 0.42, 0.84), facecolors=BLUE, edgecolors="none")
        sounding = np.flatnonzero(roll.any(axis=0)) + LOWEST_MIDI
        low, high = (sounding.min() - 2, sounding.max() + 2) if len(sounding) else (43, 96)
        ticks = [midi for midi in range(LOWEST_MIDI, LOWEST_MIDI + 88) if midi % 12 in (0, 7) and low <= midi <= high]
        axes.set_yticks(ticks, [pitch_name(midi) for midi in ticks])
        axes.set_ylim(low - 0.5, high + 0.5)
        axes.set_xlim(0, max(len(roll), 1))
        axes.set_xlabel("frame (quarter note)")
        axes.set_ylabel("pitch")
    return figure


def alt_roll(roll: np.ndarray) -> str:
    """What the piano-roll shows, counted from it."""
    roll = np.asarray(roll)
    sounding = np.flatnonzero(roll.any(axis=0)) + LOWEST_MIDI
    if not len(sounding):
        return f"Piano-roll of {len(roll)} silent frames."
    voices = roll.sum(axis=1)
    return (
        f"Piano-roll of {len(roll)} frames: {roll.any(axis=0).sum()} different pitches from "
        f"{pitch_name(int(sounding.min()))} to {pitch_name(int(sounding.max()))}, {int(voices.min())} to "
        f"{int(voices.max())} keys at a time, {voices.mean():.1f} on average."
    )
