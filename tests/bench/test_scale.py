"""What is measured is stored and read again, and what cannot be read is named."""

import json

import pandas as pd
import pytest

from odyssey import tasks
from odyssey.bench import scale, stored
from odyssey.cli import main
from odyssey.errors import OdysseyError
from odyssey.tasks.base import CATEGORICAL, Totals
from odyssey.variants import VARIANTS


@pytest.fixture
def small(monkeypatch):
    for name, values in {"BLOCKS": (2, 3), "LENGTHS": (4, 6), "COUNTS": (1, 5), "SOME_BLOCKS": (2,)}.items():
        monkeypatch.setattr(scale, name, values)
    seen = []

    def take_turns(epochs, rounds):
        seen.append(list(epochs))
        for name, epoch in epochs.items():
            assert isinstance(epoch(), Totals)
            method = getattr(epoch, "func", epoch)
            assert method.__name__ == ("evaluate" if "evaluation_ms" in str(name) else "train_epoch")
        return dict.fromkeys(epochs, 0.004)

    monkeypatch.setattr(scale, "take_turns", take_turns)
    monkeypatch.setattr(scale, "gains", lambda make, workers: [1.0 * n for n in workers])
    return seen


def test_measured_stored_and_read(small, toy_task, tmp_path):
    first, last = toy_task(loss=CATEGORICAL, frames=9), toy_task(frames=9)
    lines = []
    found = scale.measure({"a": first, "toy": last}, {"toy": 20}, 3, lines.append)
    size = found.size.drop_duplicates(["frames", "blocks", "variant"])
    assert sorted(size["frames"].unique()) == [scale.mean_frames(last), 20]
    assert len(size) == 2 * 2 * len(VARIANTS) and len(found.size) == 2 * len(size)
    # Four sequences take the 4 ms of an epoch.
    assert (found.size[["update_ms", "evaluation_ms"]] == 1).all(axis=None) and (found.length["update_ms"] == 1).all()
    assert list(found.length["frames"]) == [4, 6] and list(found.count["sequences"]) == [1, 5]
    assert (found.count["epoch_ms"] == 4).all()
    assert list(found.workers["gain"]) == list(found.workers["workers"]) == [1, 2, 3]
    assert [4, 6] in small and [1, 5] in small and len(lines) == 2 * 2 + 1 + 1
    stored.write(found, tmp_path / "cost.json")
    again = stored.read(tmp_path / "cost.json")
    assert again.machine == found.machine
    for name in stored.TABLES:
        pd.testing.assert_frame_equal(getattr(again, name), getattr(found, name))
    assert [path.name for path in tmp_path.iterdir()] == ["cost.json"]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"machine": "m", "size": 3}', None])
def test_what_is_no_measurement(tmp_path, content):
    file = tmp_path / "cost.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(OdysseyError, match=r"cost\.json.*odyssey bench --scale") as error:
        stored.read(file)
    assert "\n" not in str(error.value)


def test_a_part_that_lacks_values(tmp_path):
    tables = {name: [dict.fromkeys(columns, 1)] for name, columns in stored.TABLES.items()}
    del tables["length"][0]["update_ms"]
    (tmp_path / "cost.json").write_text(json.dumps({"machine": "m", **tables}))
    with pytest.raises(OdysseyError, match="length"):
        stored.read(tmp_path / "cost.json")


def test_command(small, toy_task, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(tasks, "load_task", lambda name: toy_task())
    monkeypatch.setattr("odyssey.bench.projection.PAPER_SIZES", {"toy": stored_size(30)})
    file = tmp_path / "cost.json"
    assert main(["bench", "--scale", str(file)]) == 0
    assert str(file) in capsys.readouterr().out
    assert set(stored.read(file).size["frames"]) == {scale.mean_frames(toy_task()), 30}
    assert main(["bench", "--scale", str(tmp_path / "no" / "cost.json")]) == 1
    assert "no folder" in capsys.readouterr().err


def stored_size(frames):
    from odyssey.bench.projection import Size

    return Size(1, 1, frames)
