"""Corpora that are broken or hostile: refused in one line with file and remedy; nothing is run, fetched or unfolded."""

import json
import pickle
from importlib.metadata import PackageNotFoundError
from itertools import pairwise

import numpy as np
import pytest
from audio_files import riff
from mistakes import check_line, complaint, tree

from odyssey import corpora
from odyssey.cli import main
from odyssey.corpora import cache, espeak, hershey, music21, safe_pickle
from odyssey.errors import OdysseyError

AGAIN = "fetch the (original )?(file|corpus) again|fetch the original file"
GOOD = [[[60, 64]] * 3] * 2


class Evil:
    """Runs when it is unpickled by Python's own unpickler."""

    def __reduce__(self):
        return eval, ("__import__('pathlib').Path('executed').touch()",)


def bomb():
    """A pickle of 200 bytes that unfolds to 10²⁰ values."""
    value = [60]
    for _ in range(20):
        value = [value] * 10
    return pickle.dumps({"train": value, "valid": [], "test": []})


def rolls(**changes):
    return json.dumps({"train": GOOD, "valid": GOOD, "test": GOOD} | changes).encode()


# The file; what the message must name besides the file; what it must advise.
ROLLS = {
    "empty": (b"", "not a pickle, JSON or MATLAB file", "give the path to such a file"),
    "text": (b"hello\n", "not a pickle, JSON or MATLAB file", "give the path to such a file"),
    "half a JSON": (rolls()[:40], "broken JSON", AGAIN),
    "no end of brackets": (b'{"train": ' + b"[" * 200_000, "broken JSON", AGAIN),
    "a split less": (b'{"train": [], "valid": []}', "no split test", "train, valid and test is needed"),
    "an empty split": (rolls(valid=[]), "split valid is empty", "sequences in every split is needed"),
    "a sequence of no frames": (rolls(test=[[]]), "test sequence 0 .* has 0 frames", "leave it out"),
    "a sequence of one frame": (rolls(test=[[[60]]]), "test sequence 0 .* has 1 frames", "leave it out"),
    "a note off the piano": (rolls(test=[[[60], [9999]]]), "frame 1 holds note 9999", "correct it or leave it out"),
    "NaN": (rolls(test=[[[60], [float("nan")]]]), "nan is no MIDI note", "correct it or leave it out"),
    "infinity": (rolls(test=[[[60], [float("inf")]]]), "inf is no MIDI note", "correct it or leave it out"),
    "text for a note": (rolls(test=[[[60], ["C4"]]]), "'C4' is no MIDI note", "correct it or leave it out"),
    "half a pickle": (pickle.dumps({"train": GOOD})[:20], "not a pickle of piano-rolls", AGAIN),
    "a pickle that executes": (pickle.dumps({"train": Evil()}), "asks for 'builtins.eval'", AGAIN),
    "a pickle bomb": (bomb(), "unfolds to more than 20,000 values", AGAIN),
    "a pickle without end": (b"\x80\x02}q\x00U\x05trainq\x01h\x00s.", "not a pickle of piano-rolls", AGAIN),
    "a pickle of nothing": (pickle.dumps(None), "a pickled NoneType", AGAIN),
    "half a MATLAB file": (b"MATLAB 5.0 MAT-file" + bytes(200), "broken MATLAB file", AGAIN),
}


@pytest.mark.parametrize("content, thing, remedy", ROLLS.values(), ids=ROLLS)
def test_piano_rolls(tmp_path, monkeypatch, capsys, content, thing, remedy):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(safe_pickle, "MOST_VALUES", 20_000)  # The bomb takes some seconds otherwise.
    (tmp_path / "rolls.pickle").write_bytes(content)
    before = tree(tmp_path)
    assert main(["data", "--corpus", "jsb", "--root", "rolls.pickle"]) == 1
    out, err = capsys.readouterr()
    message = complaint(err)
    assert out == "" and message.startswith("rolls.pickle: ")
    check_line(message, thing, remedy)
    assert tree(tmp_path) == before


