"""Taking out and trying again."""

import pytest
from django.db import connection, transaction

from crm.models import Alias, Event
from journeys.actions import enrolments, journeys
from journeys.actions.enrolments import CannotRetry
from journeys.models import Enrolment, Timer, Wait
from journeys.tests import factories as make
from omnichannel.models import Delivery
from tests.threads import in_threads

pytestmark = pytest.mark.django_db
BROKEN = {"en": {"subject": "Hi", "text": "{{ event.total | divided_by: event.pieces }}"}}


def test_person_taken_out_waits_for_nothing_any_more() -> None:
    make.live(make.graph(make.start(), make.wait(event="Paid"), make.end(), edges=_TWO_WAYS))
    make.happens(make.contact())
    boss = make.user("manager", first_name="Eva")
    left = enrolments.exit(make.only_enrolment(), by=boss)

    assert (left.state, left.reason) == ("exited", "Eva")
    assert make.told(left)[-1] == "wait exited"
    assert (Timer.objects.count(), Wait.objects.count()) == (0, 0)
    assert Event.objects.filter(name="journey.exited", contact=left.contact).count() == 1


@pytest.mark.django_db(transaction=True)
def test_while_somebody_is_taken_out_others_may_enter() -> None:
    make.live(make.graph(make.start(), make.wait(), make.end()))
    make.happens(make.contact())
    other = make.contact()

    def enter() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        make.happens(other)

    with transaction.atomic():
        enrolments.exit(make.only_enrolment(), by=None)
        in_threads(1, enter)
    assert Enrolment.objects.active().get().contact == other


def test_taking_out_twice_changes_nothing() -> None:
    make.live(make.graph(make.start(), make.wait(), make.end()))
    make.happens(make.contact())
    first = enrolments.exit(make.only_enrolment(), by=None)
    again = enrolments.exit(first, by=None)

    assert again.left_at == first.left_at
    assert Event.objects.filter(name="journey.exited").count() == 1


def test_failed_node_can_be_tried_again_without_sending_twice() -> None:
    make.channel()
    make.live(make.graph(make.start(), make.mail(), make.node("odd", "send_message", texts=BROKEN), make.end()))
    make.happens(make.contact(), total=10, pieces=0)
    failed = make.only_enrolment()
    assert (failed.state, failed.node) == ("failed", "odd")
    assert Delivery.objects.count() == 1

    Enrolment.objects.update(entry={"name": "Order Completed", "properties": {"total": 10, "pieces": 2}})
    tried = enrolments.retry(failed, by=None)

    assert tried.state == "completed"
    assert make.told(tried) == ["start next", "mail next", "odd failed", "odd retried", "odd next", "end end"]
    assert list(Delivery.objects.order_by("id").values_list("message__text", flat=True))[-1] == "5"
    assert Delivery.objects.count() == 2


def test_what_has_not_failed_is_not_tried_again() -> None:
    make.live(make.graph(make.start(), make.wait(), make.end()))
    make.happens(make.contact())
    with pytest.raises(CannotRetry):
        enrolments.retry(make.only_enrolment(), by=None)


def test_nobody_moves_in_a_paused_journey_by_being_tried_again() -> None:
    make.channel()
    journey = make.live(make.graph(make.start(), make.node("odd", "send_message", texts=BROKEN), make.end()))
    make.happens(make.contact(), total=1, pieces=0)
    journeys.pause(journey, by=None)

    with pytest.raises(CannotRetry, match="This journey is paused"):
        enrolments.retry(make.only_enrolment(), by=None)
    assert make.only_enrolment().state == "failed"


@pytest.mark.parametrize("is_merged", [False, True])
def test_retry_gives_way_to_a_newer_run(is_merged: bool) -> None:
    make.channel()
    odd = make.node("odd", "send_message", texts=BROKEN)
    make.live(make.graph(make.start(entry="again"), odd, make.wait(), make.end()))
    ana = make.contact()
    make.happens(ana, total=1, pieces=0)
    if is_merged:
        Alias.objects.create(member=ana, survivor=make.contact(), rule="test")
    make.happens(ana, total=1, pieces=1)
    failed = Enrolment.objects.failed().get()
    with pytest.raises(CannotRetry):
        enrolments.retry(failed, by=None)

    failed.refresh_from_db()
    assert failed.state == "failed"


def test_taking_out_says_the_reason_given_else_who_did_it() -> None:
    make.live(make.graph(make.start(entry="each"), make.wait(), make.end()))
    for _ in range(3):
        make.happens(make.contact())
    boss = make.user("manager", first_name="Eva")
    first, second, third = Enrolment.objects.order_by("id")

    assert enrolments.exit(first, by=boss, reason="Asked for it.").reason == "Asked for it."
    assert enrolments.exit(second, by=boss).reason == "Eva"
    assert enrolments.exit(third, by=None, reason="x" * 600).reason == "x" * 500


@pytest.mark.parametrize("state", ["failed", "active"])
def test_who_stands_still_can_be_taken_out(state: str) -> None:
    make.live(make.graph(make.start(), make.wait(), make.end()))
    make.happens(make.contact())
    Enrolment.objects.update(state=state)
    left = enrolments.exit(make.only_enrolment(), by=None)

    assert (left.state, left.left_at is not None) == ("exited", True)


def test_who_is_through_cannot_be_taken_out_any_more() -> None:
    make.live(make.graph(make.start(), make.end(reason="welcomed")))
    make.happens(make.contact())

    assert (enrolments.exit(make.only_enrolment(), by=None).state, make.only_enrolment().reason) == (
        "completed",
        "welcomed",
    )


def test_second_failure_is_told_again_and_keeps_the_place() -> None:
    make.channel()
    make.live(make.graph(make.start(), make.mail(texts=BROKEN), make.end()))
    make.happens(make.contact(), total=1, pieces=0)
    boss = make.user("manager", first_name="Eva")
    tried = enrolments.retry(make.only_enrolment(), by=boss)

    assert (tried.state, tried.node, tried.visit) == ("failed", "mail", 2)
    assert make.told(tried) == ["start next", "mail failed", "mail retried", "mail failed"]
    assert tried.steps.get(outcome="retried").detail == "Eva"
    assert Event.objects.filter(name="journey.failed").count() == 2


@pytest.mark.parametrize(
    ("state", "sentence"),
    [("active", "has not failed"), ("exited", "has not failed"), ("completed", "has not failed")],
)
def test_only_failures_are_tried_again(state: str, sentence: str) -> None:
    make.live(make.graph(make.start(), make.wait(), make.end()))
    make.happens(make.contact())
    left = None if state == "active" else "2026-01-01T00:00Z"
    Enrolment.objects.update(state=state, left_at=left)

    with pytest.raises(CannotRetry, match=sentence):
        enrolments.retry(make.only_enrolment(), by=None)
    assert make.told(make.only_enrolment()) == ["start next", "wait waiting"]


_TWO_WAYS = "start>wait wait:event>end wait:timeout>end"
