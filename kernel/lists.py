"""Lists that stay fast at any size: keyset pages and counts that stop at a cap."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import models
from django.db.models import Q

CAP = 10_000
Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """`next` is the cursor of the following page, "" on the last one."""

    rows: list[Row]
    next: str


def keyset_page(rows: models.QuerySet[Row], *, order: Sequence[str], cursor: str = "", size: int = 50) -> Page[Row]:
    """One page in `order` (all columns in one direction, not null, the last one unique), after `cursor`.

    A cursor that was tampered with starts from the top.
    """
    descending = order[0].startswith("-")
    names = [name.lstrip("-") for name in order]
    place = decode(cursor, len(names))
    if place is not None:
        rows = rows.filter(_beyond(names, place, "lt" if descending else "gt"))
    found = list(rows.order_by(*order)[: size + 1])
    more = len(found) > size
    found = found[:size]
    return Page(found, encode([_value(found[-1], name) for name in names]) if more else "")


def _beyond(names: Sequence[str], place: Sequence[Any], than: str) -> Q:
    """(a, b) < (x, y) spelled so that the planner can walk the index: a <= x AND (a < x OR b < y)."""
    first, *rest = names
    condition = Q(**{f"{first}__{than}": place[0]})
    if not rest:
        return condition
    tie = Q(**{first: place[0]}) & _beyond(rest, place[1:], than)
    return Q(**{f"{first}__{than}e": place[0]}) & (condition | tie)


def _value(row: models.Model, name: str) -> Any:
    value = row
    for part in name.split("__"):
        value = getattr(value, part)
    return value


def encode(values: Sequence[Any]) -> str:
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def decode(cursor: str, length: int) -> list[Any] | None:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        return None
    if not isinstance(values, list) or len(values) != length:
        return None
    if not all(isinstance(value, str | int | float) for value in values):
        return None
    return [_datetime_or(value) for value in values]


def _datetime_or(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return value


@dataclass(frozen=True)
class Count:
    number: int
    capped: bool

    def __str__(self) -> str:
        return f"{self.number:,}+" if self.capped else f"{self.number:,}"


def capped_count(rows: models.QuerySet[Any], cap: int = CAP) -> Count:
    """Exact up to `cap`, then "10,000+": an exact count of a million rows costs as much as reading them."""
    number = rows.order_by().values("pk")[: cap + 1].count()
    return Count(min(number, cap), number > cap)
