"""What this node answers. No database: a node sees plain data only."""

from pathlib import Path

import pytest

from journeys.nodes.base import Next, nodes
from journeys.people import Happening, Person, Visit

SLUG = Path(__file__).parent.parent.name


@pytest.mark.parametrize(("name", "branch"), [("Ana", "short"), ("Maximiliana", "long")])
def test_people_part_by_their_name(name: str, branch: str) -> None:
    kind = nodes.get(SLUG)
    visit = Visit(1, 1, Person(1, first_name=name), Happening(1, "Order Completed"))

    assert kind().visit({"letters": 4}, visit) == Next(branch)
