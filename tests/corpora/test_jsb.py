"""The user's own file: pickle, JSON or MATLAB, told apart by content, and every way in which it can be wrong."""

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from odyssey import corpora
from odyssey.errors import OdysseyError

PUBLISHED = Path(__file__).parents[3] / "shared" / "data" / "jsb"

# Two train sequences; 21 and 108 are the ends of the piano, and one frame is silent.
NOTES = {
    "train": [[[21, 60], [108], []], [[60, 64, 67], [60]]],
    "valid": [[[40], [41], [42], [43]]],
    "test": [[[50, 50], [51]]],
}


def expected_rolls():
    rolls = {
        "train": [np.zeros((3, 88)), np.zeros((2, 88))],
        "valid": [np.zeros((4, 88))],
        "test": [np.zeros((2, 88))],
    }
    rolls["train"][0][[0, 0, 1], [0, 39, 87]] = 1
    rolls["train"][1][[0, 0, 0, 1], [39, 43, 46, 39]] = 1
    rolls["valid"][0][[0, 1, 2, 3], [19, 20, 21, 22]] = 1
    rolls["test"][0][[0, 1], [29, 30]] = 1
    return rolls


def nested(convert, sequence=list):
    return {
        split: [sequence([convert(chord) for chord in roll]) for roll in sequences]
        for split, sequences in NOTES.items()
    }


def python2_pickle():
    """What Python 2 wrote by protocol 0: byte-string keys, tuples of ints."""
    lines = [b"(dp1\n"]
    for split, sequences in NOTES.items():
        lines.append(b"S'" + split.encode() + b"'\n(l")
        for roll in sequences:
            lines.append(b"(l")
            for chord in roll:
                lines += [b"(", *(b"I%d\n" % pitch for pitch in chord), b"ta"]
            lines.append(b"a")
        lines.append(b"s")
    return b"".join(lines) + b"."


def mat_bytes(tmp_path, rolls, dtype=np.uint8, **options):
    cells = {}
    for split, sequences in rolls.items():
        cells[f"{split}data"] = np.empty((1, len(sequences)), object)
        for index, roll in enumerate(sequences):
            cells[f"{split}data"][0, index] = np.asarray(roll, dtype)
    savemat(tmp_path / "made.mat", cells, **options)
    data = (tmp_path / "made.mat").read_bytes()
    (tmp_path / "made.mat").unlink()
    return data


def write(tmp_path, content):
    """Write bytes, or anything JSON can say, under a name that tells nothing."""
    path = tmp_path / "rolls.dat"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def refusal(path):
    """The message with which a file is refused: one line that starts with its path and ends in a remedy."""
    with pytest.raises(OdysseyError) as caught:
        corpora.load("jsb", path)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"{path}: ")
    return message


def assert_rolls(corpus):
    assert (corpus.name, corpus.task) == ("jsb", "music")
    for split, rolls in expected_rolls().items():
        assert len(corpus.splits[split]) == len(rolls)
        for roll, wanted in zip(corpus.splits[split], rolls, strict=True):
            assert roll.dtype == np.uint8
            np.testing.assert_array_equal(roll, wanted)


