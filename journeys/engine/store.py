"""The engine's writing: one statement for each table, however many people moved."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from crm.ledger import Fact, publish_many
from journeys.engine.traveller import State, Traveller
from journeys.facts import JourneyCompleted, JourneyFailed
from journeys.models import Version
from journeys.people import Happening

_ENROL = """
INSERT INTO journeys_enrolment
    (journey_id, version_id, contact_id, key, once, state, node, visit, reason, event_id, entry, entered_at)
SELECT journey_id, version_id, contact_id, key, once, 'active', node, 1, '', event_id, entry, now()
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::bool[], %s::text[], %s::bigint[], %s::jsonb[])
     AS t(journey_id, version_id, contact_id, key, once, node, event_id, entry)
ON CONFLICT DO NOTHING
RETURNING id, journey_id, version_id, contact_id, node, event_id"""

_MOVE = """
UPDATE journeys_enrolment e
SET node = t.node, visit = t.visit, state = t.state, reason = t.reason,
    left_at = CASE WHEN t.state = 'completed' THEN now() END
FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::text[], %s::text[]) AS t(id, node, visit, state, reason)
WHERE e.id = t.id"""

_LOG = """
INSERT INTO journeys_step (enrolment_id, version_id, node, visit, outcome, detail, event_id, at)
SELECT enrolment_id, version_id, node, visit, outcome, detail, event_id, now()
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::int[], %s::text[], %s::text[], %s::bigint[])
     AS t(enrolment_id, version_id, node, visit, outcome, detail, event_id)"""

_TIME = """
INSERT INTO journeys_timer (enrolment_id, journey_id, node, visit, branch, due_at, attempts)
SELECT enrolment_id, journey_id, node, visit, branch, now() + seconds * interval '1 second', 0
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::int[], %s::text[], %s::float8[])
     AS t(enrolment_id, journey_id, node, visit, branch, seconds)"""

_WAIT = """
INSERT INTO journeys_wait (enrolment_id, contact_id, node, visit, event_name, "where")
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::int[], %s::text[], %s::jsonb[])"""


def enrol(newcomers: Sequence[Sequence[Any]], happenings: dict[int, Happening]) -> list[Traveller]:
    """`newcomers`: (journey, version, contact, key, once, node, event, entry as JSON). Only those whom no unique index
    keeps out come back: who may enter again, and who not, is the database's decision."""
    with connection.cursor() as cursor:
        cursor.execute(_ENROL, _columns(newcomers))
        rows = cursor.fetchall()
    return [
        Traveller(pk, journey, version, contact, happenings[event], node, 1, event=happenings[event])
        for pk, journey, version, contact, node, event in sorted(rows)
    ]


def entry_json(happening: Happening) -> str:
    entry = {"name": happening.name, "properties": dict(happening.properties), "depth": happening.depth}
    return json.dumps(entry, cls=DjangoJSONEncoder)


def write(travellers: Sequence[Traveller], versions: Mapping[int, Version]) -> None:
    """Where everybody stands now, how they came there, what they wait for; and the news."""
    clear_places([t.enrolment_id for t in travellers])
    _execute(_MOVE, [(t.enrolment_id, t.node, t.visit, t.state, t.reason) for t in travellers])
    _execute(
        _LOG,
        [
            (t.enrolment_id, t.version_id, mark.node, mark.visit, mark.outcome, mark.detail, mark.event_id)
            for t in travellers
            for mark in t.log
        ],
    )
    _write_places([t for t in travellers if t.waiting is not None])
    _tell(travellers, versions)


def clear_places(enrolment_ids: Sequence[int]) -> None:
    """They no longer wait where they stood."""
    with connection.cursor() as cursor:
        for table in ("journeys_timer", "journeys_wait"):
            cursor.execute(f"DELETE FROM {table} WHERE enrolment_id = ANY(%s)", [list(enrolment_ids)])  # noqa: S608


def _write_places(waiting: Sequence[Traveller]) -> None:
    _execute(
        _TIME,
        [
            (t.enrolment_id, t.journey_id, t.node, t.visit, t.waiting.on_timeout, t.waiting.timeout.total_seconds())
            for t in waiting
        ],
    )
    _execute(
        _WAIT,
        [
            (t.enrolment_id, t.contact_id, t.node, t.visit, t.waiting.event, json.dumps(list(t.waiting.where)))
            for t in waiting
            if t.waiting.event
        ],
    )


def _tell(travellers: Sequence[Traveller], versions: Mapping[int, Version]) -> None:
    over = [t for t in travellers if t.state in (State.COMPLETED, State.FAILED)]
    publish_many([_fact(t, versions[t.version_id]) for t in over], causes=[t.cause for t in over])


def _fact(traveller: Traveller, version: Version) -> Fact:
    kind = JourneyCompleted if traveller.state == State.COMPLETED else JourneyFailed
    return kind(
        contact_id=traveller.contact_id,
        journey_id=traveller.journey_id,
        journey=version.journey.name,
        enrolment_id=traveller.enrolment_id,
        version=version.number,
        reason=traveller.reason,
    )


def _execute(sql: str, rows: Sequence[Sequence[Any]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(sql, _columns(rows))


def _columns(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
