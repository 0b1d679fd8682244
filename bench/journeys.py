"""From committed events to queued messages: order → mail → end, through the consumer as the product runs it.

The baseline writes the same messages and deliveries by plain multi-row INSERTs: what the database alone would need.
`duplicates` repeats what other engines stumble over: a journey that one enters once, and every event sent twice.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection, transaction

from bench.measurement import Measurement, Scale, seconds
from crm.ledger import consume
from crm.models import Contact, Event, Identity
from journeys.actions import journeys
from journeys.models import Enrolment
from omnichannel.models import Channel, Delivery, Inbox, Message

PEOPLE = {"small": 5_000, "full": 50_000}
DUPLICATED = 500
TEXTS = {
    "en": {
        "subject": "Thanks, {{ contact.first_name }}",
        "text": "Your order over {{ event.total }} € is on its way.",
    },
    "es": {"subject": "Gracias, {{ contact.first_name }}", "text": "Tu pedido de {{ event.total }} € está en camino."},
}


def measure(scale: Scale) -> Iterator[Measurement]:
    number = PEOPLE[scale]
    consume.ensure_cursors()
    _channel()
    people = _people(number)
    _publish("Order Completed")
    baseline = number / seconds(lambda: _plain_insert(people))
    _happens("Order Completed", people)
    statements = _Statements()
    with connection.execute_wrapper(statements):
        began = time.process_time()
        rate = number / seconds(_drain)
        busy = (time.process_time() - began) * 1000 / number
    assert Delivery.objects.filter(key__startswith="enrolment:").count() == number
    note = "baseline: the same messages and deliveries by plain multi-row INSERT"
    yield Measurement.single(
        "journeys", "contacts_per_second", rate, "contacts/s", scale=scale, n=number, baseline=baseline, note=note
    )
    yield Measurement.single(
        "journeys", "cpu_per_contact", busy, "ms", scale=scale, n=number, note="of the worker, without the database"
    )
    per_contact = statements.number / number
    yield Measurement.single("journeys", "sql_per_contact", per_contact, "statements", scale=scale, n=number)
    yield from _waiting(scale, people)
    yield from _duplicates(scale, people[:DUPLICATED])


def _waiting(scale: Scale, people: list[int]) -> Iterator[Measurement]:
    """Enter and wait; then the event comes for all of them."""
    _publish("Signed Up", wait_for="Activated")
    for metric, name in (("entries_per_second", "Signed Up"), ("waits_per_second", "Activated")):
        _happens(name, people)
        rate = len(people) / seconds(_drain)
        yield Measurement.single("journeys", metric, rate, "contacts/s", scale=scale, n=len(people))
    assert not Enrolment.objects.active().exists()


def _duplicates(scale: Scale, people: list[int]) -> Iterator[Measurement]:
    _publish("Pays Twice")
    before = Delivery.objects.count()
    for _ in range(2):
        _happens("Pays Twice", people)
    _drain()
    surplus = Delivery.objects.count() - before - len(people)
    yield Measurement.single("journeys", "duplicates", surplus, "messages", scale=scale, n=2 * len(people))


class _Statements:
    def __init__(self) -> None:
        self.number = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.number += 1
        return execute(sql, params, many, context)


def _channel() -> Channel:
    inbox = Inbox.objects.create(name="Bench")
    return Channel.objects.create(kind="email", name="Bench", address="bench@hilo.example", inbox=inbox)


def _people(number: int) -> list[int]:
    """Contacts with an address each, half of them reading Spanish."""
    rows = [Contact(first_name=f"Person {i}", language="es" if i % 2 else "en") for i in range(number)]
    people = Contact.objects.bulk_create(rows, batch_size=2_000)
    addresses = (f"person{person.pk}@people.example" for person in people)
    identities = [
        Identity(contact=person, kind="email", value=address, display=address)
        for person, address in zip(people, addresses, strict=True)
    ]
    Identity.objects.bulk_create(identities, batch_size=2_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return [person.pk for person in people]


def _publish(event: str, *, wait_for: str = "") -> None:
    middle = {"id": "middle", "type": "send_message", "config": {"texts": TEXTS}}
    ways = [{"from": "middle", "to": "end"}]
    if wait_for:
        middle = {"id": "middle", "type": "wait", "config": {"amount": 7, "unit": "days", "event": wait_for}}
        ways = [{"from": "middle", "branch": branch, "to": "end"} for branch in ("event", "timeout")]
    start = {"id": "start", "type": "trigger_event", "config": {"event": event, "entry": "once"}}
    graph = {
        "nodes": [start, middle, {"id": "end", "type": "end"}],
        "edges": [{"from": "start", "to": "middle"}, *ways],
    }
    journey = journeys.create(name=event, by=None)
    journeys.publish(journeys.add_version(journey, graph=graph, by=None), by=None)


def _happens(name: str, people: list[int]) -> None:
    tag = f"{name}:{Event.objects.count()}"
    with transaction.atomic():
        Event.objects.bulk_create(
            [
                Event(contact_id=pk, name=name, source="bench", message_id=f"{tag}:{pk}", properties={"total": 40})
                for pk in people
            ],
            batch_size=2_000,
        )


def _drain() -> None:
    """Alone, and with nothing writing beside it: one call reads to the end."""
    consume.drain(consume.find("journeys.react"), max_batches=10_000)


def _plain_insert(people: list[int]) -> None:
    channel = Channel.objects.get()
    for start in range(0, len(people), 500):
        with transaction.atomic():
            rows = [
                Message(contact_id=pk, channel=channel, direction="outbound", subject="Thank you", text="x" * 60)
                for pk in people[start : start + 500]
            ]
            messages = Message.objects.bulk_create(rows)
            Delivery.objects.bulk_create(
                Delivery(message=message, channel=channel, address="a@b.example", key=f"plain:{message.pk}")
                for message in messages
            )
