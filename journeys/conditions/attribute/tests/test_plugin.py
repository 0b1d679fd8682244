"""Fields of the contact, and no others."""

from journeys.conditions.attribute.plugin import Attribute
from journeys.people import Happening, Person, Visit

VISIT = Visit(1, 1, Person(1, language="es", email="ana@casa.example"), Happening(1, "x"))


def test_fields_are_compared() -> None:
    assert Attribute().holds({"attribute": "language", "op": "is", "value": "es"}, VISIT)
    assert Attribute().holds({"attribute": "email", "op": "contains", "value": "@casa"}, VISIT)


def test_only_named_fields_can_be_asked() -> None:
    problems = Attribute().problems({"attribute": "__class__", "op": "known"})

    assert problems == ["“attribute” must be one of first_name, last_name, email, company, language, timezone."]
