"""The thread of a life: which kind a knot is, how strange events are told, where a page ends; and what it was worth."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from crm import timeline, value
from crm.actions import merges
from crm.models import Contact, Event
from crm.tests import factories
from crm.value import Value
from kernel.lists import encode

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("message.received", "message"),
        ("conversation.resolved", "message"),
        ("Order Completed", "order"),
        ("Product Viewed", "order"),
        ("order.refunded", "order"),
        ("survey.answered", "answer"),
        ("journey.entered", "journey"),
        ("note.written", "note"),
        ("task.done", "task"),
        ("page.viewed", "visit"),
        ("screen.viewed", "visit"),
        ("contact.created", "event"),
        ("Orderly Retreat", "event"),
        ("messages", "event"),
        ("", "event"),
    ],
)
def test_a_knot_has_the_shape_of_its_kind(name: str, kind: str) -> None:
    assert timeline.kind_of(name) == kind


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({}, ""),
        ({"products": []}, ""),
        ({"products": [{"name": "Lamp", "quantity": 1}, {"name": ""}, {"quantity": 3}]}, "Lamp"),
        ({"products": [{"name": "Lamp", "quantity": 2.0}, {"name": "Vase", "quantity": "3"}]}, "Lamp, Vase"),
        ({"products": [{"name": str(number)} for number in range(9)]}, "0, 1, 2, 3"),
        ({"products": [{"name": "n" * 90, "quantity": 2}]}, f"2 × {'n' * 60}"),
        ({"products": "Lamp", "name": "n" * 90}, "n" * 80),
        ({"total": 0, "revenue": 12}, "12.00"),
        ({"revenue": 12, "price": 7}, "12.00"),
        ({"total": 12, "revenue": 7, "currency": "EUR"}, "€12.00"),
        ({"total": 1234567.891}, "1,234,567.89"),
        ({"total": "12 or so, perhaps more"}, "12 or so, perhaps mo"),
        ({"total": [12]}, "[12]"),
        ({"order_id": "7", "is_gift": True, "note": "n" * 90}, f"order id 7 · is gift True · note {'n' * 60}"),
        ({"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}, "a 1 · b 2 · c 3 · d 4"),
        ({"name": "Lamp", "total": 3, "a": 1, "b": 2, "c": 3}, "Lamp · 3.00 · a 1 · b 2"),
        ({"a": None, "b": [], "c": {}, "d": "", "e": 0}, "e 0"),
    ],
)
def test_whatever_a_shop_sends_is_told_in_one_line(told: dict[str, Any], words: str) -> None:
    assert timeline.few_words(told) == words


def test_money_is_written_as_the_reader_writes_it() -> None:
    with translation.override("es"):
        assert timeline.few_words({"total": 1234.5, "currency": "EUR"}) == "1\xa0234,50\xa0€"


def happen(contact: Contact | None, name: str = "Order Completed", **fields: Any) -> Event:
    given = {"occurred_at": NOON, "properties": {}} | fields
    return Event.objects.create(
        contact=contact, name=name, source="shop", message_id=str(Event.objects.count()), **given
    )


@pytest.fixture
def ana() -> Contact:
    contact = factories.contact(first_name="Ana")
    Event.objects.all().delete()
    return contact


@pytest.mark.django_db
@pytest.mark.parametrize(("events", "pages"), [(0, [0]), (3, [3]), (4, [3, 1]), (6, [3, 3]), (7, [3, 3, 1])])
def test_pages_end_where_the_story_does(ana: Contact, events: int, pages: list[int]) -> None:
    for number in range(events):
        happen(ana, occurred_at=NOON + timedelta(hours=number))
    sizes: list[int] = []
    cursor = ""
    while len(sizes) < 9:
        thread = timeline.read(ana, cursor=cursor, size=3)
        sizes.append(len(thread.knots))
        cursor = thread.older
        if not cursor:
            break

    assert sizes == pages


@pytest.mark.django_db
def test_events_of_one_moment_are_told_in_the_order_they_were_written_across_pages(ana: Contact) -> None:
    written = [happen(ana).pk for _ in range(5)]

    first = timeline.read(ana, size=2)
    second = timeline.read(ana, size=2, cursor=first.older)
    third = timeline.read(ana, size=2, cursor=second.older)

    assert [knot.id for page in (first, second, third) for knot in page.knots] == written[::-1]
    assert [knot.month is not None for knot in (*first.knots, *second.knots)] == [True, False, False, False]


@pytest.mark.django_db
@pytest.mark.parametrize("forged", ["x", "????", encode([NOON]), encode(["yesterday", 1]), encode([NOON, True])])
def test_a_cursor_that_is_none_starts_from_the_top(ana: Contact, forged: str) -> None:
    happen(ana)

    assert len(timeline.read(ana, cursor=forged).knots) == 1


@pytest.mark.django_db
def test_a_month_begins_in_the_readers_own_time_zone(ana: Contact) -> None:
    happen(ana, occurred_at=datetime(2026, 2, 28, 23, 30, tzinfo=UTC))

    months = []
    for zone in ("Europe/Madrid", "America/Bogota"):
        with timezone.override(ZoneInfo(zone)):
            months.append(str(timeline.read(ana).knots[0].month))

    assert months == ["2026-03-01", "2026-02-01"]


@pytest.mark.django_db
def test_a_kind_that_does_not_exist_hides_nothing_and_kind_and_channel_count_together(ana: Contact) -> None:
    happen(ana, channel="shop"), happen(ana), happen(ana, "page.viewed", channel="shop")

    def found(**asked: str) -> int:
        return len(timeline.read(ana, **asked).knots)  # type: ignore[arg-type]

    assert (found(kind="purple"), found(kind="order"), found(channel="shop")) == (3, 2, 2)
    assert (found(kind="order", channel="shop"), found(channel="fax")) == (1, 0)


@pytest.mark.django_db
def test_only_a_feeling_of_the_scale_is_drawn(ana: Contact) -> None:
    for feeling in ("glad", "angry", None, ["glad"]):
        happen(ana, properties={"feeling": feeling} if feeling != ["glad"] else {"mood": "glad"})

    assert [knot.feeling for knot in timeline.read(ana).knots] == ["", "", "", "glad"]


@pytest.mark.django_db
def test_what_hilo_tells_itself_needs_no_few_words_beside_it(ana: Contact) -> None:
    happen(ana, "contact.created", properties={"source": "shop"})
    happen(ana, "Plan Changed", properties={"plan": "gold"})

    outside, inside = timeline.read(ana).knots

    assert (outside.title, outside.text) == ("Plan Changed", "plan gold")
    assert (inside.title, inside.text) == ("First seen (shop)", "")


@pytest.mark.django_db
def test_where_somebody_was_first_seen_is_told_in_the_readers_language(ana: Contact) -> None:
    happen(ana, "contact.created", properties={"source": "web shop"})
    with translation.override("es"):
        assert timeline.read(ana).knots[0].title == "Primera vez (tienda en línea)"


@pytest.mark.django_db
def test_channels_are_those_of_the_whole_person_in_order_and_once(ana: Contact) -> None:
    other = factories.contact()
    for contact, channel in ((ana, "sms"), (ana, "email"), (ana, ""), (other, "chat"), (other, "email")):
        happen(contact, channel=channel)
    merges.merge(other, into=ana, rule="by hand", evidence={}, by=None)

    assert timeline.channels(Contact.objects.get(pk=ana.pk)) == ["chat", "email", "sms"]


@pytest.mark.django_db
def test_somebody_elses_story_stays_theirs(ana: Contact) -> None:
    happen(factories.contact())
    happen(None, anonymous_id="v-1")

    assert timeline.read(ana).knots == []


def worth(contact: Contact) -> Value:
    return value.of(Contact.objects.get(pk=contact.pk))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("orders", "expected"),
    [
        ([], Value()),
        ([{}], Value(1, 0.0, "")),
        ([{"total": 40, "currency": "EUR"}, {"revenue": "2.50", "currency": "EUR"}], Value(2, 42.5, "EUR")),
        ([{"total": 40, "revenue": 99}], Value(1, 40.0, "")),
        ([{"total": 40}, {"total": -15.5}], Value(2, 24.5, "")),
        (
            [{"total": "1e9"}, {"total": "1,5"}, {"total": ""}, {"total": None}, {"total": [3]}, {"total": True}],
            Value(6),
        ),
        ([{"total": "9" * 12}, {"total": "9" * 13}], Value(2, 999_999_999_999.0, "")),
        ([{"total": 1, "currency": "USD"}, {"total": 2, "currency": "EUR"}], Value(2, 2.0, "EUR")),
        ([{"total": 1, "currency": "USD"}] * 2 + [{"total": 900, "currency": "EUR"}], Value(3, 2.0, "USD")),
    ],
)
def test_value_is_what_was_paid_in_the_usual_currency(ana: Contact, orders: list[Any], expected: Value) -> None:
    for order in orders:
        happen(ana, properties=order)

    assert worth(ana) == expected


@pytest.mark.django_db
def test_value_is_of_the_whole_person_and_of_completed_orders_alone(ana: Contact) -> None:
    other, stranger = factories.contact(), factories.contact()
    happen(ana, properties={"total": 1})
    happen(other, properties={"total": 2})
    happen(stranger, properties={"total": 4})
    happen(ana, "Order Cancelled", properties={"total": 8})
    merges.merge(other, into=ana, rule="by hand", evidence={}, by=None)

    assert worth(ana) == Value(2, 3.0, "")
