"""Remembering what the tracking API refused, at a cost that a flood of wrong requests cannot raise."""

import logging
import re

from django.db import DatabaseError, connection, transaction

log = logging.getLogger(__name__)

PER_KEY = 500  # rows; whoever is wrong in more ways than these pushes out their own oldest
_SECRET = re.compile(
    r'("[^"]*(?:key|token|secret|passw|authorization|card|iban)[^"]*"\s*:\s*)"[^"]*"?|hilo_[\w-]+', re.IGNORECASE
)

_COUNT = """
INSERT INTO crm_refusedevents (key_id, status, reason, hour, times, excerpt, last_at)
VALUES (%s, %s, %s, date_trunc('hour', now()), 1, %s, now())
ON CONFLICT (key_id, status, reason, hour)
DO UPDATE SET times = crm_refusedevents.times + 1, excerpt = excluded.excerpt, last_at = now()
RETURNING xmax = 0"""
_TRIM = """
DELETE FROM crm_refusedevents WHERE id IN (
    SELECT id FROM crm_refusedevents WHERE key_id IS NOT DISTINCT FROM %s ORDER BY last_at DESC, id DESC OFFSET %s)"""


def remember(*, key_id: int | None, status: int, reason: str, body: bytes) -> None:
    """Never raises: an answer does not wait for bookkeeping, and a database that is away has other worries."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_COUNT, [key_id, status, reason[:300], excerpt(body)])
            row = cursor.fetchone()
            if row and row[0]:
                cursor.execute(_TRIM, [key_id, PER_KEY])
    except DatabaseError as error:
        log.warning("refused events not remembered: %s", type(error).__name__)


def excerpt(body: bytes) -> str:
    """The beginning of what was sent, without what looks like a secret."""
    text = body[:4000].decode("utf-8", "replace").replace("\x00", "")
    return _SECRET.sub(lambda found: f'{found[1]}"…"' if found[1] else "hilo_…", text)[:400]
