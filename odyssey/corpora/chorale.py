"""The rule that turns the score of a four-part chorale into a piano-roll of one frame a quarter note.

It rebuilds, from the scores, what Boulanger-Lewandowski et al. (2012) published as "JSB Chorales":

1. four parts: the first named Soprano, Alto, Tenor and Bass;
2. the pitches that sound at each whole quarter from 0 on (a pickup starts at frame 0);
3. where all voices rest, the chord before is held;
4. the final chord is held to the end of a full last bar;
5. a note that starts off the beat and lasts across a beat does not count at that beat: the voice keeps what
   it had at the beat before, except on beat 3 of 4/4 or where the note before was a quarter or longer;
6. all pitches are transposed by one interval.

Notes are taken as written: the second of two tied notes is a note of its own. It starts on the beat if the
engraver wrote it there, and its length is what rule 5 looks at.
"""

from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from odyssey.corpora.rolls import roll_of

if TYPE_CHECKING:
    from music21.stream import Part, Score

VOICES = ("soprano", "alto", "tenor", "bass")

# music21 counts in quarters: floats where they are exact, fractions for tuplets.
Quarters = float | Fraction


class _Note(NamedTuple):
    """A written note, chord or rest (no pitches)."""

    start: Quarters
    end: Quarters
    pitches: frozenset[int]


class _Bar(NamedTuple):
    """A bar: where it starts, by how much a pickup falls short of the full bar, and whether it is in 4/4."""

    start: Quarters
    missing: Quarters
    four_four: bool


def chorale_roll(
    score: "Score", transpose: int, *, repeats: bool = False, skip: int = 0, step: float = 1.0
) -> np.ndarray:
    """Piano-roll of a chorale.

    Args:
        score: a music21 score.
        transpose: semitones to add to every pitch.
        repeats: play the repeats.
        skip: leading frames to leave out, after all other rules.
        step: quarters from frame to frame.

    Returns:
        uint8 (T, 88); column = MIDI number − 21.

    Raises:
        ValueError: the score does not hold the four voices, or a note falls off the piano.
    """
    parts = [part.expandRepeats() if repeats else part for part in four_parts(score)]
    frames = ceil(max(_length(part) for part in parts) / step)
    voices = [_sample(part, frames, step) for part in parts]
    chords: list[frozenset[int]] = []
    for sounding in zip(*voices, strict=True):
        chord = frozenset().union(*sounding)
        chords.append(chord if chord or not chords else chords[-1])
    return roll_of([[pitch + transpose for pitch in chord] for chord in chords[skip:]])


def four_parts(score: "Score") -> list["Part"]:
    """The first part named for each voice ("Soprano 1" will do); a score of four parts needs no names.

    Raises:
        ValueError: a voice is missing.
    """
    parts = list(score.parts)
    if len(parts) == len(VOICES):
        return parts
    chosen = []
    for voice in VOICES:
        named = [part for part in parts if (part.partName or "").lower().startswith(voice)]
        if not named:
            raise ValueError(f"no part is named {voice}")
        chosen.append(named[0])
    return chosen


def _length(part: "Part") -> Quarters:
    """Quarters to the end of the last bar, were it full."""
    last = part.getElementsByClass("Measure").last()
    return last.offset + max(last.duration.quarterLength, last.barDuration.quarterLength)


def _sample(part: "Part", frames: int, step: float) -> list[frozenset[int]]:
    """The pitches of one voice at each frame, by rules 2 and 5; empty at a rest."""
    notes = [
        _Note(element.offset, element.offset + element.quarterLength, frozenset(p.midi for p in element.pitches))
        for element in part.flatten().notesAndRests
        if not element.duration.isGrace
    ]
    bars = _bars(part)
    sounding: list[frozenset[int]] = []
    for frame in range(frames):
        beat = frame * step
        index = next((i for i, note in enumerate(notes) if note.start <= beat < note.end), None)
        pitches = frozenset() if index is None else notes[index].pitches
        if pitches and sounding and sounding[-1] and _passes_over(notes, index, beat, bars):
            pitches = sounding[-1]
        sounding.append(pitches)
    return sounding


def _passes_over(notes: list[_Note], index: int, beat: float, bars: list[_Bar]) -> bool:
    """Whether by rule 5 the note that sounds at a beat, and is not the part's first, does not count there."""
    # A note that started on an earlier beat is what the voice had there: only those between two beats matter.
    if notes[index].start == beat:
        return False
    bar = [bar for bar in bars if bar.start <= beat][-1]
    on_beat_three = bar.four_four and beat - bar.start + bar.missing == 2
    after_quarter = notes[index - 1].end - notes[index - 1].start >= 1
    return not on_beat_three and not after_quarter


def _bars(part: "Part") -> list[_Bar]:
    bars, signature = [], None
    for measure in part.getElementsByClass("Measure"):
        signature = measure.timeSignature or signature
        four_four = signature is not None and signature.ratioString == "4/4"
        bars.append(_Bar(measure.offset, measure.paddingLeft, four_four))
    return bars
