"""The user's cache folder: what takes long to make is kept there and can be deleted at any time."""

import os
from pathlib import Path

from platformdirs import user_cache_dir

from odyssey.errors import OdysseyError

VARIABLE = "ODYSSEY_CACHE"


def cache_folder() -> Path:
    """The folder named by ``ODYSSEY_CACHE``, else the user's cache folder of the platform. It need not exist.

    Raises:
        OdysseyError: it is in the home folder of somebody who has none.
    """
    folder = os.environ.get(VARIABLE) or user_cache_dir("odyssey")
    try:
        return Path(folder).expanduser()
    except RuntimeError:
        raise OdysseyError(f"{folder}: there is no such home folder: set {VARIABLE} to another one") from None
