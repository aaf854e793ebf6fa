"""``odyssey data``: the corpora."""

import argparse

from odyssey.commands import arguments

EPILOG = """examples:
  odyssey data
  odyssey data speech --size full
  odyssey data music --corpus jsb --root ~/jsb.pickle --json
"""


def add(commands) -> None:
    """Declare the command."""
    command = commands.add_parser(
        "data",
        help="the corpora: where from, counts, fingerprint, licence",
        description="Load a corpus, prepare and cache it, and say what it holds.",
        epilog=EPILOG,
    )
    command.add_argument("task", type=arguments.task, nargs="?", metavar="TASK", help="one task (default: all)")
    arguments.add_corpus(command)
    arguments.add_json(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Load and describe."""
    from odyssey import corpora
    from odyssey.corpora.summary import summarise

    summaries = []
    for name in arguments.tasks_of(options):
        summaries.append(summarise(corpora.load(arguments.corpus_of(options, name), options.root)))
    if options.json:
        arguments.print_json(summaries)
        return
    for summary in summaries:
        _print(summary, "")
        print()


def _print(values: dict, indent: str) -> None:
    for name, value in values.items():
        if isinstance(value, dict):
            print(f"{indent}{name}")
            _print(value, indent + "  ")
        elif isinstance(value, list | tuple):
            print(f"{indent}{name}")
            for item in value:
                print(f"{indent}  {item}")
        else:
            print(f"{indent}{name:<14} {value}")
