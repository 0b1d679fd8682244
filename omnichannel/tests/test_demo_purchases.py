"""Who writes about an order of the demo company made it, days before, and writes about it once."""

import re
from datetime import timedelta
from random import Random

import pytest
from django.utils import timezone

from crm.demo import words
from crm.models import Contact, Event
from omnichannel import demo
from omnichannel.demo_purchases import Purchase, fits, purchases, take, things
from omnichannel.demo_texts import PRODUCTS, Script
from omnichannel.models import Conversation
from omnichannel.tests.factories import make_contact, make_user

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

    came = order(ana, 0.5, "1", event="Order Delivered", step="-delivered").occurred_at

    assert [(p.contact_id, p.order, p.bought, p.delivered_at) for p in purchases([ana])] == [
        (ana.pk, "1", frozenset(["lámpara brasa"]), came),
        (ana.pk, "2", frozenset(["lámpara brasa"]), None),
    ]


def test_one_of_the_days_before_is_taken_once() -> None:
    made = [purchase(30, "old"), purchase(13, "a"), purchase(2, "b"), purchase(0.5, "today")]

    taken = [take(Random(1), made, NOW) for _ in range(3)]

    assert {one.order for one in taken if one} == {"a", "b"}
    assert taken[2] is None
    assert [one.order for one in made] == ["old", "today"]


def test_who_names_an_order_names_what_was_in_it() -> None:
    assert things(ASKS, "en", purchase(1, bought="mist vase")) == ["Mist vase"]
    assert fits(ASKS, "en", purchase(1, bought="mist vase"), NOW)
    assert not fits(ASKS, "en", purchase(1, bought="linen cushion"), NOW)


@pytest.mark.parametrize("text", ["Where is it?", "Is the {product} back?"])
def test_a_script_without_both_fits_everybody(text: str) -> None:
    script = Script("Hello" if "{" in text else "Order {order}", (("c", text), ("a", "Yes.")))

    assert fits(script, "en", purchase(1, bought="nothing we sell"), NOW)
    assert fits(ASKS, "en", None, NOW)


@pytest.mark.parametrize(("days_ago", "parcel"), [(1, "arrived"), (-1, "awaited"), (None, "awaited")])
def test_nobody_misses_a_parcel_that_came(days_ago: float | None, parcel: str) -> None:
    came = None if days_ago is None else NOW - timedelta(days=days_ago)
    bought = Purchase(NOW - timedelta(days=5), 1, "1", frozenset(), came)
    stories = {name: Script("Hello", (("c", "?"), ("a", "!")), parcel=name) for name in ("", "awaited", "arrived")}

    assert {name for name, script in stories.items() if fits(script, "en", bought, NOW)} == {"", parcel}


@pytest.mark.parametrize(("language", "place"), [("es", 0), ("en", 1)])
def test_customers_write_about_what_the_shop_sells(language: str, place: int) -> None:
    sold = {str(product[place]).casefold() for product in words.PRODUCTS}

    assert {product.casefold() for product in PRODUCTS[language]} <= sold


@pytest.mark.django_db
def test_conversations_are_about_the_writers_own_orders() -> None:
    for email in demo.AGENTS:
        make_user("agent", email=email)
    people = [make_contact(language=language) for language in ("es", "en") * 4]
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
