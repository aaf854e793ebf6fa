"""Where compiled code is kept between processes.

Numba reuses machine code as long as the file of the outermost function is unchanged; it does not see changes in
the files of the functions called from there. The folder therefore carries a digest of all of the engine's sources.
"""

import atexit
import hashlib
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import numba

from odyssey.cache_folder import VARIABLE, cache_folder
from odyssey.errors import OdysseyError

keeps = True  # whether other processes see what this one compiles


@contextmanager
def code_cache():
    """Functions decorated inside this context keep their machine code in the user's cache folder.

    Where that cannot be written, one line on standard error says so, and the code is kept until the process ends.

    Raises:
        OdysseyError: there is no folder to write to, not even for temporary files.
    """
    digest = hashlib.sha256(numba.__version__.encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    folder = cache_folder() / "compiled" / digest.hexdigest()[:16]
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(_writable(folder))
    try:
        yield
    finally:
        numba.config.CACHE_DIR = before


def _writable(folder: Path) -> Path:
    """`folder`, or else one of this process alone.

    Left to itself, Numba would keep the code beside the sources, where nothing tells the digests apart, or give up
    with an error.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
        return folder
    except OSError as error:
        reason = f"cannot keep compiled code in {folder} ({error.strerror})"
    try:
        temporary = tempfile.TemporaryDirectory(prefix="odyssey-")
    except OSError:
        raise OdysseyError(f"{reason}, nor in a temporary folder: set {VARIABLE} to another one") from None
    atexit.register(temporary.cleanup)
    global keeps
    keeps = False
    print(
        f"warning: {reason}; each process compiles anew, which takes minutes; set {VARIABLE} to another folder",
        file=sys.stderr,
    )
    return Path(temporary.name)
