"""``odyssey status``: how far the study is."""

import argparse

from odyssey.commands import arguments
from odyssey.commands.named import check_named

EPILOG = """examples:
  odyssey status
  odyssey status --task music --trials 50 --json
"""


def add(commands) -> None:
    """Declare the command."""
    command = commands.add_parser(
        "status",
        help="finished, diverged and missing trials per cell; time left",
        description="What the records hold of the study, and how long the rest is likely to take on this many cores.",
        epilog=EPILOG,
    )
    command.add_argument("--task", type=arguments.task, metavar="T", help="one task (default: all)")
    arguments.add_variants(command)
    arguments.add_trials(command)
    arguments.add_jobs(command)
    arguments.add_corpus_name(command)
    arguments.add_records(command)
    arguments.add_json(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Count and report."""
    from odyssey.progress import duration
    from odyssey.status import status

    check_named(options.records)
    cells = []
    for chosen in arguments.cells_of(options):
        cells += status(chosen.task, chosen.corpus, chosen.variants, options.trials, options.jobs, options.records)
    known = [cell.seconds_left for cell in cells]
    seconds = None if None in known else sum(known)
    if options.json:
        arguments.print_json({"cells": [vars(cell) for cell in cells], "jobs": options.jobs, "seconds_left": seconds})
        return
    print(f"{'task':<12} {'corpus':<12} {'variant':<8} {'finished':>8} {'diverged':>8} {'missing':>8}")
    for cell in cells:
        names = f"{cell.task:<12} {cell.corpus:<12} {cell.variant:<8}"
        print(f"{names} {cell.finished:>8} {cell.diverged:>8} {cell.missing:>8}")
    finished, diverged, missing = (sum(getattr(c, n) for c in cells) for n in ("finished", "diverged", "missing"))
    print(f"{'all':<34} {finished:>8} {diverged:>8} {missing:>8}")
    if missing:
        left = "unknown before the first trial" if seconds is None else f"about {duration(seconds)}"
        print(f"time left with {options.jobs} at a time: {left}")
