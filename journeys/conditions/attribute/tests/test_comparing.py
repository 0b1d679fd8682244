"""Comparing values of any type with what somebody asked for."""

from typing import Any

import pytest

from journeys.conditions.comparing import compare, dig, filter_problems, problems, satisfied, told


@pytest.mark.parametrize(
    ("found", "op", "value", "holds"),
    [
        ("Pro", "is", "pro", True),
        (40, "is", 40.0, True),
        (True, "is", 1, False),
        (1, "is", True, False),
        (None, "is", "", False),
        (None, "is_not", "x", True),
        ("blue door", "contains", "DOOR", True),
        (["red", "blue"], "contains", "Blue", True),
        (7, "contains", "7", False),
        ("49.90", "at_least", 49, True),
        ("many", "at_least", 1, False),
        (None, "at_most", 5, False),
        (True, "at_least", 0, False),
        (0, "known", None, True),
        ("", "known", None, False),
        ([], "unknown", None, True),
    ],
)
def test_comparisons(found: Any, op: str, value: Any, holds: bool) -> None:
    assert compare(found, {"op": op, "value": value}) is holds


def test_paths_lead_into_objects_and_end_in_nothing() -> None:
    assert dig({"order": {"total": 5}}, "order.total") == 5
    assert dig({"order": [5]}, "order.total") is None
    assert dig(None, "order") is None


def test_filter_needs_all_and_an_empty_one_nothing() -> None:
    where: list[dict[str, Any]] = [{"property": "a", "op": "is", "value": 1}, {"property": "b.c", "op": "known"}]

    assert satisfied(where, {"a": 1, "b": {"c": 2}})
    assert not satisfied(where, {"a": 1})
    assert satisfied([], {})


@pytest.mark.parametrize("config", [{}, {"op": "like"}, {"op": "is", "value": None}, {"op": [], "value": 1}])
def test_broken_comparison_is_refused(config: dict[str, Any]) -> None:
    assert problems(config, field="")


def test_filters_must_be_lists_of_comparisons() -> None:
    assert filter_problems("x") == ["“where” must be a list of comparisons."]
    assert filter_problems([{"op": "known"}]) == ["“property” must name what to look at."]
    assert told("total", {"op": "at_least", "value": 100}) == "total is at least 100"