# Which `--root`; what the message must name; what it must advise.
ROOTS = [
    ("jsb", "nowhere", "nowhere: cannot be read", "check the path"),
    ("jsb", "empty", "empty: wanted one file .* found none", "give the path to the file"),
    ("jsb", "pipe", "pipe: not a regular file", "give the path to"),
    ("jsb", "/dev/null", "/dev/null: not a regular file", "give the path to"),
    ("timit", "nowhere", "nowhere: cannot be read", "check the path"),
    ("timit", "empty", "empty: no folders TRAIN and TEST", "give the path to the folder of TIMIT"),
    ("timit", "file", "file: cannot be read", "check the path"),
    ("timit-sample", "empty", "empty: no folders TRAIN and TEST", "give the path to the folder of TIMIT"),
    ("iamondb", "nowhere", "nowhere: cannot be read", "check the path"),
    ("iamondb", "empty", "empty: neither here nor .* trainset.txt", "fetch task 1 of IAM-OnDB"),
    ("iamondb", "file", "file: cannot be read", "check the path"),
    ("iamondb", "x" * 300, "x{300}: cannot be read", "check the path"),
]


@pytest.mark.parametrize(
    "corpus, root, thing, remedy", ROOTS, ids=[f"{corpus} {root[:9]}" for corpus, root, *_ in ROOTS]
)
def test_place_that_holds_no_corpus(study, capsys, corpus, root, thing, remedy):
    before = tree(study)
    assert main(["data", "--corpus", corpus, "--root", root]) == 1
    check_line(complaint(capsys.readouterr().err), thing, remedy)
    assert tree(study) == before


POINTS = '<Stroke><Point x="1" y="2" time="3.0"/><Point x="2" y="2" time="3.1"/></Stroke>'
ENTITIES = "".join("<!ENTITY {} '{}'>".format(after, f"&{before};" * 10) for before, after in pairwise("abcdefghij"))
STROKES = "a00-000u-01.xml"
FETCH = "fetch the file again, or delete it to leave the line out"
LINES = {
    "an XML bomb": (
        STROKES,
        f'<!DOCTYPE x [<!ENTITY a "1">{ENTITIES}]><Stroke><Point x="&j;" y="2" time="3"/></Stroke>',
        f"{STROKES}: it declares entities",
        FETCH,
    ),
    "an entity outside": (
        STROKES,
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><Stroke><Point x="1" y="2" time="3"/>&a;</Stroke>',
        f"{STROKES}: it declares entities or refers to other files",
        FETCH,
    ),
    "half an XML": (STROKES, POINTS[:40], f"{STROKES}: broken XML in row 1", FETCH),
    "an empty XML": (STROKES, "", f"{STROKES}: broken XML", FETCH),
    "NaN": (
        STROKES,
        POINTS.replace('"3.1"', '"nan"'),
        f"{STROKES}: the point in row 1 has not got three",
        FETCH,
    ),
    "infinity": (STROKES, POINTS.replace('"3.1"', '"-inf"'), "has not got three finite numbers", FETCH),
    "a point too few": (STROKES, POINTS.replace('y="2"', ""), "has not got three finite numbers", FETCH),
    "a path that escapes": ("trainset.txt", "../../../../etc/passwd\n", r"'\.\./.* is not a form", "correct the list"),
    "an absolute path": ("trainset.txt", "/etc/passwd\n", "'/etc/passwd' is not a form", "correct the list"),
    "a form twice": ("trainset.txt", "a00-000u\na00-000u\n", "a00-000u is listed twice", "take one of them out"),
    "a form that is not there": ("trainset.txt", "z99-999z\n", "z99-999z.*missing", "or take z99-999z out"),
    "an empty list": ("trainset.txt", "", "no line of the forms in trainset.txt", "fetch the corpus again"),
    "a list less": ("trainset.txt", None, "neither here nor .* trainset.txt", "fetch task 1 of IAM-OnDB"),
    "a text without a mark": ("a00-000u.txt", "Hello\n", "a00-000u.txt: it has no section CSR", "fetch the file again"),
    "a foreign character": ("a00-000u.txt", "CSR:\n\n100 %\n", "a00-000u.txt: line 1 .* has '%'", "correct the file"),
}


