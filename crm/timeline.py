"""The thread of a person's life as the contact page tells it: knots, newest first, by keyset pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.ledger.fact import doubled, fact_class, leads_to, tell
from crm.models import Contact, Event, Feeling, User
from crm.models.event import EventQuerySet
from crm.models.words import called
from kernel import lists
from kernel.money import spell_money

SIZE = 25
FEW_PROPERTIES = 4


@dataclass(frozen=True)
class Kind:
    """What a reader may filter by, and the shape of its knots. `beginnings` of the ledger's names belong to it."""

    slug: str
    label: str | Promise
    beginnings: tuple[str, ...]

    def condition(self) -> Q:
        condition = Q()
        for beginning in self.beginnings:
            condition |= Q(name__startswith=beginning)
        return condition


# The slugs are the knots of the look (static/icons/knot-*.svg). The first two words of shops' events are the
# e-commerce names of the tracking API's specification.
KINDS = (
    Kind("message", gettext_lazy("Messages"), ("message.", "conversation.")),
    Kind("order", gettext_lazy("Orders"), ("Order ", "order.", "Checkout ", "Payment ", "Cart ", "Product ")),
    Kind("answer", gettext_lazy("Answers"), ("survey.",)),
    Kind("journey", gettext_lazy("Journeys"), ("journey.",)),
    Kind("note", gettext_lazy("Notes"), ("note.",)),
    Kind("task", gettext_lazy("Tasks"), ("task.",)),
    Kind("visit", gettext_lazy("Visits"), ("page.", "screen.", "visit.")),
)
OTHER = "event"


def kind_of(name: str) -> str:
    return next((kind.slug for kind in KINDS if name.startswith(kind.beginnings)), OTHER)


@dataclass(frozen=True)
class Knot:
    """One event, told."""

    id: int
    kind: str
    title: str
    text: str
    feeling: str
    cause: str
    at: datetime
    month: date | None  # of the first knot of a month; None for the others
    url: str = ""

    @property
    def key(self) -> str:
        return str(self.id)


@dataclass(frozen=True)
class Thread:
    knots: list[Knot]
    older: str  # cursor of the next page, "" at the beginning of the story


def read(
    contact: Contact,
    *,
    viewer: User | None = None,
    kind: str = "",
    channel: str = "",
    cursor: str = "",
    size: int = SIZE,
) -> Thread:
    """One page over everybody merged into the contact and all that they did before they said who they were."""
    before = lists.decode(cursor, datetime, int)
    events = list(_told(kind, channel).of(contact, limit=size + 1, before=before))
    shown = events[:size]
    older = lists.encode([shown[-1].occurred_at, shown[-1].pk]) if len(events) > size else ""
    return Thread(knots(shown, viewer=viewer, after=before), older)


def _told(kind: str, channel: str) -> EventQuerySet:
    wanted = next((each.condition() for each in KINDS if each.slug == kind), Q())
    return Event.objects.filter(wanted & Q(channel=channel) if channel else wanted).exclude(doubled())


def knots(
    events: Sequence[Event], *, viewer: User | None = None, after: tuple[datetime, int] | None = None
) -> list[Knot]:
    """`viewer`: who is led to more, where they may. `after`: the place where the page before ended, so that its month
    is not named again."""
    causes = _causes(events)
    month = _month(after[0]) if after else None
    told = []
    for event in events:
        begins = _month(event.occurred_at)
        one = knot(event, cause=causes.get(event.cause_id or 0, ""), month=begins if begins != month else None)
        told.append(replace(one, url=leads_to(event.name, event.properties, viewer)))
        month = begins
    return told


def _month(moment: datetime) -> date:
    """In the reader's time zone."""
    return timezone.localtime(moment).date().replace(day=1)


def knot(event: Event, *, cause: str = "", month: date | None = None) -> Knot:
    return Knot(
        id=event.pk,
        kind=kind_of(event.name),
        title=tell(event.name, event.properties),
        text="" if fact_class(event.name) else few_words(event.properties),
        feeling=_feeling(event.properties),
        cause=cause,
        at=event.occurred_at,
        month=month,
    )


def _causes(events: Iterable[Event]) -> dict[int, str]:
    """Why: the stories of the events that led to these, in one query."""
    ids = {event.cause_id for event in events if event.cause_id}
    causes = Event.objects.filter(pk__in=ids) if ids else []
    return {event.pk: _("because of: %(story)s") % {"story": tell(event.name, event.properties)} for event in causes}


def _feeling(properties: dict[str, Any]) -> str:
    feeling = properties.get("feeling")
    return feeling if feeling in Feeling.values else ""


def few_words(properties: dict[str, Any]) -> str:
    """What an event from outside says, in one line: goods and money as the tracking API names them, then the rest."""
    known = {"products", "total", "revenue", "currency", "name", "price"}
    rest = [
        f"{called(name).replace('_', ' ')} {str(told)[:60]}"
        for name, told in properties.items()
        if name not in known and isinstance(told, str | int | float) and told != ""
    ]
    words = [_goods(properties), _money(properties), *rest]
    return " · ".join([word for word in words if word][:FEW_PROPERTIES])


def _goods(properties: dict[str, Any]) -> str:
    """`products` of an order, or the one `name` of what was looked at."""
    lines = properties.get("products")
    if not isinstance(lines, list):
        return str(properties.get("name") or "")[:80]
    named = [line for line in lines if isinstance(line, dict) and line.get("name")]
    return ", ".join(_line(line) for line in named[:FEW_PROPERTIES])


def _line(line: dict[str, Any]) -> str:
    quantity = line.get("quantity")
    name = str(line["name"])[:60]
    return f"{quantity} × {name}" if isinstance(quantity, int) and quantity > 1 else name


def _money(properties: dict[str, Any]) -> str:
    amount = next((properties[name] for name in ("total", "revenue", "price") if properties.get(name)), None)
    if not isinstance(amount, int | float):
        return str(amount or "")[:20]
    return spell_money(amount, str(properties.get("currency") or ""))


def channels(contact: Contact) -> list[str]:
    """Channels that this person's newest events came through: what a filter can offer without reading everything."""
    recent = Event.objects.filter(contact__in=contact.family_ids).newest_first().values_list("channel", flat=True)
    return sorted({channel for channel in recent[:200] if channel})
