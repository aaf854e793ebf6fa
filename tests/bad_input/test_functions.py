"""Mistakes in calls of the package's functions and classes: OdysseyError in one line, with thing and remedy."""

from math import inf, nan
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
import torch
from mistakes import check_line, tree
from records_of import record_of
from toys import toy_task

from odyssey import corpora, notebooks, pages, records
from odyssey.analysis.comparison import compare
from odyssey.corpora import espeak, hershey, rolls, strokes
from odyssey.corpora.espeak.synthesis import Synthesiser
from odyssey.corpora.hershey.glyphs import glyph
from odyssey.corpora.safe_pickle import read_pickle
from odyssey.engine import engine
from odyssey.errors import OdysseyError
from odyssey.lstm import LSTM
from odyssey.protocol import Hyperparameters, Trial, draw_trial
from odyssey.records.reading import table_file
from odyssey.records.table import check_row, parse_curves, parse_row
from odyssey.records.verify import verify
from odyssey.search import search
from odyssey.storage import Storage
from odyssey.tasks import load_task
from odyssey.trained import trained_network
from odyssey.variants import Variant, variant

WHOLE = "must be a whole number of at least 1"
VARIANTS = "choose one of V, NIG"
T, B, M, N = 4, 3, 2, 5


def hyperparameters(**changes):
    return Hyperparameters(**{"blocks": 5, "learning_rate": 0.1, "momentum": 0.9, "input_noise": 0.0} | changes)


def layer(**changes):
    return LSTM(**{"input_size": M, "blocks": N} | changes)


def call(x=None, **arguments):
    return layer()(torch.zeros(T, B, M) if x is None else x, **arguments)


def state(**options):
    return (torch.zeros(1, B, N, **options), torch.zeros(1, B, N, **options))


