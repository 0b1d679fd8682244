"""What a reaction is handed, in which order, and what becomes of the events at which it fails.

The events have small transaction ids of their own, so that each lies below the commit horizon at once.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.postgres.functions import TransactionNow
from django.db.models import F

from crm.ledger import Fact, consume, publish
from crm.ledger.consume import Consumer
from crm.models import Cursor, Event, Retry, Tag
from crm.tests.ledger.test_publishing import KettleBoiled
from kernel import lease
from kernel.registry import RegistrationError

pytestmark = pytest.mark.django_db
BOILED = "test.kettle_boiled"


def happen(litres: int, *, xid: int = 5, name: str = BOILED, **fields: Any) -> Event:
    count = Event.objects.count()
    return Event.objects.create(name=name, message_id=f"m-{count}", xid=xid, properties={"litres": litres}, **fields)


@contextmanager
def listening(react: Callable[[Any], Any], *names: str, batched: bool = False, fact: bool = True) -> Iterator[Consumer]:
    own = Consumer("test.own", names, react, batched=batched, gets_fact=fact and not batched)
    consume._add(own)
    Cursor.objects.create(consumer=own.name)
    try:
        yield own
    finally:
        consume._consumers.pop(own.name)


def refuse_negative(fact: KettleBoiled) -> None:
    Tag.objects.create(name=str(fact.litres))
    if fact.litres < 0:
        raise ValueError(f"{fact.litres} litres are less than nothing.")


def noted() -> list[str]:
    return list(Tag.objects.order_by("pk").values_list("name", flat=True))


def test_events_come_in_the_order_of_their_transactions_not_of_their_ids() -> None:
    seen: list[int] = []
    for litres, xid in ((1, 7), (2, 5), (3, 6), (4, 5)):
        happen(litres, xid=xid)

    with listening(lambda fact: seen.append(fact.litres), BOILED) as own:
        consume.drain(own, batch=1)

    assert seen == [2, 4, 3, 1]


def test_a_worker_stops_after_so_many_batches_and_goes_on_there() -> None:
    seen: list[int] = []
    for litres in range(5):
        happen(litres)

    with listening(lambda fact: seen.append(fact.litres), BOILED) as own:
        counts = [consume.drain(own, batch=2, max_batches=1) for _ in range(4)]

    assert (counts, seen) == ([2, 2, 1, 0], [0, 1, 2, 3, 4])


def test_after_the_last_event_the_cursor_stands_at_the_horizon() -> None:
    happen(1)

    with listening(lambda fact: None, BOILED) as own:
        consume.drain(own)

    cursor = Cursor.objects.get(consumer="test.own")
    assert (cursor.xid, cursor.event_id) == (consume.commit_horizon(), 0)


def test_a_consumer_without_a_cursor_reads_nothing() -> None:
    happen(1)
    with listening(refuse_negative, BOILED) as own:
        Cursor.objects.all().delete()

        assert consume.drain(own) == 0

    assert noted() == []


def test_a_consumer_of_batches_is_handed_lists() -> None:
    batches: list[list[int]] = []
    for litres in range(5):
        happen(litres, name="Order Completed" if litres == 3 else BOILED)

    def react(events: list[Event]) -> None:
        batches.append([event.properties["litres"] for event in events])

    with listening(react, batched=True) as own:
        consume.drain(own, batch=2)

    assert batches == [[0, 1], [2, 3], [4]]


def test_a_batch_that_fails_is_tried_one_by_one_and_writes_nothing_twice() -> None:
    calls: list[int] = []
    for litres in (1, -5, 2):
        happen(litres)

    def react(events: list[Event]) -> None:
        calls.append(len(events))
        for event in events:
            refuse_negative(consume.rebuild(event))  # type: ignore[arg-type]

    with listening(react, BOILED, batched=True) as own:
        consume.drain(own)

    assert calls == [3, 1, 1, 1]
    assert noted() == ["1", "2"]
    assert Retry.objects.get().event.properties == {"litres": -5}


def test_a_reaction_may_ask_for_the_row_or_for_the_fact() -> None:
    handed: list[Any] = []

    def asks_for_row(event: Event) -> None:
        handed.append(type(event))

    def asks_for_fact(boiled: KettleBoiled) -> None:
        handed.append(type(boiled))

    written = happen(1)
    for function in (asks_for_row, asks_for_fact):
        consume.on(KettleBoiled)(function)
        own = consume._consumers.pop(f"crm.{function.__name__}")
        assert own.names == (BOILED,)
        consume._call(own, [written])

    assert handed == [Event, KettleBoiled]


def test_what_a_reaction_publishes_names_its_cause() -> None:
    happen(1, depth=3)

    with listening(lambda fact: publish(KettleBoiled(contact_id=None, litres=9)), BOILED) as own:
        consume.drain(own, max_batches=1)

    effect = Event.objects.get(properties__litres=9)
    assert (effect.cause, effect.depth) == (Event.objects.get(properties__litres=1), 4)


def test_a_reaction_that_answers_itself_for_ever_becomes_a_retry() -> None:
    happen(1, depth=16)

    with listening(lambda fact: publish(KettleBoiled(contact_id=None, litres=9)), BOILED) as own:
        consume.drain(own, max_batches=1)

    assert "more than 16 reactions in a row" in Retry.objects.get().error
    assert Event.objects.count() == 1


def test_an_event_that_no_fact_is_called_by_is_kept_for_whoever_asked_for_facts() -> None:
    happen(1, name="Order Completed")

    with listening(refuse_negative) as own:
        assert consume.drain(own) == 1

    assert Retry.objects.get().error.rstrip().endswith("LookupError: No fact is called 'Order Completed'.")


def fail_once(own: Consumer) -> Retry:
    happen(-5)
    consume.drain(own)
    return Retry.objects.get()


def waits() -> float:
    """Seconds from the beginning of this test's transaction to the next try: the wait, and what the test took."""
    return float(Retry.objects.annotate(w=F("due_at") - TransactionNow()).get().w.total_seconds())


