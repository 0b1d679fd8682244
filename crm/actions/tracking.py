"""Messages of the tracking API into the ledger: one transaction, a handful of statements, whatever their number."""

import json
from collections.abc import Sequence

from django.db import connection, transaction

from crm.actions import companies, contacts, merges, traits
from crm.actions.contacts import Person
from crm.actions.resolving import surviving
from crm.ingest.message import Message
from crm.ledger.publishing import announce
from crm.models import Claim, Contact, Event, Identity
from crm.models.locales import language_of, timezone_of
from crm.models.words import LANGUAGE

Owners = dict[str, int]  # message_id → contact


@transaction.atomic
def record(messages: Sequence[Message], *, source: str, trusted: bool) -> int:
    """Write what is new and return its number; a message_id that this source sent before counts once.

    `trusted` senders hold a secret key: they may join people, change names and state consent. A key that is public,
    as in a web page, only adds; it changes traits only of people whom nobody else has told us of.
    """
    new = _unseen(messages, source)
    if not new:
        return 0
    owners = _resolve(new, source, trusted)
    _join_aliases(new, owners, trusted)
    owners |= _owners_of_visitors([message for message in new if message.message_id not in owners])
    _describe(new, owners, source, trusted)
    _enrol(new, owners, trusted)
    written = _insert(new, owners, source)
    announce({f"contact:{contact_id}" for contact_id in owners.values()})
    return written


def _unseen(messages: Sequence[Message], source: str) -> list[Message]:
    """The first of each message_id that the ledger does not have."""
    once = {message.message_id: message for message in reversed(messages)}
    seen = set(Event.objects.filter(source=source, message_id__in=once).values_list("message_id", flat=True))
    return [message for message in reversed(once.values()) if message.message_id not in seen]


def _resolve(messages: Sequence[Message], source: str, trusted: bool) -> Owners:
    """Whoever says more than a visitor id is a contact; visitors stay anonymous until they say who they are."""
    speaking = [(message, claims_of(message, trusted)) for message in messages]
    named = [(message, claims) for message, claims in speaking if any(c.kind != "anonymous_id" for c in claims)]
    people = [_person(message, claims) for message, claims in named]
    found = contacts.resolve_many(people, source=source)
    return {message.message_id: contact.pk for (message, _), contact in zip(named, found, strict=True)}


def claims_of(message: Message, trusted: bool) -> list[Claim]:
    claims = [
        Claim("external_id", message.user_id, verified=trusted),
        Claim("anonymous_id", message.anonymous_id),
    ]
    if message.kind == "identify":
        claims.append(Claim("email", traits.said(message.traits, ("email",)), verified=trusted))
        claims.append(Claim("phone", traits.said(message.traits, ("phone",))))
    return [claim for claim in claims if claim.value]


def _person(message: Message, claims: list[Claim]) -> Person:
    if message.kind != "identify":
        return Person(claims)
    first, last = traits.names(message.traits)
    language = language_of(traits.said(message.traits, LANGUAGE)) or message.language
    timezone = timezone_of(traits.said(message.traits, ("timezone",))) or message.timezone
    return Person(claims, first, last, language, timezone)


def _owners_of_visitors(messages: Sequence[Message]) -> Owners:
    """Visitors who said before, or in this batch, who they are; on a device that several people use nobody is."""
    visitors = {message.anonymous_id for message in messages}
    if not visitors:
        return {}
    known = Identity.objects.filter(kind="anonymous_id", scope="", value__in=visitors, shared=False)
    owners = dict(known.values_list("value", "contact_id"))
    survivors = surviving(owners.values())
    return {m.message_id: survivors[owners[m.anonymous_id]] for m in messages if m.anonymous_id in owners}


def _join_aliases(messages: Sequence[Message], owners: Owners, trusted: bool) -> None:
    """previousId → userId. A visitor id is attached; two customer numbers become one person only if we can trust it."""
    for message in messages:
        if message.kind == "alias":
            _join_alias(message, Contact.objects.get(pk=owners[message.message_id]), trusted)


def _join_alias(message: Message, contact: Contact, trusted: bool) -> None:
    previous = Identity.objects.filter(
        kind__in=("external_id", "anonymous_id"), scope="", value=message.previous_id
    ).select_related("contact")
    if not previous:
        claim = Claim("anonymous_id", message.previous_id)
        contacts.add_identity(contact, claim, by=None, source="alias")
    for identity in previous if trusted else []:
        if not identity.shared and identity.contact.survivor_id != contact.survivor_id:
            evidence = {"previous_id": message.previous_id, "user_id": message.user_id}
            merges.merge(identity.contact, into=contact, rule="alias call", evidence=evidence, by=None)


def _describe(messages: Sequence[Message], owners: Owners, source: str, trusted: bool) -> None:
    described = [
        (owners[message.message_id], message.traits)
        for message in messages
        if message.kind == "identify" and message.message_id in owners
    ]
    traits.merge(described, source=source, trusted=trusted)
    for contact_id, said in described if trusted else []:
        traits.record_consent(contact_id, said, source=source)


def _enrol(messages: Sequence[Message], owners: Owners, trusted: bool) -> None:
    for message in messages:
        if message.kind == "group":
            company = companies.describe(message.group_id, message.traits, trusted=trusted)
            contact_id = owners.get(message.message_id)
            companies.enrol([contact_id] if contact_id else [], company, trusted=trusted)


_INSERT = """
INSERT INTO crm_event (contact_id, anonymous_id, name, occurred_at, source, message_id, channel, properties,
                       depth, recorded_at, xid, schema_version)
SELECT contact_id, anonymous_id, name, occurred_at, %s, message_id, '', properties,
       0, now(), pg_current_xact_id()::text::bigint, 1
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::text[], %s::jsonb[])
     AS t(contact_id, anonymous_id, name, occurred_at, message_id, properties)
ON CONFLICT (source, message_id) DO NOTHING"""


def _insert(messages: Sequence[Message], owners: Owners, source: str) -> int:
    columns = (
        [owners.get(message.message_id) for message in messages],
        [message.anonymous_id for message in messages],
        [message.name for message in messages],
        [message.occurred_at for message in messages],
        [message.message_id for message in messages],
        [json.dumps(message.told) for message in messages],
    )
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [source, *columns])
        return int(cursor.rowcount)
