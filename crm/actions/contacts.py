"""What is done with contacts. Resolving who somebody is lives in crm/actions/resolving.py."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import connection, transaction

from crm.actions import merges, search_text, sharing
from crm.actions import tags as tagging
from crm.actions.resolving import Directory, NobodyClaimed, Outcome, Person, lock
from crm.facts import ContactCreated, ContactIdentified, ContactUpdated, FeelingChanged
from crm.ledger import publish
from crm.ledger.publishing import publish_many
from crm.models import ApiKey, Claim, Contact, Feeling, Identity, User
from crm.models.families import person_ids

__all__ = ["IdentityTaken", "NobodyClaimed", "Person", "resolve", "resolve_many"]

EDITABLE = ("first_name", "last_name", "company", "owner", "team", "language", "timezone", "traits", "custom")


class IdentityTaken(Exception):
    """The address or number belongs to somebody else; `contact` is that person."""

    def __init__(self, contact: Contact, claim: Claim) -> None:
        self.contact = contact
        self.claim = claim
        super().__init__(f"{claim.kind} is taken by contact {contact.pk}")


def resolve(
    claims: Sequence[Claim],
    *,
    source: str,
    first_name: str = "",
    last_name: str = "",
    language: str = "",
    timezone: str = "",
) -> Contact:
    """The one person behind these claims, found or created; never two for one identity, however many ask at once.

    Merged people resolve to their survivor. What is said about a known person fills gaps only.
    Raises NobodyClaimed if no claim can be an identity.
    """
    person = Person(claims, first_name, last_name, language, timezone)
    return resolve_many([person], source=source)[0]


@transaction.atomic
def resolve_many(people: Sequence[Person], *, source: str) -> list[Contact]:
    """`resolve` for a whole batch in a handful of queries; the answer has the order of the question."""
    known = Directory(people)
    outcome = known.settle(source)
    if outcome.created or outcome.identities or outcome.same:
        lock(claim.key for person in people for claim in person.usable_claims)
        known = Directory(people)
        outcome = known.settle(source)
    _write(outcome, source)
    _fill_gaps(people, outcome.contacts)
    _tell(outcome, source)
    sharing.note(people)
    touch((contact.pk for contact in outcome.contacts), (identity.pk for identity in known.identities.values()))
    return outcome.contacts


def _write(outcome: Outcome, source: str) -> None:
    Contact.objects.bulk_create(outcome.created)
    Identity.objects.bulk_create([_identity(contact, claim, source) for contact, claim in outcome.identities])
    Identity.objects.bulk_update(outcome.verified, ["verified"])
    for member, survivor, claim in outcome.same:
        merges.merge(member, into=survivor, rule=f"same {claim.kind}", evidence={claim.kind: claim.value}, by=None)
    changed = {contact.pk for contact, _ in outcome.identities} | {contact.pk for contact in outcome.created}
    if changed:
        search_text.refresh(changed)


def _identity(contact: Contact, claim: Claim, source: str) -> Identity:
    return Identity(
        contact=contact,
        kind=claim.kind,
        scope=claim.scope,
        value=claim.value,
        display=claim.display,
        source=source[:40],
        verified=claim.verified,
        shared=claim.is_role_mailbox,
    )


_FILL = """
UPDATE crm_contact SET
    first_name = CASE WHEN first_name = '' THEN left(said.first, 120) ELSE first_name END,
    last_name = CASE WHEN last_name = '' AND first_name IN ('', said.first)
        THEN left(said.last, 120) ELSE last_name END,
    language = CASE WHEN language = '' THEN left(said.lang, 8) ELSE language END,
    timezone = CASE WHEN timezone = '' THEN left(said.zone, 64) ELSE timezone END
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[]) AS said(id, first, last, lang, zone)
WHERE crm_contact.id = said.id"""


def _fill_gaps(people: Sequence[Person], contacts: Sequence[Contact]) -> None:
    """What we did not know yet about somebody. The statement looks again: a colleague may just have typed it."""
    rows: dict[int, tuple[str, ...]] = {}
    for person, contact in zip(people, contacts, strict=True):
        said = (person.first_name, person.last_name, person.language, person.timezone)
        gaps = (contact.first_name, contact.last_name, contact.language, contact.timezone)
        if any(new and not old for new, old in zip(said, gaps, strict=True)):
            rows.setdefault(contact.pk, said)
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(_FILL, [list(rows), *(list(column) for column in zip(*rows.values(), strict=True))])
    search_text.refresh(rows)
    for contact in contacts:
        if contact.pk in rows:
            contact.refresh_from_db(fields=["first_name", "last_name", "language", "timezone"])


def _tell(outcome: Outcome, source: str) -> None:
    new = {contact.pk for contact in outcome.created}
    named = ApiKey.objects.called(source) if new else ""
    publish_many(
        [ContactCreated(contact_id=contact.pk, source=named) for contact in outcome.created]
        + [
            ContactIdentified(contact_id=contact.pk, kind=claim.kind)
            for contact, claim in outcome.identities
            if contact.pk not in new
        ]
    )


_TOUCH = """
WITH seen AS (
    UPDATE crm_identity SET last_seen_at = now() WHERE id IN (
        SELECT id FROM crm_identity WHERE id = ANY(%s) AND last_seen_at < now() - interval '10 seconds'
        ORDER BY id FOR UPDATE SKIP LOCKED))
