"""People under way when another version goes live: they finish, move or leave, as it was decided."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.db import transaction

from crm.models import Event
from journeys.actions import journeys
from journeys.actions.journeys import CannotMove
from journeys.engine import moving, timing
from journeys.models import Enrolment, Handover, Journey, Step, Timer, Version, Wait
from journeys.reporting import Stop, stops
from journeys.tests import factories as make
from kernel import lease
from omnichannel.models import Delivery
from tests.dying import killed_at
from tests.threads import in_threads

EITHER = "start>wait wait:event>end wait:timeout>end"
OLD = make.graph(make.start(entry="each"), make.wait(event="Activated"), make.end(), edges=EITHER)
RENAMED = make.graph(make.start(entry="each"), make.wait("pause"), make.end())


def with_people(number: int = 1, drawn: dict[str, Any] | None = None) -> Journey:
    make.channel()
    journey = make.live(drawn or OLD)
    for _ in range(number):
        make.happens(make.contact())
    return journey


def publish(journey: Journey, drawn: dict[str, Any], way: str, targets: Mapping[str, str] | None = None) -> Version:
    version = journeys.add_version(journey, graph=drawn, by=None)
    journeys.publish(version, by=None, way=way, targets=targets)
    return version


def handed_over(
    journey: Journey, drawn: dict[str, Any], way: str, targets: Mapping[str, str] | None = None
) -> Handover:
    publish(journey, drawn, way, targets)
    moving.work_off()
    return Handover.objects.get()


def counted(handover: Handover) -> tuple[int, int, int]:
    return handover.moved, handover.left, handover.stayed


pytestmark = pytest.mark.django_db


def test_finishing_is_the_rule_and_leaves_no_row_behind() -> None:
    journey = with_people()
    publish(journey, OLD, "finish")
    assert Handover.objects.count() == 0
    assert make.only_enrolment().version.number == 1


def test_whoever_stands_at_an_unchanged_node_waits_on_as_before() -> None:
    journey = with_people()
    before = make.only_enrolment()
    timer, wait = Timer.objects.get(), Wait.objects.get()
    with_mail = "start>wait wait:event>mail wait:timeout>end mail>end"
    drawn = make.graph(*OLD["nodes"][:2], make.mail(), make.end(), edges=with_mail)
    handover = handed_over(journey, drawn, "move")

    now = make.only_enrolment()
    assert (now.version.number, now.node, now.visit) == (2, before.node, before.visit)
    assert (Timer.objects.get().due_at, Timer.objects.get().visit) == (timer.due_at, timer.visit)
    assert Wait.objects.get().pk == wait.pk
    assert make.told(now)[-1] == "wait moved"
    assert (counted(handover), handover.is_finished) == ((1, 0, 0), True)
    make.happens(now.contact, "Activated")
    assert make.told(now)[-2:] == ["mail next", "end end"]


def test_whoever_stands_at_a_changed_node_begins_it_anew() -> None:
    journey = with_people()
    before = make.only_enrolment()
    changed = make.graph(make.start(entry="each"), make.wait(amount=9), make.end())
    handed_over(journey, changed, "move")

    now = make.only_enrolment()
    assert (now.version.number, now.node, now.visit) == (2, "wait", before.visit + 1)
    assert Wait.objects.count() == 0
    assert make.told(now)[-2:] == ["wait moved", "wait waiting"]
    make.time_is_up(now)
    assert make.only_enrolment().state == "completed"


@pytest.mark.parametrize(
    ("target", "state", "number", "node"),
    [
        ("pause", "active", 2, "pause"),
        ("", "exited", 1, "wait"),
        ("=", "active", 1, "wait"),
        (None, "active", 1, "wait"),
    ],
)
def test_a_node_that_is_gone_has_a_target(target: str | None, state: str, number: int, node: str) -> None:
    journey = with_people()
    handed_over(journey, RENAMED, "move", {"wait": target} if target is not None else {})
    now = make.only_enrolment()
    assert (now.state, now.version.number, now.node) == (state, number, node)


def test_moving_to_a_message_sends_it_once() -> None:
    journey = with_people(2)
    drawn = make.graph(make.start(entry="each"), make.mail(), make.wait("pause"), make.end())
    handed_over(journey, drawn, "move", {"wait": "mail"})
    moving.work_off()
    assert Delivery.objects.count() == 2
    assert {e.node for e in Enrolment.objects.all()} == {"pause"}


def test_leaving_ends_it_and_is_told() -> None:
    journey = with_people(3)
    handover = handed_over(journey, OLD, "leave")
    assert [e.state for e in Enrolment.objects.all()] == ["exited"] * 3
    assert (Timer.objects.count(), Wait.objects.count()) == (0, 0)
    assert Event.objects.filter(name="journey.exited").count() == 3
    assert counted(handover) == (0, 3, 0)


def test_whoever_failed_moves_too_and_can_be_tried_again_there() -> None:
    journey = with_people()
    Enrolment.objects.update(state="failed", reason="broken")
    Timer.objects.all().delete()
    handed_over(journey, RENAMED, "move", {"wait": "pause"})
    now = make.only_enrolment()
    assert (now.state, now.reason, now.node, now.version.number) == ("failed", "broken", "pause", 2)


def test_newcomers_are_not_touched() -> None:
    journey = with_people()
    publish(journey, OLD, "leave")
    make.happens(make.contact())
    moving.work_off()
    assert sorted(Enrolment.objects.values_list("version__number", "state")) == [(1, "exited"), (2, "active")]


@pytest.mark.django_db(transaction=True)
def test_work_goes_on_where_a_killed_worker_left_it() -> None:
    journey = with_people(5)
    publish(journey, OLD, "move")
    assert moving.work_off(chunk=2, most=1) == 1
    assert killed_at("journeys_handover_before_commit", lambda: moving.work_off(chunk=2))
    assert moving.work_off(chunk=2) == 0  # the dead worker's lease still holds
    assert (Handover.objects.get().moved, Step.objects.filter(outcome="moved").count()) == (2, 2)

    Handover.objects.update(due_at="2020-01-01T00:00Z")
    moving.work_off(chunk=2)
    assert counted(Handover.objects.get()) == (5, 0, 0)
    assert Step.objects.filter(outcome="moved").count() == 5


def test_a_worker_that_lost_its_lease_writes_nothing() -> None:
    journey = with_people()
    publish(journey, OLD, "leave")
    (slow,) = lease.claim(Handover.objects.workable(), limit=1)
    Handover.objects.update(due_at="2020-01-01T00:00Z")
    moving.work_off()
    assert counted(Handover.objects.get()) == (0, 1, 0)
    moving._chunk(slow, 10)
    assert counted(Handover.objects.get()) == (0, 1, 0)


def test_paused_journey_keeps_everybody_where_they_are() -> None:
    journey = with_people()
    publish(journey, OLD, "leave")
    journeys.pause(journey)
    assert moving.work_off() == 0
    journeys.resume(journey)
    moving.work_off()
    assert make.only_enrolment().state == "exited"


def test_a_later_publication_ends_an_unfinished_one() -> None:
    journey = with_people()
    publish(journey, OLD, "leave")
    publish(journey, OLD, "finish")
    moving.work_off()
    assert make.only_enrolment().state == "active"
    assert Handover.objects.get().is_finished


def test_what_cannot_be_done_is_retried_and_then_shown() -> None:
    journey = with_people()
    version = publish(journey, OLD, "move")
    Handover.objects.update(reached=-1, moved=2**31 - 1)  # one more does not fit
    for _ in range(Handover.max_attempts):
        Handover.objects.update(due_at="2020-01-01T00:00Z")
        moving.work_off()
    handover = Handover.objects.get()
    assert handover.is_finished
    assert handover.error.startswith("DataError")
    assert make.only_enrolment().version_id != version.pk


@pytest.mark.parametrize("target", ["nowhere", "start"])
def test_target_must_be_a_place_that_people_can_be_at(target: str) -> None:
    journey = with_people()
    with pytest.raises(CannotMove):
        publish(journey, RENAMED, "move", {"wait": target})


def test_stops_count_people_by_where_they_stand() -> None:
    journey = with_people(2)
    version = journeys.add_version(journey, graph=RENAMED, by=None)
    assert stops(version) == [Stop("wait", "Wait", 2, is_kept=False)]
    assert stops(journeys.add_version(journey, graph=OLD, by=None)) == [Stop("wait", "Wait", 2, is_kept=True)]


@pytest.mark.django_db(transaction=True)
def test_timer_claimed_before_the_move_does_nothing_after_it() -> None:
    journey = with_people()
    Timer.objects.update(due_at="2020-01-01T00:00Z")
    claimed = lease.claim(Timer.objects.all(), limit=1)
    handed_over(journey, RENAMED, "move", {"wait": "pause"})
    timing.expire(claimed)
    now = make.only_enrolment()
    assert (now.node, now.state, Timer.objects.get().node) == ("pause", "active", "pause")


@pytest.mark.django_db(transaction=True)
def test_engine_and_move_at_the_same_moment_agree_on_one_place() -> None:
    """Forty people's time is up while they are moved: each is through or waits at the new place, none is lost."""
    journey = with_people(40)
    publish(journey, RENAMED, "move", {"wait": "pause"})
    Timer.objects.update(due_at="2020-01-01T00:00Z")
    works = iter([lambda: moving.work_off(chunk=7), timing.advance_due])
    in_threads(2, lambda: next(works)())
    rows = Enrolment.objects.values_list("state", "node", "version__number")
    assert set(rows) <= {("completed", "end", 1), ("active", "pause", 2)}
    assert Timer.objects.count() == Enrolment.objects.active().count()
    with transaction.atomic():
        assert Step.objects.filter(outcome__in=("timeout", "moved")).count() == 40
