"""Live screens read the ledger from their own place: nothing missed, nothing twice."""

from threading import Event as Signal
from threading import Thread

import pytest
from django.db import connections, transaction

from crm.ledger import feed
from crm.ledger.feed import read
from crm.tests.ledger.test_consume import happen
from kernel.realtime import Place

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_new_screen_starts_now() -> None:
    happen(1)
    news, place = read(None, 10)
    assert news == []
    happen(2)
    news, _ = read(place, 10)
    assert [item.properties["litres"] for item in news] == [2]


def test_news_comes_once_even_above_the_commit_horizon() -> None:
    _, place = read(None, 10)
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
    happen(2)
    seen = []
    for _ in range(2):
        news, place = read(place, 10)
        seen += [item.properties["litres"] for item in news]
    assert seen == [2]
    may_commit.set()
    thread.join()
    for _ in range(2):
        news, place = read(place, 10)
        seen += [item.properties["litres"] for item in news]
    assert seen == [2, 1]


def test_what_was_seen_is_forgotten_below_the_horizon(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = happen(1), happen(2)
    monkeypatch.setattr(feed, "commit_horizon", lambda: first.xid)
    assert read(None, 10)[1].seen == {first.pk, second.pk}

    _, place = read(Place(first.xid), 10)
    monkeypatch.setattr(feed, "commit_horizon", lambda: second.xid)
    news, place = read(place, 10)
    assert news == []
    assert place.seen == {second.pk}


def test_a_new_screen_reads_no_more_than_the_newest_above_the_horizon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "MOST_ABOVE", 2)
    events = [happen(number) for number in range(4)]
    monkeypatch.setattr(feed, "commit_horizon", lambda: events[0].xid)

    assert read(None, 10)[1].seen == {event.pk for event in events[2:]}


def test_news_carries_the_topics_of_its_fact() -> None:
    _, place = read(None, 10)
    event = happen(1)
    (item,) = read(place, 10)[0]
    assert (item.id, item.name, item.topics) == (event.pk, "test.kettle_boiled", frozenset())
