"""What nodes and conditions need to know about many people, in one query for each kind of knowledge."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from crm.models.families import families
from journeys.conditions.base import conditions
from journeys.engine.traveller import Traveller
from journeys.nodes.base import Placed
from journeys.people import Person

# The address is their own, else one of a record merged with theirs: `merged` holds pairs of those.
_PEOPLE = """
WITH merged AS (SELECT * FROM unnest(%s::bigint[], %s::bigint[]) AS pair(contact_id, member_id))
SELECT c.id, c.first_name, c.last_name, c.language, c.timezone, c.feeling, c.traits::text, c.custom::text, c.created_at,
       EXTRACT(EPOCH FROM now() - c.created_at)::float8 / 86400, coalesce(co.name, ''),
       coalesce((SELECT i.display FROM crm_identity i WHERE i.contact_id = c.id AND i.kind = 'email'
                 ORDER BY i.id LIMIT 1),
                (SELECT i.display FROM merged m JOIN crm_identity i ON i.contact_id = m.member_id
                 WHERE m.contact_id = c.id AND i.kind = 'email' ORDER BY i.id LIMIT 1), '')
FROM crm_contact c LEFT JOIN crm_company co ON co.id = c.company_id
WHERE c.id = ANY(%s)"""


def people(contact_ids: Iterable[int]) -> dict[int, Person]:
    """Contact id → the person, for those who (still) exist."""
    known = families(contact_ids)
    merged = [(i, member) for i, person in known.items() for member in person.member_ids if member != i]
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, [[i for i, _ in merged], [member for _, member in merged], sorted(known)])
        return {row[0]: _person(row) for row in cursor.fetchall()}


def _person(row: Sequence[Any]) -> Person:
    return Person(
        id=row[0],
        first_name=row[1],
        last_name=row[2],
        language=row[3],
        timezone=row[4],
        feeling=row[5],
        traits=json.loads(row[6]),
        custom=json.loads(row[7]),
        created_at=row[8],
        known_for_days=row[9],
        company=row[10],
        email=row[11],
    )


def known(placed: Placed, group: Sequence[Traveller]) -> dict[int, dict[str, Any]]:
    """Contact id → condition → what it gathered, for the conditions that this node asks."""
    found: dict[int, dict[str, Any]] = {traveller.contact_id: {} for traveller in group}
    for slug in sorted(set(placed.kind.conditions(placed.config))):
        gathered = conditions.get(slug)().gather(group[0].journey_id, sorted(found))
        for contact_id, value in gathered.items():
            found.setdefault(contact_id, {})[slug] = value
    return found
