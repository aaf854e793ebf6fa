"""What the page of guidelines asks for: the advice on each task, in tables and lists, and words for its prose."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from math import nan

import numpy as np
import pandas as pd

from odyssey import records as archive
from odyssey import tables
from odyssey.analysis import advice
from odyssey.analysis.advice.architecture import Price
from odyssey.analysis.advice.judging import Advised
from odyssey.analysis.advice.words import SURE_FROM
from odyssey.analysis.claims.contrast import LEAST_VALUES
from odyssey.analysis.claims.verdict import margins
from odyssey.analysis.claims.words import SPACE, listed
from odyssey.analysis.comparison import BASELINE, equal_budget
from odyssey.analysis.importance import VERY_FEW
from odyssey.analysis.kept import kept_calibration, kept_importance
from odyssey.analysis.samples import LIMIT
from odyssey.bench import projection, stored
from odyssey.displayed import Displayed
from odyssey.errors import OdysseyError
from odyssey.notebooks import book_folder
from odyssey.pages.at_hand import study_at_hand, task_at_hand
from odyssey.pages.glue import glue_all
from odyssey.pages.importance import kept_folder
from odyssey.progress import duration
from odyssey.protocol import TRIALS
from odyssey.tasks.base import Task

SIZE = 100  # blocks of the networks whose costs are compared
DOUBLED = (SIZE // 2, SIZE)
# How the page says what the paper says of a piece of advice.
PAPER = {
    advice.AGREES: "The paper agrees.",
    advice.DIFFERS: "The paper differs.",
    advice.UNTOLD: "Whether the paper agrees cannot be told.",
    advice.SILENT: "The paper says nothing of it.",
}


@dataclass(frozen=True)
class Guided:
    """The advice on one task.

    Attributes:
        task, corpus: names.
        unit: of the task's score.
        trials: the recorded trials, the same number of each variant.
        advised: what follows from them.
    """

    task: str
    corpus: str
    unit: str
    trials: pd.DataFrame
    advised: Advised

    @property
    def each(self) -> int:
        """Trials of each variant."""
        return int(self.trials["index"].nunique())

    @property
    def pooled(self) -> pd.DataFrame:
        """The trials of the variants that are not left out."""
        return self.trials[~self.trials["variant"].isin(self.advised.left_out)]


def guidelines_at_hand(corpora: Mapping[str, str]) -> dict[str, Guided]:
    """The advice on each task that has trials; what the prose says of it is glued under ``guidelines-…``.

    Args:
        corpora: name of the corpus by task.

    Raises:
        OdysseyError: no task has a trial of every recorded variant, or the measured cost cannot be read.
    """
    measured = stored.read(book_folder() / "measurements" / "cost.json")
    found = {
        task: _guided(task, corpus, measured.size)
        for task, corpus in corpora.items()
        if equal_budget(archive.read(None, task, corpus))
    }
    if not found:
        raise OdysseyError("no trials are recorded on these corpora: search first (odyssey search)")
    given = [one for guided in found.values() for one in guided.advised.advice.values()]
    sure, paper = Counter(one.sureness for one in given), Counter(one.paper for one in given)
    each = sorted({guided.each for guided in found.values()})
    missing = [task for task in corpora if task not in found]
    values = {
        "trials": sum(len(guided.trials) for guided in found.values()),
        "each": tables.reach(each[0], each[-1], "d"),
        "paper-trials": TRIALS,
        "time": duration(sum(guided.trials["seconds"].sum() for guided in found.values())),
        "missing": f"Of {' and '.join(missing)} no trials are recorded, so there is no advice." if missing else "",
        "caution": _caution(each[0]),
        "matters": margins(),
        "left": _left(found),
        "values": LEAST_VALUES,
        "sure-from": SURE_FROM,
        "size": SIZE,
        "machine": measured.machine,
        "given": len(given),
        **{word: sure[word] for word in (advice.SURE, advice.INDICATED, advice.OPEN)},
        **{word: paper[word] for word in (advice.AGREES, advice.DIFFERS)},
        "untold": paper[advice.UNTOLD],
        "silent": paper[advice.SILENT],
        "claims-from": VERY_FEW,
    }
    glue_all({f"guidelines-{name}": value for name, value in values.items()})
    return found


def prices(size: pd.DataFrame, task: Task, variants: Iterable[str]) -> dict[str, Price]:
    """What each of some variants costs over vanilla, for networks of `SIZE` blocks.

    Args:
        size: of a `odyssey.bench.stored.Measurement`.
        task: whose networks.
        variants: codes.
    """
    vanilla = task.network(BASELINE, SIZE).parameter_count()
    return {
        code: Price(
            task.network(code, SIZE).parameter_count() / vanilla,
            _update(size, task, code, SIZE) / _update(size, task, BASELINE, SIZE),
        )
        for code in variants
    }


def doublings(size: pd.DataFrame, task: Task) -> list[tuple[int, float]]:
    """Sizes of a vanilla network, and the time of an update of one twice as large over that of this one."""
    costs = [
        (blocks, _update(size, task, BASELINE, 2 * blocks) / _update(size, task, BASELINE, blocks))
        for blocks in DOUBLED
    ]
    return [(blocks, cost) for blocks, cost in costs if np.isfinite(cost)]


def summary_table(found: Mapping[str, Guided]) -> tables.Table:
    """All advice in a few words: a row a topic, a column a task, with how sure it is."""
    rows = []
    for topic in advice.TOPICS:
        told = {task: guided.advised.advice[topic] for task, guided in found.items()}
        rows.append({"topic": topic} | {task: f"{one.short} ({one.sureness})" for task, one in told.items()})
    table = tables.table(
        pd.DataFrame(rows),
        f"The advice in short, and how sure it is: {_where(found)}.",
        {"topic": ("topic", "s"), **{task: (task, "s") for task in found}},
    )
    return tables.wrapping(table)


def rate_table(found: Mapping[str, Guided]) -> tables.Table:
    """What is known of the learning rate: a row a finding, a column a task."""
    columns = {task: guided.advised.rates for task, guided in found.items()}
    names = next(iter(columns.values()))
    rows = [{"finding": name} | {task: rates[name] or tables.DASH for task, rates in columns.items()} for name in names]
    table = tables.table(
        pd.DataFrame(rows),
        f"The learning rate: {_where(found)}. The range is that of 80{SPACE}% of the best trials, of the variants that "
        f"are not left out; in parentheses, 95{SPACE}% intervals; failed: diverged, or ended worse than {LIMIT:.0f} "
        f"times the best of the variant; {tables.DASH}: too few trials.",
        {"finding": ("finding", "s"), **{task: (task, "s") for task in found}},
    )
    return tables.wrapping(table)


def basis_table(found: Mapping[str, Guided]) -> tables.Table:
    """What the advice rests on: a row a task."""
    rows = [
        {
            "task": task,
            "corpus": guided.corpus,
            "each": guided.each,
            "trials": len(guided.trials),
            "best": guided.advised.best.trials,
            "left": ", ".join(guided.advised.left_out) or tables.DASH,
            "matters": guided.advised.margin.told or tables.DASH,
            "relative": 100 * guided.advised.margin.relative,
            "hours": guided.trials["seconds"].sum() / 3600,
        }
        for task, guided in found.items()
    ]
    table = tables.table(
        pd.DataFrame(rows),
        "What the advice rests on: trials of each variant and of all; variants left out of the advice on "
        "hyperparameters, and the trials in the best tenths of the others; the difference that matters, also as a "
        "share of the mean of vanilla's best tenth, by which relative changes are judged; hours of one core.",
        {
            "task": ("task", "s"),
            "corpus": ("corpus", "s"),
            "each": ("trials each", "d"),
            "trials": ("trials", "d"),
            "left": ("left out", "s"),
            "best": ("best tenths", "d"),
            "matters": ("matters", "s"),
            "relative": ("that is, % of V", ".1f"),
            "hours": ("hours", ".1f"),
        },
    )
    return tables.wrapping(table)


def standings_table(guided: Guided) -> tables.Table:
    """Each architecture against vanilla, with what it costs."""
    rows = [
        {
            "variant": one.code,
            "word": one.word,
            "difference": 100 * one.difference,
            "low": 100 * one.low,
            "high": 100 * one.high,
            "parameters": 100 * one.price.parameters,
            "time": 100 * one.price.time,
            "failed": one.failed,
        }
        for one in guided.advised.standings
    ]
    columns = {
        "variant": ("variant", "s"),
        "word": ("as good?", "s"),
        "difference": ("difference, % of V", "+.1f"),
        "low": ("from", "+.1f"),
        "high": ("to", "+.1f"),
        "parameters": ("parameters, % of V", ".1f"),
        "time": ("time, % of V", ".0f"),
    }
    failed = ""
    # An error rate can hardly be ten times the best one.
    if guided.unit != "%":
        columns["failed"] = ("failed", "d")
        failed = f"; failed, of {guided.each} trials: diverged, or ended worse than {LIMIT:.0f} times the best"
    return tables.table(
        pd.DataFrame(rows, columns=list(columns)),
        f"Architectures on {guided.task}, corpus {guided.corpus}, against vanilla: difference of the best tenths' "
        "means (positive is worse) with its 95 % interval; parameters, and measured time of an update, as a share of "
        f"vanilla's (V), for networks of {SIZE} blocks{failed}.",
        columns,
    )


def advice_list(found: Mapping[str, Guided], topics: Iterable[str]) -> Displayed:
    """Some advice in full: for each topic and task what to do, how sure that is, why, and what the paper says."""
    html, text = "", []
    for topic in topics:
        given = {task: guided.advised.advice[topic] for task, guided in found.items()}
        stated = {one.stated for one in given.values()}
        # What the paper says is told once, unless it says another thing of each task.
        shared = stated.pop() if len(stated) == 1 else ""
        html += f"<dt><strong>{escape(topic[0].upper() + topic[1:])}.</strong> {escape(shared)}</dt>\n"
        text.append(f"{topic}: {shared}")
        for task, guided in found.items():
            one = given[task]
            where = f"{task} on {guided.corpus}"
            said = PAPER[one.paper] if shared else f"{one.stated} {PAPER[one.paper]}".lstrip()
            sure, because = escape(one.sureness), escape(one.evidence)
            told = f"<strong>{escape(f'{where}: {one.text}')}</strong> ({sure}) {because} <em>{escape(said)}</em>"
            html += f"<dd>{told}</dd>\n"
            text.append(f"{topic}, {where}: {one.text} ({one.sureness}) {one.evidence} {said}")
    return Displayed(f'<div class="odyssey-claims">\n<dl>\n{html}</dl>\n</div>', "\n".join(text))


def _guided(task, corpus, size):
    trials, at_hand = study_at_hand(task, corpus), task_at_hand(task, corpus)
    codes = trials["variant"].unique()
    folder, each = kept_folder(), int(trials["index"].nunique())
    advised = advice.advise(
        trials,
        kept_importance(trials, folder),
        prices(size, at_hand, codes),
        doublings(size, at_hand),
        kept_calibration(each, folder) if each >= VERY_FEW else {},
    )
    return Guided(task, corpus, at_hand.score_unit, trials, advised)


def _update(size, task, variant, blocks):
    """Seconds of an update on a sequence of the measured length nearest to the task's; NaN where none was measured."""
    if not ((size["task"] == task.name) & (size["variant"] == variant)).any():
        return nan
    one = projection.Size(1, 0, projection.corpus_size(task).frames)
    return float(projection.epoch_seconds(size, task.name, variant, np.array([blocks]), one)[0])


def _caution(each):
    if each >= TRIALS:
        return "The study is complete."
    few = "; with as few as here, much of the advice is open" if each < SURE_FROM else ""
    return f"The paper has {TRIALS} trials of each variant on each task{few}."


def _left(found):
    """Which variants the advice on hyperparameters leaves out, in words."""
    told = []
    for task, guided in found.items():
        if codes := guided.advised.left_out:
            rest = guided.pooled["variant"].nunique()
            told.append(
                f"On {task} {listed(codes)} {'are' if len(codes) > 1 else 'is'} left out: the advice below is on the "
                f"other {rest} {'variant' if rest == 1 else 'variants'}."
            )
    none = [task for task, guided in found.items() if not guided.advised.left_out]
    if none:
        told.append(f"On {listed(none)} none is left out.")
    return " ".join(told)


def _where(found):
    return ", ".join(f"{task} on {guided.corpus}" for task, guided in found.items())
