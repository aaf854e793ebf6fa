import re
from dataclasses import replace

import numpy as np
import pytest
from fake_engine import FakeEngine
from records_of import fill, record_of
from toys import toy_task as make_toy_task

from odyssey import engine as engines
from odyssey import records, tasks
from odyssey.errors import OdysseyError
from odyssey.protocol import MAX_EPOCHS, PATIENCE, Curves
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
    with pytest.raises(OdysseyError, match="there are no records: name the folder"):
        verify(tmp_path, sample=3)
    fill(tmp_path, make_toy_task(), 1)
    with pytest.raises(OdysseyError, match="there are no records of music: name the folder"):
        verify(tmp_path, "music")


def test_every_epoch_with_a_loss_has_a_score(tmp_path, task):
    def without_one(curves):
        return replace(curves, valid_score=[*curves.valid_score[:-1], float("nan")])

    rewrite(tmp_path, task, lambda row: {}, curves_change=without_one)
    (problem,) = verify(tmp_path).problems
    assert problem.endswith("has no validation score, but a loss")


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
    "status": (lambda row: {"status": "diverged"}, "status is diverged, but every loss is finite"),
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


def test_a_trial_that_diverged_in_its_test_alone_is_sound(tmp_path, task):
    test = dict.fromkeys(("test_loss", "test_score"), float("nan"))
    rewrite(tmp_path, task, lambda row: {"status": "diverged", **test})
    assert verify(tmp_path).problems == []


def behind(scores):
    """The first epoch after which training had to end, straight from the rule; of equal scores the last counts."""
    for epoch in range(1, len(scores)):
        best = max(e for e in range(1, epoch + 1) if scores[e - 1] == min(scores[:epoch]))
        if epoch - best > PATIENCE:
            return epoch
    return None


def test_training_ends_where_the_rule_says_for_any_curve(tmp_path, task):
    generator, expected = np.random.default_rng(5), {}
    for index in range(40):
        epochs = int(generator.integers(1, MAX_EPOCHS + 1))
        values = generator.integers(1, generator.choice([3, 10, 100]), size=(2, epochs)).astype(float)
        score, loss = (values + np.linspace(generator.choice([0, 9]), 0, epochs).round()).tolist()
        scores = list(zip(score, loss, strict=True))
        best = scores.index(min(scores)) + 1
        row = {"epochs": epochs, "best_epoch": best, "valid_score": score[best - 1], "valid_loss": loss[best - 1]}
        row |= {"status": "finished", "test_loss": 1.0, "test_score": 1.0}
        curves = Curves(loss, loss, score)
        rewrite(tmp_path, task, lambda _, row=row: row, index, lambda _, curves=curves: curves)
        if behind(scores):
            expected[index] = behind(scores)
    found = [re.search(r"trial (\d+): training went on after epoch (\d+),", line) for line in verify(tmp_path).problems]
    assert {int(line[1]): int(line[2]) for line in found if line} == expected
    assert 8 < len(expected) < 32 and len(set(expected.values())) > 5


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
    assert len(found.problems) == 2 and "trial 1: blocks" in found.problems[0]
    assert found.problems[1] == f"0 of 2 trials trained again: {found.notes[0]}"
    assert len(verify(tmp_path).problems) == 1


def test_a_sample_that_cannot_be_had_is_a_problem_one_that_can_is_none(tmp_path, task, monkeypatch):
    """Two cells, of which one lacks its corpus: its trials are missing only where the others do not suffice."""

    def load(name, corpus, root):
        if corpus == "own":
            raise OdysseyError("corpus own needs its folder: name it with --root")
        return task

    monkeypatch.setattr(tasks, "load_task", load)
    fill(tmp_path, task, 3, machine=records.machine())
    fill(tmp_path, replace(task, corpus="own"), 2)
    assert verify(tmp_path).problems == verify(tmp_path, sample=3).problems == []
    for sample, wanted in ((4, 4), (99, 5)):
        found = verify(tmp_path, sample=sample)
        assert len(found.compared) == 3
        assert found.problems == [
            f"3 of {wanted} trials trained again: toy/own: not compared with the corpus "
            "(corpus own needs its folder: name it with --root)"
        ]


def test_a_sample_is_trained_again_and_is_the_same_bit_for_bit(tmp_path, task):
    fill(tmp_path, task, 9, machine=records.machine())
    found, again, more = verify(tmp_path, sample=4), verify(tmp_path, sample=4, jobs=2), verify(tmp_path, sample=99)
    assert found.problems == [] and len(found.compared) == 4
    assert all("the same bit for bit" in line and records.machine() in line for line in found.compared)
    assert sorted(again.compared) == sorted(found.compared) != sorted(more.compared)[:4]
    assert set(found.compared) < set(more.compared) and len(more.compared) == 9
