"""What can be published, and the sentences about what cannot."""

from typing import Any

import pytest

from journeys.graph import GraphError, parse, problems
from journeys.tests import factories as make

STRAIGHT = make.graph(make.start(), make.mail(), make.end())


def test_graph_knows_its_ways_entries_and_events() -> None:
    graph = parse(
        make.graph(
            make.start(),
            make.wait(event="Paid"),
            make.end("thanks"),
            make.end("sorry"),
            edges="start>wait wait:timeout>sorry wait:event>thanks",
        )
    )

    assert graph.after("start", "next") == "wait"
    assert graph.ways_out("wait") == [("event", "thanks"), ("timeout", "sorry")]
    assert [placed.id for placed in graph.entries] == ["start"]
    assert graph.listens == ["Order Completed", "Paid"]


def test_titles_are_kept_and_kinds_name_the_rest() -> None:
    titled = {**make.mail(), "title": "Say thank you"}
    graph = parse(make.graph(make.start(), titled, make.end()))

    assert graph.nodes["mail"].label == "Say thank you"
    assert graph.nodes["end"].label == "End"


@pytest.mark.parametrize("data", [None, [], "graph", 7, {}, {"nodes": {}, "edges": []}, {"nodes": []}])
def test_what_is_no_graph_is_called_that(data: Any) -> None:
    assert problems(data) == ["A graph is an object with the lists “nodes” and “edges”."]


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        (make.graph(make.start(), make.node("x", "teleport"), make.end()), "The node “x” is of no known type."),
        (make.graph(make.start(), make.start(), make.end()), "Two nodes have the id “start”."),
        (
            {"nodes": [{"id": "a b", "type": "end"}], "edges": []},
            "Each node needs an “id” of letters, digits, - and _.",
        ),
        ({"nodes": ["start"], "edges": []}, "Each node needs an “id” of letters, digits, - and _."),
        ({**STRAIGHT, "edges": [{"from": "start"}]}, "Each edge needs “from” and “to”, the ids of two nodes."),
        ({**STRAIGHT, "edges": [7]}, "Each edge needs “from” and “to”, the ids of two nodes."),
        (
            make.graph(make.start(), make.end(), edges="start>gone"),
            "An edge names the node “gone”, which does not exist.",
        ),
        (make.graph(make.start(), make.end(), edges="start:maybe>end"), "The node “start” has no branch “maybe”."),
        (
            make.graph(make.start(), make.mail(), make.end(), edges="start>mail"),
            "The branch “next” of “mail” leads nowhere.",
        ),
        (
            make.graph(make.start(), make.end(), make.end("other"), edges="start>end start>other"),
            "Two edges leave “start” by the branch “next”.",
        ),
        (
            make.graph(make.start(), make.end(), make.end("island"), edges="start>end"),
            "Nobody can ever reach the node “island”.",
        ),
        (make.graph(make.start(), make.wait(), edges="start>wait wait>wait"), "The journey has no end."),
        (make.graph(make.mail(), make.end()), "The journey has no trigger: nobody would ever enter."),
        (
            make.graph(make.start(), make.mail(), make.end(), edges="start>mail mail>start"),
            "No edge may lead to “start”: people enter there by an event.",
        ),
        (
            make.graph(
                make.start(), make.mail(), make.mail("again"), make.end(), edges="start>mail mail>again again>mail"
            ),
            "People would go round and round without a wait between “mail”, “again”.",
        ),
        (
            make.graph(make.start(), make.wait(amount=0), make.end()),
            "wait: “amount” must be a number greater than zero.",
        ),
        (
            {"nodes": [{"id": f"n{i}", "type": "end"} for i in range(201)], "edges": []},
            "A journey has at most 200 nodes",
        ),
    ],
)
def test_broken_graph_is_refused_with_a_sentence(broken: Any, sentence: str) -> None:
    assert any(problem.startswith(sentence) for problem in problems(broken)), problems(broken)
    with pytest.raises(GraphError):
        parse(broken)


def test_loop_with_a_wait_is_fine() -> None:
    looping = make.graph(
        make.start(),
        make.mail(),
        make.wait(event="Paid"),
        make.end(),
        edges="start>mail mail>wait wait:timeout>mail wait:event>end",
    )

    assert problems(looping) == []


def test_everything_that_is_wrong_is_said_at_once() -> None:
    broken = make.graph(make.start(event=""), make.wait(unit="moons"), make.end())

    assert len(problems(broken)) == 2
