"""Is the archive sound: does every record agree with the protocol, and can it be made again?"""

from collections import defaultdict
from dataclasses import dataclass, field
from math import isclose, isfinite
from pathlib import Path

import numpy as np

import odyssey
from odyssey import engine as engines
from odyssey import tasks
from odyssey.corpora import CORPORA
from odyssey.errors import OdysseyError
from odyssey.protocol import FINISHED, MAX_EPOCHS, PATIENCE, Curves, Trial, draw_trial
from odyssey.records.machine import machine
from odyssey.records.reading import check_unmixed, folder, tables, with_curves
from odyssey.records.table import curves_line, parse_curves, row
from odyssey.tasks.base import Task
from odyssey.training import Report
from odyssey.variants import VARIANTS

SAMPLE_SEED = 0
# Elsewhere exp and log may differ in the last place, and sums may be taken in another order.
DRAWN_TOLERANCE = 1e-12
EPOCHS_ELSEWHERE = 3
TOLERANCE_ELSEWHERE = 1e-3


@dataclass
class Verified:
    """What a verification found, as lines for people.

    Attributes:
        trials: number of records read.
        notes: what could not be checked.
        compared: one line for each trial that was trained again and agreed.
        problems: one line for each thing that is wrong.
    """

    trials: int = 0
    notes: list[str] = field(default_factory=list)
    compared: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def verify(
    path: str | Path | None = None, task: str | None = None, sample: int = 0, jobs: int = 1, root: str | None = None
) -> Verified:
    """Check every record, and train `sample` of them again.

    The sample is drawn at random, always the same one of the same archive. With the processor, Python (see
    `odyssey.records.machine`) and version that made the record, row and curves must agree bit for bit (but for the time
    taken); elsewhere the validation scores of the first `EPOCHS_ELSEWHERE` epochs must agree to `TOLERANCE_ELSEWHERE`.

    Args:
        path: folder of the archive, by default that of `odyssey.records.folder`.
        task: leave out all others.
        sample: number of trials to train again.
        jobs: trials to train at a time.
        root: path to the user's files, for a corpus that is not embedded.

    Raises:
        OdysseyError: there is no such folder.
    """
    place = folder(path)
    if not place.is_dir():
        raise OdysseyError(f"{place}: there are no records")
    found = Verified()
    groups = defaultdict(list)
    for file in tables(place, task, None, None):
        try:
            for record, curves in with_curves(file):
                groups[record["task"], record["corpus"]].append((record, curves))
                found.trials += 1
        except OdysseyError as problem:
            found.problems.append(str(problem))
    candidates = []
    for (name, corpus), records in groups.items():
        loaded = _load(name, corpus, root, found)
        try:
            check_unmixed([record for record, _ in records], loaded.fingerprint if loaded else None)
        except OdysseyError as problem:
            found.problems.append(str(problem))
            loaded = None
        for record, curves in records:
            problems = list(_problems(record, curves, loaded))
            found.problems += [f"{_name(record)}: {problem}" for problem in problems]
            if loaded and not problems:
                candidates.append((loaded, record, curves))
    if sample:
        _train_again(_drawn(candidates, sample), jobs, found)
    return found


def _name(record: dict) -> str:
    return f"{record['task']}/{record['corpus']} {record['variant']} trial {record['index']}"


def _load(name: str, corpus: str, root: str | None, found: Verified) -> Task | None:
    embedded = corpus in CORPORA and CORPORA[corpus].embedded
    try:
        return tasks.load_task(name, corpus, None if embedded else root)
    except OdysseyError as problem:
        found.notes.append(f"{name}/{corpus}: not compared with the corpus ({problem})")
        return None


def _problems(record: dict, curves: Curves, task: Task | None):
    """What contradicts the protocol in one record: a phrase for each."""
    if record["variant"] not in VARIANTS:
        yield "there is no such variant"
        return
    trial = draw_trial(record["task"], record["variant"], record["index"])
    for name, drawn in {"seed": trial.seed, **trial.hyperparameters.as_dict()}.items():
        exact = isinstance(drawn, int)
        if record[name] != drawn if exact else not isclose(record[name], drawn, rel_tol=DRAWN_TOLERANCE, abs_tol=1e-15):
            yield f"{name} is {record[name]!r}, but {drawn!r} was drawn"
    if task:
        parameters = task.network(record["variant"], record["blocks"]).parameter_count()
        if record["parameters"] != parameters:
            yield f"parameters is {record['parameters']}, but such a network has {parameters}"
    if len(curves.valid_score) != record["epochs"]:
        yield f"epochs is {record['epochs']}, but the curves have {len(curves.valid_score)}"
        return
    yield from _early_stopping(record, curves)


