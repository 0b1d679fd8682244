"""Traits, at any depth."""

from journeys.conditions.trait.plugin import Trait
from journeys.people import Happening, Person, Visit

VISIT = Visit(1, 1, Person(1, traits={"plan": "pro", "address": {"city": "Lugo"}}), Happening(1, "x"))


def test_traits_are_compared_at_any_depth() -> None:
    assert Trait().holds({"trait": "plan", "op": "is", "value": "PRO"}, VISIT)
    assert Trait().holds({"trait": "address.city", "op": "is", "value": "Lugo"}, VISIT)
    assert not Trait().holds({"trait": "address.zip", "op": "known"}, VISIT)


def test_trait_must_be_named() -> None:
    assert Trait().problems({"trait": "", "op": "known"}) == ["“trait” must name what to look at."]
