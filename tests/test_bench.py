"""The benchmark measures what it says; how fast anything is, is no matter for a test."""

import json

import pytest
import torch

from odyssey import bench
from odyssey.cli import main


def test_ratios_follow_from_the_times(toy_task):
    threads = torch.get_num_threads()
    rows = bench.bench(toy_task(sequences=3, frames=9), blocks=4, sequences=2, rounds=2)
    by_name = {(row["rival"], row["variant"]): row for row in rows}
    assert set(by_name) == {
        (bench.COMPILED, "V"),
        (bench.COMPILED, "NP"),
        (bench.LIBRARY, "NP"),
        (bench.EAGER, "V"),
    }
    for (_, variant), row in by_name.items():
        assert row["milliseconds"] > 0
        assert row["frames"] == 5
        assert row["ratio"] == pytest.approx(row["milliseconds"] / by_name[bench.COMPILED, variant]["milliseconds"])
    assert torch.get_num_threads() == threads


def test_the_library_network_learns(toy_task):
    """What is timed is a training step and not, say, a forward pass alone: the loss falls."""
    torch.manual_seed(0)
    epoch = bench._library(toy_task(sequences=3), blocks=4)
    optimiser = next(cell.cell_contents for cell in epoch.__closure__ if hasattr(cell.cell_contents, "param_groups"))
    before = [weights.detach().clone() for weights in optimiser.param_groups[0]["params"]]
    epoch()
    after = optimiser.param_groups[0]["params"]
    assert all(not torch.equal(old, new) for old, new in zip(before, after, strict=True))


def test_command(monkeypatch, capsys, toy_task):
    monkeypatch.setattr("odyssey.tasks.load_task", lambda name: toy_task())
    monkeypatch.setattr("odyssey.bench._take_turns", lambda rivals, rounds: dict.fromkeys(rivals, 0.5))
    assert main(["bench", "--blocks", "3,4", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["blocks"] for row in rows] == [3] * 4 + [4] * 4
    assert {row["ratio"] for row in rows} == {1.0}
    assert main(["bench", "--blocks", "3"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 4


@pytest.mark.parametrize("sizes", ["0", "20,", "many"])
def test_bad_sizes(capsys, sizes):
    assert main(["bench", "--blocks", sizes]) == 2
    assert capsys.readouterr().err.count("\n") == 1
