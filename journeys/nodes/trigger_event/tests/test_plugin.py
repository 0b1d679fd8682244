"""The way in: which events it fits, and how often."""

from typing import Any

import pytest
from django.utils.translation import override

from journeys.nodes.base import Next
from journeys.nodes.trigger_event.plugin import TriggerEvent
from journeys.people import Happening, Person, Visit

CONFIG: dict[str, Any] = {"event": "Order Completed", "where": [{"property": "total", "op": "at_least", "value": 50}]}


@pytest.mark.parametrize(
    ("name", "properties", "fits"),
    [
        ("Order Completed", {"total": 50}, True),
        ("Order Completed", {"total": 49.99}, False),
        ("Order Completed", {}, False),
        ("order completed", {"total": 50}, False),
        ("Order Refunded", {"total": 50}, False),
    ],
)
def test_events_fit_by_name_and_properties(name: str, properties: dict[str, Any], fits: bool) -> None:
    assert TriggerEvent().matches(CONFIG, Happening(1, name, properties)) is fits


def test_once_is_the_careful_default() -> None:
    assert TriggerEvent().entry(CONFIG) == "once"
    assert TriggerEvent().summary(CONFIG) == "Order Completed · total is at least 50 · once in a lifetime"


def test_everybody_goes_on_at_once() -> None:
    visit = Visit(1, 1, Person(1), Happening(1, "Order Completed"))

    assert TriggerEvent().visit(CONFIG, visit) == Next(detail="Order Completed")


@pytest.mark.parametrize("config", [{}, {"event": ""}, {"event": 3}, {"event": "x", "entry": "often"}])
def test_what_nobody_could_enter_by_is_refused(config: dict[str, Any]) -> None:
    assert len(TriggerEvent().problems(config)) == 1


def test_facts_and_their_properties_are_told_in_the_readers_language() -> None:
    by_a_person = [{"property": "automatic", "op": "is_not", "value": True}]
    config = {"event": "message.received", "where": by_a_person, "entry": "again"}
    with override("es"):
        assert TriggerEvent().summary(config) == "mensaje recibido · escrito por un programa: no · de nuevo tras salir"
