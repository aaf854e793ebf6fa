import subprocess
import time
from datetime import datetime, timedelta

import optuna
import pytest
import sqlalchemy
from records_of import record_of

from odyssey import study
from odyssey.errors import OdysseyError
from odyssey.protocol import draw_trial
from odyssey.study import Queue, Storage
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

    @pytest.fixture
    def storage(self, tmp_path):
        return Storage(f"sqlite:///{tmp_path / 'study.sqlite3'}")

    @pytest.fixture
    def queue(self, storage, task):
        return Queue(storage, task, "V")

    @pytest.fixture
    def other(self, storage, task):
        return Queue(storage, task, "V")

    def trial(self, index):
        return draw_trial("toy", "V", index)

    def test_a_trial_has_one_owner(self, queue, other):
        assert queue.claim(self.trial(0))
        assert not other.claim(self.trial(0))
        assert other.claim(self.trial(1))

    def test_of_two_claims_at_the_same_moment_the_first_one_counts(self, queue, other, monkeypatch):
        assert queue.claim(self.trial(0))
        monkeypatch.setattr(other, "live", set)  # It looked before the first claim was there.
        assert not other.claim(self.trial(0))
        assert [trial.state.name for trial in queue.trials()] == ["RUNNING", "FAIL"]

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
        self.age(storage, study.GRACE_SECONDS - 60)
        other.free_dead()
        assert not other.claim(self.trial(0))
        queue.beat()
        self.age(storage, study.GRACE_SECONDS - 60)
        other.free_dead()
        assert not other.claim(self.trial(0)), "it has beaten meanwhile"
        self.age(storage, 120)
        other.free_dead()
        assert other.claim(self.trial(0))

    def age(self, storage, seconds):
        with sqlalchemy.create_engine(storage.backend.url).begin() as connection:
            for trial_id, then in connection.execute(
                sqlalchemy.text("select trial_id, heartbeat from trial_heartbeats")
            ).fetchall():
                earlier = datetime.fromisoformat(then) - timedelta(seconds=seconds)
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


@pytest.mark.parametrize(
    "url, says",
    [
        ("nonsense", "the storage must be a URL such as sqlite:///"),
        ("postgresql://host:port/name", "the storage must be a URL"),
        ("redis://host", "study database redis://host: Can't load plugin"),
        ("sqlite:////nowhere/at/all.sqlite3", "study database sqlite:////nowhere/at/all.sqlite3: "),
    ],
)
def test_a_storage_that_cannot_be_is_one_line(url, says):
    with pytest.raises(OdysseyError) as error:
        Storage(url)
    assert says in str(error.value) and "\n" not in str(error.value)


def test_a_password_is_not_shown():
    with pytest.raises(OdysseyError) as error:
        Storage("nosuch://me:secret@host/name")
    assert "secret" not in str(error.value) and "nosuch://me:***@host/name" in str(error.value)