VALUES = [
    ("no such variant", lambda: variant("LSTM"), "unknown variant 'LSTM'", VARIANTS),
    ("a list for a variant", lambda: variant(["V"]), r"unknown variant \['V'\]", VARIANTS),
    ("gates out of order", lambda: Variant("X", "", "", gates=("o", "i")), "variant X: gates", "in that order"),
    (
        "coupled to nothing",
        lambda: Variant("X", "", "", coupled=True),
        "variant X: coupled",
        "need an input gate and no",
    ),
    ("no such activation", lambda: Variant("X", "", "", input_activation="relu"), "variant X.*'relu'", "known: .*tanh"),
    ("no blocks", lambda: hyperparameters(blocks=0), "blocks .*not 0", WHOLE),
    ("half a block", lambda: hyperparameters(blocks=1.5), "blocks .*not 1.5", WHOLE),
    ("text for blocks", lambda: hyperparameters(blocks="20"), "blocks .*not '20'", WHOLE),
    ("a learning rate of NaN", lambda: hyperparameters(learning_rate=nan), "learning rate .*nan", "a finite number"),
    ("an infinite learning rate", lambda: hyperparameters(learning_rate=inf), "learning rate .*inf", "a finite number"),
    ("text for a learning rate", lambda: hyperparameters(learning_rate="1"), "learning rate .*'1'", "a finite number"),
    ("no momentum at all", lambda: hyperparameters(momentum=None), "momentum .*None", "a finite number"),
    ("a momentum of 1", lambda: hyperparameters(momentum=1), "momentum .*not 1", "at least 0 and below 1"),
    ("noise below 0", lambda: hyperparameters(input_noise=-0.1), "input noise .*-0.1", "must not be negative"),
    ("noise without end", lambda: hyperparameters(input_noise=inf), "input noise .*inf", "a finite number"),
    ("a seed below 0", lambda: Trial("V", hyperparameters(), -1), "seed .*not -1", "from 0 to"),
    ("a seed of 65 bits", lambda: Trial("V", hyperparameters(), 2**64), "seed .*not 18446744073709551616", "from 0 to"),
    ("half a seed", lambda: Trial("V", hyperparameters(), 0.5), "seed .*not 0.5", "must be a whole number"),
    ("an index below 0", lambda: draw_trial("music", "V", -1), "index .*not -1", "must not be negative"),
    ("no such engine", lambda: engine("gpu"), "unknown engine 'gpu'", "choose one of cpu, torch"),
    ("no job", lambda: engine(jobs=0), "jobs .*not 0", "must be at least 1"),
    ("no such precision", lambda: engine(dtype="float16"), "unknown precision 'float16'", "choose float32 or float64"),
    ("no such device", lambda: engine("torch", device="abacus"), "device 'abacus'", "choose another, or cpu"),
    ("no such task", lambda: load_task("chess"), "unknown task 'chess'", "choose from speech, handwriting, music"),
    ("no task", lambda: load_task(None), "unknown task None", "choose from speech, handwriting, music"),
    (
        "another task's corpus",
        lambda: load_task("music", "espeak"),
        "music has no corpus 'espeak'",
        "from music21, jsb",
    ),
    ("no corpus of the task", lambda: corpora.corpus_for("music", ""), "no corpus ''", "choose from music21, jsb"),
    ("no such corpus", lambda: corpora.load("mnist"), "unknown corpus 'mnist'", "choose from espeak"),
    ("a corpus without a path", lambda: corpora.load("jsb"), "corpus jsb needs a path", "--root"),
    ("a path too many", lambda: corpora.load("music21", "x"), "corpus music21 is embedded", "leave 'x' out"),
    ("one size only", lambda: corpora.full_size("music21"), "corpus music21 has one size", "leave the size out"),
    ("no default corpus", lambda: corpora.default_corpus("chess"), "unknown task 'chess'", "choose from"),
    ("no such size of speech", lambda: espeak.load("huge"), "no size 'huge'", "choose from default, full"),
    ("no such size of writing", lambda: hershey.load("huge"), "no size 'huge'", "choose from default, full"),
    ("no such glyph", lambda: glyph("script", "\u0416"), "no character '\u0416'", "use another text"),
    ("no epochs", lambda: trained_network(toy_task(), None, max_epochs=0), "max_epochs .*not 0", "at least 1"),
    ("no trials", lambda: search(toy_task(), None, trials=0), "trials .*not 0", "must be at least 1"),
    ("variants of a search", lambda: search(toy_task(), None, ["V", "X"]), "unknown variant 'X'", VARIANTS),
    ("no URL", lambda: Storage("nonsense"), "storage", "must be a URL such as"),
    ("trials of a cell", lambda: pages.cell_at_hand("toy", "toy", "V", 0), "trials .*not 0", WHOLE),
    ("half a trial", lambda: pages.cell_at_hand("toy", "toy", "V", 1.5), "trials .*not 1.5", WHOLE),
    (
        "a study of nothing",
        lambda: pages.study_at_hand("music", "music21"),
        "no trials of music on music21",
        "search first",
    ),
    (
        "comparing nothing",
        lambda: pages.comparison_at_hand("music", "jsb"),
        "no trials of music on jsb",
        "search first",
    ),
    ("a page on no corpus", lambda: pages.corpus_at_hand("mnist"), "unknown corpus 'mnist'", "choose from"),
    ("no input", lambda: layer(input_size=0), "input_size .*not 0", WHOLE),
    ("text for an input", lambda: layer(input_size="2"), "input_size .*not '2'", WHOLE),
    ("NaN blocks", lambda: layer(blocks=nan), "blocks .*not nan", WHOLE),
    ("a layer of no variant", lambda: layer(variant="GRU"), "unknown variant 'GRU'", VARIANTS),
    ("a number for a variant", lambda: layer(variant=3), "unknown variant 3", VARIANTS),
    ("text for a type", lambda: layer(dtype="float32"), "dtype .*not 'float32'", "such as torch.float32"),
    ("whole weights", lambda: layer(dtype=torch.int64), "dtype .*not torch.int64", "such as torch.float32"),
    ("an array", lambda: call(np.zeros((T, B, M))), "x .*not ndarray", "convert it by torch.as_tensor"),
    ("a list", lambda: call([[0.0] * M] * T), "x .*not list", "convert it by torch.as_tensor"),
    (
        "inputs too many",
        lambda: call(torch.zeros(T, B, M + 1)),
        "x .*not 3",
        "must have 2 inputs in its last dimension",
    ),
    ("one dimension", lambda: call(torch.zeros(M)), "x .*not 1", "must have 3 dimensions, or 2 without a batch"),
    ("no frame", lambda: call(torch.zeros(0, B, M)), "x", "must have at least one frame"),
    ("no frame of one", lambda: call(torch.zeros(0, M)), "x", "must have at least one frame"),
    ("whole inputs", lambda: call(torch.zeros(T, B, M, dtype=torch.int64)), "x is torch.int64", "convert one of them"),
    ("double inputs", lambda: call(torch.zeros(T, B, M, dtype=torch.float64)), "x is torch.float64", "convert one of"),
    ("NaN lengths", lambda: call(lengths=[nan] * B), "lengths", "must be 3 whole numbers, one for each sequence"),
    ("text lengths", lambda: call(lengths=["1"] * B), "lengths", "must be 3 whole numbers"),
    ("lengths of nothing", lambda: call(lengths=[None] * B), "lengths", "must be 3 whole numbers"),
    ("uneven lengths", lambda: call(lengths=[[1], [1, 2], [1]]), "lengths", "must be 3 whole numbers"),
    ("endless lengths", lambda: call(lengths=[10**30] * B), "lengths", "must be 3 whole numbers"),
    ("true lengths", lambda: call(lengths=[True] * B), "lengths", "must be 3 whole numbers"),
    ("complex lengths", lambda: call(lengths=[1j] * B), "lengths", "must be 3 whole numbers"),
    ("a length too few", lambda: call(lengths=[1] * (B - 1)), "lengths", "must be 3 whole numbers"),
    ("a length of 0", lambda: call(lengths=[T, 0, 1]), r"lengths .*not \[4, 0, 1\]", "between 1 and the 4 frames"),
    ("a length below 0", lambda: call(lengths=[T, -1, 1]), r"lengths .*\[4, -1, 1\]", "between 1 and the 4 frames"),
    ("a length beyond", lambda: call(lengths=[T, T + 1, 1]), r"lengths .*\[4, 5, 1\]", "between 1 and the 4 frames"),
    ("lengths of one", lambda: call(torch.zeros(T, M), lengths=[T]), "lengths need a batch", "or no lengths"),
    ("half a state", lambda: call(state=state()[:1]), r"state .*not \[\(1, 3, 5\)\]", "must be 2 tensors of shapes"),
    ("a state of None", lambda: call(state=(None, None)), "state .*NoneType", "must be 2 tensors of shapes"),
    ("a number for a state", lambda: call(state=3), "state .*int", "must be 2 tensors of shapes"),
    ("a double state", lambda: call(state=state(dtype=torch.float64)), "state is torch.float64", "convert one of them"),
]