def test_the_first_new_try_comes_after_some_seconds_not_at_once() -> None:
    with listening(refuse_negative, BOILED) as own:
        fail_once(own)

        assert consume.retry_due() == 0

    assert 5 <= waits() < 15


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 5), (1, 15), (2, 45), (6, 3600)])
def test_waits_between_tries_grow_up_to_an_hour(attempts: int, seconds: int) -> None:
    with listening(refuse_negative, BOILED) as own:
        fail_once(own)
        Retry.objects.update(due_at=TransactionNow(), attempts=attempts)

        assert consume.retry_due() == 1

    row = Retry.objects.get()
    assert (row.attempts, row.dead, row.lease) == (attempts + 1, False, None)
    assert seconds <= waits() < 3 * seconds


def test_the_newest_error_is_kept_with_where_it_happened() -> None:
    with listening(refuse_negative, BOILED) as own:
        retry = fail_once(own)
        Event.objects.update(properties={"litres": -6})
        Retry.objects.update(due_at=TransactionNow())
        consume.retry_due()

    assert "-5 litres are less than nothing." in retry.error
    error = Retry.objects.get().error
    assert "-6 litres are less than nothing." in error
    assert "in refuse_negative" in error


def test_an_error_of_many_words_is_kept_by_its_end() -> None:
    def shout(fact: Fact) -> None:
        raise ValueError("x" * 9000 + " the end")

    with listening(shout, BOILED) as own:
        retry = fail_once(own)

    assert len(retry.error) == 4000
    assert retry.error.rstrip().endswith("x the end")


def test_a_try_whose_lease_somebody_else_has_by_now_does_nothing() -> None:
    with listening(refuse_negative, BOILED) as own:
        fail_once(own)
        Event.objects.update(properties={"litres": 5})
        Retry.objects.update(due_at=TransactionNow())
        (late,) = lease.claim(Retry.objects.all())
        Retry.objects.update(due_at=TransactionNow())
        lease.claim(Retry.objects.all())

        consume._retry_one(late)

    assert (noted(), Retry.objects.count()) == ([], 1)


def test_as_many_are_tried_at_once_as_asked_for_the_longest_waiting_first() -> None:
    with listening(refuse_negative, BOILED) as own:
        for litres in (-1, -2, -3):
            happen(litres)
        consume.drain(own)
        for number, retry in enumerate(Retry.objects.order_by("pk")):
            Retry.objects.filter(pk=retry.pk).update(due_at=TransactionNow() - timedelta(minutes=number))

        assert consume.retry_due(limit=2) == 2

    assert list(Retry.objects.order_by("pk").values_list("attempts", flat=True)) == [0, 1, 1]


def test_all_dead_letters_of_one_consumer_are_replayed_and_no_others() -> None:
    event = happen(1)
    for consumer, dead in (("test.own", True), ("test.other", True)):
        Retry.objects.create(consumer=consumer, event=event, dead=dead, attempts=8, due_at=None)
    alive = Retry.objects.create(consumer="test.own", event=happen(2), attempts=3)

    assert consume.replay_all("test.own") == 1

    alive.refresh_from_db()
    assert alive.attempts == 3
    assert list(Retry.objects.filter(dead=True).values_list("consumer", flat=True)) == ["test.other"]
    assert Retry.objects.get(event=event, consumer="test.own").attempts == 0


def test_pausing_one_consumer_leaves_the_others_at_work() -> None:
    own, other = (Cursor.objects.create(consumer=name) for name in ("test.own", "test.other"))

    consume.pause(own, paused=True)

    assert dict(Cursor.objects.values_list("consumer", "paused")) == {own.consumer: True, other.consumer: False}
    consume.pause(own, paused=False)
    assert not Cursor.objects.filter(paused=True).exists()


def test_a_paused_consumer_makes_nobody_wait_and_still_counts_what_it_has_not_read() -> None:
    Cursor.objects.all().delete()
    happen(1)

    with listening(refuse_negative, BOILED):
        assert consume.is_behind() is True
        Cursor.objects.update(paused=True)
        assert consume.is_behind() is False
        assert consume.lags() == {"test.own": 1}


def test_a_known_cursor_stays_where_it_is_when_new_consumers_come() -> None:
    with listening(refuse_negative, BOILED):
        consume.ensure_cursors()
        consume.ensure_cursors()

    assert Cursor.objects.get(consumer="test.own").xid == 0
    assert Cursor.objects.count() == len(consume.all_consumers()) + 1


def test_two_consumers_of_one_name_are_told_apart_at_the_door() -> None:
    def elsewhere(fact: Fact) -> None: ...

    elsewhere.__module__ = "crm.elsewhere"
    with listening(refuse_negative, BOILED) as own:
        with pytest.raises(RegistrationError, match=r"^The consumer test\.own exists in .*test_reactions; rename one"):
            consume._add(Consumer(own.name, (), elsewhere, batched=False, gets_fact=True))
        consume._add(own)

        assert consume.find("test.own") is own
