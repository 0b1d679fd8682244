"""Who is who, for many contacts at once: one query where nobody was merged, which is nearly always; else two."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db import connection

from crm.models.contact import Contact, Tag
from crm.models.identity import Identity

Found = TypeVar("Found")


@dataclass(frozen=True)
class Family:
    """One person: the contact that stands for them, and all that were merged into it, itself included."""

    survivor_id: int
    member_ids: tuple[int, ...]


def families(contact_ids: Iterable[int]) -> dict[int, Family]:
    """Contact id → the person behind it. Late binding: a merge or its undoing counts from the next question on."""
    ids = set(contact_ids)
    merged = {end for edge in _edges(ids) for end in edge} & ids
    return {i: Family(i, (i,)) for i in ids} | (_families(merged) if merged else {})


def person_ids(contact_id: int) -> tuple[int, ...]:
    """All records of the person behind one of them."""
    return families([contact_id])[contact_id].member_ids


def persons(contacts: Iterable[Contact]) -> dict[int, Contact]:
    """Contact id → the contact that stands for the person: the same object unless it was merged into another one.

    Of these `family_ids`, `known_by` and `known_tags` speak of the whole person.
    """
    known = {contact.pk: contact for contact in contacts}
    people = families(known)
    elsewhere = {person.survivor_id for person in people.values()} - set(known)
    if elsewhere:
        known |= {c.pk: c for c in Contact.objects.filter(pk__in=elsewhere).prefetch_related("identities")}
    found = {pk: known[person.survivor_id] for pk, person in people.items()}
    for pk, person in people.items():
        found[pk].family_ids = list(person.member_ids)
    _introduce(found.values(), {person.survivor_id: person for person in people.values()})
    return found


def survivors(people: Mapping[int, Family]) -> dict[int, int]:
    """Member → survivor: where to read, and whom what is found there belongs to."""
    return {member: person.survivor_id for person in people.values() for member in person.member_ids}


def spread(found: Mapping[int, Found], people: Mapping[int, Family]) -> dict[int, Found]:
    """What was found for survivors, for those who were asked about."""
    return {i: found[person.survivor_id] for i, person in people.items() if person.survivor_id in found}


def acquaint(contacts: Sequence[Contact]) -> None:
    """From now on `known_by` and `known_tags` of these speak of the records merged into them too; their own come first.

    A record that was merged itself keeps to its own: whoever looks for the person finds the survivor.
    """
    _introduce(contacts, families(contact.pk for contact in contacts))


def _introduce(contacts: Iterable[Contact], people: Mapping[int, Family]) -> None:
    merged = {c.pk: c for c in contacts if len(people[c.pk].member_ids) > 1 and people[c.pk].survivor_id == c.pk}
    if not merged:
        return
    owner = survivors({pk: people[pk] for pk in merged})
    known: dict[int, list[Identity]] = defaultdict(list)
    for identity in Identity.objects.filter(contact__in=owner):
        known[owner[identity.contact_id]].append(identity)
    tags = _tags(owner)
    for pk, contact in merged.items():
        contact.family_identities = _own_first(known[pk], pk)
        contact.family_tags = list(tags[pk])


def _tags(owner: Mapping[int, int]) -> dict[int, dict[Tag, None]]:
    """Survivor → the tags of all their records by name, each once."""
    found: dict[int, dict[Tag, None]] = defaultdict(dict)
    for row in Contact.tags.through.objects.filter(contact__in=owner).select_related("tag").order_by("tag__name"):
        found[owner[row.contact_id]][row.tag] = None
    return found


def _own_first(identities: Iterable[Identity], contact_id: int) -> list[Identity]:
    return sorted(identities, key=lambda identity: (identity.contact_id != contact_id, identity.pk))


def _edges(ids: set[int]) -> list[tuple[int, int]]:
    """Each half reads its own index; as one condition with OR it took ten times as long for 500 people."""
    array = _array(ids)
    with connection.cursor() as cursor:
        cursor.execute(_EDGES, [array, array])
        return list(cursor.fetchall())


_EDGES = """
SELECT member_id, survivor_id FROM crm_alias WHERE member_id = ANY(%s::bigint[])
UNION SELECT member_id, survivor_id FROM crm_alias WHERE survivor_id = ANY(%s::bigint[])"""


def _families(ids: set[int]) -> dict[int, Family]:
    with connection.cursor() as cursor:
        cursor.execute(_FAMILIES, [_array(ids)])
        return {asked: Family(survivor, tuple(members)) for asked, survivor, members in cursor.fetchall()}


_FAMILIES = """
WITH RECURSIVE up(asked, id) AS (
    SELECT id, id FROM unnest(%s::bigint[]) AS id
    UNION SELECT up.asked, a.survivor_id FROM crm_alias a JOIN up ON a.member_id = up.id
), person(asked, survivor) AS (
    SELECT asked, id FROM up WHERE NOT EXISTS (SELECT 1 FROM crm_alias a WHERE a.member_id = up.id)
), down(survivor, id) AS (
    SELECT DISTINCT survivor, survivor FROM person
    UNION SELECT down.survivor, a.member_id FROM crm_alias a JOIN down ON a.survivor_id = down.id
)
SELECT asked, survivor, (SELECT array_agg(down.id ORDER BY down.id) FROM down WHERE down.survivor = person.survivor)
FROM person"""


def _array(ids: set[int]) -> str:
    return "{" + ",".join(map(str, ids)) + "}"
