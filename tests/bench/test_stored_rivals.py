"""What ``odyssey bench --json`` prints is what the book reads, and what cannot be read is named."""

import json

import pytest

from odyssey import tasks
from odyssey.bench import rivals
from odyssey.cli import main
from odyssey.errors import OdysseyError
from odyssey.variants import VARIANTS


@pytest.fixture
def printed(monkeypatch, capsys, toy_task):
    """The report of the command on toy sizes."""
    monkeypatch.setattr(tasks, "load_task", lambda name: toy_task())
    for name, value in {"_TRY": 1e-6, "_TRIES": 1, "_LARGE": 16}.items():
        monkeypatch.setattr(f"odyssey.bench.limits.{name}", value)
    monkeypatch.setattr("odyssey.commands.arguments.cores", lambda: 1)
    monkeypatch.setattr("odyssey.bench.side_by_side.absent", lambda task: "no JAX")
    monkeypatch.setattr(
        "odyssey.bench.side_by_side.take_turns",
        lambda epochs: {name: 0.001 * place for place, name in enumerate(epochs, 1)},
    )
    assert main(["bench", "--task", "music", "--blocks", "3,4", "--json"]) == 0
    return capsys.readouterr().out


def test_what_the_command_prints_is_read(printed, tmp_path):
    file = tmp_path / "rivals.json"
    file.write_text(printed)
    found, report = rivals.read(file), json.loads(printed)
    assert found.machine == report["machine"]
    assert list(found.bounds["blocks"]) == [3, 4] and found.bounds["two_trials"].isna().all()
    assert list(found.rows["blocks"].value_counts()) == [len(VARIANTS) + 2] * 2
    for bound, size in zip(found.bounds.to_dict("records"), report["measured"], strict=True):
        assert bound["total"] == pytest.approx(bound["recurrence"] + bound["products"] + bound["update"])
        assert bound["total"] == pytest.approx(1000 * size["bound"]["total"])
        rows = found.rows[found.rows["blocks"] == bound["blocks"]].set_index(["rival", "variant"])
        vanilla = rows.loc[rivals.COMPILED, "V"]
        assert vanilla["bound"] * vanilla["milliseconds"] == pytest.approx(bound["total"])


@pytest.mark.parametrize(
    "spoil, says",
    [
        (lambda report: report.clear(), "is no benchmark"),
        (lambda report: report["measured"].clear(), "is no benchmark"),
        (lambda report: report["measured"][0].pop("bound"), "is no benchmark"),
        (lambda report: report["measured"][0]["rows"][0].pop("ratio"), "lacks values"),
        (lambda report: report["measured"].__setitem__(0, 5), "is no benchmark"),
        (lambda report: report["measured"][0]["bound"].update(total=float("nan")), "lacks values"),
        (lambda report: report["measured"][0]["bound"].update(total="much"), "is no benchmark"),
        (lambda report: report["measured"][0]["rows"][1].update(milliseconds="fast"), "is no benchmark"),
        (lambda report: report["measured"][0]["rows"].pop(0), "lacks values"),
    ],
)
def test_what_is_no_benchmark_is_one_line(printed, tmp_path, spoil, says):
    report, file = json.loads(printed), tmp_path / "rivals.json"
    spoil(report)
    file.write_text(json.dumps(report))
    with pytest.raises(OdysseyError, match=rf"^{file} {says}.*: measure anew with odyssey bench --json > {file}$"):
        rivals.read(file)


def test_what_is_not_there_is_one_line(tmp_path):
    with pytest.raises(OdysseyError, match=r"nothing\.json: No such file or directory: measure anew"):
        rivals.read(tmp_path / "nothing.json")
