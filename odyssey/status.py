"""How far the study is: finished, diverged and missing trials of each cell, and the time that the missing ones take."""

from collections import Counter
from dataclasses import dataclass

from odyssey.progress import seconds_left
from odyssey.protocol import DIVERGED, FINISHED
from odyssey.records.reading import read_rows
from odyssey.variants import VARIANTS


@dataclass(frozen=True)
class Cell:
    """The state of a cell.

    Attributes:
        task, corpus, variant: which cell.
        finished, diverged, missing: numbers of trials; they add up to the trials asked for.
        seconds_left: that the missing trials are likely to take on `jobs` cores; None where nothing of the task is
            recorded to learn from.
    """

    task: str
    corpus: str
    variant: str
    finished: int
    diverged: int
    missing: int
    seconds_left: float | None


def status(
    task: str, corpus: str, variants: list[str], trials: int, jobs: int, records: str | None = None
) -> list[Cell]:
    """The state of each variant's cell, of the trials 0 … `trials` − 1.

    Raises:
        OdysseyError: the records cannot be read.
    """
    rows = [row for row in read_rows(records, task, corpus) if row["index"] < trials]
    seconds = {code: [row["seconds"] for row in rows if row["variant"] == code] for code in VARIANTS}
    cells = []
    for code in variants:
        states = Counter(row["status"] for row in rows if row["variant"] == code)
        missing = trials - states.total()
        left = seconds_left(seconds, {code: missing}, jobs=1)
        left = None if left is None else left / jobs
        cells.append(Cell(task, corpus, code, states[FINISHED], states[DIVERGED], missing, left))
    return cells
