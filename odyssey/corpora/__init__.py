"""The corpora, by name: for each task one that is embedded, in one size or two, and one that the user brings."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from odyssey.corpora.base import Corpus
from odyssey.errors import OdysseyError


@dataclass(frozen=True)
class Source:
    """Where a corpus comes from.

    Attributes:
        task: the task it belongs to.
        embedded: whether it needs no files of the user.
        needs: what the user has to bring (empty for an embedded corpus), for messages.
        load: gives the corpus; takes the path to the user's files unless embedded. Libraries that take long
            to import are imported only when it is called.
        standing: what it is beside the corpus that the paper used, for those who read results; empty where the task
            is none of the paper's.
    """

    task: str
    embedded: bool
    needs: str
    load: Callable[..., Corpus]
    standing: str = ""


def _music21() -> Corpus:
    from odyssey.corpora import music21

    return music21.load()


def _jsb(root: Path) -> Corpus:
    from odyssey.corpora import jsb

    return jsb.load(root)


def _timit(root: Path) -> Corpus:
    from odyssey.corpora import timit

    return timit.load(root)


def _espeak(size: str) -> Corpus:
    from odyssey.corpora import espeak

    return espeak.load(size)


def _iamondb(root: Path) -> Corpus:
    from odyssey.corpora import iamondb

    return iamondb.load(root)


def _hershey(size: str) -> Corpus:
    from odyssey.corpora import hershey

    return hershey.load(size)


_OWN = "the paper's own corpus"
_SPOKEN = "synthetic speech, not TIMIT"
_WRITTEN = "synthetic pen strokes, not IAM-OnDB"

# Of a task's embedded corpora the first is the default, and the one whose name ends in "-full" is of the paper's size.
CORPORA = {
    "espeak": Source("speech", True, "", partial(_espeak, "default"), _SPOKEN),
    "espeak-full": Source("speech", True, "", partial(_espeak, "full"), _SPOKEN),
    "timit": Source("speech", False, "the folder of TIMIT (LDC93S1) that holds TRAIN and TEST", _timit, _OWN),
    "timit-sample": Source(
        "speech", False, "the folder of the sample of TIMIT that NLTK offers", _timit, "a small part of TIMIT"
    ),
    "hershey": Source("handwriting", True, "", partial(_hershey, "default"), _WRITTEN),
    "hershey-full": Source("handwriting", True, "", partial(_hershey, "full"), _WRITTEN),
    "iamondb": Source("handwriting", False, "the folder of IAM-OnDB (lineStrokes, ascii, split files)", _iamondb, _OWN),
    "music21": Source("music", True, "", _music21, "real chorales from other editions, not the published rolls"),
    "jsb": Source(
        "music", False, "the piano-roll file of Boulanger-Lewandowski et al. (.pickle, .json or .mat)", _jsb, _OWN
    ),
}


def default_corpus(task: str) -> str:
    """Name of the embedded corpus of a task, in its default size.

    Raises:
        OdysseyError: no corpus belongs to the task.
    """
    for name, source in CORPORA.items():
        if source.task == task and source.embedded:
            return name
    tasks = ", ".join(sorted({source.task for source in CORPORA.values()}))
    raise OdysseyError(f"unknown task {task!r}: choose from {tasks}")


def corpus_for(task: str, name: str | None = None) -> str:
    """The corpus `name` if it belongs to the task; where None, the default one.

    Raises:
        OdysseyError: no corpus belongs to the task, or this one does not.
    """
    default = default_corpus(task)
    choices = [key for key, source in CORPORA.items() if source.task == task]
    if name is not None and name not in choices:
        raise OdysseyError(f"task {task} has no corpus {name!r}: choose from {', '.join(choices)}")
    return name or default


def full_size(name: str) -> str:
    """Name of the corpus of the paper's size that belongs to the embedded corpus `name`.

    Raises:
        OdysseyError: there is none.
    """
    full = f"{name}-full"
    if full not in CORPORA:
        raise OdysseyError(f"corpus {name} has one size only: leave the size out")
    return full


def root_variable(name: str) -> str:
    """The environment variable that names the user's files of a corpus, such as ``ODYSSEY_TIMIT``."""
    return f"ODYSSEY_{name.upper().replace('-', '_')}"


def load(name: str, root: str | Path | None = None) -> Corpus:
    """A corpus by name.

    Args:
        name: a key of `CORPORA`.
        root: path to the user's files; only for a corpus that is not embedded, and by default what its
            `root_variable` names: notebooks, which others may read, need not hold such a path.

    Raises:
        OdysseyError: the name is unknown, the path is missing or not wanted, the files are not as they should be, or
            they are those of another corpus.
    """
    if name not in CORPORA:
        raise OdysseyError(f"unknown corpus {name!r}: choose from {', '.join(CORPORA)}")
    source = CORPORA[name]
    if source.embedded:
        if root is not None:
            raise OdysseyError(f"corpus {name} is embedded and takes no path: leave {str(root)!r} out")
        return source.load()
    root = root or os.environ.get(root_variable(name))
    if not root:
        raise OdysseyError(f"corpus {name} needs a path (--root) to {source.needs}, or {root_variable(name)} set to it")
    try:
        path = Path(root).expanduser()
    except RuntimeError:
        raise OdysseyError(f"{root}: there is no such home folder: write the path out") from None
    found = source.load(path)
    if found.name != name:
        raise OdysseyError(f"{root} holds the corpus {found.name}, not {name}: choose {found.name}")
    return found
