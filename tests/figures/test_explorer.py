"""The explorer's data are the records, rounded to what is shown; its HTML works without its script, as words."""

import json
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from explorer_trials import studies, trials

from odyssey.figures import explorer as module
from odyssey.figures.explorer import COLUMNS, FORM, Study, alt_explorer, explorer, explorer_data
from odyssey.protocol import draw_trial
from odyssey.records import COLUMNS as RECORDED
from odyssey.variants import VARIANTS


class Elements(HTMLParser):
    """Every element of a fragment, with its attributes; and the text of those that hold text alone."""

    def __init__(self, html):
        super().__init__()
        self.found, self.text = [], {}
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))

    def handle_data(self, data):
        if data.strip():
            self.text.setdefault(self.found[-1][0], data)

    def all(self, tag):
        return [attributes for name, attributes in self.found if name == tag]


def test_every_trial_is_there_as_it_was_recorded():
    given = studies()
    data = json.loads(json.dumps(explorer_data(given), allow_nan=False))
    for study, stored in zip(given, data["tasks"], strict=True):
        assert [stored[name] for name in ("task", "corpus", "title", "score", "unit")] == [
            *(study.task, study.corpus, study.title, study.score, study.unit)
        ]
        kept = stored["trials"]
        codes = [data["variants"][place]["code"] for place in kept["variant"]]
        assert codes == list(study.trials["variant"]) and kept["index"] == list(study.trials["index"])
        assert kept["diverged"] == list((study.trials["status"] == "diverged").astype(int))
        for column in COLUMNS:
            for value, real in zip(kept[column.name], study.trials[column.name], strict=True):
                assert (value is None) == bool(np.isnan(real))
                assert value is None or format(value, column.form) == format(real, column.form)
    scores = data["tasks"][0]["trials"]["test_score"]
    assert scores[0] == 30.123 and None in scores and 1e6 in scores


def test_columns_are_the_records_and_their_scales_the_search_space():
    assert {column.name for column in COLUMNS} <= set(RECORDED)
    assert all(FORM.fullmatch(column.form) for column in COLUMNS)
    axes = {column.name: column for column in COLUMNS}
    drawn = [draw_trial("music", "V", index).hyperparameters.as_dict() for index in range(300)]
    for name, logarithmic in (("learning_rate", 1), ("blocks", 1), ("momentum", 1), ("input_noise", 0)):
        values = np.array([trial[name] for trial in drawn])
        values = 1 - values if axes[name].complement else values
        low, high = axes[name].limits
        assert axes[name].logarithmic == logarithmic and low <= values.min() and values.max() <= high
        # Uniform on the axis: the mean of the drawn values is in its middle.
        scale = np.log if logarithmic else float
        assert np.mean([scale(value) for value in values]) == pytest.approx((scale(low) + scale(high)) / 2, rel=0.1)


def test_marks_differ_in_colour_or_shape_and_declared_variants_in_shape():
    cells = [trials("music", code, 1) for code in ("ZEBRA", *reversed(VARIANTS))]
    data = explorer_data([Study("music", "toy", "toys", "loss", "nats", pd.concat(cells))])
    assert [mark["code"] for mark in data["variants"]] == [*VARIANTS, "ZEBRA"]
    assert len({mark["symbol"] for mark in data["variants"]}) == len(data["variants"]) == 10
    pairs = {(module.COLOURS[n % len(module.COLOURS)], module.SYMBOLS[n % len(module.SYMBOLS)]) for n in range(70)}
    assert len(pairs) == 70


def test_a_whole_study_is_small():
    generator = np.random.default_rng(0)
    whole = []
    for task in ("speech", "handwriting", "music"):
        cells = pd.concat([trials(task, code, 200) for code in VARIANTS])
        scores = {
            "test_score": generator.uniform(8, 100, len(cells)),
            "valid_score": generator.uniform(8, 100, len(cells)),
        }
        sizes = {"parameters": generator.integers(6_000, 900_000, len(cells))}
        whole.append(Study(task, "toy", "toys", "error", "%", cells.assign(**scores, **sizes)))
    assert len(explorer(whole).html.encode()) < 500_000


def test_controls_are_native_and_named():
    html = explorer(studies()).html
    elements = Elements(html)
    assert len(elements.all("select")) == 4 == len(re.findall(r"<label>[\w ]+ <select ", html))
    boxes = [box for box in elements.all("input") if box["type"] == "checkbox"]
    assert [box["value"] for box in boxes] == ["V", "NFG", "NP"] and ["checked" in box for box in boxes] == [1, 0, 0]
    options = [option["value"] for option in elements.all("option") if "selected" in option]
    assert options == ["0", "learning_rate", "test_score", "10"]
    [plot] = [box for box in elements.all("div") if box.get("role") == "application"]
    assert plot["tabindex"] == "0" and plot["aria-label"]
    known = {attributes.get("id") for _, attributes in elements.found}
    assert set(plot["aria-describedby"].split()) <= known
    live = [paragraph for paragraph in elements.all("p") if paragraph.get("aria-live") == "polite"]
    assert {paragraph["class"] for paragraph in live} == {"explorer-trial", "explorer-summary"}
    # Until the script runs, the sentence is what there is.
    assert "hidden" in next(box for box in elements.all("div") if box.get("class") == "explorer-app")
    assert "hidden" not in next(p for p in elements.all("p") if p.get("class") == "explorer-fallback")


def test_data_cannot_end_their_script():
    study = studies()[0]
    html = explorer([Study("speech", "toy", "</script><b>", "error", "%", study.trials)]).html
    assert html.count("</script>") == 1 and "<b>" not in html
    text = Elements(html).text["script"]
    assert json.loads(text)["tasks"][0]["title"] == "</script><b>"


def test_words_say_what_there_is():
    words = alt_explorer(studies())
    assert "speech (corpus toy): 16 trials of 3 variants, test scores 30.12 to 1000000.00 %" in words
    assert "music (corpus toy): 16 trials of 2 variants" in words
    shown = explorer(studies())._repr_mimebundle_()
    assert shown["text/plain"] == words and words in shown["text/html"].replace("\n", " ")
    none = studies()[0].trials.query("variant == 'NP' and index == 0")
    assert "1 trials of 1 variants, no test scores" in alt_explorer([Study("s", "toy", "toys", "error", "%", none)])


def test_the_same_records_give_the_same_page():
    assert explorer(studies()).html == explorer(studies()).html


def test_baseline_may_be_missing():
    html = explorer([Study("music", "toy", "toys", "loss", "nats", trials("music", "NP", 2))]).html
    assert 'value="NP" checked' in html
