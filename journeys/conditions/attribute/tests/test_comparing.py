"""Comparing values of any type with what somebody asked for."""

from typing import Any

import pytest
from django.utils.translation import override

from journeys.conditions.comparing import compare, dig, filter_problems, filter_told, problems, satisfied, told


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
        ({}, "unknown", None, True),
        (False, "known", None, True),
        (0, "unknown", None, False),
        ("Straße", "is", "STRASSE", True),
        ("5", "is", 5, False),
        (False, "is", 0, False),
        (None, "is", False, False),
        ("PRO plan", "contains", "pro", True),
        (["Red"], "contains", "re", False),
        ([[1]], "contains", 1, False),
        ([True], "contains", 1, False),
        ({"red": 1}, "contains", "red", False),
        (None, "contains", "x", False),
        ("order 7", "contains", 7, True),
        (5, "at_least", 5, True),
        (5, "at_most", 5, True),
        (4.99, "at_least", 5, False),
        (5.01, "at_most", 5, False),
        (3, "at_least", "two", False),
        (3, "at_most", "two", False),
        (3, "at_most", True, False),
        ([9], "at_least", 1, False),
        (" 7 ", "at_least", 7, True),
        (float("nan"), "at_least", 0, False),
    ],
)
def test_comparisons(found: Any, op: str, value: Any, holds: bool) -> None:
    assert compare(found, {"op": op, "value": value}) is holds


@pytest.mark.parametrize("op", ["is", "contains", "at_least", "at_most"])
def test_number_that_is_too_large_to_compare_fits_nothing(op: str) -> None:
    assert compare(10**400, {"op": op, "value": 5}) is False
    assert compare(5, {"op": op, "value": 10**400}) is False


def test_paths_lead_into_objects_and_end_in_nothing() -> None:
    assert dig({"order": {"total": 5}}, "order.total") == 5
    assert dig({"order": [5]}, "order.total") is None
    assert dig(None, "order") is None
    assert dig({"order": {"items": {"first": "door"}}}, "order.items.first") == "door"
    assert dig({"order": {"total": 5}}, "order.total.net") is None
    assert dig({"": 1}, "") == 1


def test_filter_needs_all_and_an_empty_one_nothing() -> None:
    where: list[dict[str, Any]] = [{"property": "a", "op": "is", "value": 1}, {"property": "b.c", "op": "known"}]

    assert satisfied(where, {"a": 1, "b": {"c": 2}})
    assert not satisfied(where, {"a": 1})
    assert satisfied([], {})


OPERATORS = "“op” must be one of is, is_not, contains, at_least, at_most, known, unknown."
VALUE = "“value” must be a text, a number or true or false."
NAME = "“property” must name what to look at."


@pytest.mark.parametrize(
    ("config", "sentences"),
    [
        ({}, [NAME, OPERATORS]),
        ({"property": "total", "op": "like", "value": 1}, [OPERATORS]),
        ({"property": "total", "op": [], "value": 1}, [OPERATORS]),
        ({"property": "total", "op": "is"}, [VALUE]),
        ({"property": "total", "op": "is", "value": None}, [VALUE]),
        ({"property": "total", "op": "is", "value": [1]}, [VALUE]),
        ({"property": "", "op": "known"}, [NAME]),
        ({"property": 7, "op": "known"}, [NAME]),
        ({"property": "total", "op": "known"}, []),
        ({"property": "total", "op": "unknown", "value": [1]}, []),
        ({"property": "total", "op": "is", "value": ""}, []),
        ({"property": "total", "op": "is", "value": False}, []),
        ({"property": "total", "op": "at_least", "value": 0}, []),
    ],
)
def test_broken_comparison_is_refused_with_a_sentence(config: dict[str, Any], sentences: list[str]) -> None:
    assert problems(config, field="property") == sentences


def test_comparison_of_one_thing_alone_needs_no_name() -> None:
    assert problems({"op": "known"}, field="") == []


@pytest.mark.parametrize("where", ["x", {}, None, [1], [{"property": "a", "op": "known"}, "b"]])
def test_filters_must_be_lists_of_comparisons(where: Any) -> None:
    assert filter_problems(where) == ["“where” must be a list of comparisons."]


def test_every_comparison_of_a_filter_is_looked_at() -> None:
    good: dict[str, Any] = {"property": "total", "op": "known"}

    assert filter_problems([good, {"op": "known"}, {"property": "a", "op": "is"}]) == [NAME, VALUE]
    assert filter_problems([]) == []


@pytest.mark.parametrize(
    ("config", "english", "spanish"),
    [
        ({"op": "at_least", "value": 100}, "total is at least 100", "total es al menos 100"),
        ({"op": "known", "value": 7}, "total is known", "total se conoce"),
        ({"op": "is", "value": True}, "total: yes", "total: sí"),
        ({"op": "is_not", "value": False}, "total: yes", "total: sí"),
    ],
)
def test_comparisons_are_told_in_words(config: dict[str, Any], english: str, spanish: str) -> None:
    assert told("total", config) == english
    with override("es"):
        assert told("total", config) == spanish


def test_filter_is_told_comparison_by_comparison() -> None:
    where: list[dict[str, Any]] = [
        {"property": "total", "op": "at_least", "value": 50},
        {"property": "code", "op": "unknown"},
    ]

    assert filter_told("Order Completed", where) == "total is at least 50 · code is not known"
    assert filter_told("Order Completed", []) == ""
