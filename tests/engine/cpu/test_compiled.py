"""The cache of compiled code."""

import numba

from odyssey.engine.cpu import compiled


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
