"""Consumers see each event at least once, in commit order, and what they write is written once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from threading import Event as Signal
from threading import Thread

import pytest
from django.db import connections, transaction
from django.db.models.functions import Now

from crm.ledger import Fact, consume
from crm.ledger.consume import Consumer
from crm.models import Cursor, Event, Retry, Tag
from crm.tests.ledger.test_publishing import KettleBoiled
from kernel.failpoints import failpoint
from tests.dying import killed_at
from tests.threads import in_threads

pytestmark = pytest.mark.django_db(transaction=True)


def happen(number: int, name: str = "test.kettle_boiled") -> Event:
    return Event.objects.create(name=name, message_id=f"{name}-{number}", properties={"litres": number})


def note_litres(fact: KettleBoiled) -> None:
    if fact.litres < 0:
        raise ValueError("A kettle cannot hold less than nothing.")
    Tag.objects.create(name=str(fact.litres))


def noted() -> list[int]:
    return sorted(int(name) for name in Tag.objects.values_list("name", flat=True))


@pytest.fixture
def consumer() -> Iterator[Consumer]:
    own = Consumer("test.note_litres", ("test.kettle_boiled",), note_litres, batched=False, gets_fact=True)
    consume._add(own)
    consume.ensure_cursors()
    yield own
    consume._consumers.pop(own.name)


def test_new_consumers_begin_with_what_happens_from_now_on(consumer: Consumer) -> None:
    happen(1)
    Cursor.objects.all().delete()
    consume.ensure_cursors()
    happen(2)
    consume.drain(consumer)
    assert noted() == [2]


def test_what_was_seeded_is_passed_over_also_by_consumers_that_are_there(consumer: Consumer) -> None:
    happen(1)
    consume.pass_over()
    happen(2)
    consume.drain(consumer)
    assert noted() == [2]


def test_drain_hands_over_each_event_once(consumer: Consumer) -> None:
    for number in range(7):
        happen(number)
    assert consume.drain(consumer, batch=3) == 7
    assert consume.drain(consumer, batch=3) == 0
    assert noted() == list(range(7))


def test_only_the_names_asked_for_arrive(consumer: Consumer) -> None:
    happen(1)
    happen(2, name="Order Completed")
    assert consume.drain(consumer) == 1
    assert consume.lags()[consumer.name] == 0


def test_a_consumer_may_say_before_each_batch_what_it_listens_to() -> None:
    heard: list[str] = []
    names: list[str] = []

    def hear(events: list[Event]) -> None:
        heard.extend(event.name for event in events)

    own = Consumer("test.hear", (), hear, batched=True, gets_fact=False, listens=lambda: names)
    consume._add(own)
    consume.ensure_cursors()
    try:
        happen(1)
        assert consume.drain(own) == 0  # nobody listened when it happened: it is passed over for good
        names.append("test.other")
        happen(2)
        happen(3, name="test.other")
        assert consume.drain(own) == 1
        assert heard == ["test.other"]
    finally:
        consume._consumers.pop(own.name)


def test_a_late_commit_with_a_smaller_id_is_not_skipped(consumer: Consumer) -> None:
    begun, may_commit = Signal(), Signal()

    def slow_writer() -> None:
        with transaction.atomic():
            happen(1)
            begun.set()
            may_commit.wait(10)
        connections.close_all()

    thread = Thread(target=slow_writer)
    thread.start()
    begun.wait(10)
    happen(2)  # a larger id, and committed first
    consume.drain(consumer)
    assert noted() == []  # both wait behind the oldest writer
    may_commit.set()
    thread.join()
    consume.drain(consumer)
    assert noted() == [1, 2]


def test_an_event_that_fails_goes_aside_and_the_others_go_on(consumer: Consumer) -> None:
    for number in (1, -5, 2):
        happen(number)
    consume.drain(consumer)
    assert noted() == [1, 2]
    retry = Retry.objects.get()
    assert (retry.consumer, retry.event.properties["litres"], retry.dead) == (consumer.name, -5, False)
    assert "A kettle cannot hold less than nothing." in retry.error


def test_a_failing_event_ends_as_a_dead_letter_that_can_be_replayed(consumer: Consumer) -> None:
    event = happen(-5)
    consume.drain(consumer)
    for _ in range(Retry.max_attempts):
        Retry.objects.update(due_at=Now())
        consume.retry_due()
    dead = Retry.objects.get()
    assert (dead.dead, dead.attempts, dead.due_at) == (True, Retry.max_attempts, None)
    assert consume.retry_due() == 0

    Event.objects.filter(pk=event.pk).update(properties={"litres": 5})
    consume.replay(dead)
    assert consume.retry_due() == 1
    assert (noted(), Retry.objects.count()) == ([5], 0)


@pytest.mark.parametrize("moment", ["third_event", "consumer_before_commit"])
def test_a_worker_killed_with_a_batch_leaves_all_of_it_for_the_next_one(consumer: Consumer, moment: str) -> None:
    """A killed process is a rolled-back transaction: neither the tags nor the cursor stay."""
    for number in range(5):
        happen(number)
    before = Cursor.objects.get(consumer=consumer.name)

    def die(fact: Fact) -> None:
        note_litres(fact)  # type: ignore[arg-type]
        if noted() == [0, 1, 2]:
            failpoint("third_event")

    dying = Consumer(consumer.name, consumer.names, die, batched=False, gets_fact=True)
    assert killed_at(moment, lambda: consume.drain(dying))
    after = Cursor.objects.get(consumer=consumer.name)
    assert (after.xid, after.event_id, noted()) == (before.xid, before.event_id, [])

    consume.drain(consumer)
    assert noted() == [0, 1, 2, 3, 4]


def test_two_workers_never_work_on_one_consumer_together(consumer: Consumer) -> None:
    happen(1)
    with transaction.atomic():
        Cursor.objects.select_for_update().get(consumer=consumer.name)
        assert in_threads(1, lambda: consume.drain(consumer)) == [0]
        assert noted() == []
    consume.drain(consumer)
    assert noted() == [1]


def test_a_paused_consumer_waits(consumer: Consumer) -> None:
    happen(1)
    Cursor.objects.update(paused=True)
    assert consume.drain(consumer) == 0
    Cursor.objects.update(paused=False)
    assert consume.drain(consumer) == 1


def test_what_a_paused_consumer_failed_at_waits_too(consumer: Consumer) -> None:
    happen(-5)
    consume.drain(consumer)
    Retry.objects.update(due_at=Now())
    Cursor.objects.filter(consumer=consumer.name).update(paused=True)
    assert consume.retry_due() == 0
    Cursor.objects.update(paused=False)
    assert consume.retry_due() == 1


def test_a_worker_killed_while_it_retries_costs_only_the_event_that_it_was_at(consumer: Consumer) -> None:
    for number in (-1, -2, -3):
        happen(number)
    consume.drain(consumer)
    Retry.objects.update(due_at=Now())
    Event.objects.update(properties={"litres": 5})
    dying = replace(consumer, react=lambda fact: failpoint("retried"))
    consume._add(dying)

    assert killed_at("retried", consume.retry_due)

    assert sorted(Retry.objects.values_list("attempts", flat=True)) == [0, 0, 1]
    soon = Now() + timedelta(seconds=30)
    assert Retry.objects.filter(due_at__lt=soon).count() == 2


def test_what_a_consumer_failed_at_is_kept_while_nobody_is_called_so(consumer: Consumer) -> None:
    """An older version may be running for a while: it knows fewer consumers."""
    event = happen(-5)
    consume.drain(consumer)
    Retry.objects.update(due_at=Now())
    consume._consumers.pop(consumer.name)
    assert consume.retry_due() == 0
    assert Retry.objects.get().attempts == 0

    Event.objects.filter(pk=event.pk).update(properties={"litres": 5})
    consume._add(consumer)
    consume.retry_due()
    assert (noted(), Retry.objects.count()) == ([5], 0)


def test_consumer_that_no_longer_exists_is_behind_nothing(consumer: Consumer) -> None:
    happen(1)
    for everyone in consume.all_consumers():
        consume.drain(everyone)
    Cursor.objects.create(consumer="test.gone")
    assert (consume.is_behind(), "test.gone" in consume.lags()) == (False, False)


def test_lag_counts_what_is_unread(consumer: Consumer) -> None:
    for number in range(3):
        happen(number)
    assert (consume.lags()[consumer.name], consume.is_behind()) == (3, True)
    for everyone in consume.all_consumers():
        consume.drain(everyone)
    assert (consume.lags()[consumer.name], consume.is_behind()) == (0, False)


def test_fact_is_rebuilt_from_its_event_without_unknown_fields() -> None:
    event = happen(4)
    event.properties["from_another_version"] = True
    assert consume.rebuild(event) == KettleBoiled(contact_id=None, occurred_at=event.occurred_at, litres=4)
