"""The benchmark measures what it says; how fast anything is, is no matter for a test."""

import json
from dataclasses import asdict

import pytest

from odyssey import tasks
from odyssey.bench import side_by_side as module
from odyssey.bench import workers
from odyssey.bench.bound import bound
from odyssey.bench.side_by_side import COMPILED, EAGER, LIBRARY, SCAN, side_by_side
from odyssey.cli import main
from odyssey.tasks.base import CTC
from odyssey.variants import VARIANTS


@pytest.fixture
def once(monkeypatch):
    """Every rival is called once, and takes as many seconds as letters in its name and variant."""

    def take_turns(epochs):
        for epoch in epochs.values():
            epoch()
        return {name: float(len("".join(name))) for name in epochs}

    monkeypatch.setattr(module, "take_turns", take_turns)
    monkeypatch.setattr(module, "absent", lambda task: "no JAX")


def test_shares_follow_from_the_times(toy_task, once, fixed_limits):
    task = toy_task(sequences=3, frames=9)
    found = side_by_side(task, 4, fixed_limits)
    assert (found["task"], found["blocks"], found["frames"], found["two_trials"]) == ("toy", 4, 5, None)
    assert found["product_rate"] == 4
    rows = {(row["rival"], row["variant"]): row for row in found["rows"]}
    assert set(rows) == {(COMPILED, code) for code in VARIANTS} | {(LIBRARY, "NP"), (EAGER, "V")}
    for (rival, code), row in rows.items():
        seconds = len(rival + code)
        assert row["milliseconds"] == 1000 * seconds / module.SEQUENCES
        assert row["ratio"] == seconds / len(COMPILED + code)
        assert row["to_vanilla"] == seconds / len(COMPILED + "V")
        least = bound(task.network(code, 4), 5, fixed_limits).total
        assert row["bound"] == pytest.approx(least / (seconds / module.SEQUENCES))
    vanilla = bound(task.network("V", 4), 5, fixed_limits)
    assert found["bound"] == {**asdict(vanilla), "total": vanilla.total}


def test_the_length_may_be_chosen(toy_task, once, fixed_limits, monkeypatch):
    lengths = []
    monkeypatch.setattr(
        module, "_rivals", lambda task, blocks: lengths.append(task) or {(COMPILED, c): int for c in VARIANTS}
    )
    assert side_by_side(toy_task(), 4, fixed_limits, frames=11)["frames"] == 11
    (few,) = lengths
    assert [len(example.inputs) for example in few.splits["train"]] == [11] * module.SEQUENCES


@pytest.mark.parametrize("loss", ["bernoulli", CTC])
def test_jax_takes_part_where_it_can(toy_task, loss):
    pytest.importorskip("jax", reason="the rival in JAX is not tested: pip install 'jax[cpu]'")
    rivals = module._rivals(toy_task(outputs=3, loss=loss, frames=20), 4)
    assert ((SCAN, "V") in rivals) == (loss != CTC)
    assert list(rivals)[-1] == (EAGER, "V")


def test_gains(monkeypatch):
    calls = [0, 0, 0]

    def make():
        number = made.pop()
        return lambda: calls.__setitem__(number, calls[number] + 1)

    def take_turns(turns, rounds):
        for count, turn in turns.items():
            before = list(calls)
            turn()
            assert [after > earlier for after, earlier in zip(calls, before, strict=True)] == [
                n < count for n in range(3)
            ]
        return {1: 0.2, 2: 0.25, 3: 0.5}

    made = [2, 1, 0]
    monkeypatch.setattr(workers, "take_turns", take_turns)
    monkeypatch.setattr(workers, "_TURN", 1e-4)
    assert workers.gains(make, [1, 2, 3]) == pytest.approx([1, 1.6, 1.2])


def test_command(monkeypatch, capsys, toy_task, once):
    monkeypatch.setattr(tasks, "load_task", lambda name: toy_task())
    monkeypatch.setattr("odyssey.bench.limits._TRY", 1e-6)
    monkeypatch.setattr("odyssey.bench.limits._TRIES", 1)
    monkeypatch.setattr("odyssey.bench.limits._LARGE", 16)
    monkeypatch.setattr("odyssey.commands.arguments.cores", lambda: 1)
    assert main(["bench", "--task", "music", "--blocks", "3,4", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert [size["blocks"] for size in report["measured"]] == [3, 4]
    assert report["notes"] == ["music: no JAX"] and "Python" in report["machine"]
    assert main(["bench", "--blocks", "3", "--frames", "6"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len([line for line in lines if line.endswith("3 blocks, sequences of 6 frames")]) == 3
    assert len([line for line in lines if line.startswith("  compiled ")]) == 3 * 9
    assert lines.count("  no JAX") == 3 and not [line for line in lines if "two trials" in line]


@pytest.mark.parametrize("wrong", [["--blocks", "0"], ["--blocks", "20,"], ["--blocks", "many"], ["--frames", "0"]])
def test_bad_sizes(capsys, wrong):
    assert main(["bench", *wrong]) == 2
    assert capsys.readouterr().err.count("\n") == 1
