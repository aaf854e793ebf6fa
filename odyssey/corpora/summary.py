"""What ``odyssey data`` tells about a corpus."""

from typing import Any

from odyssey.corpora.base import SPLITS, Corpus


def summarise(corpus: Corpus) -> dict[str, Any]:
    """Name, origin, fingerprint and size of a corpus, ready for JSON.

    Returns:
        ``name``, ``task``, ``title``, ``licence``, ``fingerprint``, ``notes`` (a list of lines) and ``splits``: for
        each split the number of ``sequences`` and of ``frames``, and ``mean_length``, ``shortest`` and ``longest``
        in frames.
    """
    return {
        "name": corpus.name,
        "task": corpus.task,
        "title": corpus.title,
        "licence": corpus.licence,
        "fingerprint": corpus.fingerprint,
        "splits": {split: _size([_frames(example) for example in corpus.splits[split]]) for split in SPLITS},
        "notes": list(corpus.notes),
    }


def _frames(example: Any) -> int:
    """Length of an example; where it is a tuple of arrays, the first one runs over the frames."""
    return len(example[0] if isinstance(example, tuple) else example)


def _size(lengths: list[int]) -> dict[str, float]:
    return {
        "sequences": len(lengths),
        "frames": sum(lengths),
        "mean_length": sum(lengths) / len(lengths),
        "shortest": min(lengths),
        "longest": max(lengths),
    }
