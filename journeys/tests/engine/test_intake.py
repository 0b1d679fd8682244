"""Triggers and waits: who enters, who goes on, in which order."""

from typing import Any

import pytest

from crm.ledger.publishing import MAX_DEPTH
from crm.models import Alias, Event
from journeys.actions import journeys
from journeys.engine import intake
from journeys.models import Enrolment, Timer, Wait
from journeys.tests import factories as make
from omnichannel.models import Delivery

pytestmark = pytest.mark.django_db


def test_trigger_takes_a_person_through_to_the_end() -> None:
    make.channel()
    make.live()
    make.happens(make.contact(first_name="Ana"))

    enrolment = make.only_enrolment()
    delivery = Delivery.objects.select_related("message").get()
    assert enrolment.state == "completed"
    assert enrolment.left_at is not None
    assert make.told(enrolment) == ["start next", "mail next", "end end"]
    assert delivery.key == f"enrolment:{enrolment.pk}:mail:2"
    assert (delivery.message.subject, delivery.message.text) == ("Hello Ana", "Welcome, Ana.")


def test_entering_and_completing_are_told_with_their_cause() -> None:
    make.channel()
    make.live(name="Thanks")
    cause = make.happens(make.contact())

    told = Event.objects.filter(name__startswith="journey.").order_by("id")
    assert [(event.name, event.cause_id, event.depth) for event in told] == [
        ("journey.entered", cause.pk, 1),
        ("journey.completed", cause.pk, 1),
    ]
    assert told[0].properties["journey"] == "Thanks"


def test_once_means_once_in_a_lifetime() -> None:
    make.channel()
    make.live()
    ana = make.contact()
    make.happens(ana)
    make.happens(ana)

    assert Enrolment.objects.count() == 1
    assert Delivery.objects.count() == 1


def test_again_means_after_leaving_and_never_twice_at_a_time() -> None:
    make.live(make.graph(make.start(entry="again"), make.wait(), make.end()))
    ana = make.contact()
    make.happens(ana)
    make.happens(ana)
    assert Enrolment.objects.count() == 1

    make.time_is_up(make.only_enrolment())
    make.happens(ana)
    assert list(Enrolment.objects.order_by("id").values_list("state", flat=True)) == ["completed", "active"]


def test_each_runs_once_for_every_event() -> None:
    make.live(make.graph(make.start(entry="each"), make.wait(), make.end()))
    ana = make.contact()
    make.happens(ana)
    make.happens(ana)

    assert Enrolment.objects.active().count() == 2


@pytest.mark.parametrize("entry", ["once", "again", "each"])
def test_the_same_event_twice_enrols_once(entry: str) -> None:
    make.live(make.graph(make.start(entry=entry), make.end()))
    event = make.event(make.contact())
    intake.take_in([event])
    intake.take_in([event])
    intake.take_in([event, event])

    assert Enrolment.objects.count() == 1


def test_other_events_drafts_paused_journeys_and_nobody_are_left_alone() -> None:
    make.draft()
    journeys.pause(make.live())
    make.happens(make.contact())
    intake.take_in([make.event(None), make.event(make.contact(), "Order Refunded")])

    assert Enrolment.objects.count() == 0


def test_trigger_looks_at_the_properties() -> None:
    where = [{"property": "total", "op": "at_least", "value": 50}]
    make.live(make.graph(make.start(where=where), make.end()))
    make.happens(make.contact(), total=49)
    rich = make.contact()
    make.happens(rich, total="50.00")

    assert make.only_enrolment().contact == rich


def test_number_beyond_all_measure_lets_nobody_in_and_stops_nobody_else() -> None:
    where = [{"property": "total", "op": "at_least", "value": 50}]
    make.live(make.graph(make.start(where=where), make.end()))
    rich = make.contact()
    intake.take_in([make.event(make.contact(), total=10**400), make.event(rich, total=60)])

    assert make.only_enrolment().contact == rich


def test_unknown_events_cost_one_query(django_assert_num_queries: object) -> None:
    make.live()
    event = make.event(make.contact(), "page.viewed")
    with django_assert_num_queries(1):  # type: ignore[operator]
        intake.take_in([event])


def test_event_ends_a_wait_by_its_branch() -> None:
    make.live(_waiting())
    ana = make.contact()
    make.happens(ana)
    assert Wait.objects.get().event_name == "Paid"

    paid = make.happens(ana, "Paid")
    enrolment = make.only_enrolment()
    assert make.told(enrolment) == ["start next", "wait waiting", "wait event", "thanks end"]
    assert enrolment.steps.get(outcome="event").event_id == paid.pk
    assert (Wait.objects.count(), Timer.objects.count()) == (0, 0)


