"""The built pages in a browser: nothing scrolls sideways on a phone, in either mode of the theme."""

import re

import built_book
import chromium
import pytest
from vision import contrast

# Width of the screen in CSS pixels and the mode that the reader's system asks for; 320 is the least that WCAG (1.4.10)
# has in mind.
VIEWS = ((390, "light"), (390, "dark"), (320, "light"))

# One page of each kind; those that the table of contents lacks are left out.
KINDS = (
    *("intro", "block", "notation", "speech", "cells/speech/V", "cells/handwriting/NIG", "cells/music/FGR"),
    *("comparison", "importance", "claims", "explorer", "cost", "extend", "made"),
)

# It declares a name twice where it prepares live code, and finds no mode chosen by one who comes for the first time.
OF_THE_THEME = ("Identifier 'THEBE_JS_URL' has already been declared", "Got invalid theme mode: . Resetting to auto.")

# What is wider than the screen without lying in a box that scrolls, and boxes that scroll but cannot be reached by
# keyboard. Equations are typeset first; signs that only show under the pointer are left out.
LOOK = """
(async () => {
  if (window.MathJax && MathJax.startup) await MathJax.startup.promise;
  await new Promise((done) => setTimeout(done, 50));
  const name = (e) => e.tagName + "." + e.className + ": " + e.textContent.trim().slice(0, 40);
  const scrolls = (e) => ["auto", "scroll"].includes(getComputedStyle(e).overflowX);
  const article = document.querySelector("article");
  const wide = [], unreachable = [];
  for (const e of article.querySelectorAll("*")) {
    const box = e.getBoundingClientRect();
    let inside = false;
    for (let p = e.parentElement; p && p !== article; p = p.parentElement) inside = inside || scrolls(p);
    if (!inside && box.width && box.right > innerWidth + 1) wide.push(name(e));
    if (scrolls(e) && e.scrollWidth > e.clientWidth + 1 && box.height && e.tabIndex < 0) unreachable.push(name(e));
  }
  const canvas = (e) => {
    for (let p = e; p; p = p.parentElement) {
      const colour = getComputedStyle(p).backgroundColor;
      if (!/, 0\\)$|transparent/.test(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const text = [];
  const written = "p, li, th, td, dt, dd, caption, figcaption span, h1, h2, h3, a, code, pre span";
  for (const e of article.querySelectorAll(written)) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    const box = e.getBoundingClientRect();
    const hidden = e.closest(".headerlink") || getComputedStyle(e).visibility === "hidden";
    if (own && box.width && box.height && !hidden) text.push([getComputedStyle(e).color, canvas(e), name(e)]);
  }
  const seen = new Map(text.map((entry) => [entry[0] + entry[1], entry]));
  return {
    width: document.documentElement.scrollWidth, screen: innerWidth, wide: wide.slice(0, 5), unreachable,
    mode: document.documentElement.dataset.theme, plotly: "Plotly" in window, text: [...seen.values()],
    cards: [...document.querySelectorAll("article figure img")].map((e) => getComputedStyle(e).backgroundColor),
  };
})()
"""


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    """The folder of the built pages."""
    return built_book.html(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module")
def looks(html):
    """What `LOOK` finds on every kind of page in every view, and of what the page has complained until then."""
    found = {}
    with chromium.page() as page:
        for name in filter(built_book.pages().__contains__, KINDS):
            page.complaints.clear()
            page.view(VIEWS[0][0], 844, VIEWS[0][1])
            page.open((html / f"{name}.html").as_uri())
            for width, mode in VIEWS:
                page.view(width, 844, mode)
                page.until(f"innerWidth === {width} && document.documentElement.dataset.theme === '{mode}'")
                found[name, width, mode] = {**page.ask(LOOK), "complaints": [*page.complaints]}
    return found


def test_every_kind_of_page_was_seen_in_every_view(looks):
    assert len(looks) >= 12 * len(VIEWS)
    assert all((look["screen"], look["mode"]) == view for (_, *view), look in looks.items() for view in [tuple(view)])


def test_no_page_scrolls_sideways(looks):
    wide = {where: look["wide"] for where, look in looks.items() if look["width"] > look["screen"] or look["wide"]}
    assert not wide


def test_what_scrolls_can_be_reached_by_keyboard(looks):
    """As the page was loaded: after a change of the screen the theme takes its time to look again."""
    loaded = {where: look["unreachable"] for where, look in looks.items() if where[1:] == VIEWS[0]}
    assert loaded and not any(loaded.values()), loaded


def test_pages_complain_of_nothing(looks):
    """No script fails, and no file that a page asks for is missing; but for what the theme does to itself."""
    complaints = {
        where: [told for told in look["complaints"] if not any(known in str(told) for known in OF_THE_THEME)]
        for where, look in looks.items()
    }
    assert complaints and not any(complaints.values()), complaints


def test_only_the_explorer_has_plotly(looks):
    assert {name for (name, *_), look in looks.items() if look["plotly"]} == {"explorer"}


def test_only_the_explorer_asks_for_plotly(html):
    """Megabytes, of which no other page has any use; the file is the book's own. Needs no browser."""
    asking = {
        file.relative_to(html).as_posix()
        for file in html.rglob("*.html")
        if re.search(r'<script[^>]* src="[^"]*plotly', file.read_text(encoding="utf-8"))
    }
    assert asking == {"explorer.html"} and (html / "_static" / "plotly.min.js").is_file()


def test_figures_are_white_cards_in_both_modes(looks):
    """Their colours are chosen against white (tests/figures/test_palette.py)."""
    cards = [card for look in looks.values() for card in look["cards"]]
    assert cards and set(cards) == {"rgb(255, 255, 255)"}


def test_text_has_contrast(looks):
    """WCAG 2.2, 1.4.3: at least 4.5 to 1; links and syntax colours included."""
    poor = {}
    for where, look in looks.items():
        for colour, background, name in look["text"]:
            ratio = contrast(rgb(colour), rgb(background))
            if ratio < 4.5:
                poor[where, name] = (colour, background, round(ratio, 2))
    assert not poor


def rgb(colour):
    """``rgb(1, 2, 3)`` as values from 0 to 1; anything transparent would have to be mixed first."""
    parts = [float(part) for part in colour[colour.index("(") + 1 : -1].split(",")]
    assert len(parts) == 3 or parts[3] == 1, colour
    return [part / 255 for part in parts[:3]]
