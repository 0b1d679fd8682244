"""The engine's writing: one statement for each table, however many people moved."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from crm.ledger import Fact, publish_many
from journeys.engine.traveller import Mark, State, Traveller
from journeys.facts import JourneyCompleted, JourneyExited, JourneyFailed, JourneyMoved
from journeys.models import Version
from journeys.people import Happening
from kernel.recordset import recordset

_ENROL = """
INSERT INTO journeys_enrolment
    (journey_id, version_id, contact_id, key, once, state, node, visit, reason, event_id, entry, entered_at)
SELECT journey_id, version_id, contact_id, key, once, 'active', node, 1, '', event_id, entry, now()
FROM jsonb_to_recordset(%s::jsonb)
     AS t(journey_id bigint, version_id bigint, contact_id bigint, key text, once bool, node text, event_id bigint,
          entry jsonb)
WHERE NOT once OR NOT EXISTS (
    SELECT FROM journeys_enrolment e WHERE e.contact_id = t.contact_id AND e.journey_id = t.journey_id)
ON CONFLICT DO NOTHING
RETURNING id, journey_id, version_id, contact_id, node, event_id"""

_MOVE = """
UPDATE journeys_enrolment e
SET version_id = t.version_id, node = t.node, visit = t.visit, state = t.state, reason = t.reason,
    left_at = CASE WHEN t.state IN ('completed', 'exited') THEN now() END
FROM jsonb_to_recordset(%s::jsonb) AS t(id bigint, version_id bigint, node text, visit int, state text, reason text)
WHERE e.id = t.id"""

_LOG = """
INSERT INTO journeys_step (enrolment_id, version_id, node, visit, outcome, detail, event_id, at)
SELECT enrolment_id, version_id, node, visit, outcome, detail, event_id, now()
FROM jsonb_to_recordset(%s::jsonb)
     AS t(enrolment_id bigint, version_id bigint, node text, visit int, outcome text, detail text, event_id bigint)"""

_TIME = """
INSERT INTO journeys_timer (enrolment_id, journey_id, node, visit, branch, due_at, attempts)
SELECT enrolment_id, journey_id, node, visit, branch, now() + seconds * interval '1 second', 0
FROM jsonb_to_recordset(%s::jsonb)
     AS t(enrolment_id bigint, journey_id bigint, node text, visit int, branch text, seconds float8)"""

_WAIT = """
INSERT INTO journeys_wait (enrolment_id, contact_id, node, visit, event_name, "where")
SELECT enrolment_id, contact_id, node, visit, event_name, "where" FROM jsonb_to_recordset(%s::jsonb)
     AS t(enrolment_id bigint, contact_id bigint, node text, visit int, event_name text, "where" jsonb)"""

NEWCOMER = ("journey_id", "version_id", "contact_id", "key", "once", "node", "event_id", "entry")


def enrol(newcomers: Sequence[Sequence[Any]], happenings: dict[int, Happening]) -> list[Traveller]:
    """`newcomers`: rows of the columns NEWCOMER. Only those whom no unique index keeps out come back: who may
    enter again, and who not, is the database's decision. Who entered while the trigger still let people in again has
    been here, too."""
    with connection.cursor() as cursor:
        cursor.execute(_ENROL, [recordset(NEWCOMER, newcomers)])
        rows = cursor.fetchall()
    return [
        Traveller(pk, journey, version, contact, happenings[event], node, 1, event=happenings[event])
        for pk, journey, version, contact, node, event in sorted(rows)
    ]


def entry_of(happening: Happening) -> dict[str, Any]:
    return {"name": happening.name, "properties": dict(happening.properties), "depth": happening.depth}


def write(travellers: Sequence[Traveller], versions: Mapping[int, Version]) -> None:
    """Where everybody stands now, how they came there, what they wait for; and the news."""
    clear_places([t.enrolment_id for t in travellers])
    record(travellers)
    _write_places([t for t in travellers if t.waiting is not None])
    _tell(travellers, versions)


def record(travellers: Sequence[Traveller]) -> None:
    """Where everybody stands, and the log; what they wait for stays as it is."""
    moves = [(t.enrolment_id, t.version_id, t.node, t.visit, t.state, t.reason) for t in travellers]
    _execute(_MOVE, ("id", "version_id", "node", "visit", "state", "reason"), moves)
    marks = [(t.enrolment_id, t.version_id, *mark) for t in travellers for mark in t.log]
    _execute(_LOG, ("enrolment_id", "version_id", *Mark._fields), marks)


def clear_places(enrolment_ids: Sequence[int]) -> None:
    """They no longer wait where they stood."""
    with connection.cursor() as cursor:
        for table in ("journeys_timer", "journeys_wait"):
            cursor.execute(f"DELETE FROM {table} WHERE enrolment_id = ANY(%s)", [list(enrolment_ids)])  # noqa: S608


def _write_places(waiting: Sequence[Traveller]) -> None:
    timers = [
        (t.enrolment_id, t.journey_id, t.node, t.visit, t.waiting.on_timeout, t.waiting.timeout.total_seconds())
        for t in waiting
    ]
    _execute(_TIME, ("enrolment_id", "journey_id", "node", "visit", "branch", "seconds"), timers)
    waits = [
        (t.enrolment_id, t.contact_id, t.node, t.visit, t.waiting.event, list(t.waiting.where))
        for t in waiting
        if t.waiting.event
    ]
    _execute(_WAIT, ("enrolment_id", "contact_id", "node", "visit", "event_name", "where"), waits)


_TOLD: dict[str, type[JourneyCompleted | JourneyExited | JourneyFailed]] = {
    State.COMPLETED: JourneyCompleted,
    State.EXITED: JourneyExited,
    State.FAILED: JourneyFailed,
}


def _tell(travellers: Sequence[Traveller], versions: Mapping[int, Version]) -> None:
    over = [t for t in travellers if t.state in _TOLD]
    publish_many([_fact(t, versions[t.version_id]) for t in over], causes=[t.cause for t in over])
    tell_moved(travellers, versions)


def tell_moved(travellers: Sequence[Traveller], versions: Mapping[int, Version]) -> None:
    """Where nobody entered or left, nothing else says that the figures changed: one fact for each journey."""
    moved = Counter(t.version_id for t in travellers if t.state == State.ACTIVE)
    names = {versions[pk].journey_id: versions[pk].journey.name for pk in moved}
    people = {journey: sum(n for pk, n in moved.items() if versions[pk].journey_id == journey) for journey in names}
    facts = [JourneyMoved(contact_id=None, journey_id=pk, journey=names[pk], people=people[pk]) for pk in names]
    publish_many(facts, causes=[None] * len(facts))


def _fact(traveller: Traveller, version: Version) -> Fact:
    return _TOLD[traveller.state](
        contact_id=traveller.contact_id,
        journey_id=traveller.journey_id,
        journey=version.journey.name,
        enrolment_id=traveller.enrolment_id,
        version=version.number,
        reason=traveller.reason,
    )


def _execute(sql: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(sql, [recordset(columns, rows)])
