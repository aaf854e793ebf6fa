"""The corpus ``jsb``: the user's own file of published piano-rolls (Boulanger-Lewandowski et al. 2012).

The file is the original pickle, the JSON or the MATLAB file in circulation; its content tells which. JSB
Chorales is the corpus of the paper; Nottingham, MuseData and Piano-midi.de come in the same forms.
"""

import io
import json
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from odyssey.corpora.base import SPLITS, Corpus
from odyssey.corpora.rolls import KEYS, LOWEST, roll_of
from odyssey.corpora.safe_pickle import read_pickle
from odyssey.errors import OdysseyError

# Of the published JSB Chorales, in whichever form.
FINGERPRINT = "f3b755cf3c69bbd5"

FORMS = "a pickle, JSON or MATLAB file with the splits train, valid and test"
FEWEST_FRAMES = 2


def load(root: Path) -> Corpus:
    """Piano-rolls from a file.

    Args:
        root: the file, or a folder that holds exactly one such file.

    Returns:
        The corpus; every example is a roll, uint8 (T, 88) with T ≥ 2, column = MIDI number − 21.

    Raises:
        OdysseyError: there is no such file, or what it holds is not piano-rolls.
    """
    path = root
    try:
        if root.is_dir():
            path = _only_file(root)
        elif root.exists() and not root.is_file():
            # Opening a pipe would wait for ever.
            raise ValueError(f"not a regular file: give the path to {FORMS}")
        splits = _read(path)
    except OSError as error:
        path = error.filename or path
        raise OdysseyError(f"{path}: cannot be read ({error.strerror}): check the path and its permissions") from error
    except ValueError as error:
        raise OdysseyError(f"{path}: {error}") from error
    corpus = Corpus(
        name="jsb",
        task="music",
        title=f"piano-rolls of {path.name}, other than the published JSB Chorales",
        licence="as the publisher of the file says",
        splits=splits,
    )
    if corpus.fingerprint != FINGERPRINT:
        return corpus
    return replace(
        corpus,
        title="JSB Chorales, quarter-note piano-rolls as published by Boulanger-Lewandowski et al. 2012",
        notes=("64 frames in 21 sequences are empty, as published.", "Valid 33 is the tail of train 14, as published."),
    )


def _only_file(folder: Path) -> Path:
    found = sorted(path for path in folder.iterdir() if path.is_file() and _reader(_head(path)))
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        raise ValueError(f"wanted one file of piano-rolls ({FORMS}), found {names}: give the path to the file")
    return found[0]


def _head(path: Path) -> bytes:
    """The first bytes, enough to tell the form."""
    with path.open("rb") as file:
        return file.read(16)


def _read(path: Path) -> dict[str, tuple[np.ndarray, ...]]:
    """The rolls of the three splits.

    Raises (as all that it calls):
        ValueError: says what is wrong with the file and what to do.
    """
    reader = _reader(_head(path))
    if reader is None:
        raise ValueError(f"not {FORMS}: give the path to such a file")
    splits = reader(path.read_bytes())
    missing = [split for split in SPLITS if split not in splits]
    if missing:
        raise ValueError(f"no split {', '.join(missing)}: a file with train, valid and test is needed")
    return {split: _rolls(split, splits[split]) for split in SPLITS}


def _reader(head: bytes) -> Callable[[bytes], dict[str, Any]] | None:
    """The function that reads a file which starts with these bytes into nested lists of notes."""
    if head.startswith(b"MATLAB"):
        return _read_mat
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return _read_json
    # A dictionary by protocol 2 or later, by protocol 0, by protocol 1.
    if head.startswith((b"\x80", b"(d", b"}q")):
        return _read_pickle
    return None


def _read_json(data: bytes) -> dict[str, Any]:
    try:
        return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"broken JSON ({error}): fetch the file again") from error


def _read_pickle(data: bytes) -> dict[str, Any]:
    try:
        splits = read_pickle(data)
    except pickle.UnpicklingError as error:
        raise ValueError(f"not a pickle of piano-rolls ({error}): fetch the original file") from error
    if not isinstance(splits, dict):
        raise ValueError(f"a pickled {type(splits).__name__}, not a dictionary of splits: fetch the original file")
    return splits


def _read_mat(data: bytes) -> dict[str, Any]:
    # SciPy takes long to import and only this form needs it.
    from scipy.io import loadmat

    try:
        arrays = loadmat(io.BytesIO(data))
    # A damaged file shows itself in many ways (zlib, struct, type, index): all mean the same.
    except Exception as error:
        raise ValueError(f"broken MATLAB file ({type(error).__name__}): fetch the file again") from error
    return {
        split: [_chords(_name(split, index), roll) for index, roll in enumerate(arrays[f"{split}data"].flat)]
        for split in SPLITS
        if f"{split}data" in arrays
    }


def _chords(name: str, roll: Any) -> list[list[int]]:
    """The notes of each frame of a MATLAB roll."""
    if not isinstance(roll, np.ndarray) or roll.ndim != 2 or roll.shape[1] != KEYS:
        raise ValueError(f"{name} is no array of frames × {KEYS} keys: correct it or leave it out")
    if not np.isin(roll, (0, 1)).all():
        raise ValueError(f"{name} has values other than 0 and 1: correct it or leave it out")
    return [(np.flatnonzero(frame) + LOWEST).tolist() for frame in roll]


def _rolls(split: str, sequences: Any) -> tuple[np.ndarray, ...]:
    if not isinstance(sequences, list) or not sequences:
        raise ValueError(f"split {split} is empty or no list: a file with sequences in every split is needed")
    return tuple(_roll(_name(split, index), sequence) for index, sequence in enumerate(sequences))


def _roll(name: str, sequence: Any) -> np.ndarray:
    if not isinstance(sequence, list) or not all(isinstance(chord, list) for chord in sequence):
        raise ValueError(f"{name} is no list of frames, each a list of notes: correct it or leave it out")
    if len(sequence) < FEWEST_FRAMES:
        raise ValueError(f"{name} has {len(sequence)} frames, fewer than {FEWEST_FRAMES}: leave it out")
    try:
        # Copies with a fixed number of voices mark a resting one by a negative number.
        return roll_of([[note for note in map(_note, chord) if note >= 0] for chord in sequence])
    except ValueError as error:
        raise ValueError(f"{name}: {error}: correct it or leave it out") from error


def _note(value: Any) -> int:
    """A MIDI number; copies written by numerical software may hold 60.0 for 60."""
    if isinstance(value, bool) or not (isinstance(value, int) or (isinstance(value, float) and value.is_integer())):
        raise ValueError(f"{value!r} is no MIDI note number")
    return int(value)


def _name(split: str, index: int) -> str:
    return f"{split} sequence {index} (counted from 0)"
