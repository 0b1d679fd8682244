"""Runs inside the product under test, in a process that `Witness` asks: what a load needs, and what came of it."""

import json
import sys
from collections import Counter
from collections.abc import Callable
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.db.models import QuerySet

from crm.models import ApiKey, Event
from journeys.actions import journeys
from omnichannel.models import Attempt, Channel, Delivery, Inbox, Message, RawInbound

THANKS = {"en": {"subject": "Thank you", "text": "Your order {{ event.properties.order }} is on its way."}}


def address_of(name: str) -> str:
    return f"support@{name}.example"


def build(name: str) -> dict[str, str]:
    """A channel, a key, and a journey that thanks for each order of this load."""
    inbox = Inbox.objects.create(name=name)
    Channel.objects.create(kind="email", name=name, address=address_of(name), inbox=inbox)
    journey = journeys.create(name=name, by=None)
    journeys.publish(journeys.add_version(journey, graph=graph(name), by=None), by=None)
    return {"key": ApiKey.objects.issue(name=name, scopes=["all"])[1]}


def graph(name: str) -> dict[str, Any]:
    order = {"event": f"{name} ordered", "entry": "again"}
    send = {"texts": THANKS, "brand": "Casa Lumbre", "purpose": "transactional"}
    return {
        "nodes": [
            {"id": "order", "type": "trigger_event", "config": order},
            {"id": "thanks", "type": "send_message", "config": send},
            {"id": "end", "type": "end", "config": {}},
        ],
        "edges": [{"from": "order", "to": "thanks"}, {"from": "thanks", "to": "end"}],
    }


def inbound(name: str) -> Counter[str]:
    return Counter(RawInbound.objects.filter(channel__name=name).values_list("state", flat=True))


def deliveries(name: str) -> Counter[str]:
    return Counter(_sends(name).values_list("state", flat=True))


def _sends(name: str) -> QuerySet[Delivery]:
    return Delivery.objects.filter(address__endswith=f"@{name}.example")


def report(name: str) -> dict[str, Any]:
    """What there is of this load, counted by the keys that it knows."""
    mails = Message.objects.filter(direction="inbound", message_id__endswith=f"@{name}.example")
    events = Event.objects.filter(message_id__startswith=f"{name}-event-")
    sends = _sends(name)
    cut_short = Attempt.objects.filter(finished_at=None)
    return {
        "mails": Counter(mails.values_list("message_id", flat=True)),
        "events": Counter(events.values_list("message_id", flat=True)),
        "deliveries": deliveries(name),
        "sends": dict(sends.values_list("message__message_id", "key")),
        "cut_short": list(cut_short.values_list("delivery__message__message_id", flat=True)),
    }


def inconsistencies(name: str) -> list[str]:
    """What the consistency command finds in the whole house."""
    printed = StringIO()
    try:
        call_command("consistency", stdout=printed)
    except SystemExit:
        return [line for line in printed.getvalue().splitlines() if not json.loads(line)["ok"]]
    return []


def serve() -> None:
    """A line of JSON for each line `[function, name]`, on a fresh connection: servers are killed meanwhile."""
    known = (build, inbound, deliveries, report, inconsistencies)
    functions: dict[str, Callable[[str], Any]] = {function.__name__: function for function in known}
    for line in sys.stdin:
        asked, name = json.loads(line)
        connection.close()
        print(json.dumps(functions[asked](name)), flush=True)
