"""The search box: what people type, whom they find, by which index."""

import pytest
from django.db import connection

from crm.actions import contacts, merges
from crm.models import Claim, Contact, Identity
from crm.tests import factories

pytestmark = pytest.mark.django_db


def found(text: str) -> list[str]:
    return [contact.first_name for contact in Contact.objects.survivors().matching(text).order_by("pk")]


@pytest.fixture
def people() -> None:
    acme = factories.company("Ácme Iluminación")
    factories.contact(first_name="María", last_name="Ruiz", email="maria.ruiz@correo.example", phone="600123456")
    factories.contact(first_name="Ben", last_name="Ode", email="ben@acme.example", company=acme)
    noor = factories.contact(first_name="Noor", last_name="Li", email="noor@correo.example")
    contacts.add_identity(noor, Claim("external_id", "4711"), by=None)


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ["María", "Ben", "Noor"]),
        ("maria.ruiz@correo.example", ["María"]),
        ("BEN@", ["Ben"]),
        ("ben@acme.example.com", []),
        ("@correo", ["María", "Noor"]),
        ("600 12 34 56", ["María"]),
        ("+34600123456", ["María"]),
        ("0012345", ["María"]),
        ("4711", ["Noor"]),
        ("ruiz", ["María"]),
        ("RUÍZ mar", ["María"]),
        ("acme", ["Ben"]),
        ("iluminacion", ["Ben"]),
        ("li", ["Noor"]),
        ("n", ["Noor"]),
        ("zzz", []),
        ("(12)", []),
        ("----", []),
        ("100%", []),
        ("\x00", ["María", "Ben", "Noor"]),
    ],
)
def test_people_are_found_by_what_is_typed(text: str, names: list[str]) -> None:
    assert found(text) == names


def test_a_merged_persons_address_finds_the_survivor() -> None:
    old, new = factories.contact(email="old@x.example", first_name="Old"), factories.contact(first_name="New")
    merges.merge(old, into=new, rule="by hand", evidence={}, by=None)

    assert found("old@x.example") == ["New"]
    assert found("old@x") == ["New"]


def test_every_shape_has_its_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO crm_contact (first_name, last_name, search, language, timezone, feeling, traits, custom) "
            "SELECT md5(n::text), md5((n + 1)::text), md5(n::text) || md5((n + 1)::text), '', '', '', '{}', '{}' "
            "FROM generate_series(1, 20000) n"
        )
        cursor.execute(
            "INSERT INTO crm_identity (contact_id, kind, scope, value, display, source, verified, shared) "
            "SELECT id, 'email', '', 'x' || id || '@x.example', '', '', false, false FROM crm_contact"
        )
        cursor.execute("ANALYZE crm_contact, crm_identity")
    addresses = Identity.objects.filter(kind="email", value__startswith="ana@x.example")

    assert "identity_prefix" in addresses.explain()
    assert "identity_shared" in Identity.objects.filter(shared=True).order_by("-pk")[:50].explain()
    assert "contact_search_trigrams" in Contact.objects.matching("gonzalez").explain()
    assert "contact_search_trigrams" in Contact.objects.matching("0012 3477").explain()
    assert "contact_last_name_prefix" in Contact.objects.matching("qz").explain()
