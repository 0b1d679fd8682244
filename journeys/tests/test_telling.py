"""Where somebody is and why, in words: of each outcome, with its cause, in the reader's language."""

from typing import Any

import pytest
from django.utils.translation import override

from journeys import telling
from journeys.engine import advance, compiled
from journeys.engine.sending import LEFT_ALONE
from journeys.graph import Graph, parse
from journeys.models import Enrolment, Step
from journeys.tests import factories as make
from omnichannel.actions.mailings import NO_ADDRESS
from omnichannel.actions.outgoing import NO_CHANNEL

EITHER = "start>wait wait:event>end wait:timeout>end"
GRAPH: Graph = parse(
    make.graph(make.start(), {**make.wait(event="Paid"), "title": "Wait for the money"}, make.end(), edges=EITHER)
)


def outcome(name: str, detail: str = "", node: str = "wait") -> str:
    return telling.outcome(Step(node=node, outcome=name, detail=detail), GRAPH.nodes.get(node))


@pytest.mark.parametrize(
    ("name", "detail", "english", "spanish"),
    [
        ("waiting", "Paid", "waits: Paid", "espera: Paid"),
        ("waiting", "conversation.resolved", "waits: conversation resolved", "espera: conversación resuelta"),
        ("waiting", "", "waits", "espera"),
        ("event", "", "it happened", "ha ocurrido"),
        ("timeout", "", "time is up", "plazo vencido"),
        ("next", "Hello Ana", "Hello Ana", "Hello Ana"),
        ("next", "", "", ""),
        ("end", "welcomed", "the journey ends here: welcomed", "aquí termina el recorrido: welcomed"),
        ("failed", "ValueError: x", "stopped: ValueError: x", "detenido: ValueError: x"),
        ("exited", "Eva", "taken out: Eva", "retirado: Eva"),
        ("retried", "Eva", "tried again: Eva", "se ha vuelto a intentar: Eva"),
        ("moved", "1 → 2", "moved to another version: 1 → 2", "pasó a otra versión: 1 → 2"),
        ("sideways", "", "sideways", "sideways"),
    ],
)
def test_outcomes_are_told_in_both_languages(name: str, detail: str, english: str, spanish: str) -> None:
    assert outcome(name, detail) == english
    with override("es"):
        assert outcome(name, detail) == spanish


@pytest.mark.parametrize(
    "detail",
    [
        compiled.BROKEN,
        advance.RESTLESS.format(nodes=250),
        advance.NO_BRANCH.format(node="odd", branch="sideways"),
        LEFT_ALONE,
        NO_ADDRESS.format(channel="Support"),
        NO_CHANNEL,
    ],
)
def test_sentences_of_the_engine_are_kept_in_english_and_told_in_spanish(detail: str) -> None:
    assert outcome("failed", detail) == f"stopped: {detail}"
    with override("es"):
        told = outcome("failed", detail)
    assert told.startswith("detenido: ")
    assert detail not in told


def test_place_has_the_name_that_somebody_gave_it() -> None:
    assert telling.place(Enrolment(node="wait"), GRAPH) == "Wait for the money"
    assert telling.place(Enrolment(node="end"), GRAPH) == "End"


@pytest.mark.parametrize("graph", [GRAPH, None])
def test_place_that_is_not_there_any_more_keeps_its_id(graph: Graph | None) -> None:
    assert telling.place(Enrolment(node="gone"), graph) == "gone"


def waiting() -> tuple[Enrolment, list[Any]]:
    """Somebody who ordered, paid, and is through; with the log as it is told."""
    make.live(make.graph(make.start(), make.wait(event="Paid"), make.end(), edges=EITHER))
    ana = make.contact()
    make.happens(ana)
    make.happens(ana, "Paid")
    enrolment = make.only_enrolment()
    return enrolment, telling.log(enrolment, GRAPH)


@pytest.mark.django_db
def test_log_is_told_oldest_first_and_each_event_where_it_comes_in() -> None:
    _enrolment, log = waiting()

    assert [(knot.title, knot.text, knot.cause) for knot in log] == [
        ("When something happens", "Order Completed", "because of: Ordered"),
        ("Wait for the money", "waits: Paid", ""),
        ("Wait for the money", "it happened", "because of: Paid"),
        ("End", "the journey ends here", ""),
    ]
    assert [knot.kind for knot in log] == ["event", "visit", "visit", "task"]


@pytest.mark.django_db
def test_log_of_a_graph_that_is_gone_still_tells_what_happened() -> None:
    enrolment, _log = waiting()
    enrolment.steps.filter(outcome="end").update(outcome="failed", detail="broken")
    log = telling.log(enrolment, None)

    assert [knot.title for knot in log] == ["start", "wait", "wait", "end"]
    assert (log[2].text, log[3].text, log[3].kind) == ("event", "stopped: broken", "case")


@pytest.mark.django_db
def test_event_that_is_forgotten_leaves_the_step(django_assert_num_queries: Any) -> None:
    enrolment, _log = waiting()
    enrolment.steps.filter(outcome="event").update(event_id=987_654_321)

    with django_assert_num_queries(2):
        log = telling.log(enrolment, GRAPH)
    assert [knot.cause for knot in log] == ["because of: Ordered", "", "", "because of: Paid"]


@pytest.mark.parametrize(
    ("visit", "language", "text"),
    [(1, "en", "message received"), (1, "es", "mensaje recibido"), (2, "es", "message.received")],
)
def test_event_that_began_it_is_called_as_the_journeys_page_calls_it(visit: int, language: str, text: str) -> None:
    step = Step(node="start", visit=visit, outcome="next", detail="message.received")
    with override(language):
        assert telling.outcome(step, GRAPH.nodes["start"]) == text
