"""What happened to a person lately, beside their conversation."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.text import Truncator

from crm.ledger.fact import fact_class, tell
from crm.models import Contact, Event
from omnichannel.facts import DeliveryChanged

LENGTH = 8
KNOTS = {"mail": "message", "reply": "message", "notebook-pen": "note", "square-check": "task", "circle-check": "task"}


@dataclass(frozen=True)
class Knot:
    kind: str
    text: str
    at: datetime


def story(contact: Contact) -> list[Knot]:
    """The newest knots of the person's own thread; the fate of each mail stands on the message itself."""
    events = Event.objects.of(contact, limit=3 * LENGTH)
    told = [event for event in events if event.name != DeliveryChanged.name][:LENGTH]
    return [Knot(_kind(e.name), Truncator(tell(e.name, e.properties)).chars(72), e.occurred_at) for e in told]


def _kind(name: str) -> str:
    if name.lower().startswith("order"):
        return "order"
    known = fact_class(name)
    return KNOTS.get(known.icon, "event") if known else "event"
