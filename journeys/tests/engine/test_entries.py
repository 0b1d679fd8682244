"""Who enters by which trigger: first ones first, once, again, for each, and over the versions of a journey."""

from typing import Any

import pytest

from crm.ledger.publishing import MAX_DEPTH
from crm.models import Contact, Event
from journeys.actions import enrolments, journeys
from journeys.engine import intake
from journeys.models import Enrolment, Journey, Version, Wait
from journeys.tests import factories as make

pytestmark = pytest.mark.django_db


def trigger(id: str, event: str = "Order Completed", /, **config: Any) -> dict[str, Any]:  # noqa: A002
    return make.node(id, "trigger_event", event=event, **({"entry": "once"} | config))


def republished(journey: Journey, drawn: dict[str, Any]) -> None:
    journeys.publish(journeys.add_version(journey, graph=drawn, by=None), by=None)


def states() -> list[str]:
    return list(Enrolment.objects.order_by("id").values_list("state", flat=True))


def test_first_trigger_that_fits_lets_in_and_no_other() -> None:
    rich = trigger("rich", where=[{"property": "total", "op": "at_least", "value": 100}], entry="each")
    make.live(make.graph(rich, trigger("any", entry="each"), make.end(), edges="rich>end any>end"))
    ana = make.contact()
    make.happens(ana, total=100)
    make.happens(ana, total=99)

    assert [make.told(row)[0] for row in Enrolment.objects.order_by("id")] == ["rich next", "any next"]


def test_triggers_for_different_events_lead_into_the_same_journey() -> None:
    drawn = make.graph(trigger("buys"), trigger("signs", "Signed Up"), make.end(), edges="buys>end signs>end")
    journey = make.live(drawn)
    make.happens(make.contact(), "Signed Up")
    make.happens(make.contact())

    assert journey.live_version is not None
    assert journey.live_version.listens == ["Order Completed", "Signed Up"]
    assert [make.told(row)[0] for row in Enrolment.objects.order_by("id")] == ["signs next", "buys next"]


def test_once_in_a_lifetime_holds_over_versions() -> None:
    journey = make.live(make.graph(make.start(), make.end()))
    ana = make.contact()
    make.happens(ana)
    republished(journey, make.graph(make.start(), make.end("other")))
    make.happens(ana)

    assert Enrolment.objects.count() == 1


def test_who_was_here_while_people_came_again_stays_out_once_it_is_for_once() -> None:
    journey = make.live(make.graph(make.start(entry="again"), make.end()))
    ana = make.contact()
    make.happens(ana)
    republished(journey, make.graph(make.start(), make.end()))
    make.happens(ana)
    make.happens(make.contact())

    assert list(Enrolment.objects.order_by("id").values_list("contact", "once")) == [
        (ana.pk, False),
        (Contact.objects.latest("pk").pk, True),
    ]


def test_who_was_taken_out_may_come_again_where_the_journey_says_so() -> None:
    make.live(make.graph(make.start(entry="again"), make.wait(), make.end()))
    ana = make.contact()
    make.happens(ana)
    enrolments.exit(make.only_enrolment(), by=None)
    make.happens(ana)

    assert states() == ["exited", "active"]


def test_who_was_taken_out_of_a_journey_for_once_stays_out() -> None:
    make.live(make.graph(make.start(), make.wait(), make.end()))
    ana = make.contact()
    make.happens(ana)
    enrolments.exit(make.only_enrolment(), by=None)
    make.happens(ana)

    assert states() == ["exited"]


def test_event_that_ends_a_run_does_not_begin_the_next_one() -> None:
    edges = "start>wait wait:event>end wait:timeout>end"
    drawn = make.graph(make.start(entry="again"), make.wait(event="Order Completed"), make.end(), edges=edges)
    make.live(drawn)
    ana = make.contact()
    make.happens(ana)
    make.happens(ana)
    assert states() == ["completed"]

    make.happens(ana)
    assert states() == ["completed", "active"]


def test_for_each_event_the_same_one_ends_a_run_and_begins_another() -> None:
    edges = "start>wait wait:event>end wait:timeout>end"
    drawn = make.graph(make.start(entry="each"), make.wait(event="Order Completed"), make.end(), edges=edges)
    make.live(drawn)
    ana = make.contact()
    make.happens(ana)
    make.happens(ana)

    assert states() == ["completed", "active"]


