"""The built pages in a browser: nothing scrolls sideways on a phone, in either mode of the theme.

One Chromium without a window, driven through its DevTools protocol. The tests skip where there is none.
"""

import asyncio
import json
import shutil
import subprocess
from contextlib import contextmanager
from itertools import count
from time import monotonic, sleep
from urllib.request import urlopen

import built_book
import pytest
from tornado.websocket import websocket_connect
from vision import contrast

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-sync", "--disable-dev-shm-usage", "--remote-debugging-port=0"),
)
# Width of the screen in CSS pixels and the mode that the reader's system asks for; 320 is the least that WCAG (1.4.10)
# has in mind.
VIEWS = ((390, "light"), (390, "dark"), (320, "light"))
SECONDS = 120  # for the browser to start, and for a page to load, on a machine that does much else

# One page of each kind; those that the table of contents lacks are left out.
KINDS = (
    *("intro", "block", "notation", "speech", "cells/speech/V", "cells/handwriting/NIG", "cells/music/FGR"),
    *("comparison", "importance", "claims", "explorer", "cost", "extend", "made"),
)

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
  return JSON.stringify({
    width: document.documentElement.scrollWidth, screen: innerWidth, wide: wide.slice(0, 5), unreachable,
    mode: document.documentElement.dataset.theme, text: [...seen.values()],
    cards: [...document.querySelectorAll("article figure img")].map((e) => getComputedStyle(e).backgroundColor),
  });
})()
"""


class Browser:
    """A page in Chromium and what is said to it."""

    def __init__(self, socket):
        self._socket, self._numbers, self._events = socket, count(1), []

    async def ask(self, method, **parameters):
        number = next(self._numbers)
        await self._socket.write_message(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = await self._message()
            if message.get("id") == number:
                assert "error" not in message, message
                return message["result"]
            self._events.append(message.get("method"))

    async def open(self, address):
        self._events.clear()
        await self.ask("Page.navigate", url=address)
        while "Page.loadEventFired" not in self._events:
            self._events.append((await self._message()).get("method"))

    async def look(self):
        answer = await self.ask("Runtime.evaluate", expression=LOOK, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return json.loads(answer["result"]["value"])

    async def _message(self):
        text = await asyncio.wait_for(self._socket.read_message(), SECONDS)
        assert text is not None, "Chromium has closed the connection"
        return json.loads(text)


@contextmanager
def chromium(profile):
    """A running Chromium: the address of its first page's DevTools."""
    command = [CHROMIUM, *OPTIONS, f"--user-data-dir={profile}", "about:blank"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        file, began = profile / "DevToolsActivePort", monotonic()
        while not (file.is_file() and file.read_text().count("\n")):
            assert process.poll() is None and monotonic() - began < SECONDS, "Chromium does not start"
            sleep(0.05)
        port = file.read_text().split()[0]
        with urlopen(f"http://127.0.0.1:{port}/json", timeout=SECONDS) as answer:
            yield next(tab["webSocketDebuggerUrl"] for tab in json.load(answer) if tab["type"] == "page")
    finally:
        process.terminate()
        process.wait(SECONDS)


async def look_at(address, files):
    """What `LOOK` finds on each page, by page and view."""
    socket = await websocket_connect(address, max_message_size=2**26)
    try:
        browser, found = Browser(socket), {}
        await browser.ask("Page.enable")
        for page, file in files.items():
            await browser.open(file.as_uri())
            for width, mode in VIEWS:
                screen = {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": False}
                media = {"name": "prefers-color-scheme", "value": mode}
                await browser.ask("Emulation.setDeviceMetricsOverride", **screen)
                await browser.ask("Emulation.setEmulatedMedia", features=[media])
                found[page, width, mode] = await browser.look()
        return found
    finally:
        socket.close()


@pytest.fixture(scope="module")
def looks(tmp_path_factory):
    """Every kind of page in every view."""
    if CHROMIUM is None:
        pytest.skip("CHROMIUM ABSENT: the pages' width and contrast on a phone are not tested")
    html = built_book.html(tmp_path_factory.getbasetemp())
    files = {page: html / f"{page}.html" for page in KINDS if page in built_book.pages()}
    with chromium(tmp_path_factory.mktemp("profile")) as address:
        return asyncio.run(look_at(address, files))


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
