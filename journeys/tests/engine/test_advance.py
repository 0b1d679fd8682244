"""From node to node: poison stays with whom it harms, many cost little more than one."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Event
from journeys.engine import advance, compiled, intake
from journeys.models import Enrolment
from journeys.nodes.base import Answer, Config, Next, Node, nodes
from journeys.people import Visit
from journeys.tests import factories as make
from omnichannel.models import Delivery

pytestmark = pytest.mark.django_db


class Restless(Node):
    """Says that people stay a while, and sends them on at once."""

    slug = "restless"
    label = "Restless"
    pauses = True

    def visit(self, config: Config, visit: Visit) -> Answer:
        return Next()


class Odd(Node):
    slug = "odd"
    label = "Odd"
    example = {"fails_for": "Eve"}

    def visit(self, config: Config, visit: Visit) -> Answer:
        if visit.person.first_name == config["fails_for"]:
            raise ValueError("not today")
        return Next(config.get("branch", "next"))


@pytest.fixture(autouse=True)
def odd_node() -> Iterator[None]:
    nodes.register(Odd)
    nodes.register(Restless)
    yield
    nodes.remove("odd")
    nodes.remove("restless")
    compiled.forget()


def test_poison_stops_one_person_and_the_others_go_on(caplog: pytest.LogCaptureFixture) -> None:
    make.live(make.graph(make.start(), make.node("odd", "odd", fails_for="Eve"), make.end()))
    events = [make.event(make.contact(first_name=name)) for name in ("Ana", "Eve", "Ben")]
    intake.take_in(events)

    states = dict(Enrolment.objects.values_list("contact__first_name", "state"))
    failed = Enrolment.objects.failed().get()
    assert states == {"Ana": "completed", "Eve": "failed", "Ben": "completed"}
    assert (failed.node, failed.reason) == ("odd", "ValueError: not today")
    assert Event.objects.get(name="journey.failed").properties["reason"] == "ValueError: not today"
    told = vars(caplog.records[0])
    assert (told["enrolment_id"], told["node"], told["cause_id"]) == (failed.pk, "odd", events[1].pk)


def test_branch_that_does_not_exist_is_a_failure_with_its_name() -> None:
    make.live(make.graph(make.start(), make.node("odd", "odd", fails_for="Eve", branch="sideways"), make.end()))
    make.happens(make.contact())

    assert "'sideways'" in make.only_enrolment().reason


def test_who_never_comes_to_rest_is_stopped_and_told_so() -> None:
    fork = make.node("fork", "branch", conditions=[{"type": "newcomer", "days": 1}])
    edges = "start>fork fork:yes>a a>fork fork:no>end"
    make.live(make.graph(make.start(), fork, make.node("a", "restless"), make.end(), edges=edges))
    make.happens(make.contact())

    enrolment = make.only_enrolment()
    assert (enrolment.state, enrolment.reason) == ("failed", "Did not come to rest after 250 nodes.")
    assert enrolment.steps.count() == 251
    assert Event.objects.get(name="journey.failed").properties["reason"] == enrolment.reason


def test_long_journey_without_a_wait_is_no_restlessness() -> None:
    rests = [make.node(f"n{number}", "restless") for number in range(190)]
    make.live(make.graph(make.start(), *rests, make.end()))
    make.happens(make.contact())

    assert make.only_enrolment().state == "completed"


def test_people_moved_are_told_once_for_each_journey_and_about_nobody() -> None:
    waiting = make.graph(make.start(), make.wait(), make.end())
    one, two = make.live(waiting, name="One"), make.live(waiting, name="Two")
    intake.take_in([make.event(make.contact()) for _ in range(3)])

    moved = Event.objects.filter(name="journey.moved").order_by("id")
    assert [(e.contact_id, e.properties["journey_id"], e.properties["people"]) for e in moved] == [
        (None, one.pk, 3),
        (None, two.pk, 3),
    ]


def test_end_says_why_on_the_thread() -> None:
    make.live(make.graph(make.start(), make.end(reason="welcomed")), name="Thanks")
    make.happens(make.contact())

    enrolment, told = make.only_enrolment(), Event.objects.get(name="journey.completed")
    assert (enrolment.reason, enrolment.steps.get(outcome="end").detail) == ("welcomed", "welcomed")
    assert (told.properties["reason"], told.properties["version"]) == ("welcomed", 1)
    assert enrolment.left_at == enrolment.entered_at


def test_nobody_is_no_work(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        advance.advance([])


def test_template_error_stops_only_whom_it_concerns() -> None:
    make.channel()
    texts = {"en": {"subject": "Hi", "text": "{{ 10 | divided_by: event.pieces }}"}}
    make.live(make.graph(make.start(), make.node("mail", "send_message", texts=texts), make.end()))
    intake.take_in([make.event(make.contact(), pieces=0), make.event(make.contact(), pieces=5)])

    assert sorted(Enrolment.objects.values_list("state", flat=True)) == ["completed", "failed"]
    assert Delivery.objects.get().message.text == "2"


def test_people_without_an_address_go_on_or_take_their_own_branch() -> None:
    make.channel()
    make.live(make.graph(make.start(), make.mail(), make.end()))
    make.live(
        make.graph(
            make.start(),
            make.mail(unreachable="end"),
            make.end(),
            make.end("silent"),
            edges="start>mail mail>end mail:unreachable>silent",
        )
    )
    make.happens(make.contact(email=""))

    ends = sorted(Enrolment.objects.values_list("state", "node"))
    assert ends == [("completed", "end"), ("completed", "silent")]
    assert Delivery.objects.count() == 0


def test_branch_asks_about_the_person() -> None:
    asked = [{"type": "trait", "trait": "plan", "op": "is", "value": "pro"}]
    make.live(
        make.graph(
            make.start(),
            make.node("ask", "branch", conditions=asked),
            make.end("pro"),
            make.end("free"),
            edges="start>ask ask:yes>pro ask:no>free",
        )
    )
    for plan in ("pro", "free"):
        make.happens(make.contact(traits={"plan": plan}))

    assert sorted(Enrolment.objects.values_list("contact__traits__plan", "node")) == [("free", "free"), ("pro", "pro")]


def test_unknown_language_gets_the_first_text_and_the_known_its_own() -> None:
    make.channel()
    texts = {"en": {"subject": "Hi", "text": "Hello"}, "es": {"subject": "Hola", "text": "Hola"}}
    make.live(make.graph(make.start(), make.node("mail", "send_message", texts=texts), make.end()))
    for language in ("es-MX", "fr", ""):
        make.happens(make.contact(language=language))

    assert list(Delivery.objects.order_by("id").values_list("message__text", flat=True)) == ["Hola", "Hello", "Hello"]


def test_a_hundred_people_cost_hardly_more_statements_than_one() -> None:
    make.channel()
    make.live()
    one = _statements([make.event(make.contact())])
    hundred = _statements([make.event(make.contact()) for _ in range(100)])

    assert hundred <= one + 5
    assert hundred / 100 < 1
    assert Delivery.objects.count() == 101


def _statements(events: list[Event]) -> int:
    with CaptureQueriesContext(connection) as captured:
        intake.take_in(events)
    return len(captured)


def test_journeys_far_apart_do_not_mix() -> None:
    make.channel()
    make.live(name="Orders")
    make.live(make.graph(make.start("Signed Up"), make.end()), name="Sign-ups")
    ana, ben = make.contact(), make.contact()
    intake.take_in([make.event(ana), make.event(ben, "Signed Up")])

    entered: Any = Enrolment.objects.values_list("journey__name", "contact")
    assert sorted(entered) == [("Orders", ana.pk), ("Sign-ups", ben.pk)]


def test_version_whose_kind_of_node_was_taken_away_stops_its_people_and_nobody_else() -> None:
    make.live(
        make.graph(make.start(), make.wait(event="Paid"), make.node("odd", "odd", fails_for=""), make.end(), edges=GONE)
    )
    ana = make.contact()
    make.happens(ana)
    make.live(make.graph(make.start("Paid"), make.end()), name="Other")
    nodes.remove("odd")
    compiled.forget()
    intake.take_in([make.event(ana, "Paid"), make.event(make.contact(), "Order Completed")])

    states = list(Enrolment.objects.order_by("id").values_list("state", "reason"))
    assert states == [("failed", compiled.BROKEN), ("completed", "")]


GONE = "start>wait wait:event>odd wait:timeout>odd odd>end"


@pytest.mark.parametrize(("purpose", "can_leave"), [("marketing", True), ("transactional", False)])
def test_marketing_can_be_left_with_one_click_and_service_mail_cannot(purpose: str, can_leave: bool) -> None:
    make.channel()
    make.live(make.graph(make.start(), make.mail(purpose=purpose), make.end()))
    make.happens(make.contact(language="en"))
    delivery = Delivery.objects.select_related("message").get()
    link = delivery.extra.get("unsubscribe_url", "")
    assert ("/u/" in link) is can_leave
    assert ("Unsubscribe: " + link in delivery.message.text) is can_leave
    assert ("Unsubscribe</a>" in delivery.message.html) is can_leave
