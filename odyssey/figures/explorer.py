"""The trial explorer: every trial of the study as data for a script in the page, and the HTML that it starts from.

The script (``book/_ext/explorer``) draws with Plotly, and knows of the study only what stands here: which columns
there are, how a value is written, where an axis ends, which mark a variant has. Where no script runs, the reader sees
a sentence and no controls.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from html import escape
from itertools import cycle

import pandas as pd

from odyssey.analysis.comparison import BASELINE, scored
from odyssey.analysis.samples import LIMIT
from odyssey.displayed import Displayed
from odyssey.figures.style import BLUE, GHOST, GREEN, ORANGE, PURPLE, SKY, VERMILLION
from odyssey.protocol import BLOCKS, DIVERGED, INPUT_NOISE, LEARNING_RATE, ONE_MINUS_MOMENTUM
from odyssey.variants import VARIANTS

# The script writes values by the same forms, and knows no others.
FORM = re.compile(r",?(\.\d)?[dfe]")
# Each list starts anew when it is used up; as they differ in length, no pair comes twice within the first seventy.
COLOURS = (BLUE, VERMILLION, GREEN, ORANGE, SKY, PURPLE, GHOST)
SYMBOLS = (
    *("circle", "square", "diamond", "triangle-up", "triangle-down"),
    *("cross", "x", "star", "hexagon", "triangle-left"),
)


@dataclass(frozen=True)
class Column:
    """A column of the records that the explorer shows, and that can be an axis of it.

    Attributes:
        name: in the records.
        label: for people.
        form: how a value is written, a format specification of the kind `FORM`; no digit beyond it is stored.
        unit: of the values; None for the unit of the task's score.
        logarithmic: whether its axis is.
        limits: of its axis, for the momentum of 1 − momentum; None for those of the trials shown.
        complement: whether its axis shows one minus the value.
    """

    name: str
    label: str
    form: str
    unit: str | None = ""
    logarithmic: bool = True
    limits: tuple[float, float] | None = None
    complement: bool = False


COLUMNS = (
    Column("test_score", "test score", ".3f", unit=None),
    Column("valid_score", "validation score", ".3f", unit=None),
    Column("learning_rate", "learning rate", ".2e", limits=LEARNING_RATE),
    Column("blocks", "blocks", "d", limits=BLOCKS),
    Column("momentum", "momentum", ".4f", limits=ONE_MINUS_MOMENTUM, complement=True),
    Column("input_noise", "input noise", ".3f", logarithmic=False, limits=INPUT_NOISE),
    Column("seconds", "training time", ".2f", unit="s"),
    Column("parameters", "parameters", ",d"),
    Column("epochs", "epochs", "d", logarithmic=False),
    Column("best_epoch", "best epoch", "d", logarithmic=False),
)
HORIZONTAL, VERTICAL = "learning_rate", "test_score"  # the axes at first
# Where an axis of scores may end, in multiples of the best score; the first is that of the other figures.
ENDS = (LIMIT, 3.0, 1.5)


@dataclass(frozen=True)
class Study:
    """The trials of one task.

    Attributes:
        task: its name.
        corpus: name of the corpus.
        title: of the corpus, its name and what it is.
        score: name of the score.
        unit: of the score.
        trials: as `odyssey.records.read` gives them.
    """

    task: str
    corpus: str
    title: str
    score: str
    unit: str
    trials: pd.DataFrame


def explorer(studies: Sequence[Study]) -> Displayed:
    """The explorer of these tasks, at least one, as the last line of a notebook cell."""
    words = alt_explorer(studies)
    data = json.dumps(explorer_data(studies), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # Within a script element the only thing that ends it is its end tag, so no "<" may come from the data.
    data = data.replace("<", "\\u003c")
    return Displayed(_page(studies, words, data), words)


def explorer_data(studies: Sequence[Study]) -> dict:
    """What the script reads: ``columns`` and ``variants`` as declared, and for each task its trials column by column.

    Values are rounded to the digits that are shown; one that does not exist is None. In ``trials``, ``variant`` is the
    place in ``variants`` and ``diverged`` is 0 or 1.
    """
    codes = _codes(studies)
    places = {code: place for place, code in enumerate(codes)}
    marks = zip(codes, cycle(COLOURS), cycle(SYMBOLS), strict=False)
    return {
        "columns": [asdict(column) for column in COLUMNS],
        "variants": [{"code": code, "colour": colour, "symbol": symbol} for code, colour, symbol in marks],
        "tasks": [
            {"task": study.task, "corpus": study.corpus, "title": study.title, "score": study.score, "unit": study.unit}
            | {"trials": _columns(study.trials, places)}
            for study in studies
        ],
    }


def _codes(studies):
    """The recorded variants, declared ones first."""
    recorded = dict.fromkeys(code for study in studies for code in study.trials["variant"])
    return [*(code for code in VARIANTS if code in recorded), *(code for code in recorded if code not in VARIANTS)]


def _columns(trials, places):
    stored = {
        "variant": [places[code] for code in trials["variant"]],
        "index": [int(index) for index in trials["index"]],
        "diverged": [int(status == DIVERGED) for status in trials["status"]],
    }
    for column in COLUMNS:
        stored[column.name] = [_rounded(value, column.form) for value in trials[column.name]]
    return stored


def _rounded(value, form):
    if pd.isna(value):
        return None
    return int(value) if form.endswith("d") else float(format(value, form))


def alt_explorer(studies: Sequence[Study]) -> str:
    """What is in the explorer: for each task how many trials of how many variants, and the range of their scores."""
    words = []
    for study in studies:
        shown = scored(study.trials)
        counts = f"{len(study.trials)} trials of {study.trials['variant'].nunique()} variants"
        scores = shown["test_score"]
        reach = f"test scores {scores.min():.2f} to {scores.max():.2f} {study.unit}" if len(shown) else "no test scores"
        words.append(f"{study.task} (corpus {study.corpus}): {counts}, {reach}")
    return f"Explorer of all trials. {'; '.join(words)}."


def _page(studies, words, data):
    codes = _codes(studies)
    tasks = [(str(place), f"{study.task} (corpus {study.corpus})", place == 0) for place, study in enumerate(studies)]
    ends = [(f"{end:g}", f"{end:g} × the best", end == LIMIT) for end in ENDS]
    checked = BASELINE if BASELINE in codes else codes[0]
    boxes = "\n".join(
        f'<label title="{escape(VARIANTS[code].name if code in VARIANTS else code)}">'
        f'<input type="checkbox" value="{escape(code)}"{" checked" * (code == checked)}> {escape(code)}</label>'
        for code in codes
    )
    return f"""<div class="explorer">
