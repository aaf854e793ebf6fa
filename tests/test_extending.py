"""What the book's page on extending declares works: a tenth variant and a fourth task go from search to figures.

The declarations are the page's own code cells, so book and test cannot part.
"""

import json
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

import nbformat
import numpy as np
import pytest
import torch

from odyssey import corpora, figures, pages, records, tables, tasks, variants
from odyssey.analysis.comparison import compare
from odyssey.cli import main
from odyssey.engine import engine
from odyssey.lstm import LSTM
from odyssey.pages import at_hand
from odyssey.protocol import FINISHED, Hyperparameters, Trial
from odyssey.training import Report

PAGE = Path(__file__).resolve().parents[1] / "book" / "extend.ipynb"
TRIALS = 2


def declared(tag):
    """The source of the page's code cell with this tag, and what it declares."""
    cells = nbformat.read(PAGE, as_version=4).cells
    [source] = [cell.source for cell in cells if tag in cell.metadata.get("tags", [])]
    names = {"__name__": "extend"}
    exec(compile(source, f"{PAGE.name}, cell {tag}", "exec"), names)
    return source, names


@pytest.fixture
def tenth():
    """The variant of the page, declared among the nine."""
    variant = declared("variant")[1]["tenth"]
    with patch.dict(variants.VARIANTS, {variant.code: variant}):
        yield variant


@pytest.fixture
def parity():
    """The task of the page, registered by its own lines."""
    with ExitStack() as stack:
        stack.enter_context(patch.dict(corpora.CORPORA))
        stack.enter_context(patch.dict(tasks.TASKS))
        yield declared("task")[1]


@pytest.fixture
def archive(tmp_path, monkeypatch, toy_task):
    """An empty archive that the pages read; the command line and the pages know the toy task."""
    folder = tmp_path / "records"
    monkeypatch.setenv("ODYSSEY_RECORDS", str(folder))
    monkeypatch.setitem(corpora.CORPORA, "toy", corpora.Source("toy", True, "", lambda: None))
    monkeypatch.setitem(tasks.TASKS, "toy", lambda corpus: toy_task())
    monkeypatch.setattr(at_hand, "task_at_hand", lambda *arguments: toy_task())
    return folder


class Keep(Report):
    def finished(self, trial, result):
        self.result = result


def trained(task, trial, name, dtype="float64"):
    report = Keep()
    engine(name, 1, dtype).train(task, [trial], report)
    return report.result


def test_tenth_variant_is_short_and_no_variant_of_the_nine():
    source, names = declared("variant")
    assert len(source.splitlines()) < 15
    tenth = names["tenth"]
    assert tenth.code not in variants.VARIANTS
    assert {name: getattr(tenth, name) for name in ("gates", "coupled", "peepholes")} not in [
        {name: getattr(known, name) for name in ("gates", "coupled", "peepholes")}
        for known in variants.VARIANTS.values()
    ]


def test_parameters_of_the_tenth_follow_the_formula_of_the_block_page(tenth):
    """P = K N (M + N + 1) + [peepholes] G N + [gate recurrence] G² N², and the torch module has as many."""
    inputs, blocks, gates = 7, 5, len(tenth.gates)
    formula = (gates + 1) * blocks * (inputs + blocks + 1)
    formula += tenth.peepholes * gates * blocks + tenth.gate_recurrence * gates**2 * blocks**2
    assert tenth.parameter_count(inputs, blocks) == formula
    assert sum(weights.numel() for weights in LSTM(inputs, blocks, tenth.code).parameters()) == formula


def test_tenth_variant_computes_what_its_name_says(tenth):
    """Coupled gates without peepholes, written out: z, i, o from W, R and b alone, and f = 1 − i."""
    torch.manual_seed(0)
    lstm, x = LSTM(3, 4, tenth.code).double(), torch.randn(6, 1, 3, dtype=torch.float64)
    weights = {name.rsplit(".")[-1]: value.detach().numpy() for name, value in lstm.named_parameters()}
    [W, R, b] = (next(v for k, v in weights.items() if k.startswith(name)) for name in ("W", "R", "b"))
    y, c, outputs = np.zeros(4), np.zeros(4), []
    for frame in x[:, 0].numpy():
        z, i, o = (W @ frame + R @ y + b).reshape(3, 4)
        i, o = 1 / (1 + np.exp(-i)), 1 / (1 + np.exp(-o))
        c = np.tanh(z) * i + c * (1 - i)
        y = np.tanh(c) * o
        outputs.append(y)
    np.testing.assert_allclose(lstm(x)[0][:, 0].detach().numpy(), outputs, atol=1e-12)


