"""Runs inside the product under test (`manage.py shell`): what the load needs, and what came of it."""

import json
from collections import Counter
from typing import Any

from crm.models import ApiKey, Event
from journeys.actions import journeys
from omnichannel.models import Attempt, Channel, Delivery, Inbox, Message, RawInbound

ADDRESS = "support@hilo.example"
THANKS = {"en": {"subject": "Thank you", "text": "Your order {{ event.properties.order }} is on its way."}}


def build() -> None:
    """A channel, a key, and a journey that thanks for each order. Prints the key."""
    inbox = Inbox.objects.create(name="Support")
    Channel.objects.create(kind="email", name="Support", address=ADDRESS, inbox=inbox)
    journey = journeys.create(name="Thanks")
    journeys.publish(journeys.add_version(journey, graph=graph(), by=None), by=None)
    print(json.dumps({"key": ApiKey.objects.issue(name="load", scopes=["all"])[1]}))


def graph() -> dict[str, Any]:
    order = {"event": "Order Completed", "entry": "again"}
    send = {"texts": THANKS, "brand": "Casa Lumbre", "purpose": "transactional"}
    return {
        "nodes": [
            {"id": "order", "type": "trigger_event", "config": order},
            {"id": "thanks", "type": "send_message", "config": send},
            {"id": "end", "type": "end", "config": {}},
        ],
        "edges": [{"from": "order", "to": "thanks"}, {"from": "thanks", "to": "end"}],
    }


def report() -> None:
    """Prints what there is, counted by the keys that the load knows."""
    print(
        json.dumps(
            {
                "inbound": Counter(RawInbound.objects.values_list("state", flat=True)),
                "mails": Counter(Message.objects.filter(direction="inbound").values_list("message_id", flat=True)),
                "events": Counter(Event.objects.exclude(source="hilo").values_list("message_id", flat=True)),
                "deliveries": Counter(Delivery.objects.values_list("state", flat=True)),
                "sends": dict(Delivery.objects.values_list("message__message_id", "key")),
                "cut_short": list(
                    Attempt.objects.filter(finished_at=None).values_list("delivery__message__message_id", flat=True)
                ),
            }
        )
    )
