"""Where compiled code is kept between processes.

Numba reuses machine code as long as the file of the outermost function is unchanged; it does not see changes in
the files of the functions called from there. The folder therefore carries a digest of all of the engine's sources.
"""

import hashlib
import os
from contextlib import contextmanager
from pathlib import Path

import numba
from platformdirs import user_cache_dir


@contextmanager
def code_cache():
    """Functions decorated inside this context keep their machine code in the user's cache folder."""
    digest = hashlib.sha256(numba.__version__.encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    root = Path(os.environ.get("ODYSSEY_CACHE") or user_cache_dir("odyssey"))
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(root / "compiled" / digest.hexdigest()[:16])
    try:
        yield
    finally:
        numba.config.CACHE_DIR = before
