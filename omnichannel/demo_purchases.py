"""What the demo company's customers write about: each of them about an order of the days before, and what was in it."""

from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from crm.models import Contact, Event
from omnichannel.demo_texts import PRODUCTS, Script

LATELY = timedelta(days=14)
AT_ONCE = timedelta(hours=1)  # nobody writes before that
AN_ANSWER = timedelta(hours=10)  # until then the first answer comes, which must still be true


@dataclass(frozen=True)
class Purchase:
    at: datetime
    contact_id: int
    order: str
    bought: frozenset[str]
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None

    def parcel_at(self, moment: datetime) -> str:
        if self.delivered_at is not None and self.delivered_at < moment:
            return "arrived"
        return "awaited" if self.shipped_at is not None and self.shipped_at < moment else "unsent"


def purchases(customers: Sequence[Contact]) -> list[Purchase]:
    """Of these people, oldest first."""
    events = Event.objects.filter(contact__in=[c.pk for c in customers]).order_by("occurred_at", "pk")
    rows = events.values_list("occurred_at", "contact_id", "properties")
    shipped, delivered = (
        {told["order_id"]: at for at, _contact, told in rows.filter(name=name)}
        for name in ("Order Shipped", "Order Delivered")
    )
    made = []
    for at, contact_id, told in rows.filter(name="Order Completed"):
        bought = frozenset(_called(line["name"]) for line in told["products"])
        number = told["order_id"]
        made.append(Purchase(at, contact_id or 0, number, bought, shipped.get(number), delivered.get(number)))
    return made


def take(random: Random, made: list[Purchase], moment: datetime) -> Purchase | None:
    """One of the days before, which nobody has written about; None if there is none. It is taken out of the list."""
    first = bisect_left(made, moment - LATELY, key=lambda purchase: purchase.at)
    after = bisect_left(made, moment - AT_ONCE, key=lambda purchase: purchase.at)
    return made.pop(random.randrange(first, after)) if first < after else None


def put_back(made: list[Purchase], purchase: Purchase | None) -> None:
    """Nobody wrote about it after all."""
    if purchase is not None:
        insort(made, purchase, key=lambda each: each.at)


def fits(script: Script, language: str, purchase: Purchase | None, moment: datetime) -> bool:
    """Who names an order names what was in it, and changes, misses or unpacks a parcel that has not been sent, is on
    its way or is there, until we have answered."""
    if purchase is None:
        return True
    if script.parcel and {purchase.parcel_at(moment), purchase.parcel_at(moment + AN_ANSWER)} != {script.parcel}:
        return False
    names_both = script.is_about_an_order and "{product}" in script.words
    return not names_both or bool(things(script, language, purchase))


def things(script: Script, language: str, purchase: Purchase | None) -> list[str]:
    """What was bought of the products that the script can be about."""
    bought = purchase.bought if purchase else frozenset()
    return [product for product in about(script, language) if _called(product) in bought]


def about(script: Script, language: str) -> tuple[str, ...]:
    return script.products or PRODUCTS[language]


def _called(product: str) -> str:
    return product.casefold()