<p class="explorer-fallback">{escape(words)} To explore them, open this page in the built book, in a browser that runs
scripts; the tables on the pages of the cells have the same trials.</p>
<div class="explorer-app" hidden>
<div class="explorer-choices">
{_select("task", "Task", tasks)}
{_select("horizontal", "Horizontal axis", _axes(HORIZONTAL))}
{_select("vertical", "Vertical axis", _axes(VERTICAL))}
{_select("limit", "Scores up to", ends)}
</div>
<fieldset class="explorer-variants">
<legend>Variants</legend>
{boxes}
<button type="button" class="explorer-all">all</button>
<button type="button" class="explorer-none">none</button>
</fieldset>
<p class="explorer-keys" id="explorer-keys">Keys in the plot: left and right walk along the horizontal axis, up and
down along the vertical one; Page Up and Page Down take ten at a time, Home and End go to the first and the last trial,
Escape lets go.</p>
<div class="explorer-plot" tabindex="0" role="application" aria-roledescription="scatter plot" aria-label="Trials"
aria-describedby="explorer-summary explorer-keys"><div class="explorer-canvas" aria-hidden="true"></div>
<div class="explorer-ring" hidden></div></div>
<p class="explorer-trial" role="status" aria-live="polite" aria-atomic="true"></p>
<p class="explorer-summary" id="explorer-summary" role="status" aria-live="polite"></p>
<p><button type="button" class="explorer-save">Save the chosen trials as CSV</button></p>
<details class="explorer-list"><summary>Table of the chosen trials</summary>
<div class="odyssey-table odyssey-tall" role="region" tabindex="0" aria-label="Table of the chosen trials"></div>
</details>
</div>
<script type="application/json">{data}</script>
</div>"""


def _axes(chosen):
    return [(column.name, column.label, column.name == chosen) for column in COLUMNS]


def _select(name, label, options):
    """A labelled choice; an option is its value, its text, and whether it is chosen at first."""
    body = "".join(
        f'<option value="{escape(value)}"{" selected" * chosen}>{escape(text)}</option>'
        for value, text, chosen in options
    )
    # Without autocomplete="off" a browser restores an earlier choice after a reload.
    return f'<label>{label} <select class="explorer-{name}" autocomplete="off">{body}</select></label>'
