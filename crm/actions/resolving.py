"""Who is this? From identities as they arrive to one contact for each person (reference: flat matching with demotion).

Works set by set: one look-up, one insert of contacts, one of identities, however many people a batch speaks of. The
steps in between run in memory in the batch's own order, so that message two finds whom message one created.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Q

from crm.models import Alias, Claim, Contact, Identity

Key = tuple[str, str, str]

# Which identity speaks first when two name different people.
PRIORITY = {"external_id": 0, "email": 1, "phone": 2}
WEAKEST = 9


class NobodyClaimed(ValueError):
    """None of the claims can be an identity: all were empty, malformed or placeholders such as "null"."""


@dataclass(frozen=True)
class Person:
    """Somebody who showed up: who they say they are, and what else was said about them."""

    claims: Sequence[Claim]
    first_name: str = ""
    last_name: str = ""
    language: str = ""
    timezone: str = ""
    traits: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def usable_claims(self) -> list[Claim]:
        """Without placeholders and repetitions, the strongest first."""
        once = {claim.key: claim for claim in self.claims if claim.value}
        return sorted(once.values(), key=lambda claim: PRIORITY.get(claim.kind, WEAKEST))


@dataclass
class Outcome:
    """What resolving came to, before anything is written. Contacts without a pk are new."""

    contacts: list[Contact] = field(default_factory=list)
    created: list[Contact] = field(default_factory=list)
    identities: list[tuple[Contact, Claim]] = field(default_factory=list)
    verified: list[Identity] = field(default_factory=list)
    same: list[tuple[Contact, Contact, Claim]] = field(default_factory=list)  # member, survivor, evidence


class Directory:
    """Everybody whom the batch may mean, by identity. Load it again after locking: others may have written."""

    def __init__(self, people: Sequence[Person]) -> None:
        self.people = people
        self.identities: dict[Key, Identity] = {}
        self.owners: dict[Key, Contact] = {}
        self.external: dict[int, set[tuple[str, str]]] = {}
        self.addresses: dict[int, set[tuple[str, str]]] = {}  # kind and value, of those who were known before
        self._load({claim.key for person in people for claim in person.usable_claims})

    def _load(self, keys: set[Key]) -> None:
        found = list(Identity.objects.filter(_any_of(keys))) if keys else []
        survivors = surviving({identity.contact_id for identity in found})
        contacts = Contact.objects.in_bulk(set(survivors.values())) if found else {}
        for identity in found:
            key = (identity.kind, identity.scope, identity.value)
            self.identities[key] = identity
            self.owners[key] = contacts[survivors[identity.contact_id]]
        if any(self._is_open(person) for person in self.people):
            self._load_customer_numbers(contacts.values())

    def _is_open(self, person: Person) -> bool:
        """Something about this person is not settled by what is known: only then do customer numbers matter."""
        owners = {owner.pk if (owner := self.owners.get(claim.key)) else None for claim in person.usable_claims}
        return len(owners) > 1 or None in owners

    def _load_customer_numbers(self, contacts: Iterable[Contact]) -> None:
        ids = [contact.pk for contact in contacts]
        strong = Identity.objects.filter(contact__in=ids, kind__in=("external_id", "email", "phone")) if ids else []
        for identity in strong:
            if identity.kind == "external_id":
                self.external.setdefault(identity.contact_id, set()).add((identity.scope, identity.value))
            else:
                self.addresses.setdefault(identity.contact_id, set()).add((identity.kind, identity.value))

    def settle(self, source: str) -> Outcome:
        outcome = Outcome()
        for person in self.people:
            outcome.contacts.append(self._settle_one(person, source, outcome))
        return outcome

    def _settle_one(self, person: Person, source: str, outcome: Outcome) -> Contact:
        claims = person.usable_claims
        if not claims:
            raise NobodyClaimed("Nobody can be found or created without an address, a number or an id.")
        contact = self._find(claims)
        if contact is None:
            contact = _new_contact(person)
            outcome.created.append(contact)
        self._join_others(contact, claims, outcome)
        self._attach(contact, claims, outcome)
        return contact

    def _find(self, claims: Sequence[Claim]) -> Contact | None:
        """The owner of the strongest claim. A shared mailbox finds somebody only where it is all that we know."""
        for claim in claims:
            owner = self.owners.get(claim.key)
            if owner is None or (self._is_shared(claim) and len(claims) > 1):
                continue
            stranger = claim.kind not in PRIORITY and self._has_another_address(owner, claims)
            return None if stranger or self._is_somebody_else(owner, claims) else owner
        return None

    def _has_another_address(self, contact: Contact, claims: Sequence[Claim]) -> bool:
        """A device alone does not say that somebody who names an address is who used it before with another one."""
        known = self.addresses.get(_identity_of(contact), set())
        claimed = {(claim.kind, claim.value) for claim in claims if claim.kind in ("email", "phone")}
        kinds = {kind for kind, _ in known} & {kind for kind, _ in claimed}
        return bool(kinds) and not known & claimed

    def _is_shared(self, claim: Claim) -> bool:
        known = self.identities.get(claim.key)
        return claim.is_role_mailbox or bool(known and known.shared)

    def _is_somebody_else(self, contact: Contact, claims: Sequence[Claim]) -> bool:
        """Two customer numbers of one shop are two people, even behind one address."""
        claimed = {(claim.scope, claim.value) for claim in claims if claim.kind == "external_id"}
        return _conflict(claimed, self.external.get(_identity_of(contact), set()))

    def _join_others(self, contact: Contact, claims: Sequence[Claim], outcome: Outcome) -> None:
        """Verified evidence that names a second person makes them one; unverified evidence does not."""
        for claim in claims:
            other = self.owners.get(claim.key)
            if other is None or other is contact or not claim.verified or self._is_shared(claim):
                continue
            mine, theirs = (self.external.get(_identity_of(c), set()) for c in (contact, other))
            if not _conflict(mine, theirs):
                outcome.same.append((other, contact, claim))
                self._repoint(other, contact)

    def _repoint(self, member: Contact, survivor: Contact) -> None:
        for key, owner in self.owners.items():
            if owner is member:
                self.owners[key] = survivor
        for known in (self.external, self.addresses):
            known.setdefault(_identity_of(survivor), set()).update(known.get(_identity_of(member), set()))

    def _attach(self, contact: Contact, claims: Sequence[Claim], outcome: Outcome) -> None:
        for claim in claims:
            known = self.identities.get(claim.key)
            if claim.key not in self.owners:
                self.owners[claim.key] = contact
                outcome.identities.append((contact, claim))
                if claim.kind in ("email", "phone"):
                    self.addresses.setdefault(_identity_of(contact), set()).add((claim.kind, claim.value))
                if claim.kind == "external_id":
                    self.external.setdefault(_identity_of(contact), set()).add((claim.scope, claim.value))
            elif known is not None and claim.verified and not known.verified and self.owners[claim.key] is contact:
                known.verified = True
                outcome.verified.append(known)


def _identity_of(contact: Contact) -> int:
    """A key for contacts that may not be saved yet; negative so that it never meets a primary key."""
    return contact.pk or -id(contact)


def _conflict(mine: set[tuple[str, str]], theirs: set[tuple[str, str]]) -> bool:
    """Both have a number in the same scope, and no number in common."""
    scopes = {scope for scope, _ in mine} & {scope for scope, _ in theirs}
    return bool(scopes) and not mine & theirs


def _new_contact(person: Person) -> Contact:
    return Contact(
        first_name=person.first_name[:120],
        last_name=person.last_name[:120],
        language=person.language[:8],
        timezone=person.timezone[:64],
        traits=person.traits,
    )


def _any_of(keys: Iterable[Key]) -> Q:
    """One index probe for each kind and scope: (kind, scope) = … AND value IN (…)."""
    values: dict[tuple[str, str], list[str]] = {}
    for kind, scope, value in sorted(keys):
        values.setdefault((kind, scope), []).append(value)
    condition = Q()
    for (kind, scope), members in values.items():
        condition |= Q(kind=kind, scope=scope, value__in=members)
    return condition


def surviving(contact_ids: Iterable[int]) -> dict[int, int]:
    """contact → the one that it was merged into in the end; itself where it was not. One query if nobody was merged."""
    top = {contact_id: contact_id for contact_id in contact_ids}
    for _ in range(100):  # deeper chains than this do not exist: merging refuses circles
        steps = dict(Alias.objects.filter(member__in=set(top.values())).values_list("member_id", "survivor_id"))
        if not steps:
            break
        top = {start: steps.get(end, end) for start, end in top.items()}
    return top


def lock(keys: Iterable[Key]) -> None:
    """Until the transaction ends nobody else creates these identities. Always in one order, so no two can deadlock."""
    numbers = sorted(
        int.from_bytes(hashlib.blake2b("\x1f".join(key).encode(), digest_size=8).digest(), signed=True)
        for key in set(keys)
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(number) FROM unnest(%s::bigint[]) AS number", [numbers])
