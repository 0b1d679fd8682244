"""Room on the disk of a data directory, and what is said when there is none."""

import errno
import os
import shutil
from pathlib import Path

from config.services.errors import ServiceError

# An empty installation takes about 60 MB with its write-ahead log.
LEAST_FREE_BYTES = 200 * 1024 * 1024
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


def is_short(data: Path) -> bool:
    """Not where nothing can be written at all: that is no matter of room, and has a sentence of its own (layout.py)."""
    existing = next(place for place in (data, *data.parents) if place.exists())
    disk = shutil.disk_usage(existing)
    return disk.total > 0 and os.access(existing, os.W_OK) and disk.free < LEAST_FREE_BYTES


def full(data: Path, detail: str = "") -> str:
    more = f" ({detail})" if detail else ""
    return f"The disk that holds {data} is full{more}: free some space, or choose another folder with --data."


def told(error: Exception, data: Path) -> str | None:
    """The sentence of an error that ends a start; None for what nobody foresaw. Servers quote the system's words."""
    if isinstance(error, OSError):
        return full(data) if error.errno in NO_ROOM else None
    if isinstance(error, ServiceError):
        return full(data) if os.strerror(errno.ENOSPC) in str(error) else str(error)
    return None
