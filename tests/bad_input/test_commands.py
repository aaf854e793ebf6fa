"""Mistakes on the command line: one line that names the thing and the remedy, an exit code, no trace on the disk."""

import pytest
from mistakes import check_line, complaint, tree

from odyssey.cli import main

TRAIN = "train --task toy --variant V --blocks 5 --learning-rate 0.01 --momentum 0.9 --input-noise 0.1"


def change(**options):
    """The line of ``odyssey train`` with some options changed, or left out where None."""
    words = TRAIN.split()
    for name, value in options.items():
        place = words.index(f"--{name.replace('_', '-')}")
        words[place : place + 2] = [] if value is None else [words[place], value]
    return " ".join(words)


TASKS = "choose from speech, handwriting, music, toy"
VARIANTS = "choose from V, NIG, NFG"
WHOLE = "must be a whole number of at least"
HELP = r"see odyssey( \w+)* --help$"

# The line; what the message must name; what it must advise.
USAGE = [
    ("", "COMMAND", HELP),
    ("fly", "'fly'", "choose from '?data"),
    ("fly\nagain", r"'fly\\+nagain'", "choose from '?data"),
    ("search --fast", "--fast", HELP),
    ("data music more", "more", HELP),
    ("data music more\nlines", r"more\\nlines", HELP),
    ("data chess", "'chess'", TASKS),
    ("data --corpus timit2", "'timit2'", "choose from espeak, espeak-full, timit,"),
    ("data --size huge", "--size.*'huge'", "choose from '?default'?, '?full'?"),
    ("data --root", "--root: expected one argument", HELP),
    ("train --task toy", "--variant, --blocks, --learning-rate, --momentum, --input-noise", HELP),
    (change(task="chess"), "'chess'", TASKS),
    (change(variant="XYZ"), "'XYZ'", VARIANTS),
    (change(variant="V,NP"), "'V,NP'", VARIANTS),
    (change(variant="v"), "'v'", VARIANTS),
    (change(blocks=None), "--blocks", HELP),
    (change(blocks="0"), "--blocks.*'0'", f"{WHOLE} 1"),
    (change(blocks="-1"), "--blocks.*'-1'", f"{WHOLE} 1"),
    (change(blocks="1.5"), "--blocks.*'1.5'", f"{WHOLE} 1"),
    (change(blocks="abc"), "--blocks.*'abc'", f"{WHOLE} 1"),
    (change(blocks="nan"), "--blocks.*'nan'", f"{WHOLE} 1"),
    (change(learning_rate="fast"), "--learning-rate.*'fast'", "must be a number"),
    (TRAIN + " --seed -1", "--seed.*'-1'", f"{WHOLE} 0"),
    (TRAIN + " --corpus timit2", "'timit2'", "choose from espeak, espeak-full, timit,"),
    (TRAIN + " --size huge", "--size.*'huge'", "choose from '?default'?, '?full'?"),
    ("search --task toy --variant V,XYZ", "'XYZ'", VARIANTS),
    ("search --task toy --variant V,", "''", VARIANTS),
    ("search --task toy --trials 0", "--trials.*'0'", f"{WHOLE} 1"),
    ("search --task toy --trials many", "--trials.*'many'", f"{WHOLE} 1"),
    ("search --task toy --jobs 0", "--jobs.*'0'", f"{WHOLE} 1"),
    ("search --task toy --jobs inf", "--jobs.*'inf'", f"{WHOLE} 1"),
    ("status --trials -5", "--trials.*'-5'", f"{WHOLE} 1"),
    ("status --task", "--task: expected one argument", HELP),
    ("status --root x", "--root x", HELP),
    ("records", "COMMAND", HELP),
    ("records check", "'check'", "choose from '?verify"),
    ("records verify --sample -1", "--sample.*'-1'", f"{WHOLE} 0"),
    ("records verify --sample few", "--sample.*'few'", f"{WHOLE} 0"),
    ("records verify --task chess", "'chess'", TASKS),
    ("records compare . --task chess", "'chess'", TASKS),
    ("records compare", "OTHER", "--help"),
    ("records compare ", "OTHER: is empty", "name a folder"),
    ("claims --task chess", "'chess'", TASKS),
    ("claims --trials 5", "--trials 5", HELP),
    ("claims --records", "--records: expected one argument", HELP),
    ("notebooks --task chess", "'chess'", TASKS),
    ("notebooks --variant V,nope", "'nope'", VARIANTS),
    ("notebooks --trials 0", "--trials.*'0'", f"{WHOLE} 1"),
    ("notebooks --json", "--json", HELP),
    ("bench --blocks 0", "--blocks.*'0'", f"{WHOLE} 1"),
    ("bench --blocks 20,large", "--blocks.*'large'", f"{WHOLE} 1"),
]
ERRORS = [
    (change(learning_rate="0"), "learning rate.*not 0.0", "must be positive"),
    (change(learning_rate="-0.1"), "learning rate.*not -0.1", "must be positive"),
    (change(learning_rate="nan"), "learning rate.*not nan", "must be a finite number"),
    (change(learning_rate="inf"), "learning rate.*not inf", "must be a finite number"),
    (change(learning_rate="1e999"), "learning rate.*not inf", "must be a finite number"),
    (change(momentum="1"), "momentum.*not 1.0", "must be at least 0 and below 1"),
    (change(momentum="-0.5"), "momentum.*not -0.5", "must be at least 0 and below 1"),
    (change(momentum="nan"), "momentum.*not nan", "must be a finite number"),
    (change(input_noise="-1"), "input noise.*not -1.0", "must not be negative"),
    (change(input_noise="nan"), "input noise.*not nan", "must be a finite number"),
    (TRAIN + " --seed 18446744073709551616", "seed.*not 18446744073709551616", r"from 0 to 2\^64 - 1"),
    (TRAIN + " --corpus jsb", "task toy has no corpus 'jsb'", "choose from toy"),
    (TRAIN + " --size full", "corpus toy has one size only", "leave the size out"),
    (TRAIN + " --root /x", "corpus toy is embedded.*'/x'", "leave '/x' out"),
    (TRAIN + " --engine abacus", "'abacus'", "choose one of cpu, torch"),
    (TRAIN + " --engine torch --dtype float16", "'float16'", "choose float32 or float64"),
    (TRAIN + " --engine torch --device nosuch", "'nosuch'", "choose another, or cpu"),
    (TRAIN + " --engine torch --device cuda:99", "'cuda:99'", "choose another, or cpu"),
    (TRAIN + " --device cuda", "'cuda'", "needs --engine torch"),
    (change(blocks="3000000") + " --engine torch", "memory", "fewer --blocks"),
    (change(task="music") + " --corpus jsb", "corpus jsb", r"needs a path \(--root\)"),
    (change(task="music") + " --corpus jsb --root /no/such/file.json", "/no/such/file.json", "check the path"),
    (change(task="music") + " --corpus jsb --root broken.json", "broken.json", "fetch the file again"),
    ("data music --corpus toy", "task music has no corpus 'toy'", "choose from music21, jsb"),
    ("data speech --corpus timit --size full", "corpus timit has one size only", "leave the size out"),
    ("data --corpus jsb", "corpus jsb", r"needs a path \(--root\) to the piano-roll file"),
    ("data --corpus timit", "corpus timit", r"needs a path \(--root\) to the folder of TIMIT"),
    ("data --corpus iamondb", "corpus iamondb", r"needs a path \(--root\) to the folder of IAM-OnDB"),
    ("data --corpus espeak --root empty", "corpus espeak is embedded", "leave 'empty' out"),
    ("data --corpus jsb --root no\nwhere\x1b", r"no\\nwhere\\x1b: cannot be read", "check the path"),
    ("data --corpus jsb --root ~nosuchuser/x", "~nosuchuser/x", "write the path out"),
    ("search --task toy --engine gpu", "'gpu'", "choose one of cpu, torch"),
    ("search --task music --corpus toy", "task music has no corpus 'toy'", "choose from music21, jsb"),
    ("search --task toy --storage nonsense", "storage", "must be a URL such as sqlite:///"),
    ("status --task music --corpus espeak", "task music has no corpus 'espeak'", "choose from music21, jsb"),
    ("status --records file", "file", "name another folder of records"),
    ("status --records file/records", "file/records", "name another folder of records"),
    (f"status --records {'x' * 300}", "x{300}", "name another folder of records"),
    ("claims --task toy", "claims nothing on the task toy", "choose from speech, handwriting, music"),
    ("claims --records file", "file", "name another folder of records"),
    ("claims --task music --records file/records", "file/records", "name another folder of records"),
    ("notebooks --task music --corpus espeak", "task music has no corpus 'espeak'", "choose from music21, jsb"),
    ("notebooks --task music --records nowhere", "no trials of music V on music21", r"search first|--trials"),
    ("notebooks --task music --trials 1 --records file", "file", "name another folder of records"),
    ("search --task toy --storage nosuch://host/name", "nosuch://host/name", "must be|pip install|check|such as"),
    ("search --task toy --storage postgresql+pg8000://u@host/db", "postgresql.*pg8000", "pip install"),
    ("search --task toy --storage sqlite:////no/such/x.sqlite3", "/no/such/x.sqlite3", "make|create|another|check"),
    ("search --task toy --records file", "file", "name another|check"),
    ("search --task toy --records broken.json/records", "broken.json", "name another|check"),
    ("search --task toy --records /proc/records", "/proc/records", "name another|check"),
    ("bench --gpu empty", "empty is a folder", "name a file"),
    ("bench --gpu gpu.json --frames 9", "--gpu measures .* --frames", "leave out"),
    ("bench --scale empty", "empty is a folder", "name a file"),
    ("bench --scale cost.json --json --task toy", "--scale measures .* --task and --json", "leave out"),
    ("bench --gpu nowhere/gpu.json", "there is no folder nowhere", "make it first"),
    ("records verify --records nowhere", "nowhere: there are no records", "name another|--records|check"),
    ("records verify --records file", "file: there are no records", "name another|--records|check"),
    ("records compare records", "records: that is the same archive", "name another one"),
    ("records compare nowhere", "nowhere: there are no records", "name the folder"),
    ("records compare file", "file", "name another folder of records"),
    ("records compare empty --task toy", "no trial in common", "name the folders of two archives"),
]