UPDATE crm_contact SET last_activity_at = now() WHERE id IN (
    SELECT id FROM crm_contact WHERE id = ANY(%s) AND last_activity_at < now() - interval '10 seconds'
    ORDER BY id FOR UPDATE SKIP LOCKED)"""


def touch(contact_ids: Iterable[int], identity_ids: Iterable[int] = ()) -> None:
    """Something happened with these people just now, known by these identities.

    Never waits: a locked row is being touched by somebody else.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TOUCH, [sorted(set(identity_ids)), sorted(set(contact_ids))])


@transaction.atomic
def create(
    *,
    by: User | None,
    emails: Sequence[str] = (),
    phones: Sequence[str] = (),
    tags: Sequence[str] = (),
    source: str = "manual",
    **fields: Any,
) -> Contact:
    """A contact written by hand or by a program. Raises IdentityTaken, ValueError for a malformed address or tag."""
    claims = [Claim("email", raw) for raw in emails] + [Claim("phone", raw) for raw in phones]
    _refuse_malformed(claims)
    claims = list({claim.key: claim for claim in claims}.values())
    lock(claim.key for claim in claims)
    _refuse_taken(claims)
    contact = Contact.objects.create(**_allowed(fields))
    Identity.objects.bulk_create([_identity(contact, claim, source) for claim in claims])
    search_text.refresh([contact.pk])
    publish(ContactCreated(contact_id=contact.pk, source=source))
    tagging.replace(contact, tags, by=by)
    return contact


def _refuse_malformed(claims: Sequence[Claim]) -> None:
    for claim in claims:
        if not claim.value:
            raise ValueError(f"{claim.raw!r} is not a usable {claim.kind}.")


def _refuse_taken(claims: Sequence[Claim], *, except_for: Collection[int] = ()) -> None:
    for claim in claims:
        taken = Identity.objects.filter(kind=claim.kind, scope=claim.scope, value=claim.value).first()
        if taken is not None and taken.contact_id not in except_for:
            raise IdentityTaken(taken.contact, claim)


@transaction.atomic
def add_identity(contact: Contact, claim: Claim, *, by: User | None, source: str = "manual") -> Identity:
    """Another address or number of a known person; what a record merged with theirs has is theirs already.

    Raises IdentityTaken, ValueError for a malformed one.
    """
    _refuse_malformed([claim])
    lock([claim.key])
    own = person_ids(contact.pk)
    _refuse_taken([claim], except_for=own)
    known = Identity.objects.filter(contact__in=own, kind=claim.kind, scope=claim.scope, value=claim.value).first()
    if known is not None:
        return known
    identity = _identity(contact, claim, source)
    identity.save()
    search_text.refresh([contact.pk])
    publish(ContactIdentified(contact_id=contact.pk, kind=claim.kind, identity_id=identity.pk))
    return identity


@transaction.atomic
def update(contact: Contact, *, by: User | None, tags: Sequence[str] | None = None, **changes: Any) -> Contact:
    """Write the fields that differ; the ledger keeps their names. `tags` None: as they are.

    Raises ValueError for a field not in EDITABLE or a name that cannot be a tag's.
    """
    contact = Contact.objects.select_for_update().get(pk=contact.pk)
    if tags is not None:
        tagging.replace(contact, tags, by=by)
    differing = {name: value for name, value in _allowed(changes).items() if getattr(contact, name) != value}
    if not differing:
        return contact
    for name, value in differing.items():
        setattr(contact, name, value)
    contact.save(update_fields=list(differing))
    search_text.refresh([contact.pk])
    publish(ContactUpdated(contact_id=contact.pk, changed=", ".join(sorted(differing))))
    return contact


def _allowed(fields: dict[str, Any]) -> dict[str, Any]:
    strange = sorted(set(fields) - set(EDITABLE))
    if strange:
        raise ValueError(f"Not a field of a contact that can be written: {', '.join(strange)}.")
    return fields


@transaction.atomic
def set_feeling(contact_id: int, feeling: str) -> None:
    """How somebody feels now, from their own words and scores. Raises ValueError for a feeling that does not exist."""
    if feeling and feeling not in Feeling.values:
        raise ValueError(f"{feeling!r} is not one of {', '.join(Feeling.values)}.")
    contact = Contact.objects.select_for_update().filter(pk=contact_id).first()
    if contact is None or contact.feeling == feeling:
        return
    previous, contact.feeling = contact.feeling, feeling
    contact.save(update_fields=["feeling"])
    publish(FeelingChanged(contact_id=contact_id, feeling=feeling, previous=previous))
