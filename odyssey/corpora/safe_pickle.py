"""Reading a pickle as data: containers, numbers, strings and numpy arrays come out, and nothing is ever executed.

Python's own unpickler calls whatever the file names. This one knows a few names of numpy, for which it hands
out stand-ins that only remember what they were given, and two plain containers; any other name is refused.
"""

import io
import pickle
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import numpy as np

# More than any published corpus holds. A small file can ask for any number, by naming one container many times.
MOST_VALUES = 10_000_000


def read_pickle(data: bytes) -> Any:
    """The object in a pickle of protocol 0 to 5, of Python 2 or 3.

    Tuples, sets and numpy arrays come out as (nested) lists, numpy scalars as Python's numbers.

    Raises:
        pickle.UnpicklingError: the pickle is broken, names anything but plain data, or unfolds to more than
            `MOST_VALUES` values.
    """
    try:
        # Python 2 strings (the raw bytes of its numpy arrays among them) keep their bytes under latin1.
        return _plain(_Unpickler(io.BytesIO(data), encoding="latin1").load(), count())
    except pickle.UnpicklingError:
        raise
    # A broken pickle shows itself in many ways (end of file, stack, index, key, memo): all mean the same.
    except Exception as error:
        raise pickle.UnpicklingError(f"broken: {type(error).__name__}") from error


class _Dtype:
    """Stands in for `numpy.dtype`: the type's name and byte order."""

    def __init__(self, name: str, *_):
        self.name, self.order = name, "|"

    def __setstate__(self, state: tuple):
        self.order = state[1]

    def real(self) -> np.dtype:
        """The dtype, if it is one of plain numbers."""
        dtype = np.dtype(self.name)
        if dtype.kind not in "biuf":
            raise pickle.UnpicklingError(f"it holds an array of {dtype}, which is not plain data")
        return dtype.newbyteorder(self.order)


class _Array:
    """Stands in for a numpy array or scalar."""

    def __setstate__(self, state: tuple):
        _, self.shape, self.dtype, fortran, self.raw = state
        self.order = "F" if fortran else "C"

    def real(self) -> np.ndarray:
        """The array."""
        raw = self.raw.encode("latin1") if isinstance(self.raw, str) else self.raw
        return np.ndarray(self.shape, self.dtype.real(), raw, order=self.order)


def _array(*_) -> _Array:
    return _Array()


def _scalar(dtype: _Dtype, raw: str | bytes) -> _Array:
    array = _Array()
    array.__setstate__((1, (), dtype, False, raw))
    return array


def _frombuffer(raw: bytes, dtype: _Dtype, shape: tuple, order: str) -> _Array:
    array = _Array()
    array.__setstate__((1, shape, dtype, order == "F", raw))
    return array


def _encode(text: str, encoding: str) -> bytes:
    # Python 3 writes bytes so in the protocols that have none; other codecs could do work.
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"it asks for the codec {encoding!r}")
    return text.encode("latin1")


def _no_bytes() -> bytes:
    # Python 3 writes empty bytes as a call without arguments in the protocols that have none.
    return b""


class _Name:
    """What a name in a pickle stands for. The pickle can call it, but not set attributes on what is behind it."""

    __slots__ = ("_function",)

    def __init__(self, function: Callable):
        self._function = function

    def __call__(self, *arguments):
        return self._function(*arguments)

    def __setstate__(self, _):
        raise pickle.UnpicklingError("it tries to change a function")


_NAMES = {
    "numpy.dtype": _Name(_Dtype),
    "numpy.ndarray": _Name(_array),
    "numpy.core.multiarray._reconstruct": _Name(_array),
    "numpy.core.multiarray.scalar": _Name(_scalar),
    "numpy.core.numeric._frombuffer": _Name(_frombuffer),
    "_codecs.encode": _Name(_encode),
    "builtins.bytes": _Name(_no_bytes),
    "builtins.set": _Name(set),
    "builtins.frozenset": _Name(frozenset),
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> _Name:
        """Python 2's and numpy 2's names for modules count as well."""
        usual = module.replace("__builtin__", "builtins").replace("numpy._core", "numpy.core")
        try:
            return _NAMES[f"{usual}.{name}"]
        except KeyError:
            raise pickle.UnpicklingError(f"it asks for {f'{module}.{name}'!r}, which is not plain data") from None

    def persistent_load(self, _):
        raise pickle.UnpicklingError("it refers to objects outside the file")


def _plain(value: Any, counter: Iterator[int]) -> Any:
    if next(counter) >= MOST_VALUES:
        raise pickle.UnpicklingError(f"it unfolds to more than {MOST_VALUES:,} values")
    if isinstance(value, _Array):
        return value.real().tolist()
    if isinstance(value, dict):
        return {key: _plain(item, counter) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item, counter) for item in value]
    return value
