"""The queue of a cell: an Optuna study in which every trial of the cell is claimed, beats while it runs, and ends.

Trials are drawn in advance, so Optuna samples nothing; it says who trains what. A worker claims an index by creating
a running trial for it, one worker at a time; where the database has no lock for that and two claim the same index at
once, the trial with the lower number owns it and the other one is marked as failed. A running trial whose worker is
dead is marked as failed as well, and its index is free again. A failed trial is thus an attempt that came to nothing,
never a result: a trial that diverged ends as complete with its best validation score, or as pruned where it had no
epoch to score.
"""

import csv
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from math import isfinite

import optuna
import sqlalchemy
from optuna.distributions import FloatDistribution, IntDistribution
from optuna.trial import FrozenTrial, TrialState

from odyssey.errors import OdysseyError
from odyssey.protocol import BLOCKS, INPUT_NOISE, LEARNING_RATE, ONE_MINUS_MOMENTUM, PROTOCOL, Curves, Trial
from odyssey.records.table import COLUMNS, csv_line, curves_line, parse_curves, parse_row
from odyssey.storage import HEARTBEAT_SECONDS, Storage, experiments
from odyssey.tasks.base import Task
from odyssey.worker import is_dead, owner

DISTRIBUTIONS = {
    "blocks": IntDistribution(*BLOCKS, log=True),
    "learning_rate": FloatDistribution(*LEARNING_RATE, log=True),
    "one_minus_momentum": FloatDistribution(*ONE_MINUS_MOMENTUM, log=True),
    "input_noise": FloatDistribution(*INPUT_NOISE),
}
FINISHED_STATES = (TrialState.COMPLETE, TrialState.PRUNED)
LIVE_STATES = (TrialState.RUNNING, *FINISHED_STATES)
# Its worker died between claiming it and the first beat; such a trial never counts as stale.
HEARTLESS = sqlalchemy.text(
    "SELECT trial_id FROM trials WHERE study_id = :study AND state = 'RUNNING' "
    "AND trial_id NOT IN (SELECT trial_id FROM trial_heartbeats)"
)


