"""The family's mailbox, the switchboard, the tablet in the shop: identities that several people use join nobody.

An identity that showed up with three different names, or three customer numbers of one shop, is shared from then on
(the rule of Segment's and others' identity graphs). It stays where it is and is still shown; it finds somebody only
where it is all that we know.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from django.db import connection, transaction

from crm.actions import merges
from crm.actions.resolving import Person
from crm.facts import IdentityShared
from crm.ledger.publishing import publish_many
from crm.models import Alias, Identity, Sighting, User

PEOPLE = 3
MOST = 20  # sightings kept of one identity: spellings of one name are many, and prove nothing

Row = tuple[str, str, str, str]  # kind, scope, value, said

_NOTE = """
INSERT INTO crm_sighting (identity_id, said, at)
SELECT i.id, t.said, now() FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[]) AS t(kind, scope, value, said)
JOIN crm_identity i ON i.kind = t.kind AND i.scope = t.scope AND i.value = t.value
WHERE NOT i.shared AND NOT EXISTS (SELECT FROM crm_sighting s WHERE s.identity_id = i.id AND s.said = t.said)
  AND (SELECT count(*) FROM crm_sighting s WHERE s.identity_id = i.id) < %s
ORDER BY i.id, t.said
ON CONFLICT DO NOTHING RETURNING identity_id"""


def note(people: Sequence[Person]) -> None:
    """Remember who was said to be behind what; called with every batch that resolves people, in its transaction."""
    rows = sorted({row for person in people for row in _rows(person)})
    if not rows:
        return
    columns = [list(column) for column in zip(*rows, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [*columns, MOST])
        touched = {identity_id for (identity_id,) in cursor.fetchall()}
    if touched:
        _judge(touched)


def _rows(person: Person) -> Iterable[Row]:
    said = [f"number:{claim.scope}:{claim.value}" for claim in person.usable_claims if claim.kind == "external_id"]
    name = normal_name(f"{person.first_name} {person.last_name}")
    said += [f"name:{name}"] if name else []
    for claim in person.usable_claims:
        if claim.kind != "external_id" and not claim.is_role_mailbox:
            yield from ((claim.kind, claim.scope, claim.value, one[:300]) for one in said)


def normal_name(name: str) -> str:
    """Without case, accents, punctuation and order: "Ruiz, ANA" and "Ána Ruiz" are one."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(sorted(set(re.findall(r"\w+", letters))))


def _judge(identity_ids: set[int]) -> None:
    said: dict[int, list[str]] = {}
    for identity_id, one in Sighting.objects.filter(identity__in=identity_ids).values_list("identity_id", "said"):
        said.setdefault(identity_id, []).append(one)
    guilty = [identity_id for identity_id, ones in said.items() if people_behind(ones) >= PEOPLE]
    shared = list(Identity.objects.select_for_update().filter(pk__in=guilty, shared=False).order_by("pk"))
    Identity.objects.filter(pk__in=[identity.pk for identity in shared]).update(shared=True)
    publish_many(
        [
            IdentityShared(contact_id=identity.contact_id, kind=identity.kind, identity_id=identity.pk)
            for identity in shared
        ]
    )


def people_behind(said: Sequence[str]) -> int:
    """At least how many people these sightings speak of: by name, or by the customer numbers of one shop."""
    numbers: dict[str, int] = {}
    for one in said:
        if one.startswith("number:"):
            shop = one.split(":")[1]
            numbers[shop] = numbers.get(shop, 0) + 1
    names = [set(one.removeprefix("name:").split()) for one in said if one.startswith("name:")]
    # "Ana" is no second person beside "Ana Ruiz"
    different = [name for name in names if not any(name < other for other in names)]
    return max([len(different), *numbers.values()])


def merges_by(identity: Identity) -> list[Alias]:
    """Who was joined automatically because of it."""
    return list(Alias.objects.filter(rule=f"same {identity.kind}", evidence={identity.kind: identity.value}))


@transaction.atomic
def split(identity: Identity, *, by: User | None) -> int:
    """Undo every merge that it caused. Returns how many people are two again."""
    made = merges_by(identity)
    for alias in made:
        merges.undo(alias, by=by)
    return len(made)
