"""Contacts written down, changed and touched: what is kept, what is refused, what is told."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.postgres.functions import TransactionNow

from crm.actions import contacts, merges
from crm.actions.contacts import Person
from crm.models import Claim, Contact, Event, Identity
from crm.tests import factories

pytestmark = pytest.mark.django_db
ANA = Claim("email", "ana@correo.example")


def told(name: str) -> list[dict[str, Any]]:
    return list(Event.objects.filter(name=name).order_by("pk").values_list("properties", flat=True))


def resolve(*claims: Claim, **said: str) -> Contact:
    return contacts.resolve(claims, source="test", **said)


def test_create_tells_that_somebody_is_new_and_nothing_else() -> None:
    contact = contacts.create(by=None, emails=["Ana@x.example"], phones=["600123456"], first_name="Ana")

    assert list(Event.objects.values_list("name", "contact_id")) == [("contact.created", contact.pk)]
    assert told("contact.created") == [{"source": "manual"}]
    assert Contact.objects.get().search == "Ana +34600123456 ana@x.example"


def test_an_address_given_twice_is_kept_once() -> None:
    contact = contacts.create(by=None, emails=["ana@x.example", "ANA@x.example"], phones=["600123456", "+34 600123456"])

    assert (contact.emails, contact.phones) == (["ana@x.example"], ["+34600123456"])


def test_what_is_refused_leaves_nobody_behind() -> None:
    factories.contact(email="taken@x.example")

    for emails in (["new@x.example", "taken@x.example"], ["new@x.example", "no address"]):
        with pytest.raises((contacts.IdentityTaken, ValueError)):
            contacts.create(by=None, emails=emails)

    assert Contact.objects.count() == 1
    assert not Identity.objects.filter(value="new@x.example").exists()


def test_a_functions_mailbox_written_down_by_hand_is_shared() -> None:
    contacts.create(by=None, emails=["info@acme.example", "ana@acme.example"])

    assert dict(Identity.objects.values_list("value", "shared")) == {
        "info@acme.example": True,
        "ana@acme.example": False,
    }


def test_fields_that_nobody_may_write_are_named() -> None:
    with pytest.raises(ValueError, match=r"^Not a field of a contact that can be written: feeling, search\.$"):
        contacts.create(by=None, search="x", first_name="Ana", feeling="glad")

    assert Contact.objects.count() == 0


def test_another_number_is_told_and_found() -> None:
    ana = factories.contact(email="ana@x.example", first_name="Ana")

    identity = contacts.add_identity(ana, Claim("external_id", " No. 7 ", scope="shop"), by=None)

    assert (identity.value, identity.scope, identity.source, identity.verified) == ("No. 7", "shop", "manual", False)
    assert told("contact.identified") == [{"kind": "external_id", "identity_id": identity.pk}]
    assert "No. 7" in Contact.objects.get().search


def test_the_same_number_of_another_shop_is_another_one() -> None:
    ana = factories.contact()
    contacts.add_identity(ana, Claim("external_id", "7", scope="north"), by=None)

    contacts.add_identity(factories.contact(), Claim("external_id", "7", scope="south"), by=None)

    assert Identity.objects.filter(value="7").count() == 2


@pytest.mark.parametrize("claim", [Claim("email", "ana"), Claim("phone", "12"), Claim("external_id", "null")])
def test_a_malformed_identity_is_refused_by_its_own_words(claim: Claim) -> None:
    with pytest.raises(ValueError, match=f"^'{claim.raw}' is not a usable {claim.kind}.$"):
        contacts.add_identity(factories.contact(), claim, by=None)


def test_an_address_of_a_merged_record_is_the_persons_own_already() -> None:
    before, ana = factories.contact(email="before@x.example"), factories.contact()
    merges.merge(before, into=ana, rule="by hand", evidence={}, by=None)

    assert contacts.add_identity(ana, Claim("email", "before@x.example"), by=None).contact == before
    assert told("contact.identified") == []


@pytest.mark.parametrize(
    ("known", "said", "then"),
    [
        ({}, {"first_name": "Ana", "last_name": "Ruiz"}, ("Ana", "Ruiz")),
        ({"first_name": "Ana"}, {"first_name": "Ana", "last_name": "Ruiz"}, ("Ana", "Ruiz")),
        ({"first_name": "Ana"}, {"first_name": "Ben", "last_name": "Ode"}, ("Ana", "")),
        ({"first_name": "Ana"}, {"last_name": "Ode"}, ("Ana", "")),
        ({"last_name": "Ruiz"}, {"first_name": "Ana", "last_name": "Ode"}, ("Ana", "Ruiz")),
        ({"first_name": "Ana", "last_name": "Ruiz"}, {"first_name": "", "last_name": ""}, ("Ana", "Ruiz")),
        ({}, {"first_name": "a" * 200, "last_name": "r" * 200}, ("a" * 120, "r" * 120)),
    ],
)
def test_a_last_name_comes_only_with_its_own_first_name(
    known: dict[str, str], said: dict[str, str], then: tuple[str, str]
) -> None:
    resolve(ANA, **known)

    again = resolve(ANA, **said)

    assert (again.first_name, again.last_name) == then
    assert Contact.objects.values_list("first_name", "last_name").get() == then


def test_language_and_time_zone_fill_gaps_as_far_as_they_fit() -> None:
    resolve(ANA)

    again = resolve(ANA, language="es-419-long", timezone="z" * 80)

    assert (again.language, again.timezone) == ("es-419-l", "z" * 64)
    assert resolve(ANA, language="en").language == "es-419-l"


def test_a_name_that_fills_a_gap_is_found_at_once() -> None:
    resolve(ANA)

    resolve(ANA, first_name="Ána", last_name="Ruiz")

    assert Contact.objects.get().search == "Ana Ruiz ana@correo.example"


def test_the_first_word_about_a_gap_counts_within_a_batch() -> None:
    resolve(ANA)

    found = contacts.resolve_many([Person([ANA], language="es"), Person([ANA], language="en")], source="test")

    assert [contact.language for contact in found] == ["es", "es"]


def test_a_known_persons_gap_alone_tells_nothing() -> None:
    resolve(ANA)
    before = Event.objects.count()

    resolve(ANA, first_name="Ana")

    assert Event.objects.count() == before


@pytest.mark.parametrize(("seconds", "touched"), [(10, False), (11, True)])
def test_activity_is_noted_every_ten_seconds(seconds: int, touched: bool) -> None:
    ana = factories.contact()
    Contact.objects.update(last_activity_at=TransactionNow() - timedelta(seconds=seconds))

    contacts.touch([ana.pk])

    assert Contact.objects.filter(last_activity_at=TransactionNow()).exists() is touched


def test_touching_is_for_those_named() -> None:
    ana, ben = factories.contact(), factories.contact()
    Contact.objects.update(last_activity_at="2020-01-01T00:00:00Z")

    contacts.touch([ana.pk, ana.pk])
    contacts.touch([])

    assert Contact.objects.get(last_activity_at__year=2020) == ben


def test_update_answers_with_what_is_written_and_leaves_other_fields_of_others() -> None:
    stale = factories.contact(first_name="Ana")
    Contact.objects.update(language="es")

    fresh = contacts.update(stale, by=None, first_name="Eva")

    assert (fresh.first_name, fresh.language) == ("Eva", "es")
    assert Contact.objects.values_list("first_name", "language").get() == ("Eva", "es")


def test_a_feeling_of_nobody_is_let_go_and_an_empty_one_takes_it_away() -> None:
    ana = factories.contact()
    contacts.set_feeling(ana.pk, "glad")

    contacts.set_feeling(ana.pk, "")
    contacts.set_feeling(ana.pk + 1000, "glad")

    assert Contact.objects.get().feeling == ""
    assert told("contact.feeling_changed")[-1] == {"feeling": "", "previous": "glad"}
