"""What the demo company's customers write about: each of them about an order of the days before, and what was in it."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from crm.models import Contact, Event
from omnichannel.demo_texts import PRODUCTS, Script

LATELY = timedelta(days=14)
AT_ONCE = timedelta(hours=20)  # nobody misses a parcel before that


@dataclass(frozen=True)
class Purchase:
    at: datetime
    contact_id: int
    order: str
    bought: frozenset[str]
    delivered_at: datetime | None = None


def purchases(customers: Sequence[Contact]) -> list[Purchase]:
    """Of these people, oldest first."""
    events = Event.objects.filter(contact__in=[c.pk for c in customers]).order_by("occurred_at", "pk")
    rows = events.values_list("occurred_at", "contact_id", "properties")
    delivered = {told["order_id"]: at for at, _contact, told in rows.filter(name="Order Delivered")}
    made = []
    for at, contact_id, told in rows.filter(name="Order Completed"):
        bought = frozenset(_called(line["name"]) for line in told["products"])
        made.append(Purchase(at, contact_id or 0, told["order_id"], bought, delivered.get(told["order_id"])))
    return made


def take(random: Random, made: list[Purchase], moment: datetime) -> Purchase | None:
    """One of the days before, which nobody has written about; None if there is none. It is taken out of the list."""
    first = bisect_left(made, moment - LATELY, key=lambda purchase: purchase.at)
    after = bisect_left(made, moment - AT_ONCE, key=lambda purchase: purchase.at)
    return made.pop(random.randrange(first, after)) if first < after else None


def fits(script: Script, language: str, purchase: Purchase | None, moment: datetime) -> bool:
    """Who names an order names what was in it, and misses or unpacks a parcel that is not there or there."""
    if purchase is None:
        return True
    has_arrived = purchase.delivered_at is not None and purchase.delivered_at < moment
    names_both = "{order}" in script.words and "{product}" in script.words
    return script.parcel in ("", "arrived" if has_arrived else "awaited") and (
        not names_both or bool(things(script, language, purchase))
    )


def things(script: Script, language: str, purchase: Purchase | None) -> list[str]:
    """What was bought of the products that the script can be about."""
    bought = purchase.bought if purchase else frozenset()
    return [product for product in about(script, language) if _called(product) in bought]


def about(script: Script, language: str) -> tuple[str, ...]:
    return script.products or PRODUCTS[language]


def _called(product: str) -> str:
    return product.casefold()