def _early_stopping(record: dict, curves: Curves):
    """Best epoch and end of training against the curves, which are rounded: rounding keeps the order, but for ties."""
    epochs, best = record["epochs"], record["best_epoch"]
    broken = [e for e in range(epochs) if not (isfinite(curves.train_loss[e]) and isfinite(curves.valid_loss[e]))]
    if broken and (record["status"] == FINISHED or broken != [epochs - 1]):
        yield f"the loss of epoch {broken[0] + 1} is not finite, but training went on or finished"
        return
    scores = curves.valid_score[:-1] if broken else curves.valid_score
    if best == 0:
        if scores:
            yield "best_epoch is 0, but there are epochs with a finite loss"
        return
    if best > len(scores) or scores[best - 1] != min(scores):
        yield f"best_epoch is {best}, but another epoch has a better validation score"
        return
    rounded = parse_curves(curves_line(0, Curves([0.0], [record["valid_loss"]], [record["valid_score"]])))[1]
    for name in ("valid_loss", "valid_score"):
        there = getattr(curves, name)[best - 1]
        if getattr(rounded, name)[0] != there:
            yield f"{name} is {record[name]!r}, but the curve gives {there!r} at its best epoch"
    for epoch in range(1, epochs):
        so_far = scores[:epoch]
        if epoch - max(e for e, score in enumerate(so_far, 1) if score == min(so_far)) > PATIENCE:
            yield f"training went on after epoch {epoch}, which lies more than {PATIENCE} epochs behind the best"
            return
    if not broken and epochs != MAX_EPOCHS and epochs - best != PATIENCE + 1:
        yield f"training ended after epoch {epochs} without reason: the best epoch is {best}"


def _drawn(candidates: list, sample: int) -> list:
    """`sample` of the candidates, in the order of the draw."""
    order = np.random.default_rng(SAMPLE_SEED).permutation(len(candidates))
    return [candidates[place] for place in order[:sample]]


class _Listener(Report):
    """Collects results, or the first epochs' validation scores only."""

    def __init__(self, epochs: int | None = None):
        self.results, self.scores, self._epochs = {}, [], epochs

    def epoch(self, trial, epoch, valid_score):
        self.scores.append(valid_score)

    def finished(self, trial, result):
        self.results[trial.variant, trial.index] = result

    def stopping(self):
        return self._epochs is not None and len(self.scores) >= self._epochs


def _train_again(chosen: list, jobs: int, found: Verified) -> None:
    together = defaultdict(list)
    for task, record, curves in chosen:
        if (record["machine"], record["version"]) == (machine(), odyssey.__version__):
            together[task.name, task.corpus, record["engine"]].append((task, record, curves))
        else:
            _compare_start(task, record, curves, found)
    for (_, _, label), group in together.items():
        listener = _Listener()
        task = group[0][0]
        _engine(label, jobs).train(task, [_trial(record) for _, record, _ in group], listener)
        for _, record, curves in group:
            _compare_all(task, record, curves, listener.results[record["variant"], record["index"]], found)


def _trial(record: dict) -> Trial:
    return draw_trial(record["task"], record["variant"], record["index"])


def _engine(label: str, jobs: int) -> engines.Engine:
    name, dtype, *device = label.split("-")
    return engines.engine(name, jobs, dtype, *device)


def _compare_all(task: Task, record: dict, curves: Curves, result, found: Verified) -> None:
    again = row(task, _trial(record), result, record["engine"], record["machine"])
    different = [name for name in again if name != "seconds" and repr(again[name]) != repr(record[name])]
    if different:
        name = different[0]
        found.problems.append(f"{_name(record)}: trained again, {name} is {again[name]!r} instead of {record[name]!r}")
    elif curves_line(0, result.curves) != curves_line(0, curves):
        found.problems.append(f"{_name(record)}: trained again, the learning curves differ")
    else:
        found.compared.append(f"{_name(record)}: the same bit for bit ({record['engine']}, {record['machine']})")


def _compare_start(task: Task, record: dict, curves: Curves, found: Verified) -> None:
    epochs = min(EPOCHS_ELSEWHERE, record["best_epoch"])
    listener = _Listener(epochs)
    if epochs:
        _engine(record["engine"], 1).train(task, [_trial(record)], listener)
    where = f"recorded on {record['machine']} with version {record['version']}, compared on {machine()}"
    pairs = list(zip(listener.scores, curves.valid_score[:epochs], strict=False))
    off = max((abs(now - then) / abs(then) for now, then in pairs), default=0.0)
    if len(pairs) < epochs or not off <= TOLERANCE_ELSEWHERE:
        found.problems.append(f"{_name(record)}: the first {epochs} epochs differ by {off:.1e} ({where})")
    else:
        found.compared.append(f"{_name(record)}: the first {epochs} epochs agree to {off:.1e} ({where})")