def names(rows):
    return [line.replace("\n", " ") or "nothing" for line, *_ in rows]


def refuse(study, capsys, line, thing, remedy):
    """The exit code, after all has been checked."""
    before = tree(study)
    code = main(line.split(" ") if line else [])
    out, err = capsys.readouterr()
    assert out == ""
    check_line(complaint(err), thing, remedy)
    assert tree(study) == before
    return code


@pytest.mark.parametrize("line, thing, remedy", USAGE, ids=names(USAGE))
def test_wrong_usage(study, capsys, line, thing, remedy):
    assert refuse(study, capsys, line, thing, remedy) == 2


@pytest.mark.parametrize("line, thing, remedy", ERRORS, ids=names(ERRORS))
def test_what_cannot_be_done(study, capsys, line, thing, remedy):
    assert refuse(study, capsys, line, thing, remedy) == 1


@pytest.mark.parametrize(
    "variable, value, line, thing, remedy",
    [
        ("ODYSSEY_RECORDS", "file", "status --task toy", "file", "name another folder of records"),
        ("ODYSSEY_CACHE", "~nosuchuser/x", "data handwriting", "~nosuchuser/x", "set ODYSSEY_CACHE to another"),
        ("ODYSSEY_CACHE", "~nosuchuser/x", "data speech", "~nosuchuser/x", "set ODYSSEY_CACHE to another"),
        ("ODYSSEY_CACHE", "~nosuchuser/x", "data music", "~nosuchuser/x", "set ODYSSEY_CACHE to another"),
    ],
)
def test_wrong_environment(study, monkeypatch, capsys, variable, value, line, thing, remedy):
    monkeypatch.setenv(variable, value)
    assert refuse(study, capsys, line, thing, remedy) == 1


@pytest.mark.parametrize("error", [MemoryError(), OSError(28, "No space left on device", "x.npz"), OSError(5, "I/O")])
def test_what_no_module_expects_is_still_one_line(study, monkeypatch, capsys, error):
    def fail(*arguments):
        raise error

    monkeypatch.setattr("odyssey.status.status", fail)
    thing = {MemoryError: "memory", OSError: r"x\.npz: No space|the output: I/O"}[type(error)]
    assert refuse(study, capsys, "status --task toy", thing, "choose fewer|check the path") == 1


def test_a_mistake_of_our_own_is_not_passed_off_as_the_user_s(study, monkeypatch):
    def fail(*arguments):
        raise RuntimeError("a bug")

    monkeypatch.setattr("odyssey.status.status", fail)
    with pytest.raises(RuntimeError, match="a bug"):
        main(["status", "--task", "toy"])
