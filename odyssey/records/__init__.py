"""The archive of finished trials: read, append, verify.

One folder a corpus, two files a variant::

    <records>/<task>/<corpus>/<variant>.csv            one row a trial, `COLUMNS`
    <records>/<task>/<corpus>/<variant>.curves.jsonl   its learning curves, one JSON object a trial

Rows keep every digit of every number. Curves are rounded to seven significant digits, and a value that is
not finite stands as ``null``. A corpus folder holds rows of one corpus fingerprint and one protocol only;
anything else is refused, when writing and when reading.
"""

from odyssey.records.appending import append, check_writable
from odyssey.records.machine import machine
from odyssey.records.reading import folder, read, read_curves
from odyssey.records.table import COLUMNS, row

__all__ = ["COLUMNS", "append", "check_writable", "folder", "machine", "read", "read_curves", "row"]
