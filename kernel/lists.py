"""Lists that stay fast at any size: keyset pages and counts that stop at a cap."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, datetime
from typing import Any, Generic, TypeVar

from django.db import models
from django.db.models import Q
from django.utils.formats import number_format

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
    place = decode(cursor, *(_kind(rows.model, name) for name in names))
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


def _kind(model: type[models.Model], name: str) -> type:
    """Of the values that a column of `order` holds."""
    *ways, last = name.split("__")
    for way in ways:
        model = model._meta.get_field(way).related_model  # type: ignore[assignment]
    field = model._meta.get_field(last)
    if isinstance(field, models.DateTimeField):
        return datetime
    return int if isinstance(field, models.IntegerField) else str


def encode(values: Sequence[Any]) -> str:
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def decode(cursor: str, *kinds: type) -> tuple[Any, ...] | None:
    """One value of each kind (datetime, int or str), all such that a column can hold them; else None."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list):
            return None
        return tuple(_READERS[kind](value) for value, kind in zip(values, kinds, strict=True))
    except (ValueError, TypeError, RecursionError):
        return None


def _moment(value: Any) -> datetime:
    """Not of the first and the last year: in another time zone there may be no such moment."""
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None or not MINYEAR < moment.year < MAXYEAR:
        raise ValueError(value)
    return moment


def _number(value: Any) -> int:
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise ValueError(value)
    return value


def _text(value: Any) -> str:
    """PostgreSQL keeps neither NUL nor half a surrogate pair."""
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError(value)
    return value.encode().decode()


_READERS: dict[type, Callable[[Any], Any]] = {datetime: _moment, int: _number, str: _text}


@dataclass(frozen=True)
class Count:
    number: int
    capped: bool

    def __str__(self) -> str:
        number = number_format(self.number, force_grouping=True)
        return f"{number}+" if self.capped else number


def capped_count(rows: models.QuerySet[Any], cap: int = CAP) -> Count:
    """Exact up to `cap`, then "10,000+": an exact count of a million rows costs as much as reading them."""
    number = rows.order_by().values("pk")[: cap + 1].count()
    return Count(min(number, cap), number > cap)
