"""The corpora ``espeak`` and ``espeak-full``: synthetic speech with exact phone times, a stand-in for TIMIT.

Sentences of a small grammar (`sentences`) are spoken by the espeak-ng library (`synthesis`) in many voices (`voices`).
Its phonemes, with the samples at which they start, become TIMIT's phones (`phones`); resampling to 16,000 samples a
second also varies the voices, and noise is added (`recipe`, `noise`). All random numbers come from generators seeded by
corpus, split and index: the same bytes come out each time.
"""

import platform
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

import numpy as np
from tqdm import tqdm

from odyssey.corpora import cache
from odyssey.corpora.base import SPLITS, Corpus
from odyssey.corpora.espeak.recipe import Size, plan, utterance
from odyssey.corpora.espeak.synthesis import INSTALL, PINNED, Synthesiser
from odyssey.corpora.espeak.voices import VARIANTS, VARIATIONS
from odyssey.corpora.utterances import Utterance
from odyssey.errors import OdysseyError

# Counts up whenever the recipe changes, so that no cached utterances of an older one are taken.
RULE = 1

SIZES = {
    "default": Size("espeak", 1, "PHRASE", (250, 80, 80)),
    "full": Size("espeak-full", 2, "SENTENCE", (3696, 400, 192)),
}
FINGERPRINTS = {"default": "4318c8f1c99109eb", "full": "de9804730f4448fb"}


def load(size: str = "default") -> Corpus:
    """The corpus. The first call speaks it, later ones read it from the cache folder (`odyssey.corpora.cache`).

    Args:
        size: ``"default"`` (utterances of about a second) or ``"full"`` (about as many, and as long, as TIMIT's).

    Raises:
        OdysseyError: no such size, espeakng-loader is missing or does not work, or the pinned version gave other
            utterances than it should.
    """
    if size not in SIZES:
        raise OdysseyError(f"corpus espeak has no size {size!r}: choose from {', '.join(SIZES)}")
    try:
        installed = version("espeakng-loader")
    except PackageNotFoundError:
        raise OdysseyError(f"corpus espeak needs the espeakng-loader package: {INSTALL}") from None
    name = f"{SIZES[size].name}-{installed}-rule{RULE}.npz"
    corpus = cache.fetch(name, lambda arrays: _unpack(arrays, size, installed))
    if corpus is None:
        corpus = _corpus(_build(SIZES[size]), size, installed)
        expected = _expected(size, installed)
        if expected and corpus.fingerprint != expected:
            raise OdysseyError(
                f"corpus {corpus.name}: fingerprint {corpus.fingerprint} instead of {expected}, the installed "
                f"espeakng-loader does not speak as its release does: {INSTALL}"
            )
        cache.store(name, _pack(corpus))
    return corpus


def _expected(size: str, installed: str) -> str:
    """The fingerprint that the corpus must have; empty where none is known: another version, or another build of it."""
    known = installed == PINNED and sys.platform == "linux" and platform.machine() == "x86_64"
    return FINGERPRINTS[size] if known else ""


def _build(size: Size) -> dict[str, tuple[Utterance, ...]]:
    """Speak all utterances (some 30 ms each for the default size on one core)."""
    utterances: dict[str, list[Utterance]] = {split: [] for split in SPLITS}
    with Synthesiser() as synthesiser:
        bar = tqdm(plan(size), "Synthesising speech (first use only)", sum(size.counts), unit="utterance")
        for planned in bar:
            utterances[planned.split].append(utterance(planned, synthesiser))
    return {split: tuple(spoken) for split, spoken in utterances.items()}


def _corpus(splits: dict[str, tuple[Utterance, ...]], size: str, installed: str) -> Corpus:
    return Corpus(
        name=SIZES[size].name,
        task="speech",
        title=f"Synthetic English speech by espeak-ng (espeakng-loader {installed}) with TIMIT's phone labels",
        licence="made on this machine by espeak-ng, a GPL-3 library; its texts are this project's own",
        splits=splits,
        notes=_notes(size, installed),
        unit="samples",
    )


def _notes(size: str, installed: str) -> tuple[str, ...]:
    voices = ", ".join(f"{len(VARIANTS[split])} {split}" for split in SPLITS)
    notes = [
        "A stand-in for TIMIT, not TIMIT: no human voice is in it, and errors on it say nothing about errors on TIMIT.",
        f"Voices of espeak-ng: {voices}, each in {VARIATIONS} variations; no voice and no sentence is in two splits.",
        "Phone times are those of the synthesis; closures, bursts and r-coloured vowels are divided by rule.",
    ]
    if not _expected(size, installed):
        notes.append(
            f"Made with espeakng-loader {installed} on {sys.platform} {platform.machine()}, not with {PINNED} on linux "
            "x86_64: the utterances were not checked against a fingerprint."
        )
    return tuple(notes)


def _pack(corpus: Corpus) -> dict[str, np.ndarray]:
    """Arrays for the cache: of each split each field of the utterances end to end, and lengths; the fingerprint."""
    arrays = {"fingerprint": np.array(corpus.fingerprint)}
    for split in SPLITS:
        for field in Utterance._fields:
            parts = [getattr(spoken, field) for spoken in corpus.splits[split]]
            arrays[f"{split}_{field}"] = np.concatenate(parts)
            arrays[f"{split}_{field}_lengths"] = np.array([len(part) for part in parts])
    return arrays


def _unpack(arrays: Mapping[str, np.ndarray], size: str, installed: str) -> Corpus:
    splits = {}
    for split in SPLITS:
        fields = []
        for field in Utterance._fields:
            ends = np.cumsum(arrays[f"{split}_{field}_lengths"])
            fields.append(np.split(arrays[f"{split}_{field}"], ends[:-1]))
        splits[split] = tuple(Utterance(*parts) for parts in zip(*fields, strict=True))
    corpus = _corpus(splits, size, installed)
    if corpus.fingerprint != (_expected(size, installed) or str(arrays["fingerprint"])):
        raise ValueError("not the utterances that were written")
    return corpus
