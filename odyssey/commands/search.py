"""``odyssey search``: the study's trials."""

import argparse
import sys
from contextlib import suppress

from odyssey.commands import arguments

EPILOG = """examples:
  odyssey search                                       the whole study, or what is missing of it
  odyssey search --task music --variant V,CIFG --trials 20
  odyssey search --engine cuda                         the same on an NVIDIA GPU, hundreds of trials at a time
  odyssey search --storage postgresql://user@host/db   on any number of machines at once

The search may be stopped and started again at any time: a finished trial is in the records for good, an unfinished one
is trained again. Trials are drawn in advance: --trials 20 gives the first 20 of --trials 200. To train a recorded trial
anew, remove its lines from the records, and study.sqlite3 beside them. Where a --storage is shared, results of machines
that keep their records elsewhere are added to the records here. optuna-dashboard shows the study while it runs.
"""


def add(commands) -> None:
    """Declare the command."""
    command = commands.add_parser(
        "search",
        help="random search: train the missing trials of the study",
        description="Train the trials of the study that the records lack, on all cores.",
        epilog=EPILOG,
    )
    command.add_argument("--task", type=arguments.task, metavar="T", help="one task (default: all)")
    arguments.add_variants(command)
    arguments.add_trials(command)
    command.add_argument(
        "--jobs",
        type=arguments.whole(1),
        metavar="N",
        help=f"trials at a time (default: all {arguments.cores()} cores; with cuda as many as fill the GPU)",
    )
    command.add_argument("--storage", metavar="URL", help="study database (default: an SQLite file beside the records)")
    arguments.add_engine(command)
    arguments.add_corpus(command)
    arguments.add_records(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Search, task by task."""
    from odyssey.engine import engine
    from odyssey.search import INTERRUPTED, search
    from odyssey.tasks import load_task

    # How many trials fill a GPU, only its engine knows.
    default = None if options.engine == "cuda" else arguments.cores()
    trainer = engine(options.engine, jobs=options.jobs or default)
    for cells in arguments.cells_of(options):
        task = load_task(cells.task, cells.corpus, options.root)
        done = search(task, trainer, cells.variants, options.trials, options.records, options.storage, trainer.jobs)
        with suppress(BrokenPipeError):  # Who read it has gone; the search goes on, and its exit code stays what it is.
            print(f"{cells.task} ({cells.corpus}): {done.trained} trials trained", end="")
            print(f", {done.taken_over} taken over from the study database" if done.taken_over else "", end="")
            print(f", {done.elsewhere} still being trained by another process" if done.elsewhere else "", flush=True)
        if done.interrupted:
            with suppress(BrokenPipeError):
                print("odyssey: interrupted; the same command goes on from here", file=sys.stderr)
            return INTERRUPTED
    return 0
