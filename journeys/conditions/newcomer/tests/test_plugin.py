"""How long we have known them."""

import pytest

from journeys.conditions.newcomer.plugin import Newcomer
from journeys.people import Happening, Person, Visit


@pytest.mark.parametrize(("days", "new"), [(0.0, True), (1.0, True), (1.01, False), (400.0, False)])
def test_new_means_seen_lately(days: float, new: bool) -> None:
    visit = Visit(1, 1, Person(1, known_for_days=days), Happening(1, "x"))

    assert Newcomer().holds({"days": 1}, visit) is new


@pytest.mark.parametrize("days", [0, -1, "1", None, True])
def test_days_are_a_number(days: object) -> None:
    assert Newcomer().problems({"days": days}) == ["“days” must be a number greater than zero."]
