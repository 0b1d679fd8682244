"""From identities to people."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from crm.actions import contacts, merges
from crm.actions.contacts import Person
from crm.models import Alias, Claim, Contact, Event, Identity
from crm.tests import factories

pytestmark = pytest.mark.django_db


def email(address: str, *, verified: bool = False) -> Claim:
    return Claim("email", address, verified=verified)


def number(value: str, *, verified: bool = False) -> Claim:
    return Claim("external_id", value, verified=verified)


def visitor(value: str, *, verified: bool = False) -> Claim:
    return Claim("anonymous_id", value, verified=verified)


def resolve(*claims: Claim, **said: str) -> Contact:
    return contacts.resolve(claims, source="test", **said)


def test_resolve_creates_a_contact_with_its_identity_and_tells_it_once() -> None:
    contact = resolve(email("Maria.Ruiz@Correo.example"), first_name="María", last_name="Ruiz", language="es")

    contact.refresh_from_db()
    assert (contact.name, contact.language) == ("María Ruiz", "es")
    assert contact.emails == ["maria.ruiz@correo.example"]
    assert contact.search == "Maria Ruiz maria.ruiz@correo.example"
    assert list(Event.objects.values_list("name", "contact_id", "properties")) == [
        ("contact.created", contact.pk, {"source": "test"})
    ]


def test_resolve_finds_the_same_person_whatever_the_spelling() -> None:
    first = resolve(email("ana@correo.example"))

    assert resolve(email(" <ANA@Correo.Example> ")) == first
    assert Contact.objects.count() == 1


def test_resolve_fills_gaps_and_never_overwrites() -> None:
    first = resolve(email("ana@correo.example"), first_name="Ana")

    again = resolve(email("ana@correo.example"), first_name="Anita", language="es")

    assert (again.first_name, again.language) == ("Ana", "es")
    first.refresh_from_db()
    assert (first.first_name, first.language) == ("Ana", "es")


def test_resolve_attaches_new_identities_to_the_known_person() -> None:
    known = resolve(email("ana@correo.example"))

    again = resolve(number("4711"), email("ana@correo.example"), visitor("v-1"))

    assert again == known
    assert sorted(known.identities.values_list("kind", "value")) == [
        ("anonymous_id", "v-1"),
        ("email", "ana@correo.example"),
        ("external_id", "4711"),
    ]
    told = Event.objects.filter(name="contact.identified").values_list("properties__kind", flat=True)
    assert sorted(told) == ["anonymous_id", "external_id"]


@pytest.mark.parametrize("nobody", ["", "null", "undefined", "000", "-1", "[object Object]", "N/A"])
def test_resolve_ignores_placeholders(nobody: str) -> None:
    contact = resolve(number(nobody), email("ana@correo.example"))

    assert list(contact.identities.values_list("kind", flat=True)) == ["email"]


def test_resolve_refuses_when_nothing_is_claimed() -> None:
    with pytest.raises(contacts.NobodyClaimed):
        resolve(number("null"), email("no address"))

    assert Contact.objects.count() == 0


def test_resolve_keeps_two_customer_numbers_behind_one_address_apart() -> None:
    first = resolve(number("1"), email("family@casa.example"))

    second = resolve(number("2"), email("family@casa.example"))

    assert second != first
    assert second.emails == []


def test_resolve_keeps_two_people_on_one_device_apart() -> None:
    first = resolve(number("1"), visitor("tablet"))

    assert resolve(number("2"), visitor("tablet")) != first


def test_a_shared_mailbox_finds_its_own_contact_when_it_is_all_we_know() -> None:
    office = resolve(email("info@acme.example"))

    assert resolve(email("info@acme.example")) == office
    assert office.identities.get().shared is True


def test_a_shared_mailbox_never_joins_people() -> None:
    office = resolve(email("info@acme.example"))

    ben = resolve(number("9", verified=True), email("info@acme.example", verified=True))

    assert ben != office
    assert Alias.objects.count() == 0


def test_unverified_evidence_joins_nobody() -> None:
    by_number, by_mail = resolve(number("7")), resolve(email("ana@correo.example"))

    assert resolve(number("7"), email("ana@correo.example")) == by_number
    assert by_mail.survivor_id == by_mail.pk


def test_verified_evidence_joins_two_records_and_keeps_the_reason() -> None:
    by_number, by_mail = resolve(number("7")), resolve(email("ana@correo.example"))

    both = resolve(number("7", verified=True), email("ana@correo.example", verified=True))

    assert both == by_number
    alias = Alias.objects.get()
    assert (alias.member_id, alias.survivor_id) == (by_mail.pk, by_number.pk)
    assert (alias.rule, alias.evidence) == ("same email", {"email": "ana@correo.example"})


def test_resolve_answers_with_the_survivor_of_merged_people() -> None:
    member, survivor = resolve(email("old@correo.example")), resolve(email("new@correo.example"))
    merges.merge(member, into=survivor, rule="by hand", evidence={}, by=None)

    assert resolve(email("old@correo.example")) == survivor


def test_resolve_verifies_a_known_identity() -> None:
    resolve(email("ana@correo.example"))

    resolve(email("ana@correo.example", verified=True))

    assert Identity.objects.get().verified is True


def test_resolve_many_finds_in_message_two_whom_message_one_created() -> None:
    people = [
        Person([number("1")]),
        Person([number("1"), email("ana@correo.example")], first_name="Ana"),
        Person([email("ana@correo.example")]),
    ]

    found = contacts.resolve_many(people, source="test")

    assert len({contact.pk for contact in found}) == 1
    assert Contact.objects.get().first_name == "Ana"


def test_resolve_many_joins_two_people_whom_the_batch_itself_created() -> None:
    people = [
        Person([number("1")]),
        Person([email("ana@correo.example")]),
        Person([number("1", verified=True), email("ana@correo.example", verified=True)]),
    ]

    found = contacts.resolve_many(people, source="test")

    assert found[2] == found[0]
    assert Alias.objects.get().member_id == found[1].pk


def test_resolve_many_has_a_fixed_number_of_queries(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    def people(start: int, count: int) -> list[Person]:
        return [Person([number(str(n)), email(f"n{n}@x.example")]) for n in range(start, start + count)]

    with django_assert_max_num_queries(14):
        contacts.resolve_many(people(1000, 2), source="test")
    with django_assert_max_num_queries(14):
        contacts.resolve_many(people(2000, 50), source="test")
    assert Contact.objects.count() == 52


def test_resolve_of_known_people_writes_nothing_but_their_activity(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    people = [Person([number(str(n))]) for n in range(1, 40)]
    contacts.resolve_many(people, source="test")
    before = Event.objects.count()

    with django_assert_max_num_queries(7):
        contacts.resolve_many(people, source="test")
    assert Event.objects.count() == before


def test_resolve_touches_last_activity() -> None:
    contact = resolve(email("ana@correo.example"))
    Contact.objects.update(last_activity_at="2020-01-01T00:00:00Z")

    resolve(email("ana@correo.example"))

    contact.refresh_from_db()
    assert contact.last_activity_at.year > 2020


def test_resolve_notes_when_an_address_was_seen_last() -> None:
    """Not more often than every ten seconds, and only of those that were named."""
    contact = resolve(email("old@x.example"), email("new@x.example", verified=True))
    longer, just_now = timezone.now() - timedelta(days=9), timezone.now() - timedelta(seconds=5)
    Identity.objects.filter(value="old@x.example").update(last_seen_at=longer)
    Identity.objects.filter(value="new@x.example").update(last_seen_at=longer)

    assert resolve(email("old@x.example")) == contact
    assert Identity.objects.filter(last_seen_at__gt=longer + timedelta(days=8)).get().value == "old@x.example"

    Identity.objects.update(last_seen_at=just_now)
    resolve(email("old@x.example"))
    assert Identity.objects.filter(last_seen_at=just_now).count() == 2


@pytest.mark.django_db(transaction=True)
def test_sixteen_mails_at_once_from_one_new_address_make_one_contact() -> None:
    found: list[int] = []
    barrier = threading.Barrier(16)

    def arrive() -> None:
        barrier.wait()
        found.append(resolve(email("new@correo.example"), number("12")).pk)
        connection.close()

    threads = [threading.Thread(target=arrive) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 16
    assert len(set(found)) == 1
    assert Contact.objects.count() == 1
    assert Event.objects.filter(name="contact.created").count() == 1


@pytest.mark.django_db(transaction=True)
def test_batches_that_name_the_same_people_in_other_orders_do_not_deadlock() -> None:
    people = [Person([number(str(n)), email(f"n{n}@x.example")]) for n in range(1, 60)]
    errors: list[Exception] = []

    def arrive(batch: list[Person]) -> None:
        try:
            contacts.resolve_many(batch, source="test")
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=arrive, args=(people[:: 1 - 2 * (n % 2)],)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert Contact.objects.count() == 59


def test_merge_refuses_a_circle() -> None:
    one, two = factories.contact(), factories.contact()
    merges.merge(one, into=two, rule="by hand", evidence={}, by=None)

    with pytest.raises(merges.MergeCircle):
        merges.merge(two, into=one, rule="by hand", evidence={}, by=None)


def test_undoing_a_merge_gives_two_people_again() -> None:
    one, two = factories.contact(first_name="Ana"), factories.contact(first_name="Eva")
    alias = merges.merge(one, into=two, rule="by hand", evidence={}, by=None)
    two.refresh_from_db()
    assert "Ana" in two.search

    merges.undo(alias, by=None)

    two.refresh_from_db()
    assert "Ana" not in two.search
    assert one.survivor_id == one.pk
