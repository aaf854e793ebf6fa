"""Random search: every missing trial of the chosen cells, on all cores, into the archive.

The archive says which trials are done, the study database which ones are being trained and by whom. Trials come in
the order of their index, all variants of an index before the next one, so that an interrupted study is balanced.
"""

import os
import signal
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

import sqlalchemy

from odyssey import records as archive
from odyssey.engine import Engine
from odyssey.errors import OdysseyError
from odyssey.progress import Progress
from odyssey.protocol import TRIALS, Curves, Result, Trial, draw_trial
from odyssey.records.reading import read_rows, table_file, with_curves
from odyssey.storage import Storage
from odyssey.study import Queue, heartbeat
from odyssey.tasks.base import Task
from odyssey.training import Report
from odyssey.variants import VARIANTS, variant

INTERRUPTED = 130


@dataclass(frozen=True)
class Outcome:
    """What a search did.

    Attributes:
        trained: trials trained by this call.
        taken_over: results that other machines had left in the study database.
        elsewhere: trials that another process was still training when this one had nothing left to do.
        interrupted: whether Ctrl-C ended the search.
    """

    trained: int
    taken_over: int
    elsewhere: int
    interrupted: bool


def search(
    task: Task,
    engine: Engine,
    variants: Iterable[str] = tuple(VARIANTS),
    trials: int = TRIALS,
    records: str | None = None,
    storage: str | None = None,
    jobs: int = 1,
    quiet: bool = False,
) -> Outcome:
    """Train the trials 0 … `trials` − 1 of each variant on `task`, except those that the archive has.

    The first Ctrl-C lets the running epochs end and gives the running trials back; the second one ends the process
    at once, which loses no more than any crash does: the running trials, which the next search trains again.

    Args:
        task: what to train on.
        engine: trains the trials.
        variants: codes of the architectures.
        trials: number of trials a cell.
        records: folder of the archive, by default that of `odyssey.records.folder`.
        storage: URL of the study database, by default an SQLite file in the archive's folder. A database given here
            may be shared by machines that do not share the archive: results found in it are added to the archive.
        jobs: how many trials the engine trains at a time (for the time left).
        quiet: without progress bar.

    Raises:
        OdysseyError: archive or database cannot be used; everything that was finished before is kept.
    """
    if trials < 1:
        raise OdysseyError(f"trials must be at least 1, not {trials}")
    codes = [variant(code).code for code in dict.fromkeys(variants)]
    root = archive.folder(records)
    wanted = [(index, code) for index in range(trials) for code in codes]
    with ExitStack() as databases:
        database = databases.enter_context(Storage(storage)) if storage else None
        archive.check_writable(root, task.name, task.corpus)
        if database is None:
            if not _missing(root, task, wanted):
                return Outcome(0, 0, 0, False)
            database = databases.enter_context(Storage(_beside(root)))
        queues = {code: Queue(database, task, code) for code in codes}
        taken_over = _synchronise_all(root, task, queues, storage is not None)
        known = set(wanted)
        done = [row for row in read_rows(root, task.name, task.corpus) if (row["index"], row["variant"]) in known]
        with ExitStack() as stack:
            bar = stack.enter_context(Progress(task, wanted, done, jobs, quiet))
            recorder = _Recorder(root, task, engine, queues, bar)
            stack.callback(lambda: [queue.release() for queue in queues.values()])
            stack.enter_context(heartbeat(list(queues.values())))
            stack.enter_context(_stop_on_interrupt(recorder))
            engine.train(task, _pending(root, task, wanted, queues), recorder)
            if recorder.problem:
                raise recorder.problem
        if storage:  # What others have finished meanwhile.
            taken_over += _synchronise_all(root, task, queues, True)
    left = _missing(root, task, wanted)
    return Outcome(recorder.trained, taken_over, 0 if recorder.stopped else len(left), recorder.stopped)


