"""The tasks, by name."""

from pathlib import Path

from odyssey import corpora
from odyssey.errors import OdysseyError
from odyssey.tasks.base import Task
from odyssey.tasks.handwriting import handwriting_task
from odyssey.tasks.music import music_task
from odyssey.tasks.speech import speech_task

TASKS = {"speech": speech_task, "handwriting": handwriting_task, "music": music_task}


def load_task(name: str, corpus: str | None = None, root: str | Path | None = None) -> Task:
    """A task on a corpus.

    Args:
        name: a key of `TASKS`.
        corpus: a corpus of that task; the embedded one where None.
        root: path to the user's files, for a corpus that is not embedded.

    Raises:
        OdysseyError: the task or corpus is unknown, the corpus belongs to another task, or it cannot be loaded.
    """
    if name not in TASKS:
        raise OdysseyError(f"unknown task {name!r}: choose from {', '.join(TASKS)}")
    return TASKS[name](corpora.load(corpora.corpus_for(name, corpus), root))
