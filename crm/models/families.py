"""Who is who, for many contacts at once: one query where nobody was merged, which is nearly always."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from crm.models.contact import Contact


@dataclass(frozen=True)
class Family:
    """One person: the contact that stands for them, and all that were merged into it, itself included."""

    survivor_id: int
    member_ids: tuple[int, ...]


def families(contact_ids: Iterable[int]) -> dict[int, Family]:
    """Contact id → the person behind it. Late binding: a merge or its undoing counts from the next question on."""
    ids = set(contact_ids)
    merged = {end for edge in _edges(ids) for end in edge} & ids
    return {i: _family(i) if i in merged else Family(i, (i,)) for i in ids}


def _edges(ids: set[int]) -> list[tuple[int, int]]:
    """Each half reads its own index; as one condition with OR it took ten times as long for 500 people."""
    array = "{" + ",".join(map(str, ids)) + "}"
    with connection.cursor() as cursor:
        cursor.execute(_EDGES, [array, array])
        return list(cursor.fetchall())


_EDGES = """
SELECT member_id, survivor_id FROM crm_alias WHERE member_id = ANY(%s::bigint[])
UNION SELECT member_id, survivor_id FROM crm_alias WHERE survivor_id = ANY(%s::bigint[])"""


def _family(contact_id: int) -> Family:
    survivor = Contact(pk=contact_id).survivor_id
    return Family(survivor, tuple(Contact(pk=survivor).member_ids()))
