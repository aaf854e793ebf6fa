import platformdirs
import pytest

from odyssey.cache_folder import cache_folder
from odyssey.errors import OdysseyError


def test_the_variable_names_it_and_else_the_platform(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    for value, folder in (("/a/b", "/a/b"), ("~/b", str(tmp_path / "b")), ("", platformdirs.user_cache_dir("odyssey"))):
        monkeypatch.setenv("ODYSSEY_CACHE", value)
        assert str(cache_folder()) == folder
    monkeypatch.setenv("ODYSSEY_CACHE", "~nosuchuser/x")
    with pytest.raises(OdysseyError, match=r"~nosuchuser/x: .* set ODYSSEY_CACHE to another"):
        cache_folder()
