import subprocess
import threading
import time
from datetime import datetime, timedelta

import optuna
import pytest
import sqlalchemy
from records_of import record_of

from odyssey import study
from odyssey.errors import OdysseyError
from odyssey.protocol import draw_trial
from odyssey.storage import GRACE_SECONDS, Storage
from odyssey.study import Queue
from odyssey.worker import _process_start, is_dead, owner


@pytest.fixture
def task(toy_task):
    return toy_task()


def test_every_drawn_value_fits_the_distributions_of_the_study():
    for index in range(2000):
        for name, value in study._parameters(draw_trial("toy", "V", index)).items():
            assert study.DISTRIBUTIONS[name]._contains(value)


class TestQueue:
    """Two workers on one cell."""

    @pytest.fixture(params=["sqlite", "postgresql", "mysql"])
    def url(self, request, tmp_path):
        sqlite = f"sqlite:///{tmp_path / 'study.sqlite3'}"
        return sqlite if request.param == "sqlite" else request.getfixturevalue(request.param)

    @pytest.fixture
    def storage(self, url):
        with Storage(url) as storage:
            yield storage

    @pytest.fixture
    def queue(self, storage, task):
        return Queue(storage, task, "V")

    @pytest.fixture
    def other(self, url, task):
        with Storage(url) as storage:
            yield Queue(storage, task, "V")

    def trial(self, index):
        return draw_trial("toy", "V", index)

    def test_a_trial_has_one_owner(self, queue, other):
        assert queue.claim(self.trial(0))
        assert not other.claim(self.trial(0))
        assert other.claim(self.trial(1))

    def test_of_two_claims_at_the_same_moment_the_first_one_counts(self, queue, other, monkeypatch):
        """As they can be where the database has no lock for them."""
        assert queue.claim(self.trial(0))
        monkeypatch.setattr(other, "live", set)  # It looked before the first claim was there.
        assert not other.claim(self.trial(0))
        assert [trial.state.name for trial in queue.trials()] == ["RUNNING", "FAIL"]

    def test_while_one_worker_claims_the_other_waits(self, storage, other):
        claims = []
        thread = threading.Thread(target=lambda: claims.append(other.claim(self.trial(0))))
        with storage.locked():
            thread.start()
            time.sleep(0.5)
            assert claims == [] and other.trials() == []
        thread.join(10)
        assert claims == [True]

    def test_a_lock_that_is_never_given_back_is_one_line(self, url, storage, task, monkeypatch):
        monkeypatch.setattr("odyssey.storage.LOCK_SECONDS", 1)
        with Storage(url) as impatient, storage.locked(), pytest.raises(OdysseyError) as error:
            Queue(impatient, task, "V")
        assert "another process holds its lock: wait for it, or end it" in str(error.value)

    def test_a_result_is_noted_once(self, queue, other, task):
        """Two workers have found it in their archives, and not in the study."""
        for one in (queue, other):
            one.add_finished(*record_of(task, 0), self.trial(0))
        queue.claim(self.trial(1))
        other.add_finished(*record_of(task, 1), self.trial(1))
        assert [trial.state.name for trial in queue.trials()] == ["COMPLETE", "RUNNING"]

    def test_what_is_released_can_be_claimed_again(self, queue, other):
        queue.claim(self.trial(0))
        queue.release()
        assert other.claim(self.trial(0))

    def test_a_worker_that_lives_keeps_its_trial(self, queue, other):
        queue.claim(self.trial(0))
        other.free_dead()
        assert not other.claim(self.trial(0))

    def test_a_worker_of_this_machine_that_is_gone_loses_it_at_once(self, queue, other, monkeypatch):
        process = subprocess.Popen(["sleep", "60"])
        monkeypatch.setattr(study, "owner", lambda: owner_of(process.pid))
        queue.claim(self.trial(0))
        other.free_dead()
        assert not other.claim(self.trial(0))
        process.kill()
        until = time.monotonic() + 10
        while not is_dead(owner_of_last(queue)):  # Killed, and not yet waited for: a zombie.
            assert time.monotonic() < until
            time.sleep(0.01)
        other.free_dead()
        process.wait()
        assert other.claim(self.trial(0))

    def test_a_worker_elsewhere_loses_it_when_its_heart_stops(self, storage, queue, other, monkeypatch):
        monkeypatch.setattr(study, "owner", lambda: {**owner(), "host": "elsewhere"})
        queue.claim(self.trial(0))
        self.age(storage, GRACE_SECONDS - 60)
        other.free_dead()
        assert not other.claim(self.trial(0))
        queue.beat()
        self.age(storage, GRACE_SECONDS - 60)
        other.free_dead()
        assert not other.claim(self.trial(0)), "it has beaten meanwhile"
        self.age(storage, 120)
        other.free_dead()
        assert other.claim(self.trial(0))

    def test_a_worker_that_died_before_its_first_beat_loses_it_too(self, storage, queue, other, monkeypatch):
        monkeypatch.setattr(study, "owner", lambda: {**owner(), "host": "elsewhere"})
        monkeypatch.setattr(storage.backend, "record_heartbeat", lambda trial_id: None)
        queue.claim(self.trial(0))
        other.free_dead()
        assert not other.claim(self.trial(0)), "it may be about to beat"
        self.age(storage, GRACE_SECONDS + 60)
        other.free_dead()
        assert other.claim(self.trial(0))

    def age(self, storage, seconds):
        with storage.backend.engine.begin() as connection:
            for trial_id, then in connection.execute(
                sqlalchemy.text("select trial_id, heartbeat from trial_heartbeats")
            ).fetchall():
                then = then if isinstance(then, datetime) else datetime.fromisoformat(then)
                earlier = then - timedelta(seconds=seconds)
                connection.execute(
                    sqlalchemy.text("update trial_heartbeats set heartbeat = :then where trial_id = :trial"),
                    {"then": str(earlier), "trial": trial_id},
                )

    def test_a_worker_taken_for_dead_may_still_finish(self, queue, other, task):
        queue.claim(self.trial(0))
        other._end(queue._claimed[0], optuna.trial.TrialState.FAIL)
        assert other.claim(self.trial(0))
        queue.finish(*record_of(task, 0))
        other.finish(*record_of(task, 0))
        assert [trial.state.name for trial in queue.trials()] == ["FAIL", "COMPLETE"]

    def test_the_heart_beats_while_trials_run(self, queue, monkeypatch):
        beats = []
        monkeypatch.setattr(study, "HEARTBEAT_SECONDS", 0.01)
        monkeypatch.setattr(queue, "beat", lambda: beats.append(1))
        with study.heartbeat([queue]):
            time.sleep(0.2)
        number = len(beats)
        time.sleep(0.05)
        assert number > 3 and len(beats) == number


def owner_of(pid):
    return {**owner(), "pid": pid, "started": _process_start(pid)}


def owner_of_last(queue):
    return queue.trials()[-1].system_attrs["owner"]


def test_a_process_number_used_again_is_another_worker():
    assert not is_dead(owner())
    assert is_dead({**owner(), "started": 1})
    assert not is_dead({**owner(), "started": None})
    assert not is_dead({**owner(), "host": "elsewhere", "started": 1})
    assert not is_dead({})
