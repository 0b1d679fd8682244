"""Two records, one person: an alias from the member to the survivor. Nothing is moved, so undoing is one delete."""

from typing import Any

from django.db import transaction

from crm.actions import search_text
from crm.actions.resolving import lock
from crm.facts import ContactMerged, ContactsSeparated
from crm.ledger import publish
from crm.models import Alias, Contact, User


class MergeCircle(ValueError):
    """Somebody cannot be merged into themselves, not even through others."""


@transaction.atomic
def merge(member: Contact, *, into: Contact, rule: str, evidence: dict[str, Any], by: User | None) -> Alias:
    """From now on `member` is read as `into`; both keep their rows and events. Raises MergeCircle.

    Merging somebody who is merged already merges their survivor: the whole family moves.
    """
    lock([("merge", "", "")])  # merges are rare; one at a time, two can never close a circle
    member_id, survivor_id = member.survivor_id, into.survivor_id
    if member_id == survivor_id:
        raise MergeCircle(f"Contact {member.pk} and contact {into.pk} are one person already.")
    alias = Alias.objects.create(member_id=member_id, survivor_id=survivor_id, rule=rule[:60], evidence=evidence, by=by)
    search_text.refresh([survivor_id])
    publish(ContactMerged(contact_id=survivor_id, member_id=member_id, rule=rule))
    return alias


@transaction.atomic
def undo(alias: Alias, *, by: User | None) -> None:
    """Two people again, each with what happened to them."""
    survivor_id, member_id = alias.survivor_id, alias.member_id
    alias.delete()
    search_text.refresh([survivor_id, member_id])
    publish(ContactsSeparated(contact_id=survivor_id, member_id=member_id))
