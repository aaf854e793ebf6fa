"""``odyssey claims``: a table to read, JSON, and where importance is kept."""

import json
import sys

import pytest
from evidence_of import responding

from odyssey import records
from odyssey.analysis.claims import CLAIMS, evidence
from odyssey.analysis.claims.evidence import gather
from odyssey.cli import main
from odyssey.commands.claims import kept_folder


@pytest.fixture
def archive(tmp_path, monkeypatch):
    """Ten trials of each variant on music, read from nowhere; the folder they are said to be in."""
    trials = responding(lambda x: x[:, 0], lambda x: x[:, 1], 10, "music").assign(corpus="music21")
    monkeypatch.setenv("ODYSSEY_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "60")
    (tmp_path / "records").mkdir()
    monkeypatch.setattr(records, "read", lambda path, task: trials[trials["task"] == (task or "music")])
    return tmp_path / "records"


def run(capsys, *words):
    code = main(["claims", *words])
    out, err = capsys.readouterr()
    return code, out, err


def test_text_wraps_claim_by_claim(archive, capsys):
    code, out, err = run(capsys, "--records", str(archive))
    assert (code, err) == (0, "")
    assert not [line for line in out.splitlines() if len(line) > 60]
    blocks = out.split("\n\n")
    assert [block.split()[0] for block in blocks[:-1]] == list(CLAIMS)
    first = " ".join(blocks[0].split())
    assert CLAIMS["C1"].text in first and f"Rule: {CLAIMS['C1'].rule}" in first.replace("\n", " ")
    assert "music on music21, 10 trials each: CANNOT BE TOLD" in first and "Needed: " in first
    assert "speech: NO RECORDS" in first and "(in the abstract)" in first
    assert " ".join(blocks[-1].split()).startswith("no records: 30, cannot be told: 1")


def test_json_has_claims_and_verdicts(archive, capsys):
    code, out, err = run(capsys, "--task", "music", "--records", str(archive), "--json")
    values = json.loads(out)
    assert (code, err) == (0, "") and list(values) == ["claims", "verdicts"]
    assert [claim["code"] for claim in values["claims"]] == list(CLAIMS)
    assert set(values["claims"][0]) == {"code", "short", "text", "mark", "section", "rule", "method", "stated"}
    assert [one["claim"] for one in values["verdicts"]] == list(CLAIMS)
    one = values["verdicts"][0]
    assert set(one) == {"claim", "task", "corpus", "trials", "verdict", "because", "needed"}
    assert (one["task"], one["corpus"], one["trials"]) == ("music", "music21", 10)


def test_a_task_without_records_is_no_error(archive, capsys):
    code, out, _ = run(capsys, "--task", "speech", "--records", str(archive))
    assert code == 0 and out.endswith("no records: 15\n") and "odyssey search --task speech" in " ".join(out.split())
    assert not list(archive.iterdir())


def test_a_folder_that_is_not_there_is_one_line(tmp_path, capsys):
    code, out, err = run(capsys, "--records", str(tmp_path / "nowhere"))
    assert (code, out) == (1, "") and err.count("\n") == 1
    assert f"{tmp_path / 'nowhere'}: there are no records: name the folder that holds them (--records)" in err
    assert not list(tmp_path.iterdir())


def test_importance_is_kept_beside_a_book_s_records_and_else_in_the_cache(archive, tmp_path, monkeypatch):
    assert kept_folder(archive) == tmp_path / "cache" / "importance"
    (tmp_path / "importance").mkdir()
    assert kept_folder(archive) == tmp_path / "importance"
    monkeypatch.chdir(tmp_path)
    assert kept_folder(records.folder("records")) == tmp_path / "importance"


def test_without_fanova_what_is_kept_is_enough(archive, tmp_path, monkeypatch, capsys):
    """Without the package and without what is kept, one line says what to do."""
    trials = responding(lambda x: x[:, 0], lambda x: x[:, 1], 20, "music", codes=("V",)).assign(corpus="music21")
    monkeypatch.setattr(records, "read", lambda path, task: trials)
    monkeypatch.setattr(evidence, "kept_calibration", lambda count, folder: {})
    kept = tmp_path / "cache" / "importance"
    with monkeypatch.context() as lacking:
        lacking.setitem(sys.modules, "fanova", None)
        code, out, err = run(capsys, "--task", "music", "--records", str(archive))
        assert (code, out) == (1, "") and err.count("\n") == 1 and "fanova is not installed" in err
    computed = gather(trials, kept)
    with monkeypatch.context() as lacking:
        lacking.setitem(sys.modules, "fanova", None)
        again = gather(trials, kept)
    assert again.importance["V"].forest_r2 == computed.importance["V"].forest_r2


def test_it_explains_itself(capsys):
    code, out, err = run(capsys, "--help")
    assert code == 0 and err == "" and "odyssey claims --task music" in out and "--records" in out