@pytest.mark.parametrize("mistake, thing, remedy", [row[1:] for row in VALUES], ids=[row[0] for row in VALUES])
def test_value(tmp_path, monkeypatch, mistake, thing, remedy):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ODYSSEY_RECORDS", str(tmp_path / "records"))
    monkeypatch.setenv("ODYSSEY_CACHE", str(tmp_path / "cache"))
    with pytest.raises(OdysseyError) as caught:
        mistake()
    check_line(str(caught.value), thing, remedy)
    assert tree(tmp_path) == {}


def notebook(folder, *sources):
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(
        nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": notebooks.KERNEL}), folder / "page.ipynb"
    )
    return folder / "page.ipynb"


def mixed():
    rows = [record_of(toy_task(), index)[0] for index in range(2)]
    rows[1]["protocol"] = 99
    return rows


def executed(**options):
    return notebooks.execute(**{"task": "music", "records": "records", "book": Path()} | options)


FILES = [
    (
        "a missing notebook",
        lambda p: notebooks.run(p / "x.ipynb", p / "y.ipynb"),
        r"x\.ipynb: cannot be read",
        "put the",
    ),
    (
        "no notebook",
        lambda p: notebooks.run(p / "bad.ipynb", p / "y.ipynb"),
        r"bad\.ipynb.*NotJSONError",
        "put the file",
    ),
    (
        "no parameter",
        lambda p: notebooks.run(notebook(p, "x = 1"), p / "y.ipynb", {"z": 2}),
        "no parameter 'z'",
        "has x",
    ),
    ("notebooks of no task", lambda p: executed(task="chess"), "unknown task 'chess'", "choose from"),
    ("notebooks of no corpus", lambda p: executed(corpus="espeak"), "no corpus 'espeak'", "choose from music21, jsb"),
    ("notebooks of no variant", lambda p: executed(variants=["V", "X"], trials=1), "unknown variant 'X'", VARIANTS),
    ("notebooks of nothing", lambda p: executed(), "no trials of music V on music21", "search first, or say how many"),
    (
        "a file of records",
        lambda p: records.read(p / "bad.ipynb"),
        r"bad\.ipynb: cannot be read",
        "name another folder",
    ),
    ("no records to verify", lambda p: verify(p / "x"), "x: there are no records", ""),
    (
        "broken strokes",
        lambda p: strokes.read_strokes(p / "bad.ipynb"),
        r"bad\.ipynb: broken XML in row 1",
        "fetch the",
    ),
    ("mixed records", lambda p: compare(pd.DataFrame(mixed())), "toy on toy mix several protocols", "one at a time"),
]


