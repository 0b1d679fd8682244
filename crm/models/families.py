"""Who is who, for many contacts at once: one query where nobody was merged, which is nearly always."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from crm.models.contact import Alias, Contact


@dataclass(frozen=True)
class Family:
    """One person: the contact that stands for them, and all that were merged into it, itself included."""

    survivor_id: int
    member_ids: tuple[int, ...]


def families(contact_ids: Iterable[int]) -> dict[int, Family]:
    """Contact id → the person behind it. Late binding: a merge or its undoing counts from the next question on."""
    ids = set(contact_ids)
    edges = Alias.objects.filter(Q(member__in=ids) | Q(survivor__in=ids)).values_list("member", "survivor")
    merged = {end for edge in edges for end in edge} & ids
    return {i: _family(i) if i in merged else Family(i, (i,)) for i in ids}


def _family(contact_id: int) -> Family:
    survivor = Contact(pk=contact_id).survivor_id
    return Family(survivor, tuple(Contact(pk=survivor).member_ids()))
