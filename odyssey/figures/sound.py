"""A sound on its way into a notebook: a player of the browser that holds the sound itself."""

import wave
from base64 import b64encode
from html import escape
from io import BytesIO

import numpy as np

from odyssey.displayed import Displayed


def sound(audio: np.ndarray, rate: int, label: str) -> Displayed:
    """A player as the last line of a notebook cell; its plain text is the label.

    Args:
        audio: int16 (samples,).
        rate: samples a second.
        label: what is heard.
    """
    buffer = BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(audio.astype("<i2").tobytes())
    source = f"data:audio/wav;base64,{b64encode(buffer.getvalue()).decode()}"
    style = "display: block; max-width: 100%"
    # Named for screen readers.
    html = f'<audio controls aria-label="{escape(label)}" style="{style}" src="{source}"></audio>'
    return Displayed(html, label)