class Queue:
    """The study of one cell.

    Args:
        storage: where the study is kept; it is created if need be.
        task: task and corpus of the cell.
        variant: code of the architecture.

    Raises:
        OdysseyError: from any method, when the database fails.
    """

    def __init__(self, storage: Storage, task: Task, variant: str):
        self.name = f"{task.name}/{task.corpus}/{task.fingerprint}/protocol-{PROTOCOL}/{variant}"
        self._storage = storage
        with storage.errors(), storage.locked():
            self._study = optuna.create_study(
                storage=storage.backend, study_name=self.name, direction="minimize", load_if_exists=True
            )
        self._id = self._study._study_id
        self._claimed: dict[int, int] = {}

    def trials(self) -> list[FrozenTrial]:
        """All trials of the study, attempts that failed included."""
        with self._storage.errors():
            return self._study.get_trials(deepcopy=False)

    def finished(self) -> dict[int, FrozenTrial]:
        """The trials that have a result, by index."""
        return {index: t for index, t in self._indexed() if t.state in FINISHED_STATES}

    def live(self) -> set[int]:
        """The indices that have a result or that somebody is training."""
        return {index for index, t in self._indexed() if t.state in LIVE_STATES}

    def _indexed(self) -> Iterator[tuple[int, FrozenTrial]]:
        """The trials of the cell. A study is open to Optuna's own tools too, and what they add has no index."""
        for trial in self.trials():
            index = trial.user_attrs.get("index")
            if isinstance(index, int) and not isinstance(index, bool) and index >= 0:
                yield index, trial

    def free_dead(self) -> None:
        """Mark the attempts of dead workers as failed.

        On this machine a worker is dead when its process is; elsewhere when it has not beaten for `GRACE_SECONDS`
        (where it never has, we beat once in its place).
        """
        for trial in self.trials():
            if trial.state == TrialState.RUNNING and is_dead(trial.system_attrs.get("owner", {})):
                self._end(trial._trial_id, TrialState.FAIL)
        with self._storage.errors(), experiments():
            with self._storage.backend.engine.connect() as connection:
                heartless = list(connection.scalars(HEARTLESS, {"study": self._id}))
            for trial_id in heartless:
                self._storage.backend.record_heartbeat(trial_id)
            optuna.storages.fail_stale_trials(self._study)

    def claim(self, trial: Trial) -> bool:
        """Take a trial for this process to train; False where somebody else has it or it has a result."""
        template = _template(TrialState.RUNNING, trial, system={"owner": owner()})
        with self._storage.errors(), self._storage.locked():
            if trial.index in self.live():
                return False
            trial_id = self._storage.backend.create_new_trial(self._id, template)
            self._storage.backend.record_heartbeat(trial_id)
        rivals = [t for index, t in self._indexed() if index == trial.index and t.state in LIVE_STATES]
        if min((t._trial_id for t in rivals), default=None) != trial_id:
            self._end(trial_id, TrialState.FAIL)
            return False
        self._claimed[trial.index] = trial_id
        return True

    def finish(self, row: dict, curves: Curves) -> None:
        """Note the result of a claimed trial."""
        trial_id = self._claimed.pop(row["index"])
        user, system = _attributes(row, curves)
        # Another worker may have taken us for dead (a laptop that slept); then the trial is its own now.
        with self._storage.errors(), suppress(optuna.exceptions.UpdateFinishedTrialError):
            for key, value in user.items():
                self._storage.backend.set_trial_user_attr(trial_id, key, value)
            for key, value in system.items():
                self._storage.backend.set_trial_system_attr(trial_id, key, value)
            self._storage.backend.set_trial_state_values(trial_id, *_end_of(row))

    def add_finished(self, row: dict, curves: Curves, trial: Trial) -> None:
        """Note a trial that was trained outside this study, unless somebody else has noted or claimed it by now."""
        state, values = _end_of(row)
        template = _template(state, trial, *_attributes(row, curves), values)
        template.datetime_start = datetime.now() - timedelta(seconds=row["seconds"])
        with self._storage.errors(), self._storage.locked():
            if trial.index not in self.live():
                self._storage.backend.create_new_trial(self._id, template)

    def release(self) -> None:
        """Give back all trials that this process has claimed and not finished."""
        while self._claimed:
            self._end(self._claimed.popitem()[1], TrialState.FAIL)

    def beat(self) -> None:
        """Show that the claimed trials are alive."""
        with self._storage.errors():
            for trial_id in list(self._claimed.values()):
                self._storage.backend.record_heartbeat(trial_id)

    def result_of(self, trial: FrozenTrial) -> tuple[dict, Curves]:
        """Row and curves of a finished trial, as a worker on another machine noted them.

        Raises:
            OdysseyError: they are not there or unreadable.
        """
        try:
            row = parse_row(next(csv.reader([trial.system_attrs["row"]])))
            return row, parse_curves(trial.system_attrs["curves"])[1]
        except (KeyError, ValueError, csv.Error) as problem:
            raise OdysseyError(
                f"study {self.name}: its trial {trial.number} holds no readable result: {problem}: name another study "
                "database (--storage); the records of each machine are noted there"
            ) from None

    def _end(self, trial_id: int, state: TrialState) -> None:
        # Somebody else may have ended it first.
        with self._storage.errors(), suppress(optuna.exceptions.UpdateFinishedTrialError):
            self._storage.backend.set_trial_state_values(trial_id, state)


@contextmanager
def heartbeat(queues: list[Queue]) -> Iterator[None]:
    """Let the claimed trials of `queues` beat in a thread of its own while the body runs."""
    over = threading.Event()

    def beat():
        while not over.wait(HEARTBEAT_SECONDS):
            for queue in queues:
                # The next beat may succeed; if none does, recording the result will say why.
                with suppress(OdysseyError):
                    queue.beat()

    thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _template(state: TrialState, trial: Trial, user=None, system=None, values=None) -> FrozenTrial:
    return optuna.trial.create_trial(
        state=state,
        values=values,
        params=_parameters(trial),
        distributions=DISTRIBUTIONS,
        user_attrs={"index": trial.index, **(user or {})},
        system_attrs=system,
    )


def _parameters(trial: Trial) -> dict:
    values = trial.hyperparameters
    shown = {
        "blocks": values.blocks,
        "learning_rate": values.learning_rate,
        "one_minus_momentum": 1 - values.momentum,
        "input_noise": values.input_noise,
    }
    # Rounding can put a value a hair outside its range, where Optuna accepts none.
    return {name: min(max(v, DISTRIBUTIONS[name].low), DISTRIBUTIONS[name].high) for name, v in shown.items()}


def _attributes(row: dict, curves: Curves) -> tuple[dict, dict]:
    """What people see of a result in the study, and the record itself for workers that do not share our archive."""
    user = {name: row[name] for name in ("status", "epochs", "seconds")}
    if isfinite(row["test_score"]):
        user["test_score"] = row["test_score"]
    line = csv_line(row[name] for name in COLUMNS)
    return user, {"row": line, "curves": curves_line(row["index"], curves)}


def _end_of(row: dict) -> tuple[TrialState, list[float] | None]:
    return (TrialState.COMPLETE, [row["valid_score"]]) if row["best_epoch"] else (TrialState.PRUNED, None)
