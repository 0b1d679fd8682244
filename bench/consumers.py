"""Draining: a batched consumer through a full ledger, against reading the same rows by COPY; and commit to reaction."""

import time
from collections.abc import Iterator, Sequence

from django.db import connection, transaction

from bench.measurement import Measurement, Scale, seconds
from crm.facts import NoteWritten
from crm.ledger import consume, consumer, publish
from crm.models import Contact, Cursor, Event

EVENTS = {"small": 50_000, "full": 500_000}
REACTIONS = 200

_seen: list[float] = []
_count = 0

_FILL = """
INSERT INTO crm_event (contact_id, anonymous_id, name, source, message_id, channel, properties, depth, schema_version)
SELECT %s, '', 'Order Completed', 'bench', n::text, '', jsonb_build_object('total', n), 0, 1
FROM generate_series(1, %s) AS n"""


def measure(scale: Scale) -> Iterator[Measurement]:
    consumer("Order Completed")(bench_count)
    consumer("note.written")(bench_note)
    consume.ensure_cursors()
    contact = Contact.objects.create()
    with connection.cursor() as cursor:
        cursor.execute(_FILL, [contact.pk, EVENTS[scale]])
        cursor.execute("ANALYZE crm_event")
    baseline = EVENTS[scale] / seconds(_copy)
    counting = consume.find("bench.bench_count")
    rate = EVENTS[scale] / seconds(lambda: consume.drain(counting, max_batches=10_000))
    assert _count == EVENTS[scale], _count
    yield Measurement.single(
        "consumers",
        "events_per_second",
        rate,
        "events/s",
        scale=scale,
        n=EVENTS[scale],
        baseline=baseline,
        note=f"batches of {consume.BATCH}, rows as models; baseline: COPY of the same rows to the client",
    )
    yield Measurement.of(
        "consumers", "event_to_action", _reactions(contact), "ms", scale=scale, note="commit, then a drain; no broker"
    )


def bench_count(events: Sequence[Event]) -> None:
    global _count
    _count += len(events)


def bench_note(events: Sequence[Event]) -> None:
    _seen.append(time.perf_counter())


def _copy() -> None:
    with connection.cursor() as cursor, cursor.copy("COPY crm_event TO STDOUT") as rows:
        for _ in rows:
            pass


def _reactions(contact: Contact) -> list[float]:
    noting = consume.find("bench.bench_note")
    lags = []
    for _ in range(REACTIONS):
        with transaction.atomic():
            publish(NoteWritten(contact_id=contact.pk))
        committed = time.perf_counter()
        consume.drain(noting)
        lags.append((_seen[-1] - committed) * 1000)
    assert Cursor.objects.filter(consumer=noting.name).exists()
    return lags
