"""``odyssey claims``: the paper's claims, and what the records say of each."""

import argparse
import shutil
import textwrap
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from odyssey.commands import arguments
from odyssey.commands.named import check_named

EPILOG = """examples:
  odyssey claims
  odyssey claims --task music
  odyssey claims --records ~/records --json
"""
NARROWEST, WIDEST = 40, 100


def add(commands) -> None:
    """Declare the command."""
    command = commands.add_parser(
        "claims",
        help="the paper's claims: hold, do not hold, or cannot be told",
        description="Judge each claim of the paper on the records of each task, by a rule that is printed with it. "
        "Importance of hyperparameters that is not kept yet is computed first, which takes minutes.",
        epilog=EPILOG,
    )
    command.add_argument("--task", type=arguments.task, metavar="T", help="one task (default: all)")
    arguments.add_records(command)
    arguments.add_json(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Judge and report."""
    from odyssey import records
    from odyssey.analysis.claims import CLAIMS, judge

    check_named(options.records)
    found = records.read(options.records, options.task)
    verdicts = judge(found, kept_folder(records.folder(options.records)), *([[options.task]] if options.task else []))
    if options.json:
        claims = [{**asdict(claim), "stated": claim.stated} for claim in CLAIMS.values()]
        arguments.print_json({"claims": claims, "verdicts": [asdict(verdict) for verdict in verdicts]})
        return
    width = min(max(shutil.get_terminal_size().columns, NARROWEST), WIDEST)
    for claim in CLAIMS.values():
        _print(f"{claim.code}  {claim.text} ({claim.stated})", width, 0)
        _print(f"Rule: {claim.rule} {claim.method}", width, 4)
        for verdict in verdicts:
            if verdict.claim == claim.code:
                _report(verdict, width)
        print()
    counts = Counter(verdict.verdict for verdict in verdicts)
    _print(", ".join(f"{name}: {count}" for name, count in counts.items()), width, 0)


def kept_folder(archive: Path) -> Path:
    """Where importance is kept once it is computed: beside the records if they are a book's, else in the cache."""
    from odyssey.cache_folder import cache_folder

    beside = archive.absolute().parent / "importance"
    return beside if beside.is_dir() else cache_folder() / "importance"


def _report(verdict, width: int) -> None:
    where = f"{verdict.task} on {verdict.corpus}, {verdict.trials} trials each" if verdict.corpus else verdict.task
    _print(f"{where}: {verdict.verdict.upper()}", width, 4)
    _print(verdict.because, width, 8)
    if verdict.needed:
        _print(f"Needed: {verdict.needed}", width, 8)


def _print(text: str, width: int, indent: int) -> None:
    hanging = " " * (indent + (4 if indent == 0 else 0))
    print(textwrap.fill(text, width, initial_indent=" " * indent, subsequent_indent=hanging))
