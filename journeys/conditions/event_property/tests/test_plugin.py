"""The event that brought them in, or the one that came last."""

import pytest

from journeys.conditions.event_property.plugin import EventProperty
from journeys.people import Happening, Person, Visit

VISIT = Visit(1, 1, Person(1), Happening(1, "Order Completed", {"total": 40}), Happening(2, "Paid", {"total": 10}))


@pytest.mark.parametrize(("of", "holds"), [("entry", True), ("latest", False)])
def test_which_event_is_looked_at(of: str, holds: bool) -> None:
    config = {"type": "event_property", "property": "total", "op": "at_least", "value": 40, "of": of}

    assert EventProperty().holds(config, VISIT) is holds


def test_other_events_are_refused() -> None:
    config = {**EventProperty.example, "of": "first"}

    assert EventProperty().problems(config) == ["“of” must be entry or latest."]
