"""Tables that a screen reader can read: caption, header cells with scope, a named region that scrolls."""

from html.parser import HTMLParser
from math import nan

import pandas as pd
import pytest

from odyssey import tables


class Outline(HTMLParser):
    """Tags with their attributes, in order."""

    def __init__(self, html):
        super().__init__()
        self.tags = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))


def test_headers_caption_and_region():
    frame = pd.DataFrame({"a": ["<x>", "y"], "b": [1.5, nan], "c": [-2, 3]})
    shown = tables.table(frame, "Some & more.", {"a": ("A", "s"), "b": ("B", ".1f"), "c": ("C", "d")})
    outline = Outline(shown.html)
    headers = [attributes["scope"] for tag, attributes in outline.tags if tag == "th"]
    assert headers == ["col"] * 3 + ["row"] * 2
    assert outline.tags[0] == (
        "div",
        {"class": "odyssey-table", "role": "region", "tabindex": "0", "aria-label": "Some & more."},
    )
    assert "<caption><span>Some &amp; more.</span></caption>" in shown.html
    assert "&lt;x&gt;" in shown.html and f"<td>{tables.DASH}</td>" in shown.html and "<td>−2</td>" in shown.html
    assert shown._repr_mimebundle_() == {"text/html": shown.html, "text/plain": "Some & more."}


@pytest.mark.parametrize(("p", "text"), [(0.0004, "< 0.001"), (0.001, "0.001"), (0.04999, "0.050"), (1.0, "1.000")])
def test_p_values(p, text):
    assert tables.p_value(p) == text
