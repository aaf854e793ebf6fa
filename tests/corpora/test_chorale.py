"""The rule from score to roll, each point on a score of a few notes with the frames worked out by hand."""

import numpy as np
import pytest
from music21 import meter, note, stream, tie
from music21.bar import Repeat

from odyssey.corpora.chorale import chorale_roll

NAMES = ("Soprano", "Alto", "Tenor", "Bass")
REST = None


def make_part(bars, signature="4/4", missing=0.0, name=None, tied=()):
    """A part from bars of (MIDI number or REST, quarters); `tied` lists pairs (bar, note) that tie to the next."""
    part = stream.Part()
    part.partName = name
    start = 0.0
    for number, bar in enumerate(bars):
        measure = stream.Measure(number=number)
        if number == 0:
            measure.timeSignature = meter.TimeSignature(signature)
            measure.paddingLeft = missing
        for place, (pitch, quarters) in enumerate(bar):
            element = note.Rest() if pitch is REST else note.Note(pitch)
            element.quarterLength = quarters
            if (number, place) in tied:
                element.tie = tie.Tie("start")
            measure.append(element)
        part.insert(start, measure)
        start += measure.duration.quarterLength
    return part


def make_score(*parts):
    score = stream.Score()
    for part in parts:
        score.insert(0, part)
    return score


def silent(bars, signature="4/4", missing=0.0, name=None):
    """A part that rests as long as another one lasts."""
    rests = [[(REST, sum(quarters for _, quarters in bar))] for bar in bars]
    return make_part(rests, signature, missing, name)


def solo(bars, signature="4/4", missing=0.0, tied=(), **options):
    """The frames of a score where the other three voices rest: a list of lists of MIDI numbers."""
    rest = [silent(bars, signature, missing, name) for name in NAMES[1:]]
    score = make_score(make_part(bars, signature, missing, NAMES[0], tied), *rest)
    return notes(chorale_roll(score, options.pop("transpose", 0), **options))


def notes(roll):
    assert roll.dtype == np.uint8
    assert roll.shape[1] == 88
    return [[21 + key for key in range(88) if frame[key]] for frame in roll]


def voices(*pitches, names=NAMES):
    """A score in which each part holds one note for a bar."""
    return make_score(
        *(make_part([[(pitch, 4.0)]], name=name) for pitch, name in zip(pitches, names, strict=True)),
    )


def test_all_four_voices_sound():
    assert notes(chorale_roll(voices(72, 67, 64, 48), 0)) == [[48, 64, 67, 72]] * 4


def test_unison_is_one_note():
    assert notes(chorale_roll(voices(60, 60, 55, 48), 0)) == [[48, 55, 60]] * 4


def test_first_part_of_each_name_counts_and_others_do_not():
    names = ("Violin", "Soprano 1", "Soprano 2", "Alto", "Tenor", "Bass\rContinuo", "Continuo")
    score = voices(90, 72, 71, 67, 64, 48, 30, names=names)
    assert notes(chorale_roll(score, 0))[0] == [48, 64, 67, 72]


def test_four_parts_need_no_names():
    score = voices(72, 67, 64, 48, names=(None, None, None, None))
    assert notes(chorale_roll(score, 0))[0] == [48, 64, 67, 72]


def test_missing_voice_is_refused():
    with pytest.raises(ValueError, match="tenor"):
        chorale_roll(voices(72, 67, 60, 48, 40, names=("Soprano", "Alto", "Bass", "Continuo", "Horn")), 0)


def test_pitches_at_whole_quarters():
    bars = [[(60, 1.0), (62, 0.5), (64, 0.5), (65, 2.0)]]
    assert solo(bars) == [[60], [62], [65], [65]]


def test_pickup_starts_at_frame_zero():
    bars = [[(67, 1.0)], [(72, 2.0), (71, 2.0)]]
    assert solo(bars, missing=3.0) == [[67], [72], [72], [71], [71]]


def test_chord_is_held_where_all_voices_rest():
    bars = [[(60, 1.0), (REST, 2.0), (62, 1.0)]]
    assert solo(bars) == [[60], [60], [60], [62]]


def test_rest_of_one_voice_is_a_rest():
    score = make_score(
        make_part([[(72, 1.0), (REST, 3.0)]], name="Soprano"),
        *(make_part([[(pitch, 4.0)]], name=name) for pitch, name in zip((67, 64, 48), NAMES[1:], strict=True)),
    )
    assert notes(chorale_roll(score, 0)) == [[48, 64, 67, 72]] + [[48, 64, 67]] * 3


def test_rest_before_the_first_note_is_empty():
    assert solo([[(REST, 1.0), (60, 3.0)]]) == [[], [60], [60], [60]]


def test_final_chord_is_held_to_the_end_of_a_full_bar():
    bars = [[(67, 1.0)], [(72, 4.0)], [(71, 3.0)]]
    assert solo(bars, missing=3.0) == [[67]] + [[72]] * 4 + [[71]] * 4


def test_note_off_the_beat_does_not_count():
    bars = [[(60, 0.5), (62, 1.0), (64, 0.5), (65, 1.0)]]
    assert solo(bars, "3/4") == [[60], [60], [65]]


