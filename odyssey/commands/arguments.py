"""Options that several commands share, and how their values are read."""

import argparse
import json
import os
from dataclasses import dataclass

TRIALS = 200


def whole(least: int):
    """A reader of whole numbers of at least `least`."""

    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = None
        if value is None or value < least:
            raise argparse.ArgumentTypeError(f"must be a whole number of at least {least}, not {text!r}")
        return value

    return read


def real(text: str) -> float:
    """A number; what it may be is checked where it is used."""
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a number, not {text!r}") from None


def named(text: str) -> str:
    """A name that is there: an empty one is a variable of the shell that is not set."""
    if not text:
        raise argparse.ArgumentTypeError("is empty: name a folder")
    return text


def variants(text: str) -> list[str]:
    """Codes of variants, separated by commas."""
    return [variant(code.strip()) for code in text.split(",")]


def variant(text: str) -> str:
    """The code of one variant."""
    from odyssey.variants import VARIANTS

    if text not in VARIANTS:
        raise argparse.ArgumentTypeError(f"unknown variant {text!r}; choose from {', '.join(VARIANTS)}")
    return text


def task(text: str) -> str:
    """The name of a task."""
    from odyssey.tasks import TASKS

    if text not in TASKS:
        raise argparse.ArgumentTypeError(f"unknown task {text!r}; choose from {', '.join(TASKS)}")
    return text


def corpus(text: str) -> str:
    """The name of a corpus."""
    from odyssey.corpora import CORPORA

    if text not in CORPORA:
        raise argparse.ArgumentTypeError(f"unknown corpus {text!r}; choose from {', '.join(CORPORA)}")
    return text


def add_corpus(command: argparse.ArgumentParser) -> None:
    """``--corpus``, ``--size`` and ``--root``."""
    add_corpus_name(command)
    command.add_argument("--root", metavar="PATH", help="your own copy of the corpus, where it is not embedded")


def add_corpus_name(command: argparse.ArgumentParser) -> None:
    """``--corpus`` and ``--size``."""
    command.add_argument("--corpus", type=corpus, metavar="C", help="corpus (default: the embedded one of the task)")
    command.add_argument(
        "--size", choices=("default", "full"), default="default", help="of an embedded corpus; full is the paper's size"
    )


def add_variants(command: argparse.ArgumentParser) -> None:
    """``--variant``, repeatable."""
    command.add_argument(
        "--variant",
        type=variants,
        action="extend",
        metavar="V[,V…]",
        help="variants, with commas or the option repeated (default: all nine)",
    )


def add_trials(command: argparse.ArgumentParser) -> None:
    """``--trials``."""
    command.add_argument(
        "--trials", type=whole(1), default=TRIALS, metavar="N", help="trials per variant (default: %(default)s)"
    )


def add_jobs(command: argparse.ArgumentParser) -> None:
    """``--jobs``, by default all cores that this process may use."""
    command.add_argument(
        "--jobs", type=whole(1), default=cores(), metavar="N", help="trials at a time (default: all %(default)s cores)"
    )


def add_engine(command: argparse.ArgumentParser) -> None:
    """``--engine``."""
    command.add_argument(
        "--engine",
        default="cpu",
        metavar="E",
        help="cpu (compiled, default), torch (readable, any device) or cuda (an NVIDIA GPU, many trials side by side)",
    )


def add_records(command: argparse.ArgumentParser) -> None:
    """``--records``."""
    command.add_argument(
        "--records", metavar="DIR", help="folder of the records (default: $ODYSSEY_RECORDS, else book/records)"
    )


def add_json(command: argparse.ArgumentParser) -> None:
    """``--json``."""
    command.add_argument("--json", action="store_true", help="report as JSON on stdout")


def cores() -> int:
    """Number of cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def tasks_of(options: argparse.Namespace) -> list[str]:
    """The tasks a command is about: the one named, or the corpus's own, or all."""
    from odyssey.corpora import CORPORA
    from odyssey.tasks import TASKS

    if options.task:
        return [options.task]
    return [CORPORA[options.corpus].task] if options.corpus else list(TASKS)


def corpus_of(options: argparse.Namespace, task: str) -> str:
    """Name of the corpus that the options choose for a task.

    Raises:
        OdysseyError: it belongs to another task, or has one size only.
    """
    from odyssey.corpora import corpus_for, full_size

    name = corpus_for(task, options.corpus)
    return full_size(name) if options.size == "full" else name


@dataclass(frozen=True)
class Cells:
    """The cells that a command is about, of one task: what ``tasks_of`` and ``--variant`` select."""

    task: str
    corpus: str
    variants: list[str]


def cells_of(options: argparse.Namespace) -> list[Cells]:
    """The selected cells, task by task, without loading a corpus."""
    from odyssey.variants import VARIANTS

    codes = list(dict.fromkeys(options.variant or VARIANTS))
    return [Cells(name, corpus_of(options, name), codes) for name in tasks_of(options)]


def print_json(value) -> None:
    """Strict JSON: numbers that are not finite become null."""
    print(json.dumps(_finite(value), indent=2, allow_nan=False, ensure_ascii=False, default=str))


def _finite(value):
    if isinstance(value, dict):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not abs(value) < float("inf") else value
