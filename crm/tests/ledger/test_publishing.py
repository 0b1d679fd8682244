"""Facts are written once, with their cause, in the transaction of the change."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest
from django.db import transaction
from django.utils import translation

from crm.facts import NoteWritten
from crm.ledger import CausalLoop, Fact, Recorded, because_of, fact, publish, publish_many
from crm.ledger.commerce import STORIES
from crm.ledger.fact import fact_class, tell
from crm.ledger.publishing import MAX_DEPTH
from crm.models import Contact, Event
from kernel.registry import RegistrationError


@fact
@dataclass(frozen=True, kw_only=True)
class KettleBoiled(Fact):
    name: ClassVar = "test.kettle_boiled"
    story: ClassVar = "Boiled {litres} litres"
    litres: int = 1


pytestmark = pytest.mark.django_db


def test_publish_writes_one_event_with_its_properties() -> None:
    contact = Contact.objects.create()
    publish(KettleBoiled(contact_id=contact.pk, litres=3, channel="email"))
    event = Event.objects.get()
    assert (event.name, event.contact_id, event.properties) == ("test.kettle_boiled", contact.pk, {"litres": 3})
    assert (event.source, event.channel, event.depth, event.cause_id) == ("hilo", "email", 0, None)
    assert event.xid > 0


def test_same_message_id_counts_once() -> None:
    first = publish(KettleBoiled(contact_id=None), message_id="k1")
    again = publish(KettleBoiled(contact_id=None, litres=9), message_id="k1")
    assert (again.id, again.is_new, first.is_new) == (first.id, False, True)
    assert Event.objects.get().properties == {"litres": 1}


def test_publish_many_is_one_statement(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        recorded = publish_many([KettleBoiled(contact_id=None, litres=n) for n in range(50)])
    assert [r.is_new for r in recorded] == [True] * 50
    assert list(Event.objects.order_by("id").values_list("properties__litres", flat=True)) == list(range(50))


def test_facts_inside_a_reaction_keep_their_cause() -> None:
    cause = publish(KettleBoiled(contact_id=None))
    with because_of(cause):
        effect = publish(KettleBoiled(contact_id=None))
    assert Event.objects.get(pk=effect.id).cause_id == cause.id
    assert effect.depth == 1


def test_a_chain_that_is_too_long_is_a_loop() -> None:
    with because_of(Recorded(1, MAX_DEPTH - 1)):
        publish(KettleBoiled(contact_id=None))
    with because_of(Recorded(1, MAX_DEPTH)), pytest.raises(CausalLoop, match="more than 16 reactions in a row"):
        publish(KettleBoiled(contact_id=None))
    assert Event.objects.count() == 1


def test_a_nul_in_a_text_does_not_break_the_write() -> None:
    contact = Contact.objects.create()
    publish(KettleBoiled(contact_id=contact.pk, litres="a\x00b"))  # type: ignore[arg-type]
    assert Event.objects.get().properties == {"litres": "ab"}


def test_story_is_told_from_properties_and_survives_missing_ones() -> None:
    assert tell("test.kettle_boiled", {"litres": 2}) == "Boiled 2 litres"
    assert tell("test.kettle_boiled", {}) == "Boiled … litres"


def test_events_of_shops_are_told_in_plain_words_and_strange_ones_by_their_name() -> None:
    assert tell("Order Completed", {"total": 3}) == "Ordered"
    assert tell("Plan Changed", {}) == "Plan Changed"
    with translation.override("es"):
        assert tell("Product Viewed", {"name": "Lamp"}) == "Miró un producto"
        assert tell("page.viewed", {"name": "Inicio"}) == "Visitó Inicio"
        assert [name for name, story in STORIES.items() if str(story) == name] == []


@pytest.mark.parametrize(
    ("name", "properties", "shown"),
    [
        ("contact.feeling_changed", {"feeling": "glad"}, "Ánimo: feliz"),
        ("contact.feeling_changed", {"feeling": "of an older version"}, "Ánimo: of an older version"),
        ("contact.updated", {"changed": "first_name, language"}, "Cambió: nombre, idioma"),
        ("message.delivery_changed", {"state": "sent"}, "Mensaje: enviado"),
        ("message.delivery_changed", {"state": "sent", "subject": "Hola"}, "Mensaje automático enviado: Hola"),
        ("note.written", {"author": "Ana", "excerpt": "Llamar"}, "Nota de Ana: Llamar"),
        ("note.written", {"author": "", "excerpt": "Llamar"}, "Nota: Llamar"),
        ("note.written", {"excerpt": "Llamar"}, "Nota: Llamar"),
    ],
)
def test_words_of_the_code_are_told_in_the_readers_language(name: str, properties: dict[str, Any], shown: str) -> None:
    with translation.override("es"):
        assert tell(name, properties) == shown


def test_a_fact_needs_name_and_story_and_a_name_of_its_own() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Nameless(Fact):
        story: ClassVar = "x"

    with pytest.raises(RegistrationError, match="must declare `name` and `story`"):
        fact(Nameless)

    @dataclass(frozen=True, kw_only=True)
    class Copycat(Fact):
        name: ClassVar = "test.kettle_boiled"
        story: ClassVar = "x"

    with pytest.raises(RegistrationError, match="is taken by KettleBoiled"):
        fact(Copycat)
    assert fact_class("test.kettle_boiled") is KettleBoiled


@pytest.mark.django_db(transaction=True)
def test_publish_outside_a_transaction_is_refused() -> None:
    with pytest.raises(transaction.TransactionManagementError, match="in the transaction of the change"):
        publish(KettleBoiled(contact_id=None))


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_change_leaves_no_fact() -> None:
    with transaction.atomic():
        publish(KettleBoiled(contact_id=None))
        transaction.set_rollback(True)
    assert Event.objects.count() == 0


def test_world_is_told_once_for_each_transaction(django_capture_on_commit_callbacks: object) -> None:
    with django_capture_on_commit_callbacks() as callbacks:  # type: ignore[operator]
        for _ in range(5):
            publish(KettleBoiled(contact_id=None))
    assert len(callbacks) == 1


@pytest.mark.parametrize(
    ("said", "kept"),
    [("a\x00b", "ab"), ("\\u0000", "\\u0000"), ("\\\x00\\", "\\\\"), ('"\\"', '"\\"'), ("100 % ñ 😀", "100 % ñ 😀")],
)
def test_any_text_survives_but_nul(said: str, kept: str) -> None:
    written = publish(NoteWritten(contact_id=None, excerpt=said))

    assert Event.objects.get(pk=written.id).properties["excerpt"] == kept


def test_moments_keep_their_microseconds() -> None:
    moment = datetime(2026, 5, 1, 12, 30, 15, 123456, tzinfo=UTC)

    written = publish(NoteWritten(contact_id=None, occurred_at=moment))

    assert Event.objects.get(pk=written.id).occurred_at == moment
