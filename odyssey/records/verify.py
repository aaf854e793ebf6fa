"""Is the archive sound: does every record agree with the protocol, and can it be made again?"""

from collections import defaultdict
from dataclasses import dataclass, field
from math import isclose, isfinite
from pathlib import Path

import numpy as np

from odyssey import tasks
from odyssey.corpora import CORPORA
from odyssey.errors import OdysseyError
from odyssey.protocol import (
    DIVERGED,
    DRAWN_ABSOLUTE,
    DRAWN_RELATIVE,
    FINISHED,
    MAX_EPOCHS,
    PATIENCE,
    Curves,
    draw_trial,
)
from odyssey.records.reading import check_unmixed, folder, tables, with_curves
from odyssey.records.retraining import name_of, train_again
from odyssey.records.table import curves_line, parse_curves
from odyssey.tasks.base import Task
from odyssey.variants import VARIANTS

SAMPLE_SEED = 0


@dataclass
class Verified:
    """What a verification found, as lines for people.

    Attributes:
        trials: number of records read.
        notes: what could not be checked, and why.
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
    taken); elsewhere the losses of the first epochs must agree (`odyssey.records.retraining`). A sample that
    stays smaller than asked for, for want of a corpus or an engine, is a problem: it has shown less than was asked.

    Args:
        path: folder of the archive, by default that of `odyssey.records.folder`.
        task: leave out all others.
        sample: number of trials to train again.
        jobs: trials to train at a time.
        root: path to the user's files, for a corpus that is not embedded.

    Raises:
        OdysseyError: there is no such folder, or nothing in it to verify.
    """
    place = folder(path)
    if not place.is_dir():
        raise OdysseyError(f"{place}: there are no records: name the folder that holds them (--records)")
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
            found.problems += [f"{name_of(record)}: {problem}" for problem in problems]
            if loaded and not problems:
                candidates.append((loaded, record, curves))
    if not (found.trials or found.problems):
        what = f"records of {task}" if task else "records"
        raise OdysseyError(f"{place}: there are no {what}: name the folder that holds them (--records)")
    if sample:
        outcome = train_again(_drawn(candidates, sample), jobs)
        found.compared += outcome.compared
        found.problems += outcome.problems
        found.notes += outcome.notes
        wanted = min(sample, found.trials)
        if found.notes and outcome.trained < wanted:
            found.problems.append(f"{outcome.trained} of {wanted} trials trained again: {'; '.join(found.notes)}")
    return found


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
        if (
            record[name] != drawn
            if exact
            else not isclose(record[name], drawn, rel_tol=DRAWN_RELATIVE, abs_tol=DRAWN_ABSOLUTE)
        ):
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
    """Best epoch, end and status against the curves, which are rounded: rounding keeps the order, but for ties."""
    epochs, best = record["epochs"], record["best_epoch"]
    broken = [e for e in range(epochs) if not (isfinite(curves.train_loss[e]) and isfinite(curves.valid_loss[e]))]
    if broken and (record["status"] == FINISHED or broken != [epochs - 1]):
        yield f"the loss of epoch {broken[0] + 1} is not finite, but training went on or finished"
        return
    if record["status"] == DIVERGED and not broken and isfinite(record["test_loss"]):
        yield f"status is {DIVERGED}, but every loss is finite"
    unscored = [e for e in range(epochs - len(broken)) if not isfinite(curves.valid_score[e])]
    if unscored:
        yield f"epoch {unscored[0] + 1} has no validation score, but a loss"
        return
    scores = list(zip(curves.valid_score, curves.valid_loss, strict=True))  # equal scores are told apart by the loss
    if broken:
        scores.pop()
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
    last = 1  # Of equal scores the last: which of them was the better one is lost in rounding.
    for epoch in range(1, epochs):
        if scores[epoch - 1] <= scores[last - 1]:
            last = epoch
        if epoch - last > PATIENCE:
            yield f"training went on after epoch {epoch}, which lies more than {PATIENCE} epochs behind the best"
            return
    if not broken and epochs != MAX_EPOCHS and epochs - best != PATIENCE + 1:
        yield f"training ended after epoch {epochs} without reason: the best epoch is {best}"


def _drawn(candidates: list, sample: int) -> list:
    """`sample` of the candidates, in the order of the draw."""
    order = np.random.default_rng(SAMPLE_SEED).permutation(len(candidates))
    return [candidates[place] for place in order[:sample]]