FORMS = {
    "pickle of Python 2": lambda _: python2_pickle(),
    **{
        f"pickle of tuples, protocol {protocol}": lambda _, p=protocol: pickle.dumps(nested(tuple), p)
        for protocol in range(6)
    },
    **{
        f"pickle of arrays, protocol {protocol}": lambda _, p=protocol: pickle.dumps(nested(np.array), p)
        for protocol in range(6)
    },
    "pickle of big-endian arrays": lambda _: pickle.dumps(nested(lambda chord: np.array(chord, ">i2")), 2),
    "pickle of numpy ints": lambda _: pickle.dumps(nested(lambda chord: [np.int32(p) for p in chord], tuple), 2),
    "pickle of sets": lambda _: pickle.dumps(nested(set), 2),
    "JSON": lambda _: json.dumps(NOTES).encode(),
    "JSON with a byte-order mark": lambda _: b"\xef\xbb\xbf \n" + json.dumps(NOTES).encode(),
    "JSON of floats": lambda _: json.dumps(nested(lambda chord: [float(p) for p in chord])).encode(),
    "JSON with rests": lambda _: json.dumps(nested(lambda chord: [*chord, -1])).encode(),
    "MATLAB": lambda folder: mat_bytes(folder, expected_rolls()),
    "MATLAB of doubles, compressed": lambda folder: mat_bytes(folder, expected_rolls(), float, do_compression=True),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_rolls(tmp_path, form):
    assert_rolls(corpora.load("jsb", write(tmp_path, FORMS[form](tmp_path))))


def test_array_in_fortran_order(tmp_path):
    square = np.asfortranarray([[60, 64], [67, 72]])
    content = pickle.dumps({split: [square] for split in NOTES}, 2)
    roll = corpora.load("jsb", write(tmp_path, content)).splits["train"][0]
    assert [np.flatnonzero(frame).tolist() for frame in roll] == [[39, 43], [46, 51]]


def test_folder_with_one_such_file(tmp_path):
    (tmp_path / "README").write_text("about")
    (tmp_path / "map.csv").write_text("split,index")
    (tmp_path / ".hidden").mkdir()
    write(tmp_path, NOTES)
    assert_rolls(corpora.load("jsb", tmp_path))
    assert_rolls(corpora.load("jsb", str(tmp_path)))


def test_folder_with_none_or_two_is_refused(tmp_path):
    assert "found none" in refusal(tmp_path)
    (tmp_path / "a.json").write_text(json.dumps(NOTES))
    (tmp_path / "b.pickle").write_bytes(pickle.dumps(NOTES))
    assert "a.json, b.pickle" in refusal(tmp_path)


def test_other_rolls_are_not_called_jsb_chorales(tmp_path):
    corpus = corpora.load("jsb", write(tmp_path, NOTES))
    assert "rolls.dat" in corpus.title
    assert "other than" in corpus.title
    assert corpus.notes == ()


def changed(split="train", index=1, roll=None):
    """NOTES with one sequence replaced."""
    content = {name: list(sequences) for name, sequences in NOTES.items()}
    content[split][index] = roll
    return content


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"train": NOTES["train"], "test": NOTES["test"]}, "no split valid"),
        ({"title": "x"}, "no split train, valid, test"),
        (NOTES | {"test": []}, "split test is empty"),
        (NOTES | {"valid": "abc"}, "split valid is empty or no list"),
        (changed(roll=[[60]]), "train sequence 1 .* has 1 frames"),
        (changed("valid", 0, []), "valid sequence 0 .* has 0 frames"),
        (changed(roll=[[60], [20]]), "train sequence 1 .*: frame 1 holds note 20"),
        (changed(roll=[[109], [60]]), "train sequence 1 .*: frame 0 holds note 109"),
        (changed(roll=[[60], [float("nan")]]), "train sequence 1 .*: nan is no MIDI note"),
        (changed(roll=[[60], [float("inf")]]), "train sequence 1 .*: inf is no MIDI note"),
        (changed(roll=[[60], [60.5]]), "train sequence 1 .*: 60.5 is no MIDI note"),
        (changed(roll=[[60], ["C\n4"]]), "train sequence 1 .* is no MIDI note"),
        (changed(roll=[[60], [True]]), "train sequence 1 .*: True is no MIDI note"),
        (changed(roll=[[60], [10**400]]), "train sequence 1 .* holds note 1000"),
        (changed(roll=[60, 61]), "train sequence 1 .* is no list of frames"),
        (changed(roll={"60": 1}), "train sequence 1 .* is no list of frames"),
        (b'{"train": [[[60], [', "broken JSON"),
        (b'{"train": "\xff"}', "broken JSON"),
        (b'{"a":' * 100_000, "broken JSON"),
        (b"", "not a pickle, JSON or MATLAB file"),
        (b"split,index\n", "not a pickle, JSON or MATLAB file"),
        (b"[[[60]]]", "not a pickle, JSON or MATLAB file"),
        (pickle.dumps([1, 2]), "a pickled list, not a dictionary"),
        (pickle.dumps(NOTES)[:-20], "not a pickle of piano-rolls"),
        (b"\x80\x63garbage", "not a pickle of piano-rolls"),
        (b"MATLAB 5.0 MAT-file" + b" " * 200, "broken MATLAB file"),
    ],
)
def test_wrong_content_is_refused_in_one_line(tmp_path, content, words):
    path = write(tmp_path, content)
    with pytest.raises(OdysseyError, match=words):
        corpora.load("jsb", path)
    assert refusal(path).count(":") >= 2


@pytest.mark.parametrize(
    ("roll", "words"),
    [
        ([[0, 1]], r"test sequence 0 .* no array of frames × 88 keys"),
        (np.zeros((88, 3)), "no array of frames × 88 keys"),
        (np.full((3, 88), 0.5), "values other than 0 and 1"),
        (np.full((3, 88), np.nan), "values other than 0 and 1"),
        (np.full((3, 88), 2), "values other than 0 and 1"),
        (np.zeros((1, 88)), "has 1 frames"),
    ],
)
def test_wrong_matlab_roll_is_refused_in_one_line(tmp_path, roll, words):
    path = write(tmp_path, mat_bytes(tmp_path, expected_rolls() | {"test": [roll]}, float))
    with pytest.raises(OdysseyError, match=words):
        corpora.load("jsb", path)
    refusal(path)


