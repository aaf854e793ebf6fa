"""Arrays of corpora that take long to make, kept in the user's cache folder."""

import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import numpy as np

from odyssey.cache_folder import VARIABLE, cache_folder

T = TypeVar("T")


def fetch(name: str, unpack: Callable[[Mapping[str, np.ndarray]], T]) -> T | None:
    """What `unpack` makes of the arrays in a file of the cache folder; None where there is no sound file.

    A file that cannot be read, or that `unpack` refuses with any exception, is reported in one line on
    standard error. Nothing in the file is executed.
    """
    path = cache_folder() / name
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return unpack(arrays)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        _warn(f"cannot read {path} ({error.strerror}); set {VARIABLE} to another folder")
        return None
    # A damaged file shows itself in many ways (zip, zlib, header, shape, key): all mean "make it anew".
    except Exception as error:
        _warn(f"{path} is damaged ({type(error).__name__}) and is made anew")
        return None


def store(name: str, arrays: Mapping[str, np.ndarray]) -> None:
    """Write arrays to a file of the cache folder, whole or not at all.

    A folder that cannot be written costs time, not results: it is reported in one line on standard error.
    """
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Written beside its final place and then renamed: no reader, and no crash, ever leaves half a file.
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=name, suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez_compressed(file, **arrays)
            Path(temporary).replace(folder / name)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        _warn(f"cannot write to the cache folder {folder} ({error.strerror}); set {VARIABLE} to another one")


def _warn(message: str) -> None:
    print(f"warning: {message}", file=sys.stderr)
