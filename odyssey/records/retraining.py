"""Can a record be made again?

On a machine like the one that made it (`odyssey.records.machine`), with the same version, training gives the same
record bit for bit. Elsewhere (and where there is no GPU for a record made on one, so that the engine for the processor
takes its place) sums are rounded otherwise, and training is chaotic where the learning rate is high: an
error of the size of the rounding may grow tenfold with every few updates. How far a record can be compared at all is
therefore measured: the start of the trial is trained in single and in double precision, and the record must agree
over the epochs whose losses do not depend on the precision, and diverge where both diverge.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import takewhile
from math import isfinite

import odyssey
from odyssey import engine as engines
from odyssey.errors import OdysseyError
from odyssey.protocol import Curves, Result, Trial, draw_trial
from odyssey.records.machine import machine
from odyssey.records.table import curves_line, row
from odyssey.tasks.base import Task
from odyssey.training import Report

# Elsewhere: so many epochs are compared at most, those in which the precision changes no loss by more than STEADY of
# its value; there the record may differ by TOLERANCE.
EPOCHS = 3
STEADY = 1e-5
TOLERANCE = 1e-3
TINY = 1e-300


@dataclass
class Outcome:
    """What became of the trials, as lines for people.

    Attributes:
        compared: one line for each that agreed.
        problems: one line for each that did not.
        notes: one line for each engine that could not train here; its trials are in neither list.
    """

    compared: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def trained(self) -> int:
        """How many were trained again."""
        return len(self.compared) + len(self.problems)


def train_again(chosen: Iterable[tuple[Task, dict, Curves]], jobs: int = 1) -> Outcome:
    """Train the trials of the records `chosen` again, `jobs` at a time, and compare.

    An engine that this machine does not have is noted, and the trials of the others are trained.
    """
    outcome = Outcome()
    together = defaultdict(list)
    for task, record, curves in chosen:
        if (record["machine"], record["version"]) == (_machine_of(record["engine"]), odyssey.__version__):
            together[task.name, task.corpus, record["engine"]].append((task, record, curves))
        else:
            with _noted(task, record["engine"], outcome):
                _compare_start(task, record, curves, outcome)
    for (_, _, label), group in together.items():
        results = _Results()
        task = group[0][0]
        with _noted(task, label, outcome):
            _engine(label, jobs).train(task, [_trial(record) for _, record, _ in group], results)
        for _, record, curves in group:
            result = results.by_trial.get((record["variant"], record["index"]))
            if result:
                _compare_all(task, record, curves, result, outcome)
    return outcome


@contextmanager
def _noted(task: Task, label: str, outcome: Outcome) -> Iterator[None]:
    """An error of the engine `label` becomes a note, once."""
    try:
        yield
    except OdysseyError as problem:
        note = f"{task.name}/{task.corpus}: not trained again with {label} ({problem})"
        if note not in outcome.notes:
            outcome.notes.append(note)


def name_of(record: dict) -> str:
    """What messages call a record."""
    return f"{record['task']}/{record['corpus']} {record['variant']} trial {record['index']}"


class _Results(Report):
    """Collects results."""

    def __init__(self):
        self.by_trial = {}

    def finished(self, trial, result):
        self.by_trial[trial.variant, trial.index] = result


class _FirstEpochs(Report):
    """Keeps the curves of a trial and stops it after `EPOCHS`; one that diverges before has finished."""

    def __init__(self):
        self.curves = Curves()

    def epoch(self, trial, curves):
        self.curves = curves

    def finished(self, trial, result):
        self.curves = result.curves

    def stopping(self):
        return len(self.curves.valid_loss) >= EPOCHS


class _Start:
    """The first epochs of `curves`, at most `EPOCHS`.

    Attributes:
        losses: training and validation loss of each epoch in which both are finite.
        diverged: whether one that is not finite follows.
    """

    def __init__(self, curves: Curves):
        pairs = list(zip(curves.train_loss, curves.valid_loss, strict=True))[:EPOCHS]
        self.losses = list(takewhile(lambda pair: all(map(isfinite, pair)), pairs))
        self.diverged = len(self.losses) < len(pairs)

    @property
    def epochs(self) -> int:
        """How many there are, with the one that diverged."""
        return len(self.losses) + self.diverged


def _trial(record: dict) -> Trial:
    return draw_trial(record["task"], record["variant"], record["index"])


def _engine(label: str, jobs: int, dtype: str | None = None) -> engines.Engine:
    name, recorded, *device = label.split("-")
    return engines.engine(name, jobs, dtype or recorded, *device)


def _machine_of(label: str) -> str | None:
    """What a record of the engine `label`, made here, would name as its machine; None where it cannot run here."""
    try:
        return machine(_engine(label, 1).hardware)
    except OdysseyError:
        return None


def _starting_engine(label: str, dtype: str) -> engines.Engine:
    """The engine `label`, or the one for the processor where there is no GPU: at the start of a trial they agree."""
    try:
        return _engine(label, 1, dtype)
    except OdysseyError:
        if not label.startswith("cuda-"):
            raise
        return engines.engine("cpu", 1, dtype)


def _compare_all(task: Task, record: dict, curves: Curves, result: Result, outcome: Outcome) -> None:
    again = row(task, _trial(record), result, record["engine"], record["machine"])
    different = [name for name in again if name != "seconds" and repr(again[name]) != repr(record[name])]
    if different:
        name = different[0]
        outcome.problems.append(
            f"{name_of(record)}: trained again, {name} is {again[name]!r} instead of {record[name]!r}"
        )
    elif curves_line(0, result.curves) != curves_line(0, curves):
        outcome.problems.append(f"{name_of(record)}: trained again, the learning curves differ")
    else:
        outcome.compared.append(f"{name_of(record)}: the same bit for bit ({record['engine']}, {record['machine']})")


def _compare_start(task: Task, record: dict, curves: Curves, outcome: Outcome) -> None:
    starting = {dtype: _starting_engine(record["engine"], dtype) for dtype in ("float32", "float64")}
    here = machine(starting["float32"].hardware)
    where = f"recorded on {record['machine']} with version {record['version']}, compared on {here}"
    single, double = (_start_of(task, record, engine) for engine in starting.values())
    ours, theirs = single if "float32" in record["engine"] else double, _Start(curves)
    steady = len(list(takewhile(lambda off: off < STEADY, _differences(single.losses, double.losses))))
    off = max(_differences(ours.losses[:steady], theirs.losses), default=0.0)
    name, instead = name_of(record), f"but the record says {record['status']} after epoch {record['epochs']}"
    ends = sorted((single.epochs, double.epochs))
    diverges = single.diverged and double.diverged
    if diverges and not (theirs.diverged and ends[0] <= theirs.epochs <= ends[1]):
        outcome.problems.append(f"{name}: trained again, it diverges in epoch {ours.epochs}, {instead} ({where})")
    elif len(theirs.losses) < steady:
        outcome.problems.append(f"{name}: trained again, epoch {len(theirs.losses) + 1} is finite, {instead} ({where})")
    elif not off <= TOLERANCE:
        outcome.problems.append(f"{name}: the losses of epochs 1 to {steady} differ by {off:.1e} ({where})")
    elif diverges and steady == 0:
        outcome.compared.append(f"{name}: diverges in epoch {theirs.epochs} again ({where})")
    elif steady == 0:
        outcome.compared.append(f"{name}: no epoch to compare, rounding alone changes the first ({where})")
    else:
        outcome.compared.append(f"{name}: the losses of epochs 1 to {steady} agree to {off:.1e} ({where})")


def _start_of(task: Task, record: dict, engine: engines.Engine) -> _Start:
    """The first epochs of a record, trained now."""
    report = _FirstEpochs()
    engine.train(task, [_trial(record)], report)
    return _Start(report.curves)


def _differences(ours: list[tuple[float, float]], theirs: list[tuple[float, float]]) -> list[float]:
    """For each epoch that both have, the larger relative difference of the two losses."""
    return [
        max(abs(a - b) / max(abs(b), TINY) for a, b in zip(*epoch, strict=True))
        for epoch in zip(ours, theirs, strict=False)
    ]
