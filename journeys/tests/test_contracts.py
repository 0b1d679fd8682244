"""What every node and every condition must keep, whoever wrote it. The recipes send newcomers here."""

from typing import Any

import pytest
from django.utils.translation import override

from journeys.conditions.base import Condition, conditions
from journeys.nodes.base import Answer, Node, nodes
from journeys.people import Happening, Person, Visit
from tests.icons import assert_drawn

STRANGE: list[Any] = [{}, {"event": 7}, {"texts": []}, {"texts": {"en": 1}}, {"conditions": [None, {}, {"type": []}]}]
STRANGE += [{"amount": "x", "unit": []}, {"op": {}, "value": []}, {"where": {}}, {"where": [1]}, {"survey": "1"}]
ANSWERS = Answer.__args__

node_kinds = pytest.mark.parametrize("kind", [kind for _slug, kind in sorted(nodes)], ids=lambda kind: kind.slug)
condition_kinds = pytest.mark.parametrize("kind", [kind for _slug, kind in sorted(conditions)], ids=lambda k: k.slug)


def visit() -> Visit:
    person = Person(1, first_name="Ana", email="ana@casa.example", language="es", traits={"plan": "pro"})
    return Visit(1, 1, person, Happening(1, "Order Completed", {"total": 120}))


@node_kinds
def test_example_of_a_node_works(kind: type[Node]) -> None:
    node = kind()
    assert node.problems(kind.example) == []
    assert isinstance(node.visit(kind.example, visit()), ANSWERS)


@node_kinds
@pytest.mark.django_db
def test_node_says_what_it_does_in_both_languages(kind: type[Node]) -> None:
    for language in ("en", "es"):
        with override(language):
            assert str(kind.label)
            assert isinstance(kind().summary(kind.example), str)


@node_kinds
def test_node_has_an_icon_that_is_drawn(kind: type[Node]) -> None:
    assert_drawn(kind.icon)


@node_kinds
def test_node_declares_ways_out_unless_it_is_an_end(kind: type[Node]) -> None:
    ways = kind().branches(kind.example)
    assert bool(ways) is not kind.is_end
    assert all(name.isidentifier() and len(name) <= 24 for name in ways)


@node_kinds
@pytest.mark.parametrize("config", STRANGE)
def test_node_bears_any_settings_and_speaks_in_sentences(kind: type[Node], config: Any) -> None:
    problems = kind().problems(config)
    assert all(isinstance(problem, str) and problem for problem in problems)


@node_kinds
def test_node_keeps_no_state(kind: type[Node]) -> None:
    node = kind()
    node.visit(kind.example, visit())
    assert vars(node) == {}


@condition_kinds
def test_example_of_a_condition_works(kind: type[Condition]) -> None:
    condition = kind()
    assert kind.example["type"] == kind.slug
    assert condition.problems(kind.example) == []
    assert condition.summary(kind.example)
    assert condition.holds(kind.example, visit()) in (True, False)


@condition_kinds
@pytest.mark.parametrize("config", STRANGE)
def test_condition_bears_any_settings_and_speaks_in_sentences(kind: type[Condition], config: Any) -> None:
    problems = kind().problems(config)
    assert all(isinstance(problem, str) and problem for problem in problems)


@condition_kinds
@pytest.mark.django_db
def test_condition_gathers_for_everybody_in_one_query_beside_the_one_for_who_was_merged(
    kind: type[Condition], django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(2):
        assert kind().gather(1, [1, 2, 3]) == {}
