"""``python -m odyssey`` is the `odyssey` command."""

import sys

from odyssey.cli import main

sys.exit(main())
