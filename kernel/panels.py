"""Pages of a lower app have named places; upper apps fill them.

    @panel("contact.sidebar", order=30)
    def scores(request: HttpRequest, contact: Contact) -> str: ...   # HTML, or "" to stay away

A template shows a place with `{% panels "contact.sidebar" contact %}`.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

PanelFunction = Callable[[HttpRequest, Any], str]


class Panel(NamedTuple):
    order: int
    name: str
    render: PanelFunction


_places: dict[str, list[Panel]] = defaultdict(list)


def panel(place: str, *, order: int) -> Callable[[PanelFunction], PanelFunction]:
    """Decorator: fill `place`. Lower `order` comes first; equal orders by name, so that pages never shuffle."""

    def fill(function: PanelFunction) -> PanelFunction:
        name = f"{function.__module__}.{function.__qualname__}"
        _places[place] = sorted([p for p in _places[place] if p.name != name] + [Panel(order, name, function)])
        return function

    return fill


def filled(place: str) -> list[Panel]:
    return list(_places[place])


def render(place: str, request: HttpRequest, subject: Any) -> SafeString:
    """All panels of a place, in order. Panels escape their own content: they render templates."""
    return mark_safe("".join(p.render(request, subject) for p in filled(place)))  # noqa: S308
