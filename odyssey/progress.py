"""The progress bar of a search, with the time that the remaining trials are likely to take."""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic

from tqdm import tqdm

from odyssey.protocol import DIVERGED
from odyssey.tasks.base import Task

TICK_SECONDS = 1.0


class Progress:
    """A bar on stderr over the trials of a search.

    Args:
        task: what is trained on.
        wanted: index and variant of every trial.
        done: rows of those that are finished.
        jobs: how many are trained at a time.
        quiet: draw nothing.
    """

    def __init__(self, task: Task, wanted: list[tuple[int, str]], done: list[dict], jobs: int, quiet: bool):
        self._jobs = jobs
        self._missing = Counter(code for _, code in wanted)
        self._seconds = {code: [] for code in self._missing}
        self._diverged = 0
        for row in done:
            self._count(row)
        self._drawn = monotonic()
        self._bar = tqdm(disable=True)
        with _unseen():
            self._bar = tqdm(
                desc=task.name,
                total=len(wanted),
                initial=len(done),
                unit="trial",
                disable=quiet,
                file=sys.stderr,
                bar_format="{desc} {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} trials [{elapsed}{postfix}]",
            )
            self._describe()
            self._bar.refresh()

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *exception) -> None:
        with _unseen():
            self._bar.close()

    def add(self, row: dict) -> None:
        """Count a finished trial."""
        self._count(row)
        with _unseen():
            self._describe()
            self._bar.update()

    def tick(self) -> None:
        """Keep the clock of the bar going; may be called from any thread, as often as one likes."""
        if monotonic() - self._drawn > TICK_SECONDS:
            self._drawn = monotonic()
            with _unseen():
                self._bar.refresh()

    def _count(self, row: dict) -> None:
        self._missing[row["variant"]] -= 1
        self._seconds[row["variant"]].append(row["seconds"])
        self._diverged += row["status"] == DIVERGED

    def _describe(self) -> None:
        seconds = seconds_left(self._seconds, self._missing, self._jobs)
        left = "" if seconds is None else f", {duration(seconds)} left"
        self._bar.set_postfix_str(f"{self._diverged} diverged{left}", refresh=False)


@contextmanager
def _unseen() -> Iterator[None]:
    """A bar that nobody reads any more (``2>&1 | head``) ends no search."""
    with suppress(OSError, ValueError):
        yield


def seconds_left(seconds: dict[str, list[float]], missing: dict[str, int], jobs: int) -> float | None:
    """Likely time for the missing trials: each one takes as long as its variant's trials did on average.

    Args:
        seconds: by variant, what each finished trial took on one core.
        missing: by variant, the number of missing trials.
        jobs: trials trained at a time.

    Returns:
        Seconds; for a variant of which nothing is finished yet, the average over all others counts. None where nothing
        at all is finished, but something is missing.
    """
    if not any(missing.values()):
        return 0.0
    known = [value for values in seconds.values() for value in values]
    if not known:
        return None
    means = {code: sum(values) / len(values) for code, values in seconds.items() if values}
    total = sum(number * means.get(code, sum(known) / len(known)) for code, number in missing.items())
    return total / min(jobs, sum(missing.values()))


def duration(seconds: float) -> str:
    """In words: ``"43 s"`` up to a minute and a half, ``"3 min"``, ``"2 h 5 min"``, ``"4 d 3 h"``."""
    minutes = round(seconds / 60)
    if round(seconds) <= 90:
        return f"{round(seconds)} s"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes // 1440} d {minutes % 1440 // 60} h"
