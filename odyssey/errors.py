"""The one exception that a user of the command line ever sees."""

from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike


class OdysseyError(Exception):
    """Something the user can put right: the message is one line that names the thing and the remedy.

    The command line prints the message without a traceback and exits with code 1.
    """


@contextmanager
def writing(file: str | PathLike) -> Iterator[None]:
    """Names the file that could not be written: a full disk does not say which.

    Raises:
        OdysseyError: in place of an operating system's error.
    """
    try:
        yield
    except OSError as error:
        raise OdysseyError(
            f"{file}: cannot be written ({error.strerror}): check the permissions of its folder and the disk's space"
        ) from None
