import os
import signal
import time
from dataclasses import replace

import optuna
import pytest
import sqlalchemy
from fake_engine import FakeEngine
from records_of import contents, fill, record_of
from toys import toy_task as make_toy_task
from workers import assert_same, fake_search_process

from odyssey import records
from odyssey.errors import OdysseyError
from odyssey.protocol import PROTOCOL
from odyssey.search import Outcome, search
from odyssey.study import Queue

STOPPING = "\nstopping after the current epoch; Ctrl-C again stops at once\n"


@pytest.fixture
def task(toy_task):
    return toy_task()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """An archive of 8 trials of two variants, searched in one go."""
    folder = tmp_path_factory.mktemp("undisturbed")
    search(make_toy_task(), FakeEngine(), ["V", "NP"], 8, folder, quiet=True)
    return folder


def wait_for_records(folder, number):
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if len(records.read(folder)) >= number:
            return
        time.sleep(0.02)
    raise AssertionError(f"there are only {len(records.read(folder))} records")


def states(folder, variant="V"):
    name, storage = f"toy/toy/0/protocol-{PROTOCOL}/{variant}", f"sqlite:///{folder / 'study.sqlite3'}"
    return optuna.load_study(study_name=name, storage=storage).trials


def claimed(folder):
    """The trials that somebody is training, or was when he died."""
    trials = [(variant, trial) for variant in ("V", "NP") for trial in states(folder, variant)]
    return {(variant, trial.user_attrs["index"]) for variant, trial in trials if trial.state.name == "RUNNING"}


def test_a_search_records_the_drawn_trials(tmp_path, task):
    engine = FakeEngine(jobs=2)
    done = search(task, engine, ["V", "NP"], 8, tmp_path, quiet=True)
    assert done == Outcome(trained=16, taken_over=0, elsewhere=0, interrupted=False)
    read = records.read(tmp_path)
    assert len(read) == 16
    for row in read.to_dict("records"):
        expected, _ = record_of(task, row["index"], row["variant"], records.machine())
        assert repr({**row, "seconds": 1.0}) == repr(expected)


def test_the_first_of_all_variants_come_before_the_second(tmp_path, task):
    engine = FakeEngine(jobs=1)
    search(task, engine, ["V", "NP", "FGR"], 3, tmp_path, quiet=True)
    assert engine.trained == [(variant, index) for index in range(3) for variant in ("V", "NP", "FGR")]


def test_a_search_goes_on_where_an_earlier_one_ended(tmp_path, task, undisturbed):
    first, second, third = FakeEngine(), FakeEngine(2), FakeEngine()
    search(task, first, ["NP"], 4, tmp_path, quiet=True)
    search(task, second, ["V", "NP"], 8, tmp_path, quiet=True)
    assert search(task, third, ["V", "NP"], 8, tmp_path, quiet=True).trained == 0
    assert (len(first.trained), len(second.trained), len(third.trained)) == (4, 12, 0)
    assert_same(tmp_path, undisturbed)


def test_a_complete_archive_needs_no_database(tmp_path, task):
    fill(tmp_path, task, 3)
    assert search(task, FakeEngine(), ["V"], 3, tmp_path, quiet=True) == Outcome(0, 0, 0, False)
    assert not (tmp_path / "study.sqlite3").exists()


def test_the_study_shows_every_trial(tmp_path, task):
    fill(tmp_path, task, 4)
    search(task, FakeEngine(), ["V"], 8, tmp_path, quiet=True)
    trials = {trial.user_attrs["index"]: trial for trial in states(tmp_path)}
    assert sorted(trials) == list(range(8)) and len(states(tmp_path)) == 8
    read = records.read(tmp_path).set_index("index")
    for index, trial in trials.items():
        row = read.loc[index]
        assert trial.user_attrs["status"] == row["status"]
        if row["best_epoch"]:
            assert (trial.state.name, trial.value) == ("COMPLETE", row["valid_score"])
            assert trial.user_attrs["test_score"] == row["test_score"]
        else:
            assert trial.state.name == "PRUNED" and "test_score" not in trial.user_attrs
        assert trial.params["blocks"] == row["blocks"]
        assert trial.params["learning_rate"] == row["learning_rate"]
        assert trial.params["one_minus_momentum"] == 1 - row["momentum"]
        assert trial.params["input_noise"] == row["input_noise"]
        logs = {name: getattr(kind, "log", False) for name, kind in trial.distributions.items()}
        assert logs == {"blocks": True, "learning_rate": True, "one_minus_momentum": True, "input_noise": False}


