"""Messages become events and people."""

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from crm.actions import tracking
from crm.ingest.message import Message, read
from crm.models import Alias, Company, Consent, Contact, Event, Identity
from crm.tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def message(kind: str, message_id: str, **fields: Any) -> Message:
    return read({"messageId": message_id, **fields}, kind=kind, now=NOW)


def record(*messages: Message, trusted: bool = True) -> int:
    return tracking.record(messages, source="key:1", trusted=trusted)


def order(message_id: str, **fields: Any) -> Message:
    return message("track", message_id, event="Order Completed", properties={"total": 40}, **fields)


def from_outside() -> Any:
    return Event.objects.filter(source="key:1").order_by("pk")


def test_track_of_an_unknown_customer_number_makes_a_contact() -> None:
    assert record(order("m-1", userId="4711")) == 1

    event = from_outside().get()
    assert (event.name, event.message_id, event.occurred_at) == ("Order Completed", "m-1", NOW)
    assert event.properties == {"total": 40}
    assert event.contact.identities.get().value == "4711"


def test_the_same_message_counts_once_within_and_across_requests() -> None:
    assert record(order("m-1", userId="7"), order("m-1", userId="7")) == 1
    assert record(order("m-1", userId="7"), order("m-2", userId="7")) == 1

    assert from_outside().count() == 2


def test_another_key_may_use_the_same_message_id() -> None:
    record(order("m-1", userId="7"))

    assert tracking.record([order("m-1", userId="7")], source="key:2", trusted=True) == 1


def test_visitors_stay_anonymous_until_they_say_who_they_are() -> None:
    record(order("m-1", anonymousId="v-1"))
    assert Contact.objects.count() == 0

    record(message("identify", "m-2", anonymousId="v-1", traits={"email": "ana@correo.example"}))
    record(order("m-3", anonymousId="v-1"))

    ana = Contact.objects.get()
    assert ana.emails == ["ana@correo.example"]
    assert list(from_outside().values_list("message_id", "contact_id")) == [
        ("m-1", None),
        ("m-2", ana.pk),
        ("m-3", ana.pk),
    ]
    thread = Event.objects.of(ana, limit=10)
    assert {event.message_id for event in thread} >= {"m-1", "m-2", "m-3"}


def test_identify_in_the_same_batch_names_the_events_beside_it() -> None:
    record(order("m-1", anonymousId="v-1"), message("identify", "m-2", anonymousId="v-1", userId="7"))

    assert set(from_outside().values_list("contact_id", flat=True)) == {Contact.objects.get().pk}


def test_identify_fills_the_contact_and_merges_traits() -> None:
    record(message("identify", "m-1", userId="7", traits={"name": "María Ruiz Gil", "plan": "free", "locale": "es-ES"}))
    record(message("identify", "m-2", userId="7", traits={"plan": "gold", "firstName": "Mari"}))

    contact = Contact.objects.get()
    assert (contact.first_name, contact.last_name, contact.language) == ("Mari", "Ruiz Gil", "es")
    assert contact.traits == {"name": "María Ruiz Gil", "plan": "gold", "locale": "es-ES", "firstName": "Mari"}
    assert contact.search == "Mari Ruiz Gil 7"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"language": "pt-BR", "timezone": "America/Bahia"}, ("pt", "America/Bahia")),
        ({"language": "klingon", "timezone": "/etc/passwd"}, ("", "")),
    ],
)
def test_only_languages_and_time_zones_that_can_be_are_kept_beside_the_traits(
    said: dict[str, str], kept: tuple[str, str]
) -> None:
    record(message("identify", "m-1", userId="7", traits=said))

    contact = Contact.objects.get()
    assert ((contact.language, contact.timezone), contact.traits) == (kept, said)


def test_identify_from_a_public_key_changes_no_name_and_joins_nobody() -> None:
    ana = factories.contact(email="ana@correo.example", first_name="Ana")
    record(order("m-1", userId="7"))

    record(
        message("identify", "m-2", userId="7", traits={"email": "ana@correo.example", "firstName": "Eve"}),
        trusted=False,
    )

    ana.refresh_from_db()
    assert ana.first_name == "Ana"
    assert ana.traits == {}
    assert Alias.objects.count() == 0


def test_identify_from_a_secret_key_joins_the_mail_and_the_customer_number() -> None:
    ana = factories.contact(email="ana@correo.example", first_name="Ana")
    record(order("m-1", userId="7"))

    record(message("identify", "m-2", userId="7", traits={"email": "ana@correo.example"}))

    assert ana.survivor_id == Identity.objects.get(value="7").contact_id


