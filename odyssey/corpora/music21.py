"""The corpus ``music21``: Bach chorales from the music21 package, as piano-rolls in the published split.

A table (``music21_map.csv``) says for each sequence of the published "JSB Chorales" (Boulanger-Lewandowski
et al. 2012) which score of the package it comes from and how it was transposed; `chorale_roll` does the rest.
"""

import csv
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from odyssey.corpora import cache
from odyssey.corpora.base import SPLITS, Corpus
from odyssey.corpora.chorale import chorale_roll
from odyssey.errors import OdysseyError

# The scores are part of the package, so its version is part of the corpus.
PINNED = "10.5.1"
FINGERPRINT = "4e3484e07c2ed626"
# Counts up whenever the rule or the table changes, so that no cached rolls of an older one are taken.
RULE = 1

INSTALL = f"pip install --force-reinstall music21=={PINNED}"


class Counterpart(NamedTuple):
    """One published sequence and the score it comes from; `file` is empty where the package has none.

    `repeats`, `skip`, `step` and `transpose` are the arguments of `chorale_roll`.
    """

    split: str
    index: int
    file: str
    repeats: bool
    skip: int
    step: float
    transpose: int


def counterparts() -> list[Counterpart]:
    """The table, one entry for each of the 382 published sequences, in published order."""
    text = (files("odyssey.corpora") / "music21_map.csv").read_text(encoding="utf-8")
    return [
        Counterpart(
            row["split"],
            int(row["index"]),
            row["file"],
            row["repeats"] == "1",
            int(row["skip"] or 0),
            float(row["step"] or 1),
            int(row["transpose"] or 0),
        )
        for row in csv.DictReader(text.splitlines())
    ]


def load() -> Corpus:
    """The corpus: 376 rolls, uint8 (T, 88), in published order. The first call parses the scores.

    Later calls read the rolls from the cache folder (`odyssey.corpora.cache`).

    Raises:
        OdysseyError: music21 or one of its scores is missing, or the pinned version gave other rolls than it should.
    """
    try:
        installed = version("music21")
    except PackageNotFoundError:
        raise OdysseyError(f"corpus music21 needs the music21 package: {INSTALL}") from None
    name = f"music21-{installed}-rule{RULE}.npz"
    corpus = cache.fetch(name, lambda arrays: _unpack(arrays, installed))
    if corpus is None:
        corpus = _corpus(_build(), installed)
        if installed == PINNED and corpus.fingerprint != FINGERPRINT:
            raise OdysseyError(
                f"corpus music21: fingerprint {corpus.fingerprint} instead of {FINGERPRINT}, "
                f"the scores of the installed music21 are not those of its release: {INSTALL}"
            )
        cache.store(name, _pack(corpus))
    return corpus


def _build() -> dict[str, tuple[np.ndarray, ...]]:
    """Parse the scores (some 20 s on one core)."""
    # Takes a third of a second and is not needed when the rolls are cached.
    from music21.common import getCorpusFilePath
    from music21.converter import Converter

    folder = getCorpusFilePath() / "bach"
    rolls: dict[str, list[np.ndarray]] = {split: [] for split in SPLITS}
    found = [entry for entry in counterparts() if entry.file]
    for entry in tqdm(found, desc="Parsing Bach chorales (first use only)", unit="score"):
        path = folder / entry.file
        # Not music21.corpus.parse: it would leave a pickle of every score in the system's temporary folder.
        converter = Converter()
        try:
            converter.parseFileNoPickle(path)
            roll = chorale_roll(
                converter.stream, entry.transpose, repeats=entry.repeats, skip=entry.skip, step=entry.step
            )
        # A damaged score shows itself in many ways (zip, XML, notes, parts): all mean the same.
        except Exception as error:
            reason = type(error).__name__
            raise OdysseyError(f"corpus music21: cannot read the score {path} ({reason}): {INSTALL}") from error
        rolls[entry.split].append(roll)
    return {split: tuple(sequences) for split, sequences in rolls.items()}


def _corpus(splits: dict[str, tuple[np.ndarray, ...]], installed: str) -> Corpus:
    return Corpus(
        name="music21",
        task="music",
        title=f"Bach chorales from music21 {installed}, quarter-note piano-rolls in the published JSB Chorales split",
        licence="music out of copyright; encodings under the terms of the music21 corpus, which may bar commercial use",
        splits=splits,
        notes=_notes(installed),
    )


def _notes(installed: str) -> tuple[str, ...]:
    table = counterparts()
    missing = [entry for entry in table if not entry.file]
    places = "; ".join(
        f"{split} {', '.join(str(entry.index) for entry in missing if entry.split == split)}"
        for split in SPLITS
        if any(entry.split == split for entry in missing)
    )
    notes = [
        f"{len(table) - len(missing)} of the {len(table)} published sequences; "
        f"left out for want of a counterpart (published indices from 0): {places}.",
        "Rebuilt from the scores by rule: 117 equal the published rolls exactly, 264 in at least 95 % of the frames.",
        "Published valid 33 is the tail of train 14; both are in, as in the published data.",
    ]
    if installed != PINNED:
        notes.append(f"Made with music21 {installed}, not {PINNED}: the rolls were not checked against a fingerprint.")
    return tuple(notes)


def _pack(corpus: Corpus) -> dict[str, np.ndarray]:
    """Arrays for the cache: for each split its rolls end to end and their lengths, and the fingerprint."""
    arrays = {"fingerprint": np.array(corpus.fingerprint)}
    for split in SPLITS:
        arrays[split] = np.concatenate(corpus.splits[split])
        arrays[f"{split}_lengths"] = np.array([len(roll) for roll in corpus.splits[split]])
    return arrays


def _unpack(arrays: Mapping[str, np.ndarray], installed: str) -> Corpus:
    splits = {}
    for split in SPLITS:
        ends = np.cumsum(arrays[f"{split}_lengths"])
        splits[split] = tuple(np.split(arrays[split], ends[:-1]))
    corpus = _corpus(splits, installed)
    expected = FINGERPRINT if installed == PINNED else str(arrays["fingerprint"])
    if corpus.fingerprint != expected:
        raise ValueError("not the rolls that were written")
    return corpus
