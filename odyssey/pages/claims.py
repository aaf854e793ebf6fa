"""What the page on the claims asks for: the table of verdicts, and for each claim its rule and what it rests on."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

import pandas as pd

from odyssey import records as archive
from odyssey import tables
from odyssey.analysis.claims import CLAIMS, FAILS, HOLDS, UNTOLD, Verdict, judge
from odyssey.analysis.claims.bound import FAST
from odyssey.analysis.claims.contrast import LEAST_VALUES
from odyssey.analysis.claims.shares import SMALL_FROM
from odyssey.analysis.claims.verdict import margin
from odyssey.analysis.claims.words import listed, percent
from odyssey.analysis.overfitting import HALF, LITTLE, MUCH, overfitting
from odyssey.bench.projection import PAPER_SIZES
from odyssey.displayed import Displayed
from odyssey.pages.at_hand import task_at_hand
from odyssey.pages.glue import glue_all
from odyssey.pages.importance import kept_folder
from odyssey.protocol import MAX_EPOCHS, TRIALS

# The table of verdicts has to fit a telephone.
SHORT = {UNTOLD: "open"}


@dataclass(frozen=True)
class Judged:
    """The verdicts on all claims.

    Attributes:
        corpora: name of the corpus by task.
        verdicts: by claim and task.
    """

    corpora: dict[str, str]
    verdicts: dict[tuple[str, str], Verdict]


def claims_at_hand(corpora: dict[str, str]) -> Judged:
    """The verdicts on the records of one corpus a task; counts for the prose are glued under ``claims-TASK-…`` and
    ``claims-…``, and the table of verdicts under ``claims-table``.

    Args:
        corpora: name of the corpus by task.
    """
    recorded = {task: archive.read(None, task, corpus) for task, corpus in corpora.items()}
    found = judge(pd.concat(recorded.values()), kept_folder(), corpora)
    judged = Judged(corpora, {(verdict.claim, verdict.task): verdict for verdict in found})
    values = {
        "total": len(CLAIMS),
        "paper": TRIALS,
        "least-values": LEAST_VALUES,
        "small-from": SMALL_FROM,
        **_counts(found),
    }
    for task in corpora:
        own = [verdict for verdict in found if verdict.task == task]
        values |= {f"{task}-{name}": count for name, count in _counts(own).items()}
        values |= {f"{task}-corpus": corpora[task], f"{task}-each": max(verdict.trials for verdict in own)}
        values[f"{task}-matters"] = margin(task)
        values[f"{task}-capped"] = _capped(recorded[task])
    values |= {"so-far": _so_far(judged), "table": verdict_table(judged)}
    glue_all({f"claims-{name}": value for name, value in values.items()})
    return judged


def overfitting_at_hand(corpora: dict[str, str]) -> pd.DataFrame:
    """Losses and scores with little noise and with much; what the prose says of them is glued under
    ``claims-TASK-sequences``, ``claims-TASK-by-heart`` (little noise) and ``claims-TASK-noisy`` (much).

    Args:
        corpora: name of the corpus by task.

    Returns:
        A row a task: ``task``, ``sequences`` for training, and for each kind of noise ``trials``, ``times`` and
        ``score`` of `odyssey.analysis.overfitting.overfitting`, such as ``times little``.
    """
    rows, values = [], {f"{task}-paper-sequences": f"{size.train:,}" for task, size in PAPER_SIZES.items()}
    for task, corpus in corpora.items():
        found = overfitting(archive.read(None, task, corpus), archive.read_curves(None, task, corpus))
        by_noise = found.set_index("noise").reindex([LITTLE, MUCH])
        sequences = len(task_at_hand(task, corpus).splits["train"])
        rows.append(
            {"task": task, "sequences": sequences}
            | {f"{name} {noise}": by_noise.loc[noise, name] for noise in by_noise.index for name in by_noise}
        )
        times = [tables.written(number, ".1f") for number in by_noise["times"]]
        values |= {f"{task}-sequences": f"{sequences:,}", f"{task}-by-heart": times[0], f"{task}-noisy": times[1]}
    glue_all({f"claims-{name}": value for name, value in values.items()})
    return pd.DataFrame(rows)


def overfitting_table(found: pd.DataFrame) -> tables.Table:
    """What `overfitting_at_hand` returns."""
    return tables.table(
        found,
        f"Trials with a learning rate of at least {FAST:g}, with noise below {HALF:g} and with more: medians of the "
        "validation loss over the training loss at the best epoch, and of the test score; how many trials. Training "
        "sequences of the corpus.",
        {
            "task": ("task", "s"),
            "times little": ("losses, less noise", ".2f"),
            "times much": ("losses, more noise", ".2f"),
            "score little": ("score, less noise", ".2f"),
            "score much": ("score, more noise", ".2f"),
            "trials little": ("trials, less noise", ".0f"),
            "trials much": ("trials, more noise", ".0f"),
            "sequences": ("sequences", ",d"),
        },
    )


def _so_far(judged):
    """How far the study is, and how many claims are decided, in words."""
    trials, decided = [], []
    for task in judged.corpora:
        own = [verdict for verdict in judged.verdicts.values() if verdict.task == task]
        counts = _counts(own)
        trials.append(f"{max(verdict.trials for verdict in own)} on {task}")
        holds, fails = counts["holds"], counts["fails"]
        told = [f"{holds} {'holds' if holds == 1 else 'hold'}"] if holds else []
        told += [f"{fails} {'does' if fails == 1 else 'do'} not hold"] if fails else []
        decided.append(f"{holds + fails} on {task} ({', '.join(told)})" if told else f"none on {task}")
    return (
        f"Of the {TRIALS} trials of each variant that the paper has on a task, there are {listed(trials)}. "
        f"Of its {len(CLAIMS)} claims they decide {listed(decided)}."
    )


def _capped(trials):
    """Share of the trials that trained as many epochs as there are, in words."""
    return percent((trials["epochs"] >= MAX_EPOCHS).mean()) if len(trials) else tables.DASH


def verdict_table(judged: Judged) -> tables.Table:
    """A row a claim, a column a task with its corpus."""
    rows = []
    for code, claim in CLAIMS.items():
        told = {task: judged.verdicts[code, task].verdict for task in judged.corpora}
        told = {task: SHORT.get(verdict, verdict) for task, verdict in told.items()}
        rows.append({"claim": code, "short": claim.short, **told, "mark": claim.mark})
    corpora = ", ".join(f"{task} on {corpus}" for task, corpus in judged.corpora.items())
    found = tables.table(
        pd.DataFrame(rows),
        f"The paper's claims and our verdicts: {corpora}. {SHORT[UNTOLD].capitalize()}: {UNTOLD}. A: stated in "
        "the abstract; R: in the rest of the paper, as we read it.",
        {
            "claim": ("claim", "s"),
            "short": ("the paper", "s"),
            **{task: (task, "s") for task in judged.corpora},
            "mark": ("stated in", "s"),
        },
    )
    return tables.wrapping(found)


def count_table(judged: Judged) -> tables.Table:
    """A row a task: its corpus, trials, and how many claims have which verdict."""
    rows = []
    for task, corpus in judged.corpora.items():
        own = [verdict for verdict in judged.verdicts.values() if verdict.task == task]
        rows.append({"task": task, "corpus": corpus, "each": max(verdict.trials for verdict in own), **_counts(own)})
    return tables.table(
        pd.DataFrame(rows),
        "How many of the paper's claims hold, do not hold or cannot be told, by task; trials of each variant.",
        {
            "task": ("task", "s"),
            "corpus": ("corpus", "s"),
            "each": ("trials each", "d"),
            "holds": (HOLDS, "d"),
            "fails": (FAILS, "d"),
            "untold": (UNTOLD, "d"),
        },
    )


def definitions(judged: Judged, codes: Iterable[str]) -> Displayed:
    """Some claims in full: what the paper states, the rule, and on each task the verdict with its reason."""
    codes = list(codes)
    methods = dict.fromkeys(CLAIMS[code].method for code in codes if CLAIMS[code].method)
    html = "".join(f"<p>{escape(method)}</p>\n" for method in methods)
    text = []
    for code in codes:
        claim = CLAIMS[code]
        html += f"<dt><strong>{code}. {escape(claim.text)}</strong> ({escape(claim.stated)})</dt>\n"
        html += f"<dd><em>Rule.</em> {escape(claim.rule)}</dd>\n"
        for task, corpus in judged.corpora.items():
            verdict = judged.verdicts[code, task]
            needed = f" <em>Needed:</em> {escape(verdict.needed)}" if verdict.needed else ""
            where = f"{task} on {corpus}: {verdict.verdict}."
            html += f"<dd><strong>{escape(where)}</strong> {escape(verdict.because)}{needed}</dd>\n"
            text.append(f"{code}, {where}")
    before, first, rest = html.partition("<dt>")
    return Displayed(f'<div class="odyssey-claims">\n{before}<dl>\n{first}{rest}</dl>\n</div>', "\n".join(text))


def _counts(verdicts: list[Verdict]) -> dict[str, int]:
    names = {"holds": HOLDS, "fails": FAILS, "untold": UNTOLD}
    return {name: sum(verdict.verdict == word for verdict in verdicts) for name, word in names.items()}
