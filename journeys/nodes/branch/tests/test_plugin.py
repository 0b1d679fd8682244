"""Deciding by conditions: all of them, or any."""

from typing import Any

import pytest

from journeys.nodes.base import Next
from journeys.nodes.branch.plugin import Branch
from journeys.people import Happening, Person, Visit

PRO = {"type": "trait", "trait": "plan", "op": "is", "value": "pro"}
RICH = {"type": "event_property", "property": "total", "op": "at_least", "value": 100}


def visit(plan: str, total: int) -> Visit:
    return Visit(1, 1, Person(1, traits={"plan": plan}), Happening(1, "Order Completed", {"total": total}))


@pytest.mark.parametrize(
    ("match", "plan", "total", "branch"),
    [
        ("all", "pro", 100, "yes"),
        ("all", "pro", 99, "no"),
        ("any", "pro", 99, "yes"),
        ("any", "free", 99, "no"),
    ],
)
def test_all_or_any(match: str, plan: str, total: int, branch: str) -> None:
    assert Branch().visit({"match": match, "conditions": [PRO, RICH]}, visit(plan, total)) == Next(branch)


def test_conditions_are_named_for_gathering_and_told_in_words() -> None:
    config = {"match": "any", "conditions": [PRO, RICH]}

    assert Branch().conditions(config) == ["trait", "event_property"]
    assert Branch().summary(config) == "plan is pro or total is at least 100"


@pytest.mark.parametrize(
    "config",
    [{}, {"conditions": []}, {"conditions": [{"type": "weather"}]}, {"match": "most", "conditions": [PRO]}],
)
def test_what_decides_nothing_is_refused(config: dict[str, Any]) -> None:
    assert len(Branch().problems(config)) == 1
