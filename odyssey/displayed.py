"""HTML on its way into a notebook."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Displayed:
    """What a notebook cell displays.

    Attributes:
        html: for the page.
        text: the same in plain words, which ``pytest --nbval`` compares.
    """

    html: str
    text: str

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": self.html, "text/plain": self.text}
