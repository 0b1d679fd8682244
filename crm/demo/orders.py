"""A year of a home-goods shop: quiet in August, busy before Christmas, late parcels in the summer.

Each customer buys at a rate of their own until, after some order, they come no more: the pattern that models of
customer value are fitted to.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from crm.demo import Demo, words
from crm.ledger.publishing import announce
from crm.models import Contact, Event

SOURCE = "demo:shop"
CURRENCY = "EUR"
SEASON = (1.2, 0.9, 0.9, 1.0, 1.1, 0.9, 0.8, 0.5, 1.0, 1.1, 1.6, 2.0)  # January to December
MEAN_DAYS_BETWEEN = 95
LEAVES_AFTER_AN_ORDER = 0.14


def orders(demo: Demo) -> None:
    events = [event for contact in demo.customers for event in _story(demo, contact)]
    events.sort(key=lambda event: event.occurred_at)
    for number, event in enumerate(events):
        event.message_id = f"shop-{number}"
    Event.objects.bulk_create(events, batch_size=2000)
    _explain()
    _remember_last_activity()
    announce(set())


def _story(demo: Demo, contact: Contact) -> Iterator[Event]:
    """Visits and orders of one person, from when they came to today."""
    rate = demo.random.gammavariate(1.6, 1 / 1.6) / MEAN_DAYS_BETWEEN  # orders a day
    day = contact.created_at + timedelta(hours=1)
    leaves = False
    while not leaves:
        yield from _order(demo, contact, day)
        leaves = demo.random.random() < LEAVES_AFTER_AN_ORDER
        day = _next_order(demo, day, rate)
        if day >= demo.now - timedelta(hours=2):
            return
        yield from _visits(demo, contact, day)


def _next_order(demo: Demo, after: datetime, rate: float) -> datetime:
    """Thinning: candidates at the season's peak rate, kept as often as their month deserves."""
    peak = max(SEASON)
    moment = after
    for _ in range(500):
        moment += timedelta(days=demo.random.expovariate(rate * peak))
        if moment > demo.now or demo.random.random() < SEASON[moment.month - 1] / peak:
            break
    return moment


def _order(demo: Demo, contact: Contact, at: datetime) -> Iterator[Event]:
    number = f"{demo.random.randrange(10_000, 100_000)}"
    lines = [_line(demo, contact) for _ in range(demo.random.choices((1, 2, 3), (60, 28, 12))[0])]
    total = round(sum(line["price"] * line["quantity"] for line in lines), 2)
    told = {"order_id": number, "total": total, "currency": CURRENCY, "products": lines}
    yield _event(contact, "Order Completed", at, told)
    for name, days in (("Order Shipped", demo.random.uniform(0.4, 2)), ("Order Delivered", _delivery(demo, at))):
        then = at + timedelta(days=days)
        if then < demo.now:
            yield _event(contact, name, then, {"order_id": number})


def _delivery(demo: Demo, ordered: datetime) -> float:
    """Days. From June to August the carrier was changed and one parcel of three came late."""
    late = ordered.month in (6, 7, 8) and demo.random.random() < 0.33
    return demo.random.uniform(9, 16) if late else demo.random.uniform(2.5, 5)


def _line(demo: Demo, contact: Contact) -> dict[str, Any]:
    spanish, english, price = demo.random.choice(words.PRODUCTS)
    quantity = demo.random.choices((1, 2, 4), (75, 20, 5))[0] * (3 if contact.company_id else 1)
    return {"name": spanish if contact.language == "es" else english, "price": price, "quantity": quantity}


def _visits(demo: Demo, contact: Contact, before: datetime) -> Iterator[Event]:
    for _ in range(demo.random.randrange(3)):
        at = before - timedelta(hours=demo.random.uniform(0.2, 60))
        line = _line(demo, contact)
        if at > contact.created_at:
            told = {"name": line["name"], "price": line["price"], "currency": CURRENCY}
            yield _event(contact, "Product Viewed", at, told)


def _event(contact: Contact, name: str, at: datetime, told: dict[str, Any]) -> Event:
    return Event(contact=contact, name=name, occurred_at=at, source=SOURCE, properties=told, recorded_at=at)


def _explain() -> None:
    """A parcel is on its way because something was ordered."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE crm_event SET cause_id = ordered.id, depth = 1 FROM crm_event ordered "
            "WHERE crm_event.source = %s AND crm_event.name IN ('Order Shipped', 'Order Delivered') "
            "AND ordered.contact_id = crm_event.contact_id AND ordered.name = 'Order Completed' "
            "AND ordered.properties ->> 'order_id' = crm_event.properties ->> 'order_id'",
            [SOURCE],
        )


def _remember_last_activity() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE crm_contact SET last_activity_at = newest.at "
            "FROM (SELECT contact_id, max(occurred_at) AS at FROM crm_event GROUP BY 1) AS newest "
            "WHERE crm_contact.id = newest.contact_id"
        )
