"""Who works at Casa Lumbre and who buys there."""

import re
import unicodedata
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password

from crm.actions import search_text
from crm.demo import YEAR, Demo, words
from crm.facts import ContactCreated
from crm.ledger import publish_many
from crm.models import Claim, Company, Consent, Contact, Identity, Tag, Team, User

CUSTOMERS = 300
SPANISH = 0.6  # share of customers who speak it
AT_A_COMPANY = 0.14
COLLEAGUES = (
    ("admin", "Alba", "Serra", "", ("admin",)),
    ("manager", "Marta", "Vidal", "Support", ("manager",)),
    ("sales", "Sergio", "Pons", "Sales", ("sales",)),
    ("agent", "Inés", "Romero", "Support", ("agent",)),
    ("agent2", "Tom", "Baker", "Support", ("agent",)),
)


def colleagues(demo: Demo) -> None:
    teams = {name: Team.objects.get_or_create(name=name)[0] for name in ("Support", "Sales")}
    password = make_password(settings.DEMO_PASSWORD)  # one hash for all: each takes half a second
    for address, first, last, team, roles in COLLEAGUES:
        user, _ = User.objects.update_or_create(
            email=f"{address}@hilo.example",
            defaults={
                "first_name": first,
                "last_name": last,
                "team": teams.get(team),
                "password": password,
                "is_superuser": "admin" in roles,
            },
        )
        user.assign_roles(*roles)
        demo.users[address] = user


def customers(demo: Demo) -> None:
    companies = [_company(name, domain, demo) for name, domain in words.COMPANIES]
    people = [_person(demo, number, companies) for number in range(CUSTOMERS)]
    people.sort(key=lambda person: person.created_at)
    demo.customers = Contact.objects.bulk_create(people)
    _make_reachable(demo)
    _tag(demo)
    _consent(demo)
    publish_many([ContactCreated(contact_id=c.pk, source="web shop", occurred_at=c.created_at) for c in people])
    search_text.refresh(contact.pk for contact in people)


def _company(name: str, domain: str, demo: Demo) -> Company:
    return Company.objects.create(name=name, domain=domain, created_at=demo.ago(YEAR + demo.random.uniform(0, 200)))


def _person(demo: Demo, number: int, companies: list[Company]) -> Contact:
    """A third were customers before the year began; the rest come in the course of it."""
    draw = demo.random
    spanish = draw.random() < SPANISH
    first, last = (
        (draw.choice(words.FIRST_ES), draw.choice(words.LAST_ES))
        if spanish
        else (draw.choice(words.FIRST_EN), draw.choice(words.LAST_EN))
    )
    company = draw.choice(companies) if draw.random() < AT_A_COMPANY else None
    since = YEAR if number % 3 == 0 else draw.uniform(3, YEAR)
    city = draw.choice(words.CITIES_ES if spanish else words.CITIES_EN)
    return Contact(
        first_name=first,
        last_name=last,
        company=company,
        owner=demo.users["sales"] if company else None,
        team=demo.users["sales"].team if company else None,
        language="es" if spanish else "en",
        timezone="Europe/Madrid" if spanish else "Europe/Dublin" if city in words.IRISH else "Europe/London",
        traits={"city": city},
        created_at=demo.ago(since + draw.random()),
        last_activity_at=demo.ago(since),
    )


def _make_reachable(demo: Demo) -> None:
    rows: list[Identity] = []
    taken: set[str] = set()
    for number, contact in enumerate(demo.customers, start=1):
        claims = [Claim("email", _address(contact, taken)), Claim("external_id", f"CL-{10_000 + number}")]
        if demo.random.random() < 0.55:
            claims.append(Claim("phone", _phone(demo, contact, number)))
        rows += [_identity(contact, claim) for claim in claims if claim.value]
    Identity.objects.bulk_create(rows)


def _identity(contact: Contact, claim: Claim) -> Identity:
    return Identity(
        contact=contact,
        kind=claim.kind,
        value=claim.value,
        display=claim.display,
        source="web shop",
        verified=claim.kind != "phone",
        first_seen_at=contact.created_at,
        last_seen_at=contact.created_at,
    )


def _address(contact: Contact, taken: set[str]) -> str:
    plain = (
        unicodedata.normalize("NFKD", f"{contact.first_name}.{contact.last_name}").encode("ascii", "ignore").decode()
    )
    local = re.sub(r"[^a-z.]", "", plain.lower())
    domain = (
        contact.company.domain if contact.company else ("correo" if contact.language == "es" else "post") + ".example"
    )
    address, number = f"{local}@{domain}", 2
    while address in taken:
        address, number = f"{local}{number}@{domain}", number + 1
    taken.add(address)
    return address


def _phone(demo: Demo, contact: Contact, number: int) -> str:
    """Spanish mobiles; of British numbers those that Ofcom keeps for plays and films."""
    if contact.language == "es":
        return f"+346{demo.random.randrange(10**7, 10**8)}"
    return f"+447700900{number:03}"


def _tag(demo: Demo) -> None:
    tags = [Tag.objects.get_or_create(name=name)[0] for name in words.TAGS]
    through: Any = Contact.tags.through
    rows = [
        through(contact_id=contact.pk, tag_id=tag.pk)
        for contact in demo.customers
        for tag in demo.random.sample(tags, demo.random.choices((0, 1, 2), (60, 32, 8))[0])
    ]
    through.objects.bulk_create(rows)


def _consent(demo: Demo) -> None:
    """Three of five want the newsletter; one of ten of those took it back."""
    rows = []
    for contact in demo.customers:
        if demo.random.random() < 0.6:
            rows.append(_said(contact, Consent.State.GRANTED, 0))
            if demo.random.random() < 0.1:
                rows.append(_said(contact, Consent.State.WITHDRAWN, 2))
    Consent.objects.bulk_create(rows)


def _said(contact: Contact, state: str, days_later: int) -> Consent:
    at = contact.created_at + timedelta(days=days_later)
    source = "checkout" if state == Consent.State.GRANTED else "unsubscribe link"
    return Consent(contact=contact, channel="email", purpose="marketing", state=state, source=source, at=at)
