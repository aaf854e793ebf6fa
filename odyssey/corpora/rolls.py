"""Piano-rolls: which notes sound at each frame of a piece, on the 88 keys of a piano."""

from collections.abc import Iterable, Sequence

import numpy as np

LOWEST = 21
KEYS = 88
HIGHEST = LOWEST + KEYS - 1


def roll_of(chords: Sequence[Iterable[int]]) -> np.ndarray:
    """Piano-roll of a sequence of chords.

    Args:
        chords: for each of T frames the MIDI numbers of the sounding notes, 21 (A0) to 108 (C8).

    Returns:
        uint8 (T, 88), 1 in column ``note - 21`` where a note sounds.

    Raises:
        ValueError: a note lies outside the piano.
    """
    roll = np.zeros((len(chords), KEYS), np.uint8)
    for frame, chord in enumerate(chords):
        for note in chord:
            if not LOWEST <= note <= HIGHEST:
                raise ValueError(f"frame {frame} holds note {note}, outside {LOWEST} to {HIGHEST}")
            roll[frame, note - LOWEST] = 1
    return roll
