import pytest
from records_of import fill

from odyssey.cli import main
from odyssey.errors import OdysseyError
from odyssey.progress import duration, seconds_left
from odyssey.status import Cell, status


def test_what_is_there_and_what_is_missing(tmp_path, toy_task):
    fill(tmp_path, toy_task(), 8)
    fill(tmp_path, toy_task(), 3, "NP")
    cells = status("toy", "toy", ["V", "NP", "FGR"], 8, 2, tmp_path)
    assert cells == [
        Cell("toy", "toy", "V", finished=6, diverged=2, missing=0, seconds_left=0.0),
        Cell("toy", "toy", "NP", finished=3, diverged=0, missing=5, seconds_left=2.5),
        Cell("toy", "toy", "FGR", finished=0, diverged=0, missing=8, seconds_left=4.0),
    ]


def test_trials_beyond_those_asked_for_do_not_count(tmp_path, toy_task):
    fill(tmp_path, toy_task(), 8)
    assert status("toy", "toy", ["V"], 4, 1, tmp_path) == [Cell("toy", "toy", "V", 3, 1, 0, 0.0)]


def test_nothing_recorded_leaves_the_time_unknown(tmp_path):
    assert status("toy", "toy", ["V"], 4, 1, tmp_path / "nothing") == [Cell("toy", "toy", "V", 0, 0, 4, None)]


def test_a_damaged_archive_is_an_error(tmp_path, toy_task):
    fill(tmp_path, toy_task(), 1)
    (tmp_path / "toy" / "toy" / "V.csv").write_text("a,b\n")
    with pytest.raises(OdysseyError, match=r"V\.csv, line 1: the column task is missing"):
        status("toy", "toy", ["V"], 4, 1, tmp_path)


@pytest.mark.parametrize("by_option", [True, False])
def test_a_folder_that_is_not_there_is_one_line(tmp_path, monkeypatch, capsys, by_option):
    nowhere = str(tmp_path / "nowhere")
    monkeypatch.setenv("ODYSSEY_RECORDS", str(tmp_path) if by_option else nowhere)
    code = main(["status", *(["--records", nowhere] if by_option else [])])
    out, err = capsys.readouterr()
    assert (code, out) == (1, "") and err.count("\n") == 1
    assert f"{nowhere}: there are no records: name the folder that holds them (--records)" in err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "seconds, missing, jobs, left",
    [
        ({"V": [1.0, 3.0]}, {"V": 5}, 1, 10.0),
        ({"V": [1.0, 3.0]}, {"V": 5}, 4, 2.5),
        ({"V": [1.0, 3.0]}, {"V": 1}, 4, 2.0),
        ({"V": [1.0, 3.0], "NP": [8.0], "FGR": []}, {"V": 1, "NP": 1, "FGR": 1}, 1, 2.0 + 8.0 + 4.0),
        ({"V": []}, {"V": 1}, 1, None),
        ({}, {"V": 0}, 1, 0.0),
    ],
)
def test_time_left(seconds, missing, jobs, left):
    assert seconds_left(seconds, missing, jobs) == left


@pytest.mark.parametrize(
    "seconds, words",
    [
        (0, "0 s"),
        (29.6, "30 s"),
        (42.6, "43 s"),
        (60, "60 s"),
        (90.4, "90 s"),
        (90.6, "2 min"),
        (3569, "59 min"),
        (3600, "1 h 0 min"),
        (7500, "2 h 5 min"),
        (47 * 3600, "47 h 0 min"),
        (99 * 3600, "4 d 3 h"),
    ],
)
def test_time_in_words(seconds, words):
    assert duration(seconds) == words
