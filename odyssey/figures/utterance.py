"""An utterance: its spectrum in time, its phones, and the features that the network sees."""

import numpy as np
from matplotlib.figure import Figure
from scipy.signal import spectrogram

from odyssey.corpora.utterances import PHONES, RATE, Utterance
from odyssey.figures.style import GREY, INK, PAPER, POINTS, new_figure, styled
from odyssey.tasks.mfcc import STRIDE, WINDOW

COLOURS = "cividis"  # the same to people with a colour vision deficiency
RANGE = 70  # dB below the loudest point that are told apart
LIMIT = 3  # standard deviations from the mean that are told apart
_SHADES = ("#E3E3E3", "#F7F7F7")
_INCHES = 4.2  # width of the panels, about
_LETTER = 0.62 * (POINTS - 1) / 72  # width of a letter of a phone's name in inches, about
_ROW = 0.19  # height of a row of names in inches


def utterance(utterance: Utterance, inputs: np.ndarray) -> Figure:
    """Draw an utterance, three panels on one axis of time.

    Args:
        utterance: with its segments.
        inputs: (T, 39), its features as the network sees them, normalised over the training split.
    """
    segments = list(_segments(utterance))
    seconds = len(utterance.audio) / RATE
    rows = _rows(segments, seconds)
    # Frame t stands at the middle of its window, and is as wide as the step to the next.
    left = (WINDOW - STRIDE) / 2 / RATE
    extent = (left, left + len(inputs) * STRIDE / RATE)
    heights = (1.9, _ROW * (max(rows) + 1), 2.3)
    with styled():
        figure = new_figure(sum(heights) + 0.7)
        spectrum, names, features = figure.subplots(3, 1, sharex=True, height_ratios=heights)

        frequencies, _, power = _spectrum(utterance)
        step = frequencies[1] / 1000
        level = 10 * np.log10(np.maximum(power / (power.max() or 1.0), 10 ** (-RANGE / 10)))
        level = np.maximum(level, -RANGE)  # the logarithm of some processors ends a rounding below it
        image = spectrum.imshow(
            level, COLOURS, origin="lower", aspect="auto", interpolation="nearest", vmin=-RANGE, vmax=0, gid="spectrum",
            extent=(*extent, -step / 2, RATE / 2000 + step / 2),
        )  # fmt: skip
        spectrum.set_ylim(0, RATE / 2000)
        spectrum.set_ylabel("frequency (kHz)")
        figure.colorbar(image, ax=spectrum, label="level (dB)")

        for number, ((name, begin, end), row) in enumerate(zip(segments, rows, strict=True)):
            names.axvspan(begin, end, color=_SHADES[number % 2], lw=0, gid=f"segment:{number}")
            names.text(
                (begin + end) / 2, row + 0.5, name, ha="center", va="center_baseline", fontsize=POINTS - 1, color=INK,
                gid=f"name:{number}",
            )  # fmt: skip
            for panel in (spectrum, features):
                panel.axvline(begin, color=PAPER, lw=0.6, alpha=0.7)
        names.set_ylim(max(rows) + 1, 0)
        names.set_yticks([])
        names.set_ylabel("phone", rotation=0, ha="right", va="center")

        group = inputs.shape[1] / 3
        image = features.imshow(
            inputs.T, COLOURS, aspect="auto", interpolation="nearest", vmin=-LIMIT, vmax=LIMIT, gid="features",
            extent=(*extent, inputs.shape[1], 0),
        )  # fmt: skip
        for border in (group, 2 * group):
            features.axhline(border, color=PAPER, lw=1.5)
        features.set_yticks(
            [group / 2, 3 * group / 2, 5 * group / 2], ["MFCC,\nenergy", "first\nderiv.", "second\nderiv."], va="center"
        )
        features.set_xlabel("time (s)")
        figure.colorbar(image, ax=features, label="value (st. dev.)", extend="both")

        for panel in (spectrum, names, features):
            panel.grid(False)
            panel.spines[:].set_visible(False)
            panel.tick_params(length=0 if panel is names else 3, labelbottom=panel is features, color=GREY)
        features.tick_params(axis="y", length=0)
        features.set_xlim(0, seconds)
    return figure


def alt_utterance(utterance: Utterance, inputs: np.ndarray) -> str:
    """What `utterance` shows, counted from the same data."""
    segments = list(_segments(utterance))
    listed = ", ".join(f"{name} {1000 * (end - begin):.0f}" for name, begin, end in segments)
    _, times, power = _spectrum(utterance)
    loudness = power.sum(axis=0)
    extremes = []
    for word, frame in (("Loudest", loudness.argmax()), ("quietest", loudness.argmin())):
        name = next(name for name, begin, end in segments if begin <= times[frame] < end)
        extremes.append(f"{word} at {times[frame]:.2f} s, in {name}")
    low, high = (f"{value:.1f}".replace("-", "−") for value in (inputs.min(), inputs.max()))
    return (
        f"Spectrogram of {len(utterance.audio) / RATE:.2f} s of speech from 0 to {RATE / 2000:g} kHz, and below it "
        f"its {len(segments)} phones, here with their lengths in milliseconds: {listed}. {'; '.join(extremes)}. "
        f"Under the phones the {inputs.shape[1]} normalised features of its {len(inputs)} frames, from {low} to {high} "
        "standard deviations."
    )


def _segments(utterance):
    """Phone, begin and end in seconds of each segment."""
    ends = np.append(utterance.starts[1:], len(utterance.audio))
    for phone, begin, end in zip(utterance.phones, utterance.starts, ends, strict=True):
        yield PHONES[phone], int(begin) / RATE, int(end) / RATE


def _spectrum(utterance):
    """Frequencies in Hz (F,), middle of each window in seconds (T,), and power (F, T), in the windows of the task."""
    return spectrogram(utterance.audio, RATE, window="hamming", nperseg=WINDOW, noverlap=WINDOW - STRIDE, detrend=False)


def _rows(segments, seconds):
    """A row for the name of each segment, the topmost in which it touches no other name."""
    rows, taken = [], []
    for name, begin, end in segments:
        middle = (begin + end) / 2
        half = (len(name) + 1) * _LETTER / 2 * seconds / _INCHES
        row = next((row for row, until in enumerate(taken) if until <= middle - half), len(taken))
        taken[row : row + 1] = [middle + half]
        rows.append(row)
    return rows
