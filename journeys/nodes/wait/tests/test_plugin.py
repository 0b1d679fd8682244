"""Waiting: how long, for what, and how it is told."""

from datetime import timedelta
from typing import Any

import pytest

from journeys.nodes.base import Wait
from journeys.nodes.wait.plugin import WaitNode, duration
from journeys.people import Happening, Person, Visit

VISIT = Visit(1, 1, Person(1), Happening(1, "Order Completed"))


def test_time_alone_has_one_way_out() -> None:
    config = {"amount": 1.5, "unit": "hours"}

    assert WaitNode().visit(config, VISIT) == Wait(timedelta(minutes=90))
    assert list(WaitNode().branches(config)) == ["next"]
    assert WaitNode().listens(config) == []


def test_event_or_time_has_two() -> None:
    config: dict[str, Any] = {
        "amount": 2,
        "unit": "weeks",
        "event": "Paid",
        "where": [{"property": "full", "op": "is", "value": True}],
    }

    assert WaitNode().visit(config, VISIT) == Wait(
        timedelta(days=14), on_timeout="timeout", event="Paid", where=config["where"]
    )
    assert list(WaitNode().branches(config)) == ["event", "timeout"]
    assert WaitNode().listens(config) == ["Paid"]
    assert WaitNode().summary(config) == "for Paid · full: yes, at most 2 weeks"


@pytest.mark.parametrize(
    "config",
    [
        {"amount": 0, "unit": "days"},
        {"amount": -1, "unit": "days"},
        {"amount": True, "unit": "days"},
        {"amount": "3", "unit": "days"},
        {"amount": float("nan"), "unit": "days"},
        {"amount": 4000, "unit": "days"},
        {"amount": 1, "unit": "months"},
        {"amount": 1, "unit": "days", "event": " "},
        {"amount": 1, "unit": "days", "event": "x", "where": [{"property": "a", "op": "like", "value": 1}]},
    ],
)
def test_what_cannot_be_waited_for_is_refused(config: dict[str, Any]) -> None:
    assert len(WaitNode().problems(config)) == 1


@pytest.mark.parametrize(
    ("amount", "unit", "told"), [(1, "days", "1 day"), (2, "days", "2 days"), (1.5, "hours", "1.5 hours")]
)
def test_durations_read_well(amount: float, unit: str, told: str) -> None:
    assert duration(amount, unit) == told


def test_facts_are_told_by_their_label() -> None:
    config = {"amount": 7, "unit": "days", "event": "conversation.resolved"}
    assert WaitNode().summary(config) == "for conversation resolved, at most 7 days"
