"""A figure on its way into a notebook: a PNG, its alternative text and the width it is meant for."""

from io import BytesIO

from matplotlib.figure import Figure

PIXELS = 100  # CSS pixels on the page for each inch of the figure


class Shown:
    """What a notebook cell displays.

    The picture carries its alternative text twice: as plain text beside the picture, which ``pytest --nbval``
    compares (it does not compare pictures), and as metadata, from which `odyssey.notebooks` writes the ``alt``
    attribute of the page.
    """

    def __init__(self, figure: Figure, alt: str):
        self.figure = figure
        self.alt = alt

    def _repr_mimebundle_(self, include=None, exclude=None):
        buffer = BytesIO()
        # Without the version of matplotlib in it, the same figure is the same file.
        self.figure.savefig(buffer, format="png", metadata={"Software": None})
        width = round(self.figure.get_size_inches()[0] * PIXELS)
        data = {"image/png": buffer.getvalue(), "text/plain": self.alt}
        return data, {"image/png": {"alt": self.alt, "width": f"{width}px"}}


def show(figure: Figure, alt: str) -> Shown:
    """`figure` with its alternative text, as the last line of a notebook cell."""
    return Shown(figure, alt)
