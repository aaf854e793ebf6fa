"""The registry of corpora, the fingerprint and the summary."""

import hashlib
import json

import numpy as np
import pytest

from odyssey import corpora
from odyssey.corpora.base import Corpus
from odyssey.corpora.summary import summarise
from odyssey.errors import OdysseyError


def make_corpus(train=((0, 1), (1, 1), (1, 0)), **changes):
    """Three splits of one tiny example each; `train` gives the rows of the first."""
    splits = {
        "train": (np.array(train, np.uint8),),
        "valid": (np.zeros((2, 2), np.uint8),),
        "test": (np.ones((4, 2), np.uint8), np.ones((1, 2), np.uint8)),
    }
    return Corpus(
        **{"name": "a", "task": "b", "title": "c", "licence": "d", "splits": splits, "notes": ("e",)} | changes
    )


def test_every_task_has_an_embedded_corpus_as_its_default_and_at_most_one_of_full_size():
    assert {source.task for source in corpora.CORPORA.values()} == {"speech", "handwriting", "music"}
    for task in ("speech", "handwriting", "music"):
        default = corpora.default_corpus(task)
        embedded = {n for n, source in corpora.CORPORA.items() if source.task == task and source.embedded}
        assert embedded - {f"{default}-full"} == {default}
    assert [corpora.default_corpus(task) for task in ("speech", "music")] == ["espeak", "music21"]


def test_full_size():
    assert corpora.full_size("espeak") == "espeak-full"
    assert corpora.full_size("hershey") == "hershey-full"


def test_the_files_of_another_corpus_are_refused(monkeypatch, tmp_path):
    source = corpora.Source("b", False, "files", lambda root: make_corpus())
    monkeypatch.setitem(corpora.CORPORA, "a", source)
    monkeypatch.setitem(corpora.CORPORA, "other", source)
    assert corpora.load("a", tmp_path).name == "a"
    with pytest.raises(OdysseyError, match=f"{tmp_path} holds the corpus a, not other: choose a"):
        corpora.load("other", tmp_path)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: corpora.load("timitt"), ("timitt", "music21", "jsb")),
        (lambda: corpora.load("music21", "somewhere"), ("music21", "somewhere", "embedded")),
        (lambda: corpora.load("jsb"), ("jsb", "path", ".pickle")),
        (lambda: corpora.full_size("music21"), ("music21", "one size")),
        (lambda: corpora.default_corpus("chess"), ("chess", "music")),
    ],
)
def test_wrong_choice_is_one_line_with_the_choices(call, words):
    with pytest.raises(OdysseyError) as caught:
        call()
    message = str(caught.value)
    assert "\n" not in message
    assert all(word in message for word in words)


def test_a_variable_may_name_the_files_of_a_corpus(monkeypatch, tmp_path):
    source = corpora.Source("b", False, "files", lambda root: make_corpus(name="a-b", title=str(root)))
    monkeypatch.setitem(corpora.CORPORA, "a-b", source)
    monkeypatch.setenv("ODYSSEY_A_B", str(tmp_path / "set"))
    assert corpora.load("a-b").title == str(tmp_path / "set")
    assert corpora.load("a-b", tmp_path / "given").title == str(tmp_path / "given")
    monkeypatch.setenv("ODYSSEY_A_B", "")
    with pytest.raises(OdysseyError, match=r"corpus a-b needs a path .* or ODYSSEY_A_B set to it"):
        corpora.load("a-b")


def test_home_folder_is_expanded(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(OdysseyError, match=str(tmp_path / "rolls.json")):
        corpora.load("jsb", "~/rolls.json")


def test_fingerprint_is_of_split_shape_type_and_bytes():
    text = b"train:1;|u1(3, 2);" + bytes([0, 1, 1, 1, 1, 0]) + b"valid:1;|u1(2, 2);" + bytes(4)
    text += b"test:2;|u1(4, 2);" + b"\1" * 8 + b"|u1(1, 2);" + b"\1" * 2
    assert make_corpus().fingerprint == hashlib.sha256(text).hexdigest()[:16]


def test_fingerprint_tells_examples_apart_and_nothing_else():
    fingerprint = make_corpus().fingerprint
    assert make_corpus(train=((0, 1), (1, 1), (1, 1))).fingerprint != fingerprint
    assert make_corpus(train=((0, 1, 1), (1, 1, 0))).fingerprint != fingerprint
    assert make_corpus(name="z", title="z", notes=()).fingerprint == fingerprint


def test_summary():
    corpus = make_corpus()
    summary = summarise(corpus)
    assert json.loads(json.dumps(summary)) == {
        "name": "a",
        "task": "b",
        "title": "c",
        "licence": "d",
        "fingerprint": corpus.fingerprint,
        "notes": ["e"],
        "splits": {
            "train": {"sequences": 1, "frames": 3, "mean_length": 3.0, "shortest": 3, "longest": 3},
            "valid": {"sequences": 1, "frames": 2, "mean_length": 2.0, "shortest": 2, "longest": 2},
            "test": {"sequences": 2, "frames": 5, "mean_length": 2.5, "shortest": 1, "longest": 4},
        },
    }
