"""The end, with or without a word."""

from journeys.nodes.base import End
from journeys.nodes.end.plugin import EndNode
from journeys.people import Happening, Person, Visit

VISIT = Visit(1, 1, Person(1), Happening(1, "x"))


def test_it_is_over_for_the_reason_given() -> None:
    assert EndNode().visit({"reason": "welcomed"}, VISIT) == End("welcomed")
    assert EndNode().visit({}, VISIT) == End("")


def test_reason_is_a_short_text() -> None:
    assert EndNode().problems({"reason": "x" * 201}) == ["“reason” must be a text of up to 200 characters."]
    assert EndNode().problems({}) == []
