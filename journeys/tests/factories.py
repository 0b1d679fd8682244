"""Journeys, and people on them, for tests."""

import itertools
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from crm.ledger.publishing import announce
from crm.models import Contact, Event
from crm.tests import factories as crm
from journeys.actions import journeys
from journeys.engine import intake, timing
from journeys.models import Enrolment, Journey, Timer, Version
from omnichannel.models import Channel
from omnichannel.tests.factories import make_channel

_number = itertools.count(1)

HELLO = {"en": {"subject": "Hello {{ contact.first_name }}", "text": "Welcome, {{ contact.first_name }}."}}
contact = crm.contact
user = crm.user


def node(id: str, type: str, /, **config: Any) -> dict[str, Any]:  # noqa: A002 - the graph's own words
    return {"id": id, "type": type, "config": config}


def graph(*placed: Mapping[str, Any], edges: str = "") -> dict[str, Any]:
    """Nodes, and edges as "start>mail mail>end ask:yes>mail". Without edges the nodes follow each other."""
    ids = [item["id"] for item in placed]
    drawn = edges or " ".join(f"{a}>{b}" for a, b in itertools.pairwise(ids))
    return {"nodes": list(placed), "edges": [_edge(text) for text in drawn.split()]}


def _edge(text: str) -> dict[str, str]:
    start, _, to = text.partition(">")
    leaving, _, branch = start.partition(":")
    return {"from": leaving, "to": to, **({"branch": branch} if branch else {})}


def start(event: str = "Order Completed", entry: str = "once", **config: Any) -> dict[str, Any]:
    return node("start", "trigger_event", event=event, entry=entry, **config)


def mail(id: str = "mail", **config: Any) -> dict[str, Any]:  # noqa: A002
    return node(id, "send_message", **({"texts": HELLO} | config))


def wait(id: str = "wait", **config: Any) -> dict[str, Any]:  # noqa: A002
    return node(id, "wait", **({"amount": 1, "unit": "days"} | config))


def end(id: str = "end", **config: Any) -> dict[str, Any]:  # noqa: A002
    return node(id, "end", **config)


def channel() -> Channel:
    """The account that messages leave by."""
    return make_channel(kind="email")


def live(drawn: dict[str, Any] | None = None, *, name: str = "") -> Journey:
    """A published journey; by default order → mail → end, once in a lifetime."""
    journey = journeys.create(name=name or f"Journey {next(_number)}", by=None)
    version = journeys.add_version(journey, graph=drawn or graph(start(), mail(), end()), by=None)
    return journeys.publish(version, by=None)


def draft(drawn: dict[str, Any] | None = None) -> Version:
    journey = journeys.create(name=f"Journey {next(_number)}", by=None)
    return journeys.add_version(journey, graph=drawn or graph(start(), mail(), end()), by=None)


def event(who: Contact | None, name: str = "Order Completed", *, depth: int = 0, **properties: Any) -> Event:
    """An event from outside; nobody has reacted to it yet."""
    created = Event.objects.create(
        contact=who, name=name, properties=properties, source="test", message_id=f"m{next(_number)}", depth=depth
    )
    announce(set())
    created.refresh_from_db()
    return created


def happens(who: Contact, name: str = "Order Completed", **properties: Any) -> Event:
    """An event, and all that it moves."""
    happened = event(who, name, **properties)
    with transaction.atomic():
        intake.take_in([happened])
    return happened


def time_is_up(enrolment: Enrolment) -> None:
    """As if the waiting time of this enrolment had passed."""
    Timer.objects.filter(enrolment=enrolment).update(due_at="2020-01-01T00:00Z")
    timing.advance_due()


def told(enrolment: Enrolment) -> list[str]:
    """The log, as "node outcome"."""
    return [f"{step.node} {step.outcome}" for step in enrolment.steps.all()]


def only_enrolment() -> Enrolment:
    return Enrolment.objects.get()
