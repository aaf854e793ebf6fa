"""The `odyssey` command: its parser, and how errors, Ctrl-C and closed pipes end it.

Exit codes: 0 success; 1 an error that the user can put right, one line on stderr; 2 wrong usage, one line on stderr;
130 interrupted.
"""

import argparse
import os
import sys
from collections.abc import Sequence

import odyssey
from odyssey.commands import bench, data, notebooks, records, search, status, train
from odyssey.errors import OdysseyError

COMMANDS = (data, train, search, status, records, notebooks, bench)
DESCRIPTION = "LSTM: A Search Space Odyssey, reproduced: nine LSTM architectures, random search, records."
EPILOG = "Each command explains itself: odyssey search --help"
INTERRUPTED = 130


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are one line."""

    def __init__(self, **options):
        super().__init__(formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False, **options)

    def error(self, message: str):
        """Print `message` and exit with code 2."""
        self.exit(2, f"odyssey: error: {' '.join(message.split())}; see {self.prog} --help\n")


def parser() -> Parser:
    """The parser of the whole command line."""
    top = Parser(prog="odyssey", description=DESCRIPTION, epilog=EPILOG)
    top.add_argument("--version", action="version", version=f"odyssey {odyssey.__version__}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: without the program's name; by default those of this process.

    Returns:
        The exit code.
    """
    try:
        options = parser().parse_args(arguments)
        code = options.run(options)
        sys.stdout.flush()
    except SystemExit as end:
        return end.code or 0
    except OdysseyError as error:
        print(f"odyssey: error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("odyssey: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone (`| head`); Python would complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code or 0
