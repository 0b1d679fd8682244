"""How long we have known them."""

import warnings

import pytest
from django.utils.translation import override

from journeys.conditions.newcomer.plugin import Newcomer
from journeys.people import Happening, Person, Visit


@pytest.mark.parametrize(("days", "new"), [(0.0, True), (1.0, True), (1.01, False), (400.0, False)])
def test_new_means_seen_lately(days: float, new: bool) -> None:
    visit = Visit(1, 1, Person(1, known_for_days=days), Happening(1, "x"))

    assert Newcomer().holds({"days": 1}, visit) is new


@pytest.mark.parametrize("days", [0, -1, "1", None, True])
def test_days_are_a_number(days: object) -> None:
    assert Newcomer().problems({"days": days}) == ["“days” must be a number greater than zero."]


@pytest.mark.parametrize("days", [1, 0.5, 400])
def test_any_number_above_zero_will_do(days: float) -> None:
    assert Newcomer().problems({"days": days}) == []


@pytest.mark.parametrize(
    ("days", "english", "spanish"),
    [
        (1, "known for at most 1 day", "conocido desde hace 1 día como máximo"),
        (7, "known for at most 7 days", "conocido desde hace 7 días como máximo"),
        (0.5, "known for at most 0.5 days", "conocido desde hace 0.5 días como máximo"),
    ],
)
def test_days_read_well(days: float, english: str, spanish: str) -> None:
    with warnings.catch_warnings(action="error"):
        assert Newcomer().summary({"days": days}) == english
        with override("es"):
            assert Newcomer().summary({"days": days}) == spanish