@pytest.mark.parametrize("name, content, thing, remedy", LINES.values(), ids=LINES)
def test_lines_of_handwriting(tmp_path, monkeypatch, capsys, name, content, thing, remedy):
    monkeypatch.chdir(tmp_path)
    for index, listed in enumerate(("trainset.txt", "testset_v.txt", "testset_t.txt", "testset_f.txt")):
        form = f"a0{index}-000u"
        (tmp_path / listed).write_text(f"{form}\n")
        for kind, file, text in (
            ("lineStrokes", f"{form}-01.xml", POINTS),
            ("ascii", f"{form}.txt", "CSR:\n\nHello\n"),
        ):
            folder = tmp_path / kind / form[:3] / form[:7]
            folder.mkdir(parents=True)
            (folder / file).write_text(text)
    line = ["data", "--corpus", "iamondb", "--root", "."]
    assert main(line) == 0
    capsys.readouterr()
    (path,) = tmp_path.rglob(name)
    path.unlink() if content is None else path.write_text(content)
    before = tree(tmp_path)
    assert main(line) == 1
    out, err = capsys.readouterr()
    assert out == ""
    check_line(complaint(err), thing, remedy)
    assert tree(tmp_path) == before


SOUND = riff(np.arange(4000))
COPY = "copy the file again from the original disc"
UTTERANCES = {
    "empty audio": ("si1.wav", b"", "si1.wav: neither SPHERE nor RIFF", COPY),
    "half the audio": ("si1.wav", SOUND[:3000], "si1.wav: truncated audio", COPY),
    "broken audio": ("si1.wav", b"RIFF" + bytes(99), "si1.wav: broken audio", COPY),
    "another rate": ("si1.wav", riff(np.arange(4000), rate=8000), "si1.wav: 8000 Hz", COPY),
    "no phones": ("si1.phn", b"", "si1.phn: no phones", COPY),
    "bytes for phones": ("si1.phn", b"\xff\xfe", "si1.phn: not a text of phones", COPY),
    "another phone": ("si1.phn", b"0 4000 zzz\n", "si1.phn: line 1 has 'zzz'", COPY),
    "a negative time": ("si1.phn", b"-5 4000 h#\n", "si1.phn: line 1 is not 'begin end phone'", COPY),
    "an endless time": ("si1.phn", b"0 99999999999999 h#\n", "si1.phn: line 1 is not 'begin end phone'", COPY),
    "a time after the end": ("si1.phn", b"0 900000 h#\n", "si1.phn: line 1 ends at 900000", COPY),
}


@pytest.mark.parametrize("name, content, thing, remedy", UTTERANCES.values(), ids=UTTERANCES)
def test_utterances(tmp_path, monkeypatch, capsys, name, content, thing, remedy):
    monkeypatch.chdir(tmp_path)
    for number in range(5):
        folder = tmp_path / f"dr1-fabc{number}"
        folder.mkdir()
        (folder / "si1.wav").write_bytes(SOUND)
        (folder / "si1.phn").write_text("0 4000 h#\n")
    line = ["data", "--corpus", "timit-sample", "--root", "."]
    assert main(line) == 0
    capsys.readouterr()
    (tmp_path / "dr1-fabc0" / name).write_bytes(content)
    before = tree(tmp_path)
    assert main(line) == 1
    check_line(complaint(capsys.readouterr().err), thing, remedy)
    assert tree(tmp_path) == before


@pytest.mark.parametrize(
    "module, name, package",
    [(music21, "music21", "music21"), (espeak, "espeak", "espeakng-loader"), (hershey, "hershey", "Hershey-Fonts")],
)
def test_package_that_is_not_installed(monkeypatch, own_cache, module, name, package):
    def version(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(module, "version", version)
    with pytest.raises(OdysseyError) as caught:
        corpora.load(name)
    check_line(str(caught.value), f"corpus {name} needs the {package} package", f"pip install .*{package}")
    assert not own_cache.exists()


def test_hostile_file_in_the_cache_is_not_run_and_made_anew(monkeypatch, tmp_path, own_cache, capsys):
    monkeypatch.chdir(tmp_path)
    own_cache.mkdir()
    np.savez(own_cache / "x.npz", a=np.array([Evil()], dtype=object))
    assert cache.fetch("x.npz", lambda arrays: arrays["a"]) is None
    assert not (tmp_path / "executed").exists()
    check_line(capsys.readouterr().err.rstrip("\n"), r"warning: .*x\.npz is damaged", "is made anew")
