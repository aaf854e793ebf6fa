"""A cell of the study, a task or a corpus for a notebook, without a word on stderr.

The notebooks are re-executed and compared with what is stored, so nothing here may print what changes from run to run.
"""

import io
from contextlib import redirect_stderr
from dataclasses import dataclass

import pandas as pd

from odyssey import records as archive
from odyssey.analysis.comparison import equal_budget
from odyssey.corpora import CORPORA
from odyssey.corpora.base import SPLITS, Corpus
from odyssey.errors import OdysseyError
from odyssey.tasks.base import Task


@dataclass(frozen=True)
class Cell:
    """One cell of the study.

    Attributes:
        task: what its trials were trained on.
        trials: the first trials of the cell, as `odyssey.records.read` gives them.
        curves: their learning curves, as `odyssey.records.read_curves` gives them.
    """

    task: Task
    trials: pd.DataFrame
    curves: pd.DataFrame


def task_at_hand(task: str, corpus: str | None = None, root: str | None = None) -> Task:
    """`odyssey.tasks.load_task` without the progress bar of a first use.

    Whoever asks only what the score is called leaves the corpus out: the embedded one says it as well, and needs no
    files.
    """
    from odyssey.tasks import load_task

    with redirect_stderr(io.StringIO()):
        return load_task(task, corpus, root)


def with_standing(corpus: str) -> str:
    """A corpus's name and what it is beside the paper's, such as ``espeak (synthetic speech, not TIMIT)``."""
    standing = CORPORA[corpus].standing if corpus in CORPORA else ""
    return f"{corpus} ({standing})" if standing else corpus


def corpus_at_hand(corpus: str, root: str | None = None) -> Corpus:
    """`odyssey.corpora.load` without the progress bar of a first use."""
    from odyssey.corpora import load

    with redirect_stderr(io.StringIO()):
        return load(corpus, root)


def cell_at_hand(
    task: str,
    corpus: str,
    variant: str,
    trials: int,
    jobs: int = 1,
    engine: str = "cpu",
    storage: str | None = None,
    root: str | None = None,
) -> Cell:
    """The first `trials` trials of a cell; those that the records lack are trained now.

    Args:
        task, corpus, variant: the cell.
        trials: how many.
        jobs: how many to train at a time.
        engine: name of the engine.
        storage: URL of the study database, by default a file beside the records.
        root: path to the user's files, for a corpus that is not embedded.

    Raises:
        OdysseyError: as `odyssey.search.search`; or another process is still training some of the trials.
    """
    if isinstance(trials, bool) or not isinstance(trials, int) or trials < 1:
        raise OdysseyError(f"trials must be a whole number of at least 1, not {trials!r}")
    problem = task_at_hand(task, corpus, root)
    found = _first(archive.read(None, task, corpus, variant, problem.fingerprint), trials)
    if len(found) < trials:
        # Imported here because both take seconds to load, and a full record needs neither.
        with redirect_stderr(io.StringIO()):
            from odyssey.engine import engine as make_engine
            from odyssey.search import search

            search(problem, make_engine(engine, jobs=jobs), [variant], trials, None, storage or None, jobs, quiet=True)
        found = _first(archive.read(None, task, corpus, variant, problem.fingerprint), trials)
    if len(found) < trials:
        raise OdysseyError(f"{task} {variant}: {len(found)} of {trials} trials are there; others train the rest: wait")
    return Cell(problem, found, _first(archive.read_curves(None, task, corpus, variant), trials))


def study_at_hand(task: str, corpus: str) -> pd.DataFrame:
    """The recorded trials of all cells of a task, the same number of each (`odyssey.analysis.comparison.equal_budget`).

    Raises:
        OdysseyError: a cell lacks its first trial, so that there are none.
    """
    trials = archive.read(None, task, corpus)
    budget = equal_budget(trials)
    if budget == 0:
        raise OdysseyError(f"no trials of {task} on {corpus} are recorded: search first (odyssey search --task {task})")
    return _first(trials, budget)


def _first(frame, trials):
    return frame[frame["index"] < trials].reset_index(drop=True)


def corpus_table(corpus: Corpus) -> pd.DataFrame:
    """Counts of a corpus of sequences, a row a split: ``split``, ``sequences``, ``frames`` (or whatever the corpus's
    unit is), and ``shortest``, ``mean``, ``longest`` in that unit."""
    rows = []
    for split in SPLITS:
        lengths = pd.Series(corpus.lengths(split))
        counts = {"sequences": len(lengths), corpus.unit: int(lengths.sum())}
        rows.append(
            {"split": split, **counts, "shortest": lengths.min(), "mean": lengths.mean(), "longest": lengths.max()}
        )
    return pd.DataFrame(rows)