@pytest.mark.parametrize("mistake, thing, remedy", [row[1:] for row in FILES], ids=[row[0] for row in FILES])
def test_file(tmp_path, monkeypatch, mistake, thing, remedy):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.ipynb").write_text("{")
    with pytest.raises(OdysseyError) as caught:
        mistake(tmp_path)
    check_line(str(caught.value), thing, remedy)
    assert not set(tree(tmp_path)) - {"bad.ipynb", "page.ipynb"}


# What reads a part of a file raises ValueError, or what pickle does: whoever calls it adds the file and the remedy.
DOCUMENTED = [
    ("no fields", lambda: parse_row([]), ValueError, "0 fields instead of 23"),
    ("no curves", lambda: parse_curves("{}"), ValueError, "not a line of learning curves"),
    (
        "a field of None",
        lambda: check_row(record_of(toy_task(), 0)[0] | {"index": None}),
        ValueError,
        "index holds None",
    ),
    ("a note off the piano", lambda: rolls.roll_of([[7]]), ValueError, "frame 0 holds note 7, outside 21 to 108"),
    ("no pickle", lambda: read_pickle(b""), Exception, "broken: EOFError"),
]


@pytest.mark.parametrize("mistake, error, thing", [row[1:] for row in DOCUMENTED], ids=[row[0] for row in DOCUMENTED])
def test_documented_exception(mistake, error, thing):
    with pytest.raises(error) as caught:
        mistake()
    check_line(str(caught.value), thing, "")


def test_names_of_records_are_names_not_patterns(tmp_path):
    (tmp_path / "toy" / "toy").mkdir(parents=True)
    table_file(tmp_path, "toy", "toy", "V").write_text("damaged\n")
    for name in ("*", "../toy", "/etc", "t?y"):
        assert len(records.read(tmp_path, task=name)) == 0


def test_voice_that_espeak_does_not_have():
    with Synthesiser() as synthesiser, pytest.raises(OdysseyError) as caught:
        synthesiser.say("one", "nobody\n", 150, 50, 50)
    check_line(str(caught.value), "espeak-ng has no voice", "pip install --force-reinstall espeakng-loader")