class _Recorder(Report):
    """Keeps each result: first in the archive, then in the study."""

    def __init__(self, root, task, engine, queues, bar):
        self._root, self._task, self._engine, self._queues, self._bar = root, task, engine, queues, bar
        self.trained = 0
        self.stopped = False
        self.problem: OdysseyError | None = None

    def epoch(self, trial: Trial, curves: Curves) -> None:
        self._bar.tick()

    def finished(self, trial: Trial, result: Result) -> None:
        row = archive.row(self._task, trial, result, self._engine.label, archive.machine(self._engine.hardware))
        # Another worker may have trained it too, having taken this one for dead.
        if archive.append(self._root, row, result.curves):
            self.trained += 1
            self._bar.add(row)
        try:
            self._queues[trial.variant].finish(row, result.curves)
        except OdysseyError as problem:
            # Not raised at once: other trials may have ended meanwhile, and the archive can take them. The next
            # search notes in the study what the archive has.
            self.problem = self.problem or problem

    def stopping(self) -> bool:
        return self.stopped or self.problem is not None


def _beside(root) -> str:
    """URL of the study database in the archive's folder, whose name may hold what means something in a URL."""
    file = str(root.resolve() / "study.sqlite3")
    return sqlalchemy.URL.create("sqlite", database=file).render_as_string(hide_password=False)


def _missing(root, task: Task, wanted: list[tuple[int, str]]) -> list[tuple[int, str]]:
    rows = read_rows(root, task.name, task.corpus, fingerprint=task.fingerprint)
    done = {(row["index"], row["variant"]) for row in rows}
    return [cell for cell in wanted if cell not in done]


def _pending(root, task: Task, wanted: list[tuple[int, str]], queues: dict[str, Queue]) -> Iterator[Trial]:
    """The missing trials, claimed one by one as the engine asks for them.

    Passes over what is missing until there is nothing left to claim, since another worker may have died meanwhile.
    """
    claimed = True
    while claimed:
        claimed = False
        for queue in queues.values():
            queue.free_dead()
        for index, code in _missing(root, task, wanted):
            trial = draw_trial(task.name, code, index)
            if queues[code].claim(trial):
                claimed = True
                yield trial


def _synchronise_all(root, task: Task, queues: dict[str, Queue], take_over: bool) -> int:
    return sum(_synchronise(root, task, code, queue, take_over) for code, queue in queues.items())


def _synchronise(root, task: Task, code: str, queue: Queue, take_over: bool) -> int:
    """Bring archive and study to the same state; the number of results that went into the archive."""
    queue.free_dead()
    # In this order: a worker writes to the archive first, so what is finished here must be found there.
    finished = queue.finished()
    rows = {row["index"]: row for row in read_rows(root, task.name, task.corpus, code, task.fingerprint)}
    lost = [index for index in finished if index not in rows]
    if lost and not take_over:
        raise OdysseyError(
            f"{task.name} {code}: trial {min(lost)} is finished in {root / 'study.sqlite3'} but not in the records; "
            "to train it again, remove that file"
        )
    for index in lost:
        archive.append(root, *queue.result_of(finished[index]))
    live = queue.live()
    if any(index not in live for index in rows):
        for row, curves in with_curves(table_file(root, task.name, task.corpus, code)):
            if row["index"] not in live:
                queue.add_finished(row, curves, draw_trial(task.name, code, row["index"]))
    return len(lost)


@contextmanager
def _stop_on_interrupt(recorder: _Recorder) -> Iterator[None]:
    """The first Ctrl-C asks the engine to stop, the second one ends the process.

    Nothing less would be at once: compiled code hears of no exception, and an epoch of it may last for minutes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(signum, frame):
        if recorder.stopped:
            _say(b"\nodyssey: interrupted at once; the same command goes on from here\n")
            os._exit(INTERRUPTED)
        recorder.stopped = True
        _say(b"\nstopping after the current epoch; Ctrl-C again stops at once\n")

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _say(words: bytes) -> None:
    """Write to standard error from a handler, which must not enter a buffered stream, nor raise an error wherever it
    happens to interrupt: the same Ctrl-C may have ended who reads it (``| tee``)."""
    with suppress(OSError):
        os.write(2, words)