def test_time_out_ends_a_wait_by_its_own_branch() -> None:
    make.live(_waiting())
    ana = make.contact()
    make.happens(ana)
    make.time_is_up(make.only_enrolment())
    make.happens(ana, "Paid")

    assert make.told(make.only_enrolment()) == ["start next", "wait waiting", "wait timeout", "sorry end"]
    assert (Wait.objects.count(), Timer.objects.count()) == (0, 0)


def test_wait_is_not_ended_by_somebody_else_or_by_other_properties() -> None:
    make.live(_waiting(where=[{"property": "full", "op": "is", "value": True}]))
    ana = make.contact()
    make.happens(ana)
    make.happens(make.contact(), "Paid", full=True)
    make.happens(ana, "Paid", full=False)

    assert make.only_enrolment().node == "wait"


def test_wait_hears_of_what_comes_later_in_the_same_batch_and_not_of_what_came_before() -> None:
    make.live(_waiting())
    late, early = make.contact(), make.contact()
    batch = [make.event(late), make.event(early, "Paid"), make.event(early), make.event(late, "Paid")]
    intake.take_in(batch)

    assert Enrolment.objects.get(contact=late).state == "completed"
    assert Enrolment.objects.get(contact=early).node == "wait"


def test_merged_people_are_one_person_on_a_journey() -> None:
    make.live(_waiting())
    member, survivor = make.contact(), make.contact()
    make.happens(member)
    Alias.objects.create(member=member, survivor=survivor, rule="test")
    make.happens(survivor, "Paid")

    assert Enrolment.objects.get(contact=member).state == "completed"
    for record in (member, survivor):
        make.happens(record)
    assert make.only_enrolment().contact == member


def test_merged_people_enter_again_after_leaving_and_never_twice_at_a_time() -> None:
    make.live(make.graph(make.start(entry="again"), make.wait(), make.end()))
    member, survivor, cousin = make.contact(), make.contact(), make.contact()
    make.happens(member)
    for merged in (member, cousin):
        Alias.objects.create(member=merged, survivor=survivor, rule="test")
    for record in (member, survivor, cousin):
        make.happens(record)
    assert make.only_enrolment().contact == member

    make.time_is_up(make.only_enrolment())
    make.happens(member)
    assert list(Enrolment.objects.order_by("id").values_list("contact", "state")) == [
        (member.pk, "completed"),
        (survivor.pk, "active"),
    ]


def test_each_runs_once_for_every_event_of_merged_people_too() -> None:
    make.live(make.graph(make.start(entry="each"), make.wait(), make.end()))
    member, survivor = make.contact(), make.contact()
    make.happens(member)
    Alias.objects.create(member=member, survivor=survivor, rule="test")
    make.happens(member)

    assert Enrolment.objects.active().count() == 2


def test_a_chain_of_causes_comes_to_its_end() -> None:
    make.live(make.graph(make.start("journey.completed", entry="each"), make.end()), name="Echo")
    cause = make.event(make.contact(), "journey.completed", depth=MAX_DEPTH - 1)
    intake.take_in([cause])
    echoes = Event.objects.filter(name="journey.completed", depth=MAX_DEPTH)
    intake.take_in(list(echoes))

    assert Enrolment.objects.count() == 1


def test_event_during_a_pause_is_remembered_until_the_journey_goes_on() -> None:
    journey = make.live(_waiting())
    ana = make.contact()
    make.happens(ana)
    journeys.pause(journey)
    paid = make.happens(ana, "Paid")
    make.time_is_up(make.only_enrolment())
    assert make.only_enrolment().node == "wait"

    journeys.resume(journey)
    make.time_is_up(make.only_enrolment())
    step = make.only_enrolment().steps.get(node="wait", outcome="event")
    assert step.event_id == paid.pk


def test_people_under_way_stay_on_their_version() -> None:
    journey = make.live(_waiting())
    ana, ben = make.contact(), make.contact()
    make.happens(ana)
    journeys.publish(journeys.add_version(journey, graph=make.graph(make.start(), make.end("new")), by=None), by=None)
    make.happens(ben)
    make.happens(ana, "Paid")

    assert make.told(Enrolment.objects.get(contact=ana))[-1] == "thanks end"
    assert make.told(Enrolment.objects.get(contact=ben)) == ["start next", "new end"]


def _waiting(**config: Any) -> dict[str, Any]:
    return make.graph(
        make.start(),
        make.wait(event="Paid", **config),
        make.end("thanks"),
        make.end("sorry"),
        edges="start>wait wait:event>thanks wait:timeout>sorry",
    )
