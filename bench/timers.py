"""People who wait: what a tick costs when nobody is due, how late those are who are due, how many go on in a second.

`firing_lag` counts from the moment a timer is due to the moment its enrolment has moved on, with the sweep running
without a break; in the product it runs every second, which adds up to that.
"""

import time
from collections.abc import Iterator

from django.db import connection, transaction

from bench.measurement import Measurement, Scale, median_seconds, seconds
from crm.models import Contact
from journeys.actions import journeys
from journeys.engine import timing
from journeys.models import Enrolment, Timer

WAITING = {"small": 100_000, "full": 1_000_000}
STAGGERED = 1_000
STAGGER_SECONDS = 5
BULK = 10_000
GRAPH = {
    "nodes": [
        {"id": "start", "type": "trigger_event", "config": {"event": "Signed Up", "entry": "each"}},
        {"id": "wait", "type": "wait", "config": {"amount": 30, "unit": "days"}},
        {"id": "end", "type": "end"},
    ],
    "edges": [{"from": "start", "to": "wait"}, {"from": "wait", "to": "end"}],
}

_ENROL = """
INSERT INTO journeys_enrolment
    (journey_id, version_id, contact_id, key, once, state, node, visit, reason, entry, entered_at)
SELECT %s, %s, %s, 'bench:' || i, false, 'active', 'wait', 2, '', '{}', now() FROM generate_series(1, %s) AS i"""

_TIME = """
INSERT INTO journeys_timer (enrolment_id, journey_id, node, visit, branch, due_at, attempts)
SELECT id, journey_id, 'wait', 2, 'next', now() + interval '1 day' + id * interval '1 second', 0
FROM journeys_enrolment"""

_DUE = """
UPDATE journeys_timer t SET due_at = now() + s.n * %s * interval '1 second' / %s
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM journeys_timer ORDER BY id LIMIT %s) AS s WHERE s.id = t.id
RETURNING t.enrolment_id, t.due_at"""


def measure(scale: Scale) -> Iterator[Measurement]:
    _fill(WAITING[scale])
    note = f"{WAITING[scale]:,} waiting"
    one = median_seconds(_select_one, 50)
    tick = [seconds(timing.advance_due) * 1000 for _ in range(50)]
    yield Measurement.of(
        "timers", "idle_tick", tick, "ms", scale=scale, baseline=one * 1000, note=f"{note}; baseline: SELECT 1"
    )
    yield Measurement.of("timers", "firing_lag", _lags(), "ms", scale=scale, note=note)
    _make_due(BULK, 0)
    rate = BULK / seconds(timing.advance_due)
    yield Measurement.single("timers", "timers_per_second", rate, "timers/s", scale=scale, n=BULK, note=note)


def _fill(number: int) -> None:
    journey = journeys.create(name="Bench", by=None)
    journey = journeys.publish(journeys.add_version(journey, graph=GRAPH, by=None), by=None)
    contact = Contact.objects.create(first_name="Bench")
    with connection.cursor() as cursor:
        cursor.execute(_ENROL, [journey.pk, journey.live_version_id, contact.pk, number])
        cursor.execute(_TIME)
        cursor.execute("ANALYZE")


def _select_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _make_due(number: int, over_seconds: float) -> list[int]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_DUE, [over_seconds, number, number])
        return [row[0] for row in cursor.fetchall()]


def _lags() -> list[float]:
    """Milliseconds; the end is the database's time of the commit's transaction, so the commit itself is not in it."""
    due = _make_due(STAGGERED, STAGGER_SECONDS)
    rows = Timer.objects.filter(enrolment__in=due).values_list("enrolment", "due_at")
    wanted = {pk: at for pk, at in rows if at is not None}
    until = time.monotonic() + STAGGER_SECONDS + 30
    while Timer.objects.filter(enrolment__in=due).exists() and time.monotonic() < until:
        timing.advance_due()
    gone = Enrolment.objects.filter(pk__in=due, left_at__isnull=False).values_list("pk", "left_at")
    left = {pk: at for pk, at in gone if at is not None}
    return [(left[pk] - wanted[pk]).total_seconds() * 1000 for pk in due if pk in left]
