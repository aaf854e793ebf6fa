import pytest

from odyssey.analysis.advice import curve as curves
from odyssey.analysis.advice import rate


@pytest.fixture(autouse=True)
def fewer_resamples(monkeypatch):
    """No test here looks at the second digit of an interval."""
    for module in (curves, rate):
        monkeypatch.setattr(module, "RESAMPLES", 40)
