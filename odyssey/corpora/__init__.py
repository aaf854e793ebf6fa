"""The corpora, by name: for each task one that is embedded and one that the user brings."""

from collections.abc import Callable
from dataclasses import dataclass
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
    """

    task: str
    embedded: bool
    needs: str
    load: Callable[..., Corpus]


def _music21() -> Corpus:
    from odyssey.corpora import music21

    return music21.load()


def _jsb(root: Path) -> Corpus:
    from odyssey.corpora import jsb

    return jsb.load(root)


CORPORA = {
    "music21": Source("music", True, "", _music21),
    "jsb": Source("music", False, "the piano-roll file of Boulanger-Lewandowski et al. (.pickle, .json or .mat)", _jsb),
}


def default_corpus(task: str) -> str:
    """Name of the embedded corpus of a task.

    Raises:
        OdysseyError: no corpus belongs to the task.
    """
    for name, source in CORPORA.items():
        if source.task == task and source.embedded:
            return name
    tasks = ", ".join(sorted({source.task for source in CORPORA.values()}))
    raise OdysseyError(f"unknown task {task!r}: choose from {tasks}")


def load(name: str, root: str | Path | None = None) -> Corpus:
    """A corpus by name.

    Args:
        name: a key of `CORPORA`.
        root: path to the user's files; only, and always, for a corpus that is not embedded.

    Raises:
        OdysseyError: the name is unknown, the path is missing or not wanted, or the files are not as they should be.
    """
    if name not in CORPORA:
        raise OdysseyError(f"unknown corpus {name!r}: choose from {', '.join(CORPORA)}")
    source = CORPORA[name]
    if source.embedded:
        if root is not None:
            raise OdysseyError(f"corpus {name} is embedded and takes no path: leave {str(root)!r} out")
        return source.load()
    if root is None:
        raise OdysseyError(f"corpus {name} needs a path to {source.needs}")
    return source.load(Path(root).expanduser())
