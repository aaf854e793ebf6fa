"""The compiled engine beside its rivals: against times that are easy to divide."""

from math import isnan, nan

import pandas as pd
import pytest

from odyssey.bench.rivals import COLUMNS, COMPILED, EAGER, LIBRARY, SCAN, Benchmark
from odyssey.pages import rivals

BOUNDS = {"frames": 10, "two_trials": 1.9, "update": 1.0, "functions": 2.0}


@pytest.fixture
def glued(monkeypatch):
    """What was glued, by name."""
    values = {}
    monkeypatch.setattr(rivals, "glue_all", values.update)
    return values


@pytest.fixture
def benchmark():
    """Two sizes of music, and one of handwriting, where JAX has no part."""
    rows = [
        ("music", 20, COMPILED, "V", 10.0, 1.0, 0.5),
        ("music", 20, COMPILED, "NP", 8.0, 1.0, 0.4),
        ("music", 20, LIBRARY, "NP", 80.0, 10.0, 0.04),
        ("music", 20, SCAN, "V", 40.0, 4.0, 0.125),
        ("music", 20, EAGER, "V", 990.0, 99.0, 0.005),
        ("music", 200, COMPILED, "V", 20.0, 1.0, 0.8),
        ("music", 200, COMPILED, "NP", 20.0, 1.0, 0.5),
        ("music", 200, LIBRARY, "NP", 40.0, 2.0, 0.25),
        ("music", 200, SCAN, "V", 32.0, 1.6, 0.5),
        ("music", 200, EAGER, "V", 200.0, 10.0, 0.08),
        ("handwriting", 200, COMPILED, "V", 40.0, 1.0, 0.25),
        ("handwriting", 200, COMPILED, "NP", 40.0, 1.0, 0.25),
        ("handwriting", 200, LIBRARY, "NP", 120.0, 3.0, 0.25 / 3),
        ("handwriting", 200, EAGER, "V", 800.0, 20.0, 0.0125),
    ]
    bounds = [
        BOUNDS | {"task": "music", "blocks": 20, "recurrence": 1.0, "products": 3.0, "total": 5.0},
        BOUNDS | {"task": "music", "blocks": 200, "recurrence": 12.0, "products": 3.0, "total": 16.0},
        BOUNDS | {"task": "handwriting", "blocks": 200, "recurrence": 5.0, "products": 4.0, "total": 10.0},
    ]
    return Benchmark("here", pd.DataFrame(rows, columns=COLUMNS), pd.DataFrame(bounds))


def test_ratios_and_what_they_would_be_at_the_bound(benchmark, glued):
    first, second, third = rivals.beside(benchmark).to_dict("records")
    assert (first["task"], first["blocks"], first["milliseconds"], first["bound"]) == ("music", 20, 10.0, 50.0)
    # The bound of NP is 0.4 of 8 ms, that of V half of 10.
    assert (first[LIBRARY], first[f"at most {LIBRARY}"]) == (10.0, pytest.approx(80 / 3.2))
    assert (second[SCAN], second[f"at most {SCAN}"]) == (1.6, pytest.approx(32 / 16))
    assert third[EAGER] == 20.0 and third[f"at most {EAGER}"] == pytest.approx(800 / 10)
    assert isnan(third[SCAN]) and isnan(third[f"at most {SCAN}"])


def test_words_of_the_prose(benchmark, glued):
    rivals.beside(benchmark)
    assert (glued["rivals-machine"], glued["rivals-small"], glued["rivals-large"]) == ("here", 20, 200)
    assert glued["rivals-library"] == "2.0 to 10.0" and glued["rivals-library-large"] == "2.0 to 3.0"
    assert glued["rivals-library-most"] == "4.0 to 12.0"
    assert glued["rivals-scan"] == "1.6 to 4.0" and glued["rivals-scan-large"] == "1.6"
    assert glued["rivals-bound"] == "25 to 80" and glued["rivals-bound-small"] == "50"
    # Of the small ones 2 of 10 ms; of the large ones' bounds 12 of 16 and 5 of 10.
    assert glued["rivals-functions-small"] == "20" and glued["rivals-recurrence-large"] == "50 to 75"
    assert glued["rivals-two"] == "1.90"


def test_one_core_has_no_two_trials(benchmark, glued):
    benchmark.bounds["two_trials"] = nan
    rivals.beside(benchmark)
    assert glued["rivals-two"] == "–"
