"""How many events a key may send. The counters live in Valkey and are hints: without Valkey everything passes."""

import logging
import time

from django.core.cache import cache
from redis.exceptions import RedisError

from crm.ingest.refused import Refused

log = logging.getLogger(__name__)

WINDOW = 10  # seconds
EVENTS_PER_WINDOW = 100_000
PAUSE_AFTER_FAILURE = 5.0  # seconds without counting, so that a hanging Valkey does not slow each request

_closed_until = 0.0


def spend(key_id: int, events: int) -> None:
    """Raises Refused(429) once a key has sent more than EVENTS_PER_WINDOW in the running window."""
    global _closed_until
    now = time.time()
    if now < _closed_until:
        return
    try:
        spent = _count(f"ingest:{key_id}:{int(now // WINDOW)}", events)
    except (RedisError, OSError):
        _closed_until = now + PAUSE_AFTER_FAILURE
        log.warning("ingest limits are off: Valkey is away")
        return
    if spent > EVENTS_PER_WINDOW:
        left = max(int(WINDOW - now % WINDOW) + 1, 1)
        raise Refused(429, f"More than {EVENTS_PER_WINDOW} events in {WINDOW} seconds.", retry_after=left)


def _count(counter: str, events: int) -> int:
    cache.add(counter, 0, timeout=2 * WINDOW)
    try:
        return cache.incr(counter, events)
    except ValueError:  # flushed in between
        return events
