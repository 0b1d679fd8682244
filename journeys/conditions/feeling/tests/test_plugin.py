"""How they feel, as crm knows it."""

import pytest

from journeys.conditions.feeling.plugin import Feeling
from journeys.people import Happening, Person, Visit


@pytest.mark.parametrize(
    ("feeling", "config", "holds"),
    [
        ("upset", {"op": "is", "value": "upset"}, True),
        ("glad", {"op": "is_not", "value": "upset"}, True),
        ("", {"op": "unknown"}, True),
        ("fine", {"op": "unknown"}, False),
    ],
)
def test_feelings_are_compared(feeling: str, config: dict[str, str], holds: bool) -> None:
    visit = Visit(1, 1, Person(1, feeling=feeling), Happening(1, "x"))

    assert Feeling().holds({"type": "feeling", **config}, visit) is holds


def test_only_the_four_feelings_exist() -> None:
    assert Feeling().problems({"op": "is", "value": "hungry"}) == ["“value” must be one of glad, fine, uneasy, upset."]
    assert Feeling().summary({"op": "is", "value": "upset"}) == "feeling is upset"
