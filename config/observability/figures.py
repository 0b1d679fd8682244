"""Figures about the running product, each one short indexed query (no counting of finished rows)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.ledger import consume
from crm.models import AccountMail, Cursor, Retry
from feedback.models import Occasion
from journeys.models import Handover, Timer
from kernel import lease
from kernel.lists import capped_count
from omnichannel.models import Delivery, RawInbound


@dataclass(frozen=True)
class Queue:
    """`due` counted up to 10,000; `oldest` seconds that the most overdue row has waited."""

    name: str
    label: Any
    due: int
    oldest: float


@dataclass(frozen=True)
class ConsumerState:
    """`known` to this version; what another one left is kept for it."""

    name: str
    known: bool
    unread: int
    retrying: int
    dead: int
    paused: bool
    moved_at: datetime


def queues() -> Iterator[Queue]:
    for name, label, rows in _queues():
        yield Queue(name, label, capped_count(rows.filter(due_at__lte=Now())).number, lease.oldest_overdue(rows))


def _queues() -> Iterator[tuple[str, Any, QuerySet[Any]]]:
    going_out = [Delivery.State.QUEUED, Delivery.State.UNKNOWN]
    yield from (
        ("inbound", _("Came in, not read yet"), RawInbound.objects.filter(state=RawInbound.State.RECEIVED)),
        ("deliveries", _("On the way out"), Delivery.objects.filter(state__in=going_out)),
        ("timers", _("Timers of journeys"), Timer.objects.all()),
        ("handovers", _("People moving to a new version"), Handover.objects.workable()),
        ("occasions", _("Resolutions to ask about"), Occasion.objects.all()),
        ("retries", _("Events tried again"), consume.workable_retries()),
    )
    if settings.SMTP_URL:  # else they are there for admins to read
        yield "account_mails", _("Mails to colleagues"), AccountMail.objects.all()


def consumers() -> list[ConsumerState]:
    known, unread = set(consume.registered()), consume.lags()
    counted = Retry.objects.values_list("consumer", "dead").annotate(n=Count("pk"))
    counts = {(consumer, dead): n for consumer, dead, n in counted}
    return [
        ConsumerState(
            name=cursor.consumer,
            known=cursor.consumer in known,
            unread=unread.get(cursor.consumer, 0),
            retrying=counts.get((cursor.consumer, False), 0),
            dead=counts.get((cursor.consumer, True), 0),
            paused=cursor.paused,
            moved_at=cursor.moved_at,
        )
        for cursor in Cursor.objects.order_by("consumer")
    ]


def open_deliveries() -> dict[str, int]:
    """Not settled, or failed: what the partial index holds."""
    states = ("queued", "unknown", "failed")
    return dict.fromkeys(states, 0) | _by_state(Delivery.objects.filter(state__in=states))


def open_inbound() -> dict[str, int]:
    states = ("received", "quarantined")
    return dict.fromkeys(states, 0) | _by_state(RawInbound.objects.filter(state__in=states))


def _by_state(rows: QuerySet[Any]) -> dict[str, int]:
    return dict(rows.order_by().values_list("state").annotate(n=Count("pk")))


_LAGS = """
SELECT c.consumer, coalesce(extract(epoch FROM now() - e.recorded_at), 0) FROM crm_cursor c LEFT JOIN LATERAL (
    SELECT recorded_at FROM crm_event e WHERE (e.xid, e.id) > (c.xid, c.event_id) ORDER BY e.xid, e.id LIMIT 1) AS e
ON true WHERE c.consumer = ANY(%s) ORDER BY 1"""


def lag_seconds() -> dict[str, float]:
    """By consumer: how long the oldest event that it has not read has been waiting."""
    with connection.cursor() as cursor:
        cursor.execute(_LAGS, [consume.registered()])
        return {consumer: max(float(seconds), 0.0) for consumer, seconds in cursor.fetchall()}


def ever(table: str) -> int:
    """How many rows were ever begun in a table: its sequence only grows, and knowing it costs no counting.

    Rolled back rows are in it, so it is a rate to watch, not an account.
    """
    return int(_value("SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence(%s, 'id')::regclass), 0)", table))


_REFUSED = "SELECT coalesce(sum(times), 0) FROM crm_refusedevents WHERE last_at >= now() - interval '1 hour'"


def refused_lately() -> int:
    """Requests refused by the tracking API in hours that saw one within the last sixty minutes."""
    return int(_value(_REFUSED))


def heartbeat_ages() -> dict[str, float]:
    """Seconds since each service was last seen."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT service, extract(epoch FROM now() - at) FROM crm_heartbeat ORDER BY 1")
        return {service: float(seconds) for service, seconds in cursor.fetchall()}


_OLDEST_WRITER = """
SELECT coalesce(extract(epoch FROM max(clock_timestamp() - xact_start)), 0) FROM pg_stat_activity
WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()"""


def oldest_writer() -> float:
    """Seconds since the oldest transaction that has written began: every consumer waits for it (ADR 2)."""
    return float(_value(_OLDEST_WRITER))


def database_bytes() -> int:
    return int(_value("SELECT pg_database_size(current_database())"))


def database_version() -> str:
    return str(_value("SHOW server_version"))


def _value(sql: str, *parameters: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)
        return cursor.fetchone()[0]
