"""The folder of records that a command reads and never makes."""

import os

from odyssey.errors import OdysseyError


def check_named(path: str | None) -> None:
    """Refuse a folder that the user has named (by option or ``ODYSSEY_RECORDS``) and that is not there.

    It is a typing error more often than a study without trials; only a search makes the folder.

    Raises:
        OdysseyError: there is no such folder.
    """
    from odyssey import records

    if not (path or os.environ.get("ODYSSEY_RECORDS")):
        return
    place = records.folder(path)
    try:
        place.stat()
    except FileNotFoundError:
        raise OdysseyError(f"{place}: there are no records: name the folder that holds them (--records)") from None
    except OSError:
        pass  # Whoever reads it says what is wrong with it.
