"""What happened to a person lately, beside their conversation."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.text import Truncator

from crm.ledger.fact import fact_class, leads_to, tell
from crm.models import Contact, Event, User
from omnichannel.facts import DeliveryChanged

LENGTH = 8
OF_ANSWERS = Q(name=DeliveryChanged.name, properties__conversation_id__gt=0)
KNOTS = {
    "mail": "message",
    "reply": "message",
    "send": "message",
    "notebook-pen": "note",
    "square-check": "task",
    "circle-check": "task",
}


@dataclass(frozen=True)
class Knot:
    kind: str
    text: str
    at: datetime
    url: str = ""


def story(contact: Contact, viewer: User) -> list[Knot]:
    """The newest knots of the person's own thread; the fate of an answer stands on the message itself."""
    events = Event.objects.exclude(OF_ANSWERS).of(contact, limit=LENGTH)
    return [_knot(event, viewer) for event in events]


def _knot(event: Event, viewer: User) -> Knot:
    told = Truncator(tell(event.name, event.properties)).chars(72)
    return Knot(_kind(event.name), told, event.occurred_at, leads_to(event.name, event.properties, viewer))


def _kind(name: str) -> str:
    if name.lower().startswith("order"):
        return "order"
    known = fact_class(name)
    return KNOTS.get(known.icon, "event") if known else "event"
