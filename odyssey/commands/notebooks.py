"""``odyssey notebooks``: the book's notebooks, executed again."""

import argparse

from odyssey.commands import arguments

EPILOG = """examples:
  odyssey notebooks                            all cells with the trials they have, then the pages that sum up
  odyssey notebooks --task music --trials 50   trains what the records lack of 50 trials first

What is stored is compared by `pytest --nbval book/`; after a search that added trials, execute the notebooks again.
Neither --jobs nor --root is stored. So nbval can execute notebooks that were made with --root again only where the
environment names your copy of the corpus, as ODYSSEY_TIMIT does that of timit.
"""


def add(commands) -> None:
    """Declare the command."""
    command = commands.add_parser(
        "notebooks",
        help="execute the book's notebooks",
        description="Execute the notebook of each cell and the pages that sum up, and store them with their outputs.",
        epilog=EPILOG,
    )
    command.add_argument("--task", type=arguments.task, metavar="T", help="one task (default: all)")
    arguments.add_variants(command)
    command.add_argument(
        "--trials",
        type=arguments.whole(1),
        metavar="N",
        help="trials per variant, trained where missing (default: as many as all cells have)",
    )
    arguments.add_jobs(command)
    arguments.add_corpus(command)
    arguments.add_records(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Execute the notebooks, task by task, and name each one as it is written."""
    from odyssey.notebooks import execute

    *others, last = arguments.cells_of(options)
    for cells in (*others, last):
        execute(
            cells.task,
            cells.variants,
            cells.corpus,
            options.trials,
            options.records,
            # They show all tasks: once is enough.
            summaries=cells is last,
            root=options.root,
            jobs=options.jobs,
            tell=lambda path: print(path.name, flush=True),
        )
