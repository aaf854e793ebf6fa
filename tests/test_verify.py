import re
from dataclasses import replace

import pytest
from fake_engine import FakeEngine
from records_of import fill, record_of

from odyssey import engine as engines
from odyssey import records, tasks
from odyssey.errors import OdysseyError
from odyssey.protocol import Curves
from odyssey.records.verify import verify


@pytest.fixture
def task(toy_task, monkeypatch):
    """The toy task, which `verify` is made to find, as it finds the fake engine."""
    toy = toy_task()
    monkeypatch.setattr(tasks, "load_task", lambda name, corpus, root: toy)
    monkeypatch.setattr(engines, "engine", lambda name, jobs, dtype, device="cpu": FakeEngine(jobs))
    return toy


def rewrite(folder, task, change, index=0, curves_change=lambda curves: curves):
    """An archive with one record that is not what was trained."""
    row, curves = record_of(task, index, machine=records.machine())
    records.append(folder, {**row, **change(row)}, curves_change(curves))


def test_a_sound_archive(tmp_path, task):
    fill(tmp_path, task, 14)
    fill(tmp_path, task, 2, "FGR")
    found = verify(tmp_path)
    assert (found.trials, found.problems, found.notes, found.compared) == (16, [], [], [])


def test_there_must_be_an_archive(tmp_path):
    with pytest.raises(OdysseyError, match="nothing: there are no records"):
        verify(tmp_path / "nothing")


PROBLEMS = {
    "seed": (lambda row: {"seed": row["seed"] + 1}, r"seed is \d+, but \d+ was drawn"),
    "blocks": (lambda row: {"blocks": row["blocks"] + 1}, r"blocks is \d+, but \d+ was drawn"),
    "learning rate": (lambda row: {"learning_rate": row["learning_rate"] * (1 + 1e-9)}, "learning_rate is"),
    "momentum": (lambda row: {"momentum": row["momentum"] + 1e-9}, "momentum is"),
    "noise": (lambda row: {"input_noise": 0.5}, "input_noise is 0.5, but"),
    "parameters": (lambda row: {"parameters": 7}, "parameters is 7, but such a network has"),
    "epochs": (lambda row: {"epochs": row["epochs"] + 1}, "but the curves have"),
    "best epoch": (lambda row: {"best_epoch": row["best_epoch"] - 1}, "another epoch has a better validation score"),
    "score": (lambda row: {"valid_score": row["valid_score"] * (1 + 1e-6)}, "valid_score is .* but the curve gives"),
    "loss": (lambda row: {"valid_loss": row["valid_loss"] * (1 + 1e-6)}, "valid_loss is .* but the curve gives"),
}


@pytest.mark.parametrize("change, says", PROBLEMS.values(), ids=PROBLEMS)
def test_a_record_that_was_not_drawn_or_trained_so(tmp_path, task, change, says):
    rewrite(tmp_path, task, change)
    found = verify(tmp_path)
    assert all(problem.startswith("toy/toy V trial 0: ") for problem in found.problems)
    assert re.search(says, found.problems[0])


def shorter(curves, by):
    return Curves(curves.train_loss[:-by], curves.valid_loss[:-by], curves.valid_score[:-by])


def longer(curves):
    return Curves(*(values + values[-1:] for values in (curves.train_loss, curves.valid_loss, curves.valid_score)))


def broken_early(curves):
    return Curves(curves.train_loss, [curves.valid_loss[0], float("nan"), *curves.valid_loss[2:]], curves.valid_score)


@pytest.mark.parametrize(
    "epochs, curves_change, says",
    [
        (-1, lambda curves: shorter(curves, 1), "training ended after epoch 19 without reason"),
        (+1, longer, "training went on after epoch 20"),
        (0, broken_early, "the loss of epoch 2 is not finite, but training went on"),
    ],
)
def test_early_stopping_must_follow_from_the_curve(tmp_path, task, epochs, curves_change, says):
    rewrite(tmp_path, task, lambda row: {"epochs": row["epochs"] + epochs}, 0, curves_change)
    found = verify(tmp_path)
    assert len(found.problems) == 1 and says in found.problems[0]


def flat(curves):
    return replace(curves, valid_score=[100.0] * len(curves.valid_score))


def test_among_equal_scores_the_lower_loss_decides(tmp_path, task):
    rewrite(tmp_path, task, lambda row: {"valid_score": 100.0}, 0, flat)
    rewrite(tmp_path, task, lambda row: {"valid_score": 100.0, "best_epoch": row["best_epoch"] - 1}, 1, flat)
    found = verify(tmp_path)
    assert len(found.problems) == 1
    assert "trial 1: best_epoch is" in found.problems[0] and "another epoch has a better" in found.problems[0]


def test_a_trial_that_did_not_diverge_has_a_best_epoch(tmp_path, task):
    row, curves = record_of(task, 0)
    measures = dict.fromkeys(("valid_loss", "valid_score", "test_loss", "test_score"), float("nan"))
    records.append(tmp_path, {**row, "status": "diverged", "best_epoch": 0, **measures}, curves)
    assert verify(tmp_path).problems == ["toy/toy V trial 0: best_epoch is 0, but there are epochs with a finite loss"]


def test_damage_is_a_problem_and_the_rest_is_checked(tmp_path, task):
    fill(tmp_path, task, 2)
    fill(tmp_path, task, 2, "NP")
    table = tmp_path / "toy" / "toy" / "V.csv"
    table.write_text(table.read_text().replace("finished", "done"))
    found = verify(tmp_path)
    assert found.trials == 2 and len(found.problems) == 1 and f"{table}, line 2" in found.problems[0]


def test_records_of_another_corpus_are_a_problem(tmp_path, task, monkeypatch):
    fill(tmp_path, task, 2)
    monkeypatch.setattr(tasks, "load_task", lambda *arguments: replace(task, fingerprint="f00"))
    found = verify(tmp_path, sample=2)
    assert len(found.problems) == 1 and "fingerprint 0, not f00" in found.problems[0]
    assert found.compared == []


def test_without_the_corpus_the_rest_is_checked(tmp_path, task, monkeypatch):
    def missing(*arguments):
        raise OdysseyError("the corpus needs --root")

    monkeypatch.setattr(tasks, "load_task", missing)
    fill(tmp_path, task, 1)
    rewrite(tmp_path, task, lambda row: {"blocks": row["blocks"] + 1}, 1)
    found = verify(tmp_path, sample=2)
    assert found.notes == ["toy/toy: not compared with the corpus (the corpus needs --root)"]
    assert len(found.problems) == 1 and "trial 1: blocks" in found.problems[0]


def test_a_sample_is_trained_again_and_is_the_same_bit_for_bit(tmp_path, task):
    fill(tmp_path, task, 9, machine=records.machine())
    found, again, more = verify(tmp_path, sample=4), verify(tmp_path, sample=4, jobs=2), verify(tmp_path, sample=99)
    assert found.problems == [] and len(found.compared) == 4
    assert all("the same bit for bit" in line and records.machine() in line for line in found.compared)
    assert sorted(again.compared) == sorted(found.compared) != sorted(more.compared)[:4]
    assert set(found.compared) < set(more.compared) and len(more.compared) == 9