def test_note_off_the_beat_keeps_the_previous_note_on_every_beat_it_crosses():
    bars = [[(60, 0.5), (62, 2.0), (64, 0.5)]]
    assert solo(bars, "3/4") == [[60], [60], [60]]


def test_note_off_the_beat_counts_on_beat_three_of_four_four():
    bars = [[(60, 1.0), (62, 0.5), (64, 1.0), (65, 0.5), (67, 1.0)]]
    assert solo(bars + bars) == [[60], [62], [64], [67]] * 2


def test_note_off_the_beat_does_not_count_on_beats_two_and_four():
    bars = [[(60, 0.5), (62, 1.0), (64, 0.5), (65, 0.5), (67, 0.5), (69, 0.5), (71, 0.5)]]
    assert solo(bars) == [[60], [60], [65], [69]]
    bars = [[(60, 1.0), (62, 1.0), (64, 0.5), (65, 1.0), (67, 0.5)]]
    assert solo(bars) == [[60], [62], [64], [64]]


def test_note_off_the_beat_does_not_count_on_beat_three_of_three_two():
    bars = [[(60, 1.0), (62, 0.5), (64, 1.0), (65, 0.5), (67, 3.0)]]
    assert solo(bars, "3/2") == [[60], [62], [62], [67], [67], [67]]


def test_beats_of_a_pickup_are_counted_from_its_missing_start():
    pickup = [(60, 0.5), (62, 1.0), (64, 0.5), (65, 1.0)]
    assert solo([pickup, [(67, 4.0)]], missing=1.0) == [[60], [62], [65]] + [[67]] * 4


@pytest.mark.parametrize(
    ("bar", "frames"),
    [
        ([(60, 1.5), (62, 1.0), (64, 0.5)], [[60], [60], [62]]),
        ([(59, 0.5), (60, 1.0), (62, 1.0), (64, 0.5)], [[59], [59], [62]]),
        ([(59, 0.75), (60, 0.75), (62, 1.0), (64, 0.5)], [[59], [59], [59]]),
    ],
)
def test_note_off_the_beat_counts_after_a_quarter_or_longer(bar, frames):
    assert solo([bar], "3/4") == frames


def test_note_off_the_beat_counts_after_a_rest():
    assert solo([[(REST, 0.5), (62, 1.0), (64, 0.5), (65, 1.0)]], "3/4") == [[], [62], [65]]


def test_tied_note_that_is_written_on_the_beat_counts():
    bars = [[(60, 0.5), (62, 0.5), (62, 0.5), (64, 0.5), (65, 1.0)]]
    assert solo(bars, "3/4", tied=[(0, 1)]) == [[60], [62], [65]]


def test_length_before_a_note_off_the_beat_is_the_written_one():
    # A tied pair of a quarter in all: what stands before the note off the beat is an eighth.
    bars = [[(59, 0.5), (60, 0.5), (60, 0.5), (62, 1.0), (64, 0.5)]]
    assert solo(bars, "3/4", tied=[(0, 1)]) == [[59], [60], [60]]


def test_every_pitch_is_transposed():
    assert notes(chorale_roll(voices(72, 67, 64, 48), 7))[0] == [55, 71, 74, 79]
    assert notes(chorale_roll(voices(72, 67, 64, 48), -3))[0] == [45, 61, 64, 69]


def test_note_off_the_piano_is_refused():
    with pytest.raises(ValueError, match="109"):
        chorale_roll(voices(97, 67, 64, 48), 12)


def test_repeats_are_played_when_asked_for():
    def repeated(part):
        part.getElementsByClass("Measure")[0].rightBarline = Repeat(direction="end")
        return part

    score = make_score(*(repeated(make_part([[(pitch, 4.0)], [(pitch + 2, 4.0)]])) for pitch in (72, 67, 64, 48)))
    first, second = [48, 64, 67, 72], [50, 66, 69, 74]
    assert notes(chorale_roll(score, 0)) == [first] * 4 + [second] * 4
    assert notes(chorale_roll(score, 0, repeats=True)) == [first] * 8 + [second] * 4


def test_leading_frames_are_skipped_after_holding():
    assert solo([[(60, 1.0), (REST, 2.0), (62, 1.0)]], skip=2) == [[60], [62]]


def test_step_of_an_eighth():
    bars = [[(60, 1.0), (62, 0.5), (64, 0.5)]]
    assert solo(bars, "2/4", step=0.5) == [[60], [60], [62], [64]]


def test_grace_note_neither_sounds_nor_counts_as_the_note_before():
    part = make_part([[(60, 1.5), (62, 1.0), (64, 0.5)]], "3/4", name="Soprano")
    (measure,) = part.getElementsByClass("Measure")
    for offset in (0, 1.5):
        measure.insert(offset, note.Note(61).getGrace())
    score = make_score(part, *(silent([[(60, 3.0)]], "3/4", name=name) for name in NAMES[1:]))
    assert notes(chorale_roll(score, 0)) == [[60], [60], [62]]