def test_an_old_identify_that_is_repeated_changes_nothing() -> None:
    first = message("identify", "m-1", userId="7", traits={"plan": "free"})
    record(first)
    record(message("identify", "m-2", userId="7", traits={"plan": "gold"}))

    assert record(first) == 0

    assert Contact.objects.get().traits == {"plan": "gold"}


def test_consent_is_taken_from_a_secret_key_as_the_whole_list() -> None:
    record(message("identify", "m-1", userId="7", traits={"consent": {"email": ["marketing", "surveys"]}}))
    record(message("identify", "m-2", userId="7", traits={"consent": {"email": ["surveys"]}}))

    contact = Contact.objects.get()
    assert Consent.objects.refused(contact.pk, channel="email", purpose="marketing") is True
    assert Consent.objects.refused(contact.pk, channel="email", purpose="surveys") is False
    assert "consent" not in contact.traits
    assert list(Consent.objects.order_by("pk").values_list("purpose", "state", "source")) == [
        ("marketing", "granted", "key:1"),
        ("surveys", "granted", "key:1"),
        ("marketing", "withdrawn", "key:1"),
    ]


def test_consent_from_a_public_key_is_not_heard() -> None:
    consent = {"consent": {"email": ["marketing"]}}

    record(message("identify", "m-1", userId="7", traits=consent), trusted=False)

    assert Consent.objects.count() == 0
    assert Contact.objects.get().traits == {}


def test_group_makes_a_company_and_enrols_the_person() -> None:
    record(
        message(
            "group", "m-1", userId="7", groupId="g-1", traits={"name": "Acme", "website": "https://www.acme.example/x"}
        )
    )
    record(message("group", "m-2", userId="8", groupId="g-1", traits={"plan": "gold"}))

    company = Company.objects.get()
    assert (company.name, company.domain, company.traits["plan"]) == ("Acme", "acme.example", "gold")
    assert Contact.objects.filter(company=company).count() == 2
    assert "Acme" in Contact.objects.order_by("pk")[0].search


def test_alias_gives_the_visitors_past_to_the_customer() -> None:
    record(order("m-1", anonymousId="v-1"))

    record(message("alias", "m-2", previousId="v-1", userId="7"))

    contact = Contact.objects.get()
    assert set(contact.identities.values_list("kind", "value")) == {("external_id", "7"), ("anonymous_id", "v-1")}


def test_alias_from_a_secret_key_joins_two_customer_numbers() -> None:
    record(order("m-1", userId="old"), order("m-2", userId="7"))

    record(message("alias", "m-3", previousId="old", userId="7"))

    alias = Alias.objects.get()
    assert alias.survivor_id == Identity.objects.get(value="7").contact_id
    assert alias.evidence == {"previous_id": "old", "user_id": "7"}


def test_alias_from_a_public_key_joins_no_customer_numbers() -> None:
    record(order("m-1", userId="old"), order("m-2", userId="7"))

    record(message("alias", "m-3", previousId="old", userId="7"), trusted=False)

    assert Alias.objects.count() == 0


def test_consumers_and_screens_hear_of_a_batch_once_after_its_commit(django_capture_on_commit_callbacks: Any) -> None:
    contact = Contact.objects.create()
    Identity.objects.create(contact=contact, kind="external_id", value="7")

    with django_capture_on_commit_callbacks() as callbacks:
        record(order("m-1", userId="7"), order("m-2", userId="7"), order("m-3", anonymousId="v-1"))

    assert [callback.topics for callback in callbacks] == [{f"contact:{contact.pk}"}]


def test_pages_and_screens_have_names_of_their_own() -> None:
    record(
        message("page", "m-1", anonymousId="v", name="Home"),
        message("screen", "m-2", anonymousId="v", name="Cart"),
    )

    assert list(from_outside().values_list("name", flat=True)) == ["page.viewed", "screen.viewed"]


def test_a_hundred_messages_take_as_many_queries_as_ten(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    def batch(start: int, count: int) -> list[Message]:
        return [order(f"m-{n}", userId=str(n), anonymousId=f"v-{n}") for n in range(start, start + count)]

    with django_assert_max_num_queries(20):
        record(*batch(1000, 10))
    with django_assert_max_num_queries(20):
        record(*batch(2000, 100))
    assert from_outside().count() == 110


@pytest.mark.django_db(transaction=True)
def test_one_batch_sent_by_eight_connections_at_once_counts_once() -> None:
    batch = [order(f"m-{n}", userId=str(n % 9 + 1)) for n in range(90)]
    batch += [message("identify", f"i-{n}", userId=str(n), traits={"email": f"n{n}@x.example"}) for n in range(1, 10)]
    errors: list[Exception] = []

    def send(turn: int) -> None:
        try:
            record(*(batch if turn % 2 else reversed(batch)))
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(turn,)) for turn in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert from_outside().count() == 99
    assert Contact.objects.survivors().count() == 9
