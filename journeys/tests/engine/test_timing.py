"""Timers, and what becomes of them when a worker dies."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from crm.ledger import consume
from crm.models import Cursor, Event
from journeys.actions import enrolments
from journeys.engine import intake, timing
from journeys.models import Enrolment, Timer, Wait
from journeys.tests import factories as make
from kernel import lease
from omnichannel.models import Delivery
from tests.dying import killed_at

LATER = make.graph(make.start(), make.wait(), make.mail(), make.end())
PAST = "2020-01-01T00:00Z"


@pytest.mark.django_db
def test_waiting_ends_when_the_time_is_up_and_not_before() -> None:
    make.channel()
    make.live(LATER)
    make.happens(make.contact())
    assert timing.advance_due() == 0
    assert make.only_enrolment().node == "wait"

    make.time_is_up(make.only_enrolment())
    assert make.told(make.only_enrolment()) == ["start next", "wait waiting", "wait next", "mail next", "end end"]
    assert Delivery.objects.count() == 1
    assert Timer.objects.count() == 0


@pytest.mark.django_db
def test_due_time_is_the_database_s_plus_the_waiting() -> None:
    make.live(make.graph(make.start(), make.wait(amount=90, unit="minutes"), make.end()))
    make.happens(make.contact())
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXTRACT(EPOCH FROM t.due_at - now()) FROM journeys_timer t")
        assert float(cursor.fetchone()[0]) == 90 * 60


@pytest.mark.django_db
def test_timer_of_somebody_taken_out_does_nothing() -> None:
    make.live(LATER)
    make.happens(make.contact())
    timer = Timer.objects.get()
    enrolments.exit(make.only_enrolment(), by=None)
    timing.expire([timer])

    assert make.only_enrolment().state == "exited"


@pytest.mark.django_db
def test_outdated_timer_is_thrown_away() -> None:
    make.live(LATER)
    make.happens(make.contact())
    Timer.objects.update(due_at=PAST, visit=1)
    timing.advance_due()

    assert make.only_enrolment().node == "wait"
    assert Timer.objects.count() == 0


@pytest.mark.django_db
def test_many_timers_are_worked_off_in_batches() -> None:
    make.channel()
    make.live(LATER)
    intake.take_in([make.event(make.contact()) for _ in range(7)])
    Timer.objects.update(due_at=PAST)

    assert timing.advance_due(batch=3) == 7
    assert Delivery.objects.count() == 7


@pytest.mark.django_db
def test_timer_that_cannot_be_worked_off_is_tried_again_and_then_stops_the_enrolment(
    caplog: pytest.LogCaptureFixture,
) -> None:
    make.live(LATER)
    entered = make.happens(make.contact())
    _nobody_completes()
    Timer.objects.update(due_at=PAST)
    timing.advance_due()
    [told] = [vars(record) for record in caplog.records if record.message == "timer failed"]
    assert (told["enrolment_id"], told["cause_id"]) == (make.only_enrolment().pk, entered.pk)
    timer = Timer.objects.get()
    assert (timer.attempts, timer.lease, make.only_enrolment().node) == (1, None, "wait")

    Timer.objects.update(due_at=PAST, attempts=Timer.max_attempts - 1)
    timing.advance_due()
    assert make.only_enrolment().state == "failed"
    assert "disk full" in make.only_enrolment().reason
    assert Timer.objects.count() == 0


def _nobody_completes() -> None:
    """The database refuses, as it might for reasons that no code foresees."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'disk full'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER refuse BEFORE UPDATE ON journeys_enrolment FOR EACH ROW "
            "WHEN (NEW.state = 'completed') EXECUTE FUNCTION pg_temp.refuse()"
        )


@pytest.mark.django_db(transaction=True)
def test_worker_killed_between_claim_and_finish_leads_to_exactly_one_message() -> None:
    make.channel()
    make.live(LATER)
    make.happens(make.contact())
    for failpoint in ("journeys_timers_claimed", "journeys_timers_before_commit"):
        Timer.objects.update(due_at=PAST)
        assert killed_at(failpoint, timing.advance_due)
        assert Delivery.objects.count() == 0
        assert timing.advance_due() == 0  # the dead worker's lease still holds

    Timer.objects.update(due_at=PAST)  # the lease has run out
    timing.advance_due()
    timing.advance_due()
    assert Delivery.objects.count() == 1
    assert make.only_enrolment().state == "completed"


@pytest.mark.django_db(transaction=True)
def test_worker_killed_in_the_middle_of_a_batch_of_events_loses_nothing() -> None:
    consume.ensure_cursors()
    make.channel()
    make.live()
    before = Cursor.objects.get(consumer="journeys.react")
    events = [make.event(make.contact()) for _ in range(20)]
    react = consume.find("journeys.react")
    assert killed_at("journeys_batch_before_commit", lambda: consume.drain(react))
    after = Cursor.objects.get(consumer="journeys.react")
    assert (after.xid, after.event_id) == (before.xid, before.event_id)
    assert Enrolment.objects.count() == 0

    consume.drain(react)
    assert Enrolment.objects.count() == Delivery.objects.count() == len(events)


@pytest.mark.django_db(transaction=True)
def test_event_and_time_out_together_take_one_branch() -> None:
    graph = make.graph(
        make.start(entry="each"),
        make.wait(event="Paid"),
        make.end("thanks"),
        make.end("sorry"),
        edges="start>wait wait:event>thanks wait:timeout>sorry",
    )
    make.live(graph)
    people = [make.contact() for _ in range(12)]
    for person in people:
        make.happens(person)
    paid = [make.event(person, "Paid") for person in people]
    Timer.objects.update(due_at=PAST)
    _at_once(lambda: _drain(paid), lambda: timing.advance_due(batch=2))

    ends = list(Enrolment.objects.values_list("state", "node"))
    assert len(ends) == len(people)
    assert {state for state, _node in ends} == {"completed"}
    assert all(len([s for s in make.told(e) if s.startswith("wait ")]) == 2 for e in Enrolment.objects.all())
    assert (Timer.objects.count(), Wait.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_outdated_timer_that_somebody_else_has_claimed_is_theirs_to_throw_away() -> None:
    make.live(LATER)
    make.happens(make.contact())
    Timer.objects.update(due_at=PAST, visit=1)
    slow = lease.claim(Timer.objects.all())
    Timer.objects.update(due_at=PAST)
    [taken] = lease.claim(Timer.objects.all())
    timing.expire(slow)

    assert Timer.objects.get().lease == taken.lease


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_timers() -> None:
    make.channel()
    make.live(LATER)
    intake_all = [make.event(make.contact()) for _ in range(30)]
    _drain(intake_all)
    Timer.objects.update(due_at=PAST)
    _at_once(lambda: timing.advance_due(batch=4), lambda: timing.advance_due(batch=4))

    assert Delivery.objects.count() == 30
    assert set(Enrolment.objects.values_list("state", flat=True)) == {"completed"}


@pytest.mark.django_db(transaction=True)
def test_slow_worker_whose_lease_ran_out_does_nothing() -> None:
    make.channel()
    make.live(LATER)
    make.happens(make.contact())
    Timer.objects.update(due_at=PAST)
    slow = lease.claim(Timer.objects.all())
    Timer.objects.update(due_at=PAST)
    timing.advance_due()
    timing.expire(slow)

    assert Delivery.objects.count() == 1


def _drain(events: list[Event]) -> None:
    for event in events:
        with transaction.atomic():
            intake.take_in([event])


def _at_once(*works: Callable[[], object]) -> None:
    failures: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
