"""No room on the disk where our data is kept: what looks like a lost database then is none."""

import shutil

from django.conf import settings
from django.db import Error

FULL_BYTES = 16 * 1024**2  # one segment of PostgreSQL's log: with less it cannot go on
DISK_FULL = "53100"  # SQLSTATE
FULL = "The disk is full: nothing is kept until there is room on it; try again later."
AWAY = "The database is away, or takes too long; try again."


def is_out() -> bool:
    return shutil.disk_usage(settings.DATA_DIR).free < FULL_BYTES


def why(error: Error) -> str:
    """For whoever wanted something kept, as a sentence in English. It may be the disk of a database elsewhere."""
    return FULL if getattr(error.__cause__, "sqlstate", "") == DISK_FULL or is_out() else AWAY
