"""What the page of the trial explorer asks for."""

from collections.abc import Mapping

import pandas as pd

from odyssey import records as archive
from odyssey import tables
from odyssey.analysis.advice.words import power
from odyssey.analysis.comparison import scored, top
from odyssey.errors import OdysseyError
from odyssey.figures.explorer import Study
from odyssey.pages.at_hand import task_at_hand, with_standing
from odyssey.pages.glue import glue_all
from odyssey.progress import duration
from odyssey.protocol import DIVERGED, TRIALS


def explorer_at_hand(corpora: Mapping[str, str]) -> list[Study]:
    """All recorded trials of these tasks, those that no comparison takes in because other cells lack them included.

    What the prose says of a task is glued under ``explorer-TASK-…``.

    Args:
        corpora: name of the corpus of each task.

    Returns:
        A study for each task with at least one trial.

    Raises:
        OdysseyError: no trial of any is recorded.
    """
    studies = []
    for task, corpus in corpora.items():
        study, words = None, f"No trials of {task} on {corpus} are recorded yet."
        trials = archive.read(None, task, corpus)
        if len(trials):
            scored_as = task_at_hand(task)
            study = Study(task, corpus, with_standing(corpus), scored_as.score_name, scored_as.score_unit, trials)
            words = f"{_counted(trials)} {_seen(study)}".rstrip()
            studies.append(study)
        glue_all({f"explorer-{task}-seen": words, f"explorer-{task}-corpus": with_standing(corpus)})
    if not studies:
        raise OdysseyError("no trials are recorded: search first (odyssey search)")
    glue_all({"explorer-trials": sum(len(study.trials) for study in studies)})
    return studies


def _counted(trials):
    """How many there are, and whether that is few."""
    cells = trials.groupby("variant").size()
    each = tables.span(cells, "d")
    sentences = [f"{len(trials)} trials, {each} of each of {len(cells)} variants."]
    if cells.min() < TRIALS:
        sentences.append(f"The full study has {TRIALS} of each: a pattern in so few marks may be chance.")
    diverged, unscored = int((trials["status"] == DIVERGED).sum()), len(trials) - len(scored(trials))
    sentences.append(f"{diverged} diverged, and {unscored} of all have no score.")
    return " ".join(sentences)


def _seen(study):
    """What the first look at the plot shows, learning rate against test score, of the best tenths of all variants."""
    best = pd.concat([top(cell) for _, cell in study.trials.groupby("variant")])
    if best.empty:
        return ""
    tried = scored(study.trials)["learning_rate"]
    first = best.sort_values(["valid_score", "variant"]).iloc[0]
    values = {name: tables.written(first[name], form) for name, (_, form) in tables.TRIAL_COLUMNS.items()}
    good = tables.span(best["learning_rate"], power)
    return (
        "The best tenth of each variant, in validation, was trained at learning rates of "
        f"{good}; those of all trials with a score are {tables.span(tried, power)}. "
        f"The trial that is best in validation is number {values['index']} of {first['variant']}: "
        f"{first['test_score']:.2f} {study.unit} on the test set, with {values['blocks']} blocks, a learning rate of "
        f"{power(first['learning_rate'])}, a momentum of {values['momentum']} and an input noise of "
        f"{values['input_noise']}. "
        f"It has {values['parameters']} parameters and took {duration(first['seconds'])}; "
        f"of its {values['epochs']} epochs number {values['best_epoch']} was the best."
    )
