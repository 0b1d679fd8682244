"""What is done with companies."""

from typing import Any
from urllib.parse import urlsplit

from django.db import transaction

from crm.actions import search_text
from crm.actions.resolving import lock, surviving
from crm.models import Company, Contact, User

EDITABLE = ("name", "domain", "traits", "external_id")


@transaction.atomic
def create(*, by: User | None, **fields: Any) -> Company:
    """Raises ValueError for a field that is not editable or an empty name."""
    return Company.objects.create(**_allowed(fields))


@transaction.atomic
def update(company: Company, *, by: User | None, **changes: Any) -> Company:
    """Its people are found under the new name from now on. Raises ValueError as `create` does."""
    for name, value in _allowed(changes).items():
        setattr(company, name, value)
    company.save(update_fields=list(changes))
    refresh_people(company)
    return company


def refresh_people(company: Company) -> None:
    """Whoever works there, and whoever such a record was merged into, is found under its name."""
    people = surviving(company.contact_set.values_list("pk", flat=True))
    search_text.refresh({*people, *people.values()})


def _allowed(fields: dict[str, Any]) -> dict[str, Any]:
    strange = sorted(set(fields) - set(EDITABLE))
    if strange:
        raise ValueError(f"Not a field of a company: {', '.join(strange)}.")
    if not fields.get("name", "x").strip():
        raise ValueError("A company needs a name.")
    return fields


@transaction.atomic
def named(name: str, *, by: User | None) -> Company | None:
    """The company of that name, without regard to case; made if there is none. None for no name."""
    name = " ".join(name.replace("\x00", "").split())[:200]
    if not name:
        return None
    lock([("company", "", name.lower())])
    return Company.objects.filter(name__iexact=name).first() or create(by=by, name=name)


@transaction.atomic
def describe(external_id: str, traits: dict[str, Any], *, trusted: bool) -> Company:
    """The company with this id of another system, found or created, with the newest word on each trait.

    Who is not `trusted` only adds what is not known yet.
    """
    name = _text(traits, "name")
    company, created = Company.objects.select_for_update().get_or_create(
        external_id=external_id[:200],
        defaults={"name": (name or external_id)[:200], "domain": _domain(traits), "traits": traits},
    )
    if not created and traits:
        before = company.name
        unnamed = before == company.external_id
        company.traits = company.traits | traits if trusted else traits | company.traits
        company.name = (((trusted or unnamed) and name) or company.name)[:200]
        company.domain = ((trusted or not company.domain) and _domain(traits)) or company.domain
        company.save(update_fields=["traits", "name", "domain"])
        if company.name != before:
            refresh_people(company)
    return company


@transaction.atomic
def enrol(contact_ids: list[int], company: Company, *, trusted: bool) -> None:
    """These people work there. Who is not `trusted` takes nobody away from another company."""
    movers = Contact.objects.filter(pk__in=contact_ids).exclude(company=company)
    if (movers if trusted else movers.filter(company=None)).update(company=company):
        search_text.refresh(contact_ids)


def _text(traits: dict[str, Any], key: str) -> str:
    value = traits.get(key)
    return value.strip() if isinstance(value, str) else ""


def _domain(traits: dict[str, Any]) -> str:
    """From `domain`, else from `website`, without www."""
    site = _text(traits, "domain") or _text(traits, "website")
    try:
        host = urlsplit(site if "//" in site else f"//{site}").hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")[:253]
