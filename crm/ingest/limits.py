"""How many events a key may send. The counters are hints in the cache: without Valkey everything passes."""

import time

from django.core.cache import cache

from crm.ingest.refused import Refused

WINDOW = 10  # seconds
EVENTS_PER_WINDOW = 100_000


def spend(key_id: int, events: int) -> None:
    """Raises Refused(429) once a key has sent more than EVENTS_PER_WINDOW in the running window."""
    now = time.time()
    if _count(f"ingest:{key_id}:{int(now // WINDOW)}", events) > EVENTS_PER_WINDOW:
        left = int(WINDOW - now % WINDOW) + 1
        raise Refused(429, f"More than {EVENTS_PER_WINDOW} events in {WINDOW} seconds.", retry_after=left)


def _count(counter: str, events: int) -> int:
    cache.add(counter, 0, timeout=2 * WINDOW)
    try:
        return cache.incr(counter, events)
    except ValueError:  # flushed in between
        return events
