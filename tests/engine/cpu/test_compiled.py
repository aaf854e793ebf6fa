"""The cache of compiled code."""

import tempfile
from pathlib import Path

import numba
import pytest

from odyssey.engine.cpu import compiled
from odyssey.errors import OdysseyError


def test_folder_follows_the_sources_and_the_setting_is_undone(tmp_path, monkeypatch):
    monkeypatch.setenv("ODYSSEY_CACHE", str(tmp_path))
    before = numba.config.CACHE_DIR
    folders = []
    for text in ("a = 1\n", "a = 2\n", "a = 1\n"):
        (tmp_path / "source.py").write_text(text)
        monkeypatch.setattr(compiled, "__file__", str(tmp_path / "compiled.py"))
        with compiled.code_cache():
            folders.append(numba.config.CACHE_DIR)
        assert before == numba.config.CACHE_DIR
    assert folders[0] == folders[2] != folders[1]
    assert all(folder.startswith(str(tmp_path / "compiled")) for folder in folders)


def test_the_folder_may_be_in_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ODYSSEY_CACHE", "~/kept")
    with compiled.code_cache():
        assert numba.config.CACHE_DIR.startswith(str(tmp_path / "kept" / "compiled"))


@pytest.fixture
def unwritable(tmp_path, monkeypatch):
    """A cache folder that nobody can make, not even root."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("ODYSSEY_CACHE", str(tmp_path / "file" / "x"))
    monkeypatch.setattr(compiled, "keeps", True)  # What the fallback sets is undone with the test.
    return tmp_path / "file" / "x"


def test_without_a_cache_folder_code_is_compiled_all_the_same(tmp_path, unwritable, monkeypatch, capsys):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with compiled.code_cache():
        folder = Path(numba.config.CACHE_DIR)
        twice = numba.njit(cache=True)(lambda x: 2 * x)
    assert folder.parent == tmp_path and twice(4) == 8 and not compiled.keeps
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1
    assert err.startswith(f"warning: cannot keep compiled code in {unwritable}") and "set ODYSSEY_CACHE" in err


def test_without_any_folder_it_is_one_line(unwritable, monkeypatch, capsys):
    monkeypatch.setattr(tempfile, "tempdir", str(unwritable))
    before = numba.config.CACHE_DIR
    message = r"^cannot keep compiled code in .*file/x.*: set ODYSSEY_CACHE to another"
    with pytest.raises(OdysseyError, match=message), compiled.code_cache():
        pass
    assert before == numba.config.CACHE_DIR and capsys.readouterr().err == ""
