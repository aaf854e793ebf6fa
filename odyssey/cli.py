"""The `odyssey` command: its parser, and how errors, Ctrl-C and closed pipes end it, always without a traceback.

Exit codes: 0 success; 1 an error that the user can put right, one line on stderr; 2 wrong usage, one line on stderr;
130 interrupted.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import suppress

import odyssey
from odyssey.commands import bench, claims, data, notebooks, records, search, status, train
from odyssey.errors import OdysseyError

COMMANDS = (data, train, search, status, records, claims, notebooks, bench)
DESCRIPTION = "LSTM: A Search Space Odyssey, reproduced: nine LSTM architectures, random search, records."
EPILOG = "Each command explains itself: odyssey search --help"
INTERRUPTED = 130


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are one line."""

    def __init__(self, **options):
        super().__init__(formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False, **options)

    def error(self, message: str):
        """Print `message` and exit with code 2."""
        _complain(f"{message}; see {self.prog} --help")
        self.exit(2)


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
    code = None
    try:
        options = parser().parse_args(arguments)
        code = options.run(options)
        # Without a standard output (`>&-`) there is nothing to flush, and `print` prints nothing.
        print(end="", flush=True)
    except SystemExit as end:
        return end.code or 0
    except OdysseyError as error:
        return _complain(str(error))
    except KeyboardInterrupt:
        print("odyssey: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone (`| head`).
        _forget_output()
        return code or 0
    except OSError as error:
        if error.filename is None:
            _forget_output()
        thing = "the output" if error.filename is None else error.filename
        return _complain(f"{thing}: {error.strerror or error}: check the path, its permissions and the free space")
    except ImportError as error:
        library = (error.name or "odyssey").partition(".")[0]
        if library == "odyssey":
            raise
        return _complain(f"the library {library} is missing or broken ({error}): pip install -r requirements.txt")
    except (MemoryError, RuntimeError) as error:
        # torch has no exception of its own for the processor's memory.
        if isinstance(error, RuntimeError) and "memory" not in str(error):
            raise
        return _complain("there is not enough memory for this network: choose fewer --blocks, or fewer --jobs")
    return code or 0


def _complain(message: str) -> int:
    """Print `message` as one line whatever stands in it, names of files for one; the exit code of an error."""
    line = "".join(character if character.isprintable() else ascii(character)[1:-1] for character in message)
    print(f"odyssey: error: {line}", file=sys.stderr)
    return 1


def _forget_output() -> None:
    """What could not be written is lost; Python would try, and complain, again when it flushes at exit."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