def test_records_that_were_removed_are_not_called_up_from_the_database(tmp_path, task):
    search(task, FakeEngine(), ["V"], 3, tmp_path, quiet=True)
    (tmp_path / "toy" / "toy" / "V.csv").unlink()
    with pytest.raises(OdysseyError, match=r"trial 0 is finished in .*study.sqlite3 but not in the records; .*remove"):
        search(task, FakeEngine(), ["V"], 3, tmp_path, quiet=True)


def test_machines_that_share_only_the_database_share_the_results(tmp_path, task, undisturbed):
    storage = f"sqlite:///{tmp_path / 'shared.sqlite3'}"
    search(task, FakeEngine(), ["V", "NP"], 5, tmp_path / "one", storage, quiet=True)
    other = search(task, FakeEngine(), ["V", "NP"], 8, tmp_path / "two", storage, quiet=True)
    assert (other.taken_over, other.trained) == (10, 6)
    assert search(task, FakeEngine(), ["V", "NP"], 8, tmp_path / "one", storage, quiet=True).taken_over == 6
    assert_same(tmp_path / "one", undisturbed)
    assert_same(tmp_path / "two", undisturbed)


def test_another_corpus_under_the_same_name_is_refused(tmp_path, task):
    fill(tmp_path, task, 1)
    with pytest.raises(OdysseyError, match="with fingerprint 0, not f00"):
        search(replace(task, fingerprint="f00"), FakeEngine(), ["V"], 3, tmp_path, quiet=True)


def test_after_kill_9_nothing_is_lost_or_doubled(tmp_path, undisturbed):
    process = fake_search_process(tmp_path, delay=0.02)
    wait_for_records(tmp_path, 5)
    process.kill()
    process.communicate()
    before = len(records.read(tmp_path))
    assert 5 <= before < 16 and claimed(tmp_path)
    again = fake_search_process(tmp_path)
    out, err = again.communicate(timeout=60)
    assert (again.returncode, int(out), err) == (0, 16 - before, "")
    assert_same(tmp_path, undisturbed)
    trials = states(tmp_path) + states(tmp_path, "NP")
    assert sorted({trial.state.name for trial in trials}) == ["COMPLETE", "FAIL", "PRUNED"]
    assert sum(trial.state.name != "FAIL" for trial in trials) == 16