def test_two_orders_in_one_batch_are_two_runs_of_a_short_journey() -> None:
    make.live(make.graph(make.start(entry="again"), make.end()))
    ana = make.contact()
    intake.take_in([make.event(ana), make.event(ana), make.event(ana)])

    assert states() == ["completed"] * 3


def test_entry_keeps_what_the_event_said() -> None:
    make.live(make.graph(make.start(), make.wait(), make.end()))
    event = make.happens(make.contact(), total=40, order={"code": "A-7"})

    enrolment = make.only_enrolment()
    assert enrolment.event_id == event.pk
    assert enrolment.entry == {
        "name": "Order Completed",
        "properties": {"total": 40, "order": {"code": "A-7"}},
        "depth": 0,
    }


@pytest.mark.parametrize(("depth", "entered"), [(MAX_DEPTH - 1, 1), (MAX_DEPTH, 0), (MAX_DEPTH + 1, 0)])
def test_chain_of_causes_lets_in_until_its_end(depth: int, entered: int) -> None:
    make.live(make.graph(make.start(), make.end()))
    intake.take_in([make.event(make.contact(), depth=depth)])

    assert Enrolment.objects.count() == entered


def test_entering_says_which_version_it_was() -> None:
    journey = make.live(make.graph(make.start(), make.end()), name="Thanks")
    republished(journey, make.graph(make.start(), make.end("other")))
    ana = make.contact()
    make.happens(ana)

    told = Event.objects.get(name="journey.entered")
    assert (told.contact_id, told.properties["version"]) == (ana.pk, 2)
    assert told.properties["enrolment_id"] == make.only_enrolment().pk


def test_replaced_version_lets_nobody_in_and_its_waits_still_hear() -> None:
    edges = "start>wait wait:event>end wait:timeout>end"
    journey = make.live(make.graph(make.start(entry="again"), make.wait(event="Paid"), make.end(), edges=edges))
    ana = make.contact()
    make.happens(ana)
    republished(journey, make.graph(make.start("Signed Up", entry="again"), make.end()))
    make.happens(make.contact())
    assert Enrolment.objects.count() == 1

    make.happens(ana, "Paid")
    assert states() == ["completed"]


def test_consumer_hears_the_events_of_published_versions_alone() -> None:
    make.draft(make.graph(make.start("Never Heard"), make.end()))
    first = make.live(make.graph(make.start("Signed Up"), make.end()))
    make.live(make.graph(make.start("Signed Up"), make.end()))
    republished(first, make.graph(make.start(), make.end()))

    assert intake.listened() == ["Order Completed", "Signed Up"]
    assert Version.objects.listening_to({"Signed Up"}).count() == 2
    assert list(Version.objects.listening_to({"Never Heard"})) == []


def test_people_take_their_waves_each_in_their_own_order() -> None:
    ana, ben = make.contact(), make.contact()
    make.live(make.graph(make.start(entry="each"), make.end()))
    events = [make.event(who, number=n) for n, who in enumerate((ana, ana, ben, ana))]
    intake.take_in(events)

    ran = Enrolment.objects.order_by("id").values_list("entry__properties__number", flat=True)
    assert list(ran) == [0, 2, 1, 3]


def test_wait_of_a_failed_person_hears_nothing() -> None:
    edges = "start>wait wait:event>end wait:timeout>end"
    make.live(make.graph(make.start(), make.wait(event="Paid"), make.end(), edges=edges))
    ana = make.contact()
    make.happens(ana)
    Enrolment.objects.update(state="failed", reason="broken")
    make.happens(ana, "Paid")

    assert states() == ["failed"]


@pytest.mark.parametrize("place", [{"visit": 9}, {"node": "elsewhere"}])
def test_wait_that_was_left_behind_moves_nobody(place: dict[str, Any]) -> None:
    edges = "start>wait wait:event>end wait:timeout>end"
    make.live(make.graph(make.start(), make.wait(event="Paid"), make.end(), edges=edges))
    ana = make.contact()
    make.happens(ana)
    Wait.objects.update(**place)
    make.happens(ana, "Paid")

    assert (states(), make.only_enrolment().node) == (["active"], "wait")
