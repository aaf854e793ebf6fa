"""``odyssey records verify``: whether the archive is sound, and whether it can be made again."""

import argparse

from odyssey.commands import arguments

EPILOG = """examples:
  odyssey records verify
  odyssey records verify --task music --sample 5
"""


def add(commands) -> None:
    """Declare the command and its one subcommand."""
    group = commands.add_parser("records", help="the archive of finished trials", epilog=EPILOG)
    verbs = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    command = verbs.add_parser(
        "verify",
        help="check the archive; train a sample again and compare",
        description="Check every record against the protocol; with --sample, train some again and compare.",
        epilog=EPILOG,
    )
    command.add_argument("--task", type=arguments.task, metavar="T", help="one task (default: all)")
    command.add_argument("--sample", type=arguments.whole(0), default=0, metavar="N", help="trials to train again")
    arguments.add_jobs(command)
    command.add_argument("--root", metavar="PATH", help="your own copy of the corpus, where it is not embedded")
    arguments.add_records(command)
    arguments.add_json(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Verify and report; 1 where something is wrong."""
    from odyssey.records.verify import verify

    found = verify(options.records, options.task, options.sample, options.jobs, options.root)
    if options.json:
        arguments.print_json(vars(found))
    else:
        for line in (*found.notes, *found.compared, *found.problems):
            print(line)
        wrong = f"{len(found.problems)} problems" if found.problems else "sound"
        print(f"{found.trials} trials checked, {len(found.compared)} trained again: {wrong}")
    return 1 if found.problems else 0
