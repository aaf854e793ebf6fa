"""The trial explorer as a reader has it: a headless Chromium, real keys, what the page then says.

Driven through the DevTools protocol, with the web sockets that come with Jupyter.
"""

import asyncio
import json
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from explorer_trials import studies
from plotly.offline import get_plotlyjs
from tornado.websocket import websocket_connect

from odyssey.figures.explorer import COLUMNS, explorer

BOOK = Path(__file__).resolve().parents[1] / "book"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-dev-shm-usage", "--remote-debugging-port=0"),
)
SECONDS = 60  # for a machine that does much else
KEYS = {
    "ArrowRight": 39,
    "ArrowLeft": 37,
    "ArrowUp": 38,
    "ArrowDown": 40,
    "End": 35,
    "Home": 36,
    "Escape": 27,
    "Tab": 9,
}
KEYS |= {"PageDown": 34, "PageUp": 33, " ": 32}

LABEL = "document.querySelector('.hoverlayer').textContent"  # Plotly writes it within 50 ms


class Browser:
    """A page in a browser, over one web socket."""

    def __init__(self, loop, address):
        self._loop = loop
        self._socket = self._wait(lambda: websocket_connect(address, max_message_size=2**26))
        self._number = 0
        self.complaints = []
        self.requests = []

    def _wait(self, begin):
        async def within():
            return await asyncio.wait_for(begin(), SECONDS)

        return self._loop.run_until_complete(within())

    def call(self, method, **parameters):
        """Call a method of the protocol; what the page reports meanwhile is noted."""
        self._number += 1
        asked = json.dumps({"id": self._number, "method": method, "params": parameters})
        self._wait(lambda: self._socket.write_message(asked))
        while (answer := self._read()).get("id") != self._number:
            pass
        assert "error" not in answer, answer
        return answer["result"]

    def _read(self):
        answer = json.loads(self._wait(self._socket.read_message))
        if "method" in answer:
            self._note(answer["method"], answer["params"])
        return answer

    def _note(self, method, told):
        if method == "Network.requestWillBeSent":
            self.requests.append(told["request"]["url"])
        wrong = method == "Runtime.consoleAPICalled" and told["type"] in ("error", "warning", "assert")
        if wrong or method in ("Runtime.exceptionThrown", "Log.entryAdded"):
            self.complaints.append(told)

    def ask(self, script):
        """The value of an expression of the page; a promise is waited for."""
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def press(self, *keys):
        for key in keys:
            told = {"key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": KEYS[key]}
            self.call("Input.dispatchKeyEvent", type="keyDown", **told, **({"text": " "} if key == " " else {}))
            self.call("Input.dispatchKeyEvent", type="keyUp", **told)

    def point(self, x, y):
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def choose(self, name, value):
        """A choice as a reader's makes it known to the page."""
        field = f"document.querySelector('.explorer-{name}')"
        self.ask(f"{field}.value = {json.dumps(value)}; {field}.dispatchEvent(new Event('change', {{bubbles: true}}))")

    def said(self, name="trial"):
        return self.ask(f"document.querySelector('.explorer-{name}').textContent")

    def open(self, width, height=900):
        """Load the page anew in a window of this size."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        self.call("Page.reload")
        while self._read().get("method") != "Page.loadEventFired":
            pass
        self.ask(
            "new Promise(done => { const look = () => document.querySelectorAll('.explorer .point').length"
            " ? done() : setTimeout(look, 20); look(); })"
        )


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A page of its own with the explorer alone: what the notebook stores, its script and style, and Plotly."""
    folder = tmp_path_factory.mktemp("page")
    for file in ("_ext/explorer/explorer.js", "_ext/explorer/explorer.css", "_static/custom.css"):
        shutil.copy(BOOK / file, folder)
    (folder / "plotly.min.js").write_text(get_plotlyjs(), encoding="utf-8")
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Trials</title>'
    head += '<link rel="icon" href="data:,">'  # or the browser would ask for one
    head += '<link rel="stylesheet" href="custom.css"><link rel="stylesheet" href="explorer.css">'
    head += '<script defer src="plotly.min.js"></script><script defer src="explorer.js"></script>'
    body = explorer(studies()).html
    file = folder / "page.html"
    file.write_text(f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>', encoding="utf-8")
    return file


def listening(process, file):
    """Where the browser can be spoken to: it says so in a file of two lines."""
    for _ in range(SECONDS * 20):
        lines = file.read_text(encoding="utf-8").split("\n") if file.exists() else []
        if len(lines) == 2:
            return f"ws://127.0.0.1:{lines[0]}", lines[1]
        assert process.poll() is None, f"{CHROMIUM} ended with {process.returncode} before it listened"
        time.sleep(0.05)
    raise AssertionError(f"{CHROMIUM} did not listen within {SECONDS} s")


@pytest.fixture(scope="module")
def started(page, tmp_path_factory):
    """The browser with the page open; skips the test where there is none."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (chromium): the explorer is not tried in a browser")
    profile = tmp_path_factory.mktemp("profile")
    command = [CHROMIUM, *OPTIONS, f"--user-data-dir={profile}", page.as_uri()]
    loop = asyncio.new_event_loop()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            host, path = listening(process, profile / "DevToolsActivePort")
            browser = Browser(loop, host + path)
            target = next(t for t in browser.call("Target.getTargets")["targetInfos"] if t["type"] == "page")
            shown = Browser(loop, f"{host}/devtools/page/{target['targetId']}")
            for domain in ("Page", "Runtime", "Log", "Network"):
                shown.call(f"{domain}.enable")
            yield shown
            browser.call("Browser.close")
            process.wait(SECONDS)
        finally:
            process.kill()
            loop.close()


@pytest.fixture
def browser(started):
    """The page as it is when it is opened on a wide screen; it must complain of nothing and need no network."""
    started.open(1000)
    yield started
    assert started.complaints == []
    assert started.requests and not [url for url in started.requests if not url.startswith(("file:", "data:"))]


def values_of(trial):
    """How the page writes what it must say of a trial."""
    for column in COLUMNS:
        yield f"{column.label} {format(trial[column.name], column.form).replace('-', '−')}"


def cell(task, variant):
    """The trials of a cell with a score, from the lowest learning rate to the highest."""
    trials = next(study.trials for study in studies() if study.task == task)
    trials = trials[(trials["variant"] == variant) & trials["test_score"].notna()]
    return trials.sort_values("learning_rate").to_dict("records")


def middle(browser, what):
    """The middle of an element in the window, in pixels."""
    return browser.ask(
        "(({left, right, top, bottom}) => [(left + right) / 2, (top + bottom) / 2])"
        f"(document.querySelector('{what}').getBoundingClientRect())"
    )


def test_keys_walk_from_trial_to_trial(browser):
    trials = cell("speech", "V")
    # To the plot by keyboard alone: past four choices, the boxes of the variants and two buttons.
    browser.press(*["Tab"] * (4 + 3 + 2 + 1))
    assert browser.ask("document.activeElement.className") == "explorer-plot"
    assert browser.ask("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    for number, trial in enumerate(trials, 1):
        browser.press("ArrowRight")
        said = browser.said()
        assert said.startswith(f"V, trial {trial['index']}; ") and f"; {number} of {len(trials)} along" in said
        assert not [words for words in values_of(trial) if words not in said]
        assert trial["status"] in said
        # The label at the mark says the same, and the ring is around the mark.
        label = browser.ask(f"new Promise(done => setTimeout(() => done({LABEL}), 100))")
        assert f"V, trial {trial['index']}" in label and next(values_of(trial)) in label
        mark = f".explorer .point:nth-child({trial['index'] + 1})"
        assert middle(browser, ".explorer-ring") == pytest.approx(middle(browser, mark), abs=1)
    browser.press("ArrowRight")
    assert browser.said() == said
    browser.press("ArrowLeft")
    assert f"trial {trials[-2]['index']}; " in browser.said()
    browser.press("Home")
    assert f"trial {trials[0]['index']}; " in browser.said()
    by_score = sorted(trials, key=lambda trial: trial["test_score"])
    place = by_score.index(trials[0])
    browser.press("ArrowDown" if place else "ArrowUp")
    assert f"trial {by_score[place - 1 if place else 1]['index']}; " in browser.said()
    browser.press("Escape")
    assert browser.said().startswith("Point at") and browser.ask(LABEL) == ""


def test_choices_decide_what_is_drawn(browser):
    drawn = "document.querySelectorAll('.explorer .point').length"
    assert browser.ask(drawn) == len(cell("speech", "V"))
    browser.choose("task", "1")
    browser.ask("document.querySelector('input[value=NFG]').focus()")
    browser.press(" ")
    assert browser.ask(drawn) == len(cell("music", "V")) + len(cell("music", "NFG"))
    assert "V, NFG; scores are the negative log-likelihood in nats per frame" in browser.said("summary")
    # Marks of the two differ in colour and in shape.
    looks = browser.ask(
        "document.querySelector('.explorer-canvas').data.slice(0, 2).map(t => [t.marker.color, t.marker.symbol[0]])"
    )
    assert looks[0][0] != looks[1][0] and looks[0][1] != looks[1][1]
    kinds = "(({xaxis, yaxis}) => [xaxis.type, yaxis.type])(document.querySelector('.explorer-canvas')._fullLayout)"
    assert browser.ask(kinds) == ["log", "log"]
    browser.choose("horizontal", "input_noise")
    browser.choose("vertical", "momentum")
    assert browser.ask(kinds) == ["linear", "log"]
    drawn_at = browser.ask("(({x, y}) => [x, y])(document.querySelector('.explorer-canvas').data[0])")
    noises, rests = zip(*((trial["input_noise"], 1 - trial["momentum"]) for trial in cell("music", "V")), strict=True)
    assert sorted(drawn_at[0]) == pytest.approx(sorted(noises), abs=1e-3)
    assert sorted(drawn_at[1]) == pytest.approx(sorted(rests), abs=1e-4)
    text = browser.ask("document.querySelector('.explorer-canvas').textContent")
    assert "input noise" in text and "1 − momentum" in text
    browser.ask("document.querySelector('.explorer-none').click()")
    assert browser.ask(drawn) == 0 and "0 trials of no variant" in browser.said("summary")


def test_what_is_not_drawn_as_it_is_is_said(browser):
    """NP of the toy study on speech: one trial without a score, one diverged, one whose score exploded."""
    browser.ask("document.querySelector('.explorer-none').click()")
    browser.ask("document.querySelector('input[value=NP]').click()")
    said = browser.said("summary")
    assert "1 trial without a value on these axes" in said and "1 trial diverged" in said and "1 trial beyond" in said
    assert browser.ask("document.querySelectorAll('.explorer .point').length") == len(cell("speech", "NP"))
    symbols = browser.ask("document.querySelector('.explorer-canvas').data[0].marker.symbol")
    assert sorted(symbol.endswith("-open") for symbol in symbols)[-2:] == [False, True]
    top = browser.ask("Math.max(...document.querySelector('.explorer-canvas').data[0].y)")
    scores = sorted(trial["test_score"] for trial in cell("speech", "NP"))
    assert top == pytest.approx(10 * scores[0], rel=1e-3) and top < scores[-1]
    browser.choose("limit", "1.5")
    assert browser.ask("Math.max(...document.querySelector('.explorer-canvas').data[0].y)") == pytest.approx(0.15 * top)
    # The table has all of them, the one without a score too, and its score's true value.
    browser.ask("document.querySelector('.explorer-list').open = true")
    browser.ask("new Promise(done => setTimeout(done, 50))")
    table = browser.ask("document.querySelector('.explorer-list table').textContent")
    rows = browser.ask("document.querySelectorAll('.explorer-list tbody tr').length")
    assert rows == len(cell("speech", "NP")) + 1 and f"{scores[-1]:.3f}" in table and "––" in table


def test_mouse_tells_the_same(browser):
    trial = cell("speech", "V")[0]
    mark = f".explorer .point:nth-child({trial['index'] + 1})"
    browser.ask(f"document.querySelector('{mark}').scrollIntoView()")
    x, y = middle(browser, mark)
    browser.point(x + 40, y + 40)
    browser.point(x, y)
    browser.ask("new Promise(done => setTimeout(done, 200))")
    assert browser.said().startswith(f"V, trial {trial['index']}; ")


def test_colours_follow_the_switch_of_the_theme(browser):
    papers = []
    for mode in ("light", "dark"):
        browser.ask(
            "document.documentElement.style.setProperty('--pst-color-background', "
            f"'{'#ffffff' if mode == 'light' else '#14181e'}'), document.documentElement.dataset.theme = '{mode}'"
        )
        browser.ask("new Promise(done => setTimeout(done, 100))")
        papers.append(browser.ask("document.querySelector('.explorer-canvas').layout.paper_bgcolor"))
    assert papers == ["rgb(255, 255, 255)", "rgb(20, 24, 30)"]


def test_phone_needs_no_sideways_scrolling(browser):
    browser.open(390)
    browser.ask("document.querySelector('.explorer-all').click(), document.querySelector('.explorer-list').open = true")
    browser.ask("new Promise(done => setTimeout(done, 100))")
    assert browser.ask("document.documentElement.scrollWidth") <= 390
    right = "document.querySelector('.explorer-canvas .main-svg').getBoundingClientRect().right"
    assert browser.ask(right) <= 390