def test_both_engines_train_the_tenth_variant_alike(tenth, toy_task):
    trial = Trial(tenth.code, Hyperparameters(blocks=6, learning_rate=0.02, momentum=0.6, input_noise=0.2), seed=4)
    compiled, readable = (trained(toy_task(), trial, name) for name in ("cpu", "torch"))
    assert compiled.parameters == readable.parameters
    assert (compiled.status, compiled.epochs) == (readable.status, readable.epochs)
    np.testing.assert_allclose(compiled.curves.valid_loss, readable.curves.valid_loss, rtol=1e-9)


def test_tenth_variant_appears_everywhere(tenth, archive, capsys):
    code = tenth.code
    options = ["--task", "toy", "--trials", str(TRIALS)]
    assert main(["search", *options, "--variant", f"V,{code}", "--jobs", "1"]) == 0
    capsys.readouterr()
    assert main(["status", *options, "--json"]) == 0
    cells = json.loads(capsys.readouterr().out)["cells"]
    assert len(cells) == 10
    assert [(cell["variant"], cell["finished"]) for cell in cells if cell["finished"]] == [("V", 2), (code, 2)]
    assert main(["status", *options]) == 0
    assert f" {code} " in capsys.readouterr().out
    stored = records.read(archive, "toy")
    assert list(stored["variant"]) == ["V"] * TRIALS + [code] * TRIALS
    assert set(stored[stored["variant"] == code]["parameters"]) == {
        at_hand.task_at_hand().network(code, int(blocks)).parameter_count()
        for blocks in stored[stored["variant"] == code]["blocks"]
    }
    study = pages.study_at_hand("toy", "toy")
    assert list(study["variant"].unique()) == ["V", code]
    compared = compare(study).set_index("variant")
    assert np.isfinite(compared.loc[code, ["mean", "p", "g"]].astype(float)).all()
    row = f'<th scope="row">{code}</th>'
    assert row in tables.table(compared.reset_index(), "Scores.", tables.COMPARISON_COLUMNS).html
    drawn = figures.boxes(study, "nats")
    assert code in [label.get_text() for label in drawn.axes[-1].get_xticklabels()]
    assert f"{code}: median" in figures.alt_boxes(study, "nats")
    cell = pages.cell_at_hand("toy", "toy", code, TRIALS)
    assert len(cell.trials) == TRIALS and set(cell.curves["index"]) == set(range(TRIALS))


def test_trials_of_the_nine_do_not_change(tenth, archive, capsys):
    """A search that knows the tenth draws the same for vanilla."""
    options = ["--task", "toy", "--trials", "1", "--jobs", "1"]
    assert main(["search", *options, "--variant", f"{tenth.code},V"]) == 0
    with patch.dict(variants.VARIANTS):
        del variants.VARIANTS[tenth.code]
        assert main(["search", *options, "--variant", "V", "--records", str(archive.parent / "alone")]) == 0
    capsys.readouterr()
    first, alone = (records.read(folder, "toy", variant="V") for folder in (archive, archive.parent / "alone"))
    assert first.drop(columns="seconds").equals(alone.drop(columns="seconds"))


def test_targets_of_the_task_are_parities(parity):
    task = tasks.load_task("parity")
    for example in task.splits["valid"]:
        odd = False
        for bit, target in zip(example.inputs[:, 0], example.targets, strict=True):
            odd ^= bool(bit)
            assert target == odd


def test_task_is_learnt_by_a_network_with_memory(parity):
    """Guessing is wrong half the time, and without memory so is every answer but the first."""
    task = tasks.load_task("parity")
    values = Hyperparameters(blocks=20, learning_rate=0.2, momentum=0.9, input_noise=0.0)
    result = trained(task, Trial("V", values, seed=0), "cpu", "float32")
    assert result.status == FINISHED
    assert result.test_score < 5


def test_task_is_known_to_the_commands(parity, tmp_path, capsys):
    folder = str(tmp_path / "records")
    assert main(["data", "parity"]) == 0
    assert "Random bits" in capsys.readouterr().out
    assert (
        main(["search", "--task", "parity", "--variant", "V,NP", "--trials", "2", "--jobs", "1", "--records", folder])
        == 0
    )
    assert "parity (bits): 4 trials trained" in capsys.readouterr().out
    assert main(["records", "verify", "--records", folder, "--sample", "1", "--jobs", "1"]) == 0
    assert "4 trials checked, 1 trained again: sound" in capsys.readouterr().out
    assert main(["status", "--task", "parity", "--trials", "2", "--records", folder]) == 0
    assert "parity       bits         V               2" in capsys.readouterr().out
    assert len(compare(records.read(folder, "parity"))) == 9


def test_nothing_of_the_page_is_left_behind():
    assert "parity" not in tasks.TASKS and "bits" not in corpora.CORPORA
    assert len(variants.VARIANTS) == 9
