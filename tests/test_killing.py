"""Workers that are killed at random moments: no finished trial is lost or doubled, every unfinished one is trained.

The suite kills 3 times with each database; ``ODYSSEY_KILLS=20 pytest tests/test_killing.py`` is the long form.
"""

import os
import random
import time
from collections import Counter

import pandas as pd
import pytest
from optuna.trial import TrialState
from toys import toy_task
from workers import VARIANTS, assert_same, search_process

from odyssey import records
from odyssey.engine import engine
from odyssey.search import search
from odyssey.storage import Storage
from odyssey.study import FINISHED_STATES, Queue

KILLS = int(os.environ.get("ODYSSEY_KILLS", 3))
TRIALS = 2 + 2 * KILLS
CELLS = {(variant, index) for variant in VARIANTS for index in range(TRIALS)}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The archive of a search that nobody killed."""
    folder = tmp_path_factory.mktemp("undisturbed")
    search(toy_task(), engine(jobs=2), VARIANTS, TRIALS, folder, jobs=2, quiet=True)
    return folder


class Crew:
    """Two workers at a time, each with a folder for its records, which may be the same one."""

    def __init__(self, folders, storage):
        self.folders, self.storage = folders, storage
        self.workers = {}
        self.kept = []

    def __enter__(self):
        self.start(0)
        self.start(1)
        return self

    def __exit__(self, *exception):
        for worker in self.workers.values():
            worker.kill()
            worker.communicate()

    def start(self, place):
        self.workers[place] = search_process(self.folders[place], TRIALS, self.storage)

    def kill(self, place):
        """Kill a worker, note what is recorded by then, and put another one in its place."""
        self.workers[place].kill()
        self.workers[place].communicate()
        self.kept.append((self.folders[place], rows(self.folders[place])))
        self.start(place)

    def finished(self):
        return {cell for folder in self.folders for cell in rows(folder).index}

    def training(self, database):
        """The places of the workers that are training a trial."""
        owners = {pid for _, _, state, pid in attempts(database) if not state.is_finished()}
        return [place for place, worker in self.workers.items() if worker.pid in owners]

    def wait_for(self, condition):
        until = time.monotonic() + 120
        while not (found := condition()):
            assert time.monotonic() < until, f"{len(self.finished())} trials"
            for worker in self.workers.values():
                assert worker.poll() is None, worker.communicate()
            time.sleep(0.01)
        return found


def rows(folder):
    return records.read(folder).set_index(["variant", "index"])


def attempts(database):
    """All attempts of the study as variant, index, state and number of the process."""
    with Storage(database) as storage:
        return [
            (variant, trial.user_attrs["index"], trial.state, trial.system_attrs.get("owner", {}).get("pid"))
            for variant in VARIANTS
            for trial in Queue(storage, toy_task(), variant).trials()
        ]


def kill_at_random(crew, moments, database):
    # Every third one dies while it starts: imports, makes the tables, compares archive and study.
    time.sleep(moments.uniform(0, 4))
    crew.kill(1)
    # The others die when so many trials are finished, and some milliseconds later; a trial takes about a hundred.
    thresholds = sorted(moments.sample(range(1, len(CELLS) // 2), KILLS - 1))
    for number, threshold in enumerate(thresholds, 1):
        if number % 3 == 0:
            place = moments.choice([0, 1])
            crew.kill(place)
            time.sleep(moments.uniform(0, 4))
            crew.kill(place)
        else:
            crew.wait_for(lambda threshold=threshold: len(crew.finished()) >= threshold)
            time.sleep(moments.uniform(0, 0.2))
            crew.kill(moments.choice(crew.wait_for(lambda: crew.training(database))))


@pytest.mark.parametrize("database", ["sqlite", "postgresql", "mysql"])
def test_killed_workers_lose_nothing(database, tmp_path, undisturbed, request):
    """With SQLite the workers share a folder; with a server nothing but the database, like machines of a cluster."""
    moments = random.Random(KILLS)
    if database == "sqlite":
        folders, url, database = [tmp_path, tmp_path], None, f"sqlite:///{tmp_path / 'study.sqlite3'}"
    else:
        folders, url = [tmp_path / "one", tmp_path / "two"], request.getfixturevalue(database)
        database = url
    with Crew(folders, url) as crew:
        kill_at_random(crew, moments, database)
        for worker in crew.workers.values():
            out, err = worker.communicate(timeout=300)
            assert worker.returncode == 0 and "trained" in out and "rror" not in err, err
    if url:
        for folder in folders:  # What the other one finished last.
            search(toy_task(), engine(), VARIANTS, TRIALS, folder, url, quiet=True)
    for folder in set(folders):
        assert_same(folder, undisturbed)
        for file in (folder / "toy" / "toy").glob("*.*"):
            assert file.read_bytes().count(b"\n") == TRIALS + (file.suffix == ".csv")
    for folder, before in crew.kept:  # To the digit, the seconds included: nothing finished was trained again.
        pd.testing.assert_frame_equal(rows(folder).loc[before.index], before, check_exact=True)
    made = attempts(database)
    assert Counter((variant, index) for variant, index, state, _ in made if state in FINISHED_STATES) == Counter(CELLS)
    failed = [state for _, _, state, _ in made if state not in FINISHED_STATES]
    assert set(failed) == {TrialState.FAIL}
    assert len(failed) <= len(crew.kept), "each kill cost at most the one trial that was being trained"