def test_missing_matlab_split_is_refused(tmp_path):
    rolls = expected_rolls()
    del rolls["valid"]
    assert "no split valid" in refusal(write(tmp_path, mat_bytes(tmp_path, rolls)))


def test_missing_file_is_refused(tmp_path):
    assert "No such file" in refusal(tmp_path / "absent.pickle")


def test_unreadable_file_is_refused(tmp_path, monkeypatch):
    # Permissions do not stop the superuser, who may run the tests: the refusal of the system is made up.
    path = write(tmp_path, NOTES)

    def denied(self, *_, **__):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", denied)
    assert "Permission denied" in refusal(path)
    with pytest.raises(OdysseyError, match=f"{path}: .*Permission denied"):
        corpora.load("jsb", tmp_path)


class Command:
    """Unpickled by Python itself, it makes a folder."""

    def __init__(self, folder):
        self.folder = folder

    def __reduce__(self):
        return Path.mkdir, (self.folder,)


class Evaluation(Command):
    def __reduce__(self):
        return eval, (f"__import__('os').mkdir({str(self.folder)!r})",)


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("kind", [Command, Evaluation])
def test_pickle_that_runs_code_is_refused_and_not_run(tmp_path, protocol, kind):
    folder = tmp_path / "ran"
    content = pickle.dumps(NOTES | {"train": [kind(folder)]}, protocol)
    assert "which is not plain data" in refusal(write(tmp_path, content))
    assert not folder.exists()
    # The same file does run in Python's own unpickler: the test would notice.
    pickle.loads(content)
    assert folder.exists()


@pytest.mark.parametrize(
    "content",
    [
        # Protocol 0: the command by its name alone, inside a dictionary.
        b"(dcos\nsystem\n(S'touch ran'\ntRs.",
        # A name with dots, by the opcode that takes it from the stack.
        b"\x80\x04\x8c\x05numpy\x8c\x0dndarray.tobyt\x93.",
        # Changing the stand-in for an array by the opcode that sets attributes.
        b"\x80\x02cnumpy\nndarray\nN}U\x04realNs\x86b.",
        # An extension code, a reference out of the file, and an array of objects.
        b"\x80\x02\x82\x01.",
        b"\x80\x02U\x01xQ.",
        pickle.dumps({"train": np.array([{}], dtype=object)}, 2),
        pickle.dumps({"train": np.array(["a"])}, 2),
        # A codec other than that of raw bytes.
        b"\x80\x02c_codecs\nencode\nX\x01\x00\x00\x00aU\x05rot13\x86R.",
    ],
)
def test_crafted_pickle_is_refused(tmp_path, monkeypatch, content):
    monkeypatch.chdir(tmp_path)
    assert "not a pickle of piano-rolls" in refusal(write(tmp_path, content))
    assert [path.name for path in tmp_path.iterdir()] == ["rolls.dat"]
    assert_rolls(corpora.load("jsb", write(tmp_path, FORMS["pickle of arrays, protocol 2"](tmp_path))))


def test_command_alone_is_no_form_at_all(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "not a pickle" in refusal(write(tmp_path, b"cos\nsystem\n(S'touch ran'\ntR."))
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["jsb-chorales-quarter.json", "JSB_Chorales.mat"])
def test_published_files(name):
    """Counts, and frames counted straight from the JSON; both files are recognised as the published JSB Chorales."""
    if not (PUBLISHED / name).is_file():
        pytest.skip(f"NOT CHECKED against the published file: {PUBLISHED / name} is absent")
    corpus = corpora.load("jsb", PUBLISHED / name)
    published = json.loads((PUBLISHED / "jsb-chorales-quarter.json").read_text())
    assert {split: len(rolls) for split, rolls in corpus.splits.items()} == {"train": 229, "valid": 76, "test": 77}
    for split, frames in {"train": 13807, "valid": 4602, "test": 4725}.items():
        assert sum(map(len, corpus.splits[split])) == frames
        for roll, chords in zip(corpus.splits[split], published[split], strict=True):
            assert [[21 + int(key) for key in np.flatnonzero(frame)] for frame in roll] == [sorted(c) for c in chords]
    assert corpus.title.startswith("JSB Chorales")
    empty = [(~roll.any(axis=1)).sum() for rolls in corpus.splits.values() for roll in rolls]
    assert (sum(empty), np.count_nonzero(empty)) == (64, 21)
    assert "64 frames in 21 sequences" in corpus.notes[0]
    tail = corpus.splits["valid"][33]
    np.testing.assert_array_equal(tail, corpus.splits["train"][14][-len(tail) :])