def test_a_crash_between_record_and_database_trains_nothing_twice(tmp_path, task, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(Queue, "finish", lambda *arguments: os.kill(os.getpid(), 0) or 1 / 0)
        with pytest.raises(ZeroDivisionError):
            search(task, FakeEngine(), ["V"], 3, tmp_path, quiet=True)
    assert list(records.read(tmp_path)["index"]) == [0]
    assert search(task, FakeEngine(), ["V"], 3, tmp_path, quiet=True).trained == 2


def test_ctrl_c_gives_the_running_trials_back(tmp_path, undisturbed):
    process = fake_search_process(tmp_path, delay=0.02)
    wait_for_records(tmp_path, 3)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err == STOPPING
    before = len(records.read(tmp_path))
    assert int(out) == before < 16
    assert not claimed(tmp_path)
    again = fake_search_process(tmp_path)
    again.communicate(timeout=60)
    assert again.returncode == 0
    assert_same(tmp_path, undisturbed)


def test_a_second_ctrl_c_ends_at_once_and_loses_nothing(tmp_path, undisturbed):
    search(make_toy_task(), FakeEngine(), ["V", "NP"], 2, tmp_path, quiet=True)
    before = contents(tmp_path / "toy")
    process = fake_search_process(tmp_path, delay=60)
    until = time.monotonic() + 60
    while len(running := claimed(tmp_path)) < 2:
        assert time.monotonic() < until
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    assert process.stderr.readline() + process.stderr.readline() == STOPPING
    assert process.poll() is None, "an epoch lasts a minute"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    assert err == "\nodyssey: interrupted at once; the same command goes on from here\n"
    assert contents(tmp_path / "toy") == before
    assert claimed(tmp_path) == running
    again = search(make_toy_task(), FakeEngine(), ["V", "NP"], 8, tmp_path, quiet=True)
    assert again == Outcome(trained=12, taken_over=0, elsewhere=0, interrupted=False)
    assert_same(tmp_path, undisturbed)


def test_two_searches_at_once_note_an_archive_once_in_the_database(tmp_path, task):
    """As after a clone: records, but no database."""
    for variant in ("V", "NP"):
        fill(tmp_path, task, 8, variant)
    processes = [fake_search_process(tmp_path, 9) for _ in range(2)]
    ends = [process.communicate(timeout=90) for process in processes]
    assert [err for _, err in ends] == ["", ""] and sum(int(out) for out, _ in ends) == 2
    for variant in ("V", "NP"):
        assert sorted(trial.user_attrs["index"] for trial in states(tmp_path, variant)) == list(range(9))


def test_two_searches_at_once_share_the_work(tmp_path, undisturbed):
    """Started together, so that they make folder, database and studies at the same moment."""
    processes = [fake_search_process(tmp_path, delay=0.02) for _ in range(3)]
    ends = [process.communicate(timeout=90) for process in processes]
    assert [err for _, err in ends] == [""] * 3
    assert [process.returncode for process in processes] == [0] * 3
    trained = [int(out) for out, _ in ends]
    assert sum(trained) == 16 and min(trained) > 0
    assert_same(tmp_path, undisturbed)


def test_an_error_in_training_gives_the_trials_back(tmp_path, task):
    class Broken(FakeEngine):
        def train(self, task, trials, report):
            next(trials), next(trials)
            raise OdysseyError("the engine is out of memory")

    with pytest.raises(OdysseyError, match="out of memory"):
        search(task, Broken(), ["V"], 3, tmp_path, quiet=True)
    assert [trial.state.name for trial in states(tmp_path)] == ["FAIL", "FAIL"]
    assert search(task, FakeEngine(), ["V"], 3, tmp_path, quiet=True).trained == 3


@pytest.mark.parametrize("name", ["why?", "100%41", "a#b", "{x}"])
def test_the_folder_may_have_any_name(tmp_path, task, name):
    search(task, FakeEngine(), ["V"], 2, tmp_path / name, quiet=True)
    assert (tmp_path / name / "study.sqlite3").is_file() and [path.name for path in tmp_path.iterdir()] == [name]
    assert search(task, FakeEngine(), ["V"], 3, tmp_path / name, quiet=True).trained == 1


@pytest.mark.parametrize("shared", [False, True])
def test_trials_that_others_add_to_the_study_are_let_be(tmp_path, task, shared):
    """As through Optuna itself, which gives them no index; or with one that is none."""
    storage = f"sqlite:///{tmp_path / 'study.sqlite3'}"
    options = {"records": tmp_path, "storage": storage if shared else None, "quiet": True}
    search(task, FakeEngine(), ["V"], 2, **options)
    added = optuna.load_study(study_name=f"toy/toy/0/protocol-{PROTOCOL}/V", storage=storage)
    for index in (None, "1", True, 2.0, -1):
        trial = added.ask()
        if index is not None:
            trial.set_user_attr("index", index)
        added.tell(trial, 1.0)
    assert search(task, FakeEngine(), ["V"], 4, **options) == Outcome(2, 0, 0, False)


@pytest.mark.parametrize("row", [None, 5, "", "1,2"])
def test_a_result_of_others_that_cannot_be_read_is_one_line(tmp_path, task, row):
    storage = f"sqlite:///{tmp_path / 'study.sqlite3'}"
    search(task, FakeEngine(), ["V"], 1, tmp_path, storage, quiet=True)
    name = f"toy/toy/0/protocol-{PROTOCOL}/V"
    noted = {} if row is None else {"row": row, "curves": "{}"}
    optuna.load_study(study_name=name, storage=storage).add_trial(
        optuna.trial.create_trial(value=1.0, user_attrs={"index": 1}, system_attrs=noted)
    )
    with pytest.raises(OdysseyError, match=rf"^study {name}: its trial 1 holds no readable .*: name another .*storage"):
        search(task, FakeEngine(), ["V"], 3, tmp_path, storage, quiet=True)


def test_a_file_that_is_no_database_is_one_line(tmp_path, task):
    (tmp_path / "study.sqlite3").write_text("no database " * 100)
    with pytest.raises(OdysseyError, match=r"study\.sqlite3: file is not a database: check the database"):
        search(task, FakeEngine(), ["V"], 3, tmp_path, quiet=True)


def test_a_database_that_fails_in_the_middle_loses_no_record(tmp_path, task, monkeypatch):
    finish = Queue.finish

    def fail_at_two(queue, row, curves):
        if row["index"] == 2:
            with queue._storage.errors():
                raise sqlalchemy.exc.OperationalError("insert", {}, Exception("database or disk is full"))
        finish(queue, row, curves)

    with monkeypatch.context() as patch:
        patch.setattr(Queue, "finish", fail_at_two)
        with pytest.raises(OdysseyError, match=r"study\.sqlite3: database or disk is full: check .* the space"):
            search(task, FakeEngine(), ["V"], 6, tmp_path, quiet=True)
    assert list(records.read(tmp_path)["index"]) == [0, 1, 2]
    assert search(task, FakeEngine(), ["V"], 6, tmp_path, quiet=True).trained == 3
    assert sum(trial.state.is_finished() and trial.state.name != "FAIL" for trial in states(tmp_path)) == 6


def test_the_bar_counts_and_tells_the_time_left(tmp_path, task, capsys):
    fill(tmp_path, task, 6)
    search(task, FakeEngine(), ["V"], 8, tmp_path)
    _, first, *_, last = capsys.readouterr().err.strip().replace("\r", "\n").splitlines()
    assert "6/8 trials" in first and "2 diverged, 2 s left" in first
    assert "8/8 trials" in last and "0 s left" in last


def test_a_database_that_fails_loses_nothing_that_ends_with_it(tmp_path, task, monkeypatch):
    """With several trials at a time: those that end while the failure is on its way are recorded, too."""

    def fail(queue, row, curves):
        time.sleep(0.3)
        raise OdysseyError("the database has gone")

    engine = FakeEngine(jobs=4, delay=0.001)
    with monkeypatch.context() as patch:
        patch.setattr(Queue, "finish", fail)
        with pytest.raises(OdysseyError, match="the database has gone"):
            search(task, engine, ["V"], 8, tmp_path, quiet=True)
    kept = set(records.read(tmp_path)["index"])
    assert kept == {index for _, index in engine.trained} and 1 < len(kept) < 8
    assert search(task, FakeEngine(), ["V"], 8, tmp_path, quiet=True).trained == 8 - len(kept)


def test_a_study_that_is_deleted_meanwhile_is_one_line(tmp_path, task):
    class Deleting(FakeEngine):
        def make(self, trial):
            if trial.index == 2:
                name = f"toy/toy/0/protocol-{PROTOCOL}/V"
                optuna.delete_study(study_name=name, storage=f"sqlite:///{tmp_path / 'study.sqlite3'}")
            return super().make(trial)

    with pytest.raises(OdysseyError, match="the study was deleted meanwhile: the same command"):
        search(task, Deleting(), ["V"], 5, tmp_path, quiet=True)
    assert search(task, FakeEngine(), ["V"], 5, tmp_path, quiet=True).interrupted is False
    assert len(records.read(tmp_path)) == 5


def test_an_interrupt_that_nobody_can_be_told_of_stops_all_the_same(tmp_path, task, monkeypatch):
    write, close = os.write, []

    def broken(descriptor, data):
        if descriptor == 2:
            close.append(data)
            raise BrokenPipeError
        return write(descriptor, data)

    class Interrupted(FakeEngine):
        def train(self, task, trials, report):
            finished = report.finished

            def stop(trial, result):
                finished(trial, result)
                signal.raise_signal(signal.SIGINT)

            report.finished = stop
            super().train(task, trials, report)

    monkeypatch.setattr(os, "write", broken)
    done = search(task, Interrupted(), ["V"], 5, tmp_path, quiet=True)
    assert done.interrupted and done.trained == 1 and len(close) == 1
    assert list(records.read(tmp_path)["index"]) == [0]


def test_a_bar_that_nobody_reads_any_more_ends_no_search(tmp_path, task, monkeypatch):
    class Gone:
        encoding = "utf-8"

        def write(self, text):
            raise BrokenPipeError

        def flush(self):
            raise BrokenPipeError

    monkeypatch.setattr("sys.stderr", Gone())
    assert search(task, FakeEngine(), ["V"], 4, tmp_path).trained == 4
