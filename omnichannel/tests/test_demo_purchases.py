"""Who writes about an order of the demo company made it, days before, and writes about it once."""

import re
from datetime import timedelta
from random import Random

import pytest
from django.utils import timezone

from crm.demo import words
from crm.models import Contact, Event
from omnichannel import demo
from omnichannel.demo_purchases import Purchase, fits, purchases, put_back, take, things
from omnichannel.demo_texts import PRODUCTS, Script
from omnichannel.models import Conversation
from omnichannel.tests.factories import make_contact, make_old_customer, make_user

NOW = timezone.now()
ASKS = Script("About {order}", (("c", "The {product}?"), ("a", "Yes.")), products=("Mist vase", "Round mirror"))


def purchase(days_ago: float, order: str = "1", bought: str = "mist vase") -> Purchase:
    return Purchase(NOW - timedelta(days=days_ago), 1, order, frozenset([bought]))


def order(
    contact: Contact, days_ago: float, number: str, *names: str, event: str = "Order Completed", step: str = ""
) -> Event:
    at = NOW - timedelta(days=days_ago)
    told = {"order_id": number, "products": [{"name": name, "price": 1, "quantity": 1} for name in names]}
    return Event.objects.create(
        contact=contact,
        name=event,
        properties=told,
        occurred_at=at,
        recorded_at=at,
        source="demo:shop",
        message_id=number + step,
    )


@pytest.mark.django_db
def test_orders_are_read_oldest_first_of_these_people_only() -> None:
    ana, other = make_contact(), make_contact()
    for contact, days, number in ((ana, 1, "2"), (ana, 3, "1"), (other, 2, "3")):
        order(contact, days, number, "Lámpara Brasa")

    sent, came = (
        order(ana, days, "1", event=event, step=event).occurred_at
        for days, event in ((2, "Order Shipped"), (0.5, "Order Delivered"))
    )

    assert [(p.contact_id, p.order, p.bought, p.shipped_at, p.delivered_at) for p in purchases([ana])] == [
        (ana.pk, "1", frozenset(["lámpara brasa"]), sent, came),
        (ana.pk, "2", frozenset(["lámpara brasa"]), None, None),
    ]


def test_one_of_the_days_before_is_taken_once() -> None:
    made = [purchase(30, "old"), purchase(13, "a"), purchase(2, "b"), purchase(0.02, "just now")]

    taken = [take(Random(1), made, NOW) for _ in range(3)]

    assert {one.order for one in taken if one} == {"a", "b"}
    assert taken[2] is None
    assert [one.order for one in made] == ["old", "just now"]


def test_what_nobody_wrote_about_after_all_is_there_again() -> None:
    made = [purchase(13, "a"), purchase(5, "b"), purchase(2, "c")]

    put_back(made, made.pop(1))
    put_back(made, None)

    assert [one.order for one in made] == ["a", "b", "c"]


def test_who_names_an_order_names_what_was_in_it() -> None:
    assert things(ASKS, "en", purchase(1, bought="mist vase")) == ["Mist vase"]
    assert fits(ASKS, "en", purchase(1, bought="mist vase"), NOW)
    assert not fits(ASKS, "en", purchase(1, bought="linen cushion"), NOW)


@pytest.mark.parametrize("text", ["Where is it?", "Is the {product} back?"])
def test_a_script_without_both_fits_everybody(text: str) -> None:
    script = Script("Hello" if "{" in text else "Order {order}", (("c", text), ("a", "Yes.")))

    assert fits(script, "en", purchase(1, bought="nothing we sell"), NOW)
    assert fits(ASKS, "en", None, NOW)


@pytest.mark.parametrize(
    ("sent", "came", "parcel"),
    [
        (3, 1, "arrived"),
        (3, -1, "awaited"),
        (3, None, "awaited"),
        (-1, None, "unsent"),
        (None, None, "unsent"),
        (-0.1, None, None),  # sent before anybody has answered: nothing that is true now stays true
        (3, -0.1, None),
    ],
)
def test_a_parcel_is_written_about_as_the_shop_knows_it(
    sent: float | None, came: float | None, parcel: str | None
) -> None:
    shipped, delivered = (None if days is None else NOW - timedelta(days=days) for days in (sent, came))
    bought = Purchase(NOW - timedelta(days=5), 1, "1", frozenset(), shipped, delivered)
    stories = {
        name: Script("Hello", (("c", "?"), ("a", "!")), parcel=name) for name in ("", "unsent", "awaited", "arrived")
    }

    assert {name for name, script in stories.items() if fits(script, "en", bought, NOW)} == {"", parcel} - {None}


@pytest.mark.parametrize(("language", "place"), [("es", 0), ("en", 1)])
def test_customers_write_about_what_the_shop_sells(language: str, place: int) -> None:
    sold = {str(product[place]).casefold() for product in words.PRODUCTS}

    assert {product.casefold() for product in PRODUCTS[language]} <= sold


@pytest.mark.django_db
def test_conversations_are_about_the_writers_own_orders() -> None:
    for email in demo.AGENTS:
        make_user("agent", email=email)
    people = [make_old_customer(language=language) for language in ("es", "en") * 4]
    for number in range(400):
        name = str(words.PRODUCTS[number % len(words.PRODUCTS)][number % 2])
        order(people[number % len(people)], number * 0.9, f"{number}-order", name)

    demo.conversations(Random(7), people)

    named = [(c.contact_id, found) for c in Conversation.objects.all() if (found := order_named_in(c))]
    assert len(named) > 30
    assert [contact for contact, number in named if people[number % len(people)].pk != contact] == []


def order_named_in(conversation: Conversation) -> int | None:
    said = " ".join(conversation.messages.values_list("text", flat=True))
    found = re.search(r"(\d+)-order", said)
    return int(found[1]) if found else None
