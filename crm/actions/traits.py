"""What programs say about a person (`traits`), merged into the contact: the newest word on each trait wins.

Everybody can read the public key of a web page and say with it what they like about anybody. It changes a trait only of
people whom nobody but that key has told us of, and adds to all others what is not there yet.
"""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from crm.actions import consents, search_text
from crm.facts import ContactUpdated
from crm.models import Alias, Consent, Event, Identity
from crm.models.words import FIRST_NAME, LAST_NAME

CONSENT = "consent"
PURPOSE_LENGTH = 40
_CHANNEL = re.compile(r"[a-z][a-z0-9_-]{0,23}")


def said(traits: dict[str, Any], spellings: Sequence[str]) -> str:
    values = (traits.get(spelling) for spelling in spellings)
    return next((value.strip() for value in values if isinstance(value, str) and value.strip()), "")


def names(traits: dict[str, Any]) -> tuple[str, str]:
    """First and last name; of a single `name`, the first word and the rest."""
    first, last = said(traits, FIRST_NAME), said(traits, LAST_NAME)
    if not first and not last:
        first, _, last = said(traits, ("name",)).partition(" ")
    return first, last.strip()


_MERGE = """
UPDATE crm_contact SET
    traits = CASE WHEN said.id = ANY(%s) THEN crm_contact.traits || said.traits
        ELSE said.traits || crm_contact.traits END,
    first_name = CASE WHEN said.first <> '' THEN left(said.first, 120) ELSE first_name END,
    last_name = CASE WHEN said.last <> '' THEN left(said.last, 120) ELSE last_name END
FROM (SELECT * FROM unnest(%s::bigint[], %s::jsonb[], %s::text[], %s::text[])
          AS t(id, traits, first, last)) AS said
WHERE crm_contact.id = said.id"""


def merge(described: Iterable[tuple[int, dict[str, Any]]], *, source: str, trusted: bool) -> None:
    """(contact, traits) in the order they were said. Only trusted senders change a name that is there already."""
    merged: dict[int, dict[str, Any]] = {}
    for contact_id, traits in described:
        plain = {name: value for name, value in traits.items() if name != CONSENT}
        merged[contact_id] = merged.get(contact_id, {}) | plain
    if not merged:
        return
    ids = sorted(merged)
    called = [names(merged[contact_id]) if trusted else ("", "") for contact_id in ids]
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM crm_contact WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [ids])
        said = [json.dumps(merged[i]) for i in ids], [first for first, _ in called], [last for _, last in called]
        cursor.execute(_MERGE, [ids if trusted else _told_only_by(source, ids), ids, *said])
    if any(first or last for first, last in called):
        search_text.refresh(ids)


def _told_only_by(source: str, ids: Sequence[int]) -> list[int]:
    """Of these people those who have no identity from elsewhere or confirmed by a secret key, were never merged, and
    whom no colleague has edited."""
    theirs = {"contact_id__in": ids}
    known = set(
        Identity.objects.filter(**theirs).exclude(source=source[:40], verified=False).values_list("contact", flat=True)
    )
    known |= set(Alias.objects.filter(survivor_id__in=ids).values_list("survivor", flat=True))
    known |= set(Event.objects.filter(name=ContactUpdated.name, **theirs).values_list("contact_id", flat=True))
    return [contact_id for contact_id in ids if contact_id not in known]


def record_consent(contact_id: int, traits: dict[str, Any], *, source: str) -> None:
    """`consent: {"email": ["marketing"]}`: for each channel named, the complete list of what is allowed.

    What can be the name of no channel or purpose says nothing; cut or spelled out, it would allow something else.
    """
    given = traits.get(CONSENT)
    if not isinstance(given, dict):
        return
    for channel, purposes in given.items():
        if isinstance(purposes, list) and _CHANNEL.fullmatch(channel):
            named = {purpose.strip() for purpose in purposes if _is_purpose(purpose)}
            if named or not purposes:
                _state_channel(contact_id, channel, named, source)


def _is_purpose(purpose: Any) -> bool:
    return isinstance(purpose, str) and 0 < len(purpose.strip()) <= PURPOSE_LENGTH


def _state_channel(contact_id: int, channel: str, allowed: set[str], source: str) -> None:
    known = set(Consent.objects.of(contact_id).filter(channel=channel).values_list("purpose", flat=True))
    for purpose in sorted(allowed | known):
        state = Consent.State.GRANTED if purpose in allowed else Consent.State.WITHDRAWN
        consents.record(contact_id, channel=channel, purpose=purpose, state=state, source=source)
