"""The trial explorer as a reader has it: a headless Chromium, real keys, what the page then says."""

import json
import shutil
from pathlib import Path

import chromium
import pytest
from explorer_trials import studies
from plotly.offline import get_plotlyjs

from odyssey.figures.explorer import COLUMNS, explorer

BOOK = Path(__file__).resolve().parents[1] / "book"

LABEL = "document.querySelector('.hoverlayer').textContent"
POINTS = "document.querySelectorAll('.explorer .point').length"
ROWS = "document.querySelectorAll('.explorer-list tbody tr').length"
TRACE = "document.querySelector('.explorer-canvas').data[0]"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
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
    return file.as_uri()


@pytest.fixture(scope="module")
def started():
    """The one browser for all tests; skips them where there is none."""
    with chromium.page() as page:
        yield page


@pytest.fixture
def browser(started, address):
    """The page as it is when it is opened on a wide screen; it must complain of nothing and need no network."""
    show(started, address, 1000)
    yield started
    assert started.complaints == []
    assert started.requests and not [url for url in started.requests if not url.startswith(("file:", "data:"))]


def show(browser, address, width):
    """Load the page in a window of this width, as that of a phone where it is narrow."""
    browser.view(width, 900, mobile=width < 600)
    browser.open(address)
    browser.until(POINTS)


def choose(browser, name, value):
    """A choice as a reader's makes it known to the page."""
    field = f"document.querySelector('.explorer-{name}')"
    browser.ask(f"{field}.value = {json.dumps(value)}; {field}.dispatchEvent(new Event('change', {{bubbles: true}}))")


def click(browser, what):
    browser.ask(f"document.querySelector('{what}').click()")


def unfold_table(browser):
    browser.ask("document.querySelector('.explorer-list').open = true")
    browser.until(ROWS)


def said(browser, name="trial"):
    return browser.ask(f"document.querySelector('.explorer-{name}').textContent")


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
        line = said(browser)
        assert line.startswith(f"V, trial {trial['index']}; ") and f"; {number} of {len(trials)} along" in line
        assert not [words for words in values_of(trial) if words not in line]
        assert trial["status"] in line
        # The label at the mark says the same, and the ring is around the mark.
        browser.until(f'{LABEL}.includes("V, trial {trial["index"]}")')
        assert next(values_of(trial)) in browser.ask(LABEL)
        mark = f".explorer .point:nth-child({trial['index'] + 1})"
        assert middle(browser, ".explorer-ring") == pytest.approx(middle(browser, mark), abs=1)
    browser.press("ArrowRight")
    assert said(browser) == line
    browser.press("ArrowLeft")
    assert f"trial {trials[-2]['index']}; " in said(browser)
    browser.press("Home")
    assert f"trial {trials[0]['index']}; " in said(browser)
    by_score = sorted(trials, key=lambda trial: trial["test_score"])
    place = by_score.index(trials[0])
    browser.press("ArrowDown" if place else "ArrowUp")
    assert f"trial {by_score[place - 1 if place else 1]['index']}; " in said(browser)
    browser.press("Escape")
    assert said(browser).startswith("Point at") and browser.ask(LABEL) == ""


def test_choices_decide_what_is_drawn(browser):
    assert browser.ask(POINTS) == len(cell("speech", "V"))
    choose(browser, "task", "1")
    browser.ask("document.querySelector('input[value=NFG]').focus()")
    browser.press(" ")
    assert browser.ask(POINTS) == len(cell("music", "V")) + len(cell("music", "NFG"))
    assert "V, NFG; scores are the negative log-likelihood in nats per frame" in said(browser, "summary")
    # Marks of the two differ in colour and in shape.
    looks = browser.ask(
        "document.querySelector('.explorer-canvas').data.slice(0, 2).map(t => [t.marker.color, t.marker.symbol[0]])"
    )
    assert looks[0][0] != looks[1][0] and looks[0][1] != looks[1][1]
    kinds = "(({xaxis, yaxis}) => [xaxis.type, yaxis.type])(document.querySelector('.explorer-canvas')._fullLayout)"
    assert browser.ask(kinds) == ["log", "log"]
    choose(browser, "horizontal", "input_noise")
    choose(browser, "vertical", "momentum")
    assert browser.ask(kinds) == ["linear", "log"]
    drawn_at = browser.ask(f"(({{x, y}}) => [x, y])({TRACE})")
    noises, rests = zip(*((trial["input_noise"], 1 - trial["momentum"]) for trial in cell("music", "V")), strict=True)
    assert sorted(drawn_at[0]) == pytest.approx(sorted(noises), abs=1e-3)
    assert sorted(drawn_at[1]) == pytest.approx(sorted(rests), abs=1e-4)
    text = browser.ask("document.querySelector('.explorer-canvas').textContent")
    assert "input noise" in text and "1 − momentum" in text
    click(browser, ".explorer-none")
    assert browser.ask(POINTS) == 0 and "0 trials of no variant" in said(browser, "summary")


def test_what_is_not_drawn_as_it_is_is_said(browser):
    """NP of the toy study on speech: one trial without a score, one diverged, one whose score exploded."""
    click(browser, ".explorer-none")
    click(browser, "input[value=NP]")
    line = said(browser, "summary")
    assert "1 trial without a value on these axes" in line and "1 trial diverged" in line and "1 trial beyond" in line
    assert browser.ask(POINTS) == len(cell("speech", "NP"))
    symbols = browser.ask(f"{TRACE}.marker.symbol")
    assert sorted(symbol.endswith("-open") for symbol in symbols)[-2:] == [False, True]
    top = browser.ask(f"Math.max(...{TRACE}.y)")
    scores = sorted(trial["test_score"] for trial in cell("speech", "NP"))
    assert top == pytest.approx(10 * scores[0], rel=1e-3) and top < scores[-1]
    choose(browser, "limit", "1.5")
    assert browser.ask(f"Math.max(...{TRACE}.y)") == pytest.approx(0.15 * top)
    # The table has all of them, the one without a score too, and its score's true value.
    unfold_table(browser)
    table = browser.ask("document.querySelector('.explorer-list table').textContent")
    assert browser.ask(ROWS) == len(cell("speech", "NP")) + 1 and f"{scores[-1]:.3f}" in table and "––" in table


def test_mouse_tells_the_same(browser):
    trial = cell("speech", "V")[0]
    mark = f".explorer .point:nth-child({trial['index'] + 1})"
    browser.ask(f"document.querySelector('{mark}').scrollIntoView()")
    x, y = middle(browser, mark)
    browser.point(x + 40, y + 40)
    browser.point(x, y)
    browser.until(f"document.querySelector('.explorer-trial').textContent.startsWith(\"V, trial {trial['index']}; \")")


def test_colours_follow_the_switch_of_the_theme(browser):
    drawn = "document.querySelector('.explorer-canvas').layout.paper_bgcolor"
    for mode, colour in {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 24, 30)"}.items():
        browser.ask(f"document.documentElement.style.setProperty('--pst-color-background', '{colour}')")
        browser.ask(f"document.documentElement.dataset.theme = '{mode}'")
        browser.until(f"{drawn} === '{colour}'")


def test_phone_needs_no_sideways_scrolling(browser, address):
    show(browser, address, 390)
    click(browser, ".explorer-all")
    unfold_table(browser)
    browser.ask("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert browser.ask("document.documentElement.scrollWidth") <= 390
    right = "document.querySelector('.explorer-canvas .main-svg').getBoundingClientRect().right"
    assert browser.ask(right) <= 390
