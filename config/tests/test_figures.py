"""What operators are told in figures: each counts what it says, no more, and grows when something waits."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.postgres.functions import TransactionNow
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from prometheus_client.mmap_dict import MmapedDict, mmap_key
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from config.observability import figures, metrics, readiness
from config.observability.counted import KEEP
from crm.ledger import consume
from crm.models import AccountMail, Cursor, Event, Heartbeat, RefusedEvents, Retry
from omnichannel.models import Channel, Inbox, RawInbound

pytestmark = pytest.mark.django_db


@contextmanager
def consuming(name: str, **cursor: object) -> Iterator[Cursor]:
    own = consume.Consumer(name, (), lambda events: None, batched=True, gets_fact=False)
    consume._add(own)
    try:
        yield Cursor.objects.create(consumer=name, **cursor)
    finally:
        consume._consumers.pop(name)


def happen(minutes: int = 0, **fields: object) -> Event:
    count = Event.objects.count()
    recorded = TransactionNow() - timedelta(minutes=minutes)
    return Event.objects.create(name="x", message_id=str(count), xid=count + 5, recorded_at=recorded, **fields)


def state_of(name: str) -> figures.ConsumerState:
    return next(state for state in figures.consumers() if state.name == name)


def samples(name: str) -> dict[str, float]:
    """Values of one family by their only label."""
    families = {family.name: family for family in text_string_to_metric_families(metrics.page().decode())}
    return {next(iter(sample.labels.values()), ""): sample.value for sample in families[name].samples}


def test_a_consumer_is_told_by_what_waits_for_it() -> None:
    with consuming("test.slow", paused=True), consuming("test.other"):
        events = [happen() for _ in range(3)]
        for event, dead in zip(events, (False, False, True), strict=True):
            Retry.objects.create(consumer="test.slow", event=event, dead=dead)
        slow, other = state_of("test.slow"), state_of("test.other")

    assert (slow.known, slow.unread, slow.retrying, slow.dead, slow.paused) == (True, 3, 2, 1, True)
    assert (other.known, other.unread, other.retrying, other.dead, other.paused) == (True, 3, 0, 0, False)


def test_metrics_tell_the_same_of_a_consumer() -> None:
    with consuming("test.slow", paused=True):
        Retry.objects.create(consumer="test.slow", event=happen(), dead=True)
        Retry.objects.create(consumer="test.slow", event=happen())
        told = {
            name: samples(f"hilo_consumer_{name}")["test.slow"]
            for name in ("unread_events", "retrying_events", "dead_letters", "paused")
        }

    assert told == {"unread_events": 2, "retrying_events": 1, "dead_letters": 1, "paused": 1}


def test_the_lag_is_that_of_the_oldest_event_not_read() -> None:
    read, older = happen(9), happen(5)
    happen(1)

    with consuming("test.slow", xid=read.xid, event_id=read.pk), consuming("test.done", xid=10**15):
        lags = figures.lag_seconds()

    assert older.xid > read.xid
    assert (lags["test.slow"], lags["test.done"]) == (300, 0)


def test_an_event_from_a_clock_ahead_is_no_lag_below_nothing() -> None:
    happen(-5)

    with consuming("test.slow"):
        assert figures.lag_seconds()["test.slow"] == 0


def test_readiness_names_all_who_are_late_the_latest_first_and_nobody_who_is_paused() -> None:
    first, second = happen(10), happen(5)
    with (
        consuming("test.slow", xid=first.xid, event_id=first.pk),
        consuming("test.slower"),
        consuming("test.paused", paused=True),
        consuming("test.done", xid=second.xid, event_id=second.pk),
        connection.cursor() as cursor,
    ):

        def execute(sql: str, parameters: object) -> object:
            cursor.execute(sql, parameters)  # type: ignore[arg-type]
            return cursor

        part = readiness._consumers(execute)

    assert part.ok is False
    assert str(part.detail) == "test.slower is 600 s behind, test.slow is 300 s behind"


def test_a_queue_counts_what_is_due_and_how_long_the_first_has_waited() -> None:
    inbox = Inbox.objects.create(name="Support")
    channel = Channel.objects.create(kind="email", name="Support", address="s@hilo.example", inbox=inbox)
    for key, minutes, state in (
        ("a", 3, "received"),
        ("b", 1, "received"),
        ("c", -5, "received"),
        ("d", 9, "processed"),
    ):
        due = TransactionNow() - timedelta(minutes=minutes)
        RawInbound.objects.create(channel=channel, dedup_key=key, body=b"", state=state, due_at=due)

    inbound = next(queue for queue in figures.queues() if queue.name == "inbound")

    assert (inbound.due, inbound.oldest) == (2, 180)
    assert samples("hilo_queue_due_rows")["inbound"] == 2
    assert samples("hilo_queue_oldest_seconds")["inbound"] == 180
    assert figures.open_inbound() == {"received": 3, "quarantined": 0}


def test_letters_to_colleagues_are_a_queue_where_a_mail_server_is_named(settings: Settings) -> None:
    AccountMail.objects.create(address="ana@hilo.example")

    for url, due in (("", None), ("smtp://127.0.0.1:25", 1)):
        settings.SMTP_URL = url
        assert {queue.name: queue.due for queue in figures.queues()}.get("account_mails") == due


def test_refused_requests_of_the_last_hour_are_added_up() -> None:
    for reason, minutes, times in (("a", 1, 3), ("b", 59, 4), ("c", 61, 100)):
        at = TransactionNow() - timedelta(minutes=minutes)
        RefusedEvents.objects.create(status=400, reason=reason, hour=Now(), times=times, last_at=at)

    assert figures.refused_lately() == 7
    assert samples("hilo_tracking_refused_requests") == {"": 7}


def test_nothing_refused_and_nothing_open_is_said_as_nought() -> None:
    assert figures.refused_lately() == 0
    assert figures.open_deliveries() == {"queued": 0, "unknown": 0, "failed": 0}
    assert figures.open_inbound() == {"received": 0, "quarantined": 0}


def test_heartbeats_are_told_by_their_age() -> None:
    Heartbeat.objects.create(service="imap", at=TransactionNow() - timedelta(seconds=40))
    Heartbeat.objects.create(service="smtp", at=TransactionNow())

    assert figures.heartbeat_ages() == {"imap": 40, "smtp": 0}
    assert samples("hilo_heartbeat_age_seconds") == {"imap": 40, "smtp": 0}


@pytest.mark.parametrize(("age", "ok"), [(29, True), (30, False)])
def test_a_listener_is_there_while_it_reports_within_half_a_minute(age: int, ok: bool) -> None:
    Heartbeat.objects.create(service="smtp", at=TransactionNow() - timedelta(seconds=age))

    parts = {part.name: part for part in readiness.listeners()}

    assert (parts["smtp"].ok, str(parts["smtp"].detail)) == (ok, f"last heartbeat {age} s ago")
    assert (parts["imap"].ok, str(parts["imap"].detail)) == (False, "it has not reported yet")
    assert list(parts) == ["smtp", "imap", "beat"]


def test_what_was_ever_written_grows_by_what_is_written_and_keeps_what_was_deleted() -> None:
    happen()
    before = figures.ever("crm_event")

    happen()
    Event.objects.all().delete()

    assert figures.ever("crm_event") == before + 1
    assert samples("hilo_ledger_events") == {"": before + 1}


def test_the_database_says_its_size_and_version() -> None:
    assert samples("hilo_database_size_bytes")[""] > 1_000_000
    assert figures.database_version()[0].isdigit()


def test_our_own_transaction_keeps_nobody_waiting() -> None:
    happen()

    assert figures.oldest_writer() == 0


def counted(folder: Path, process: int, requests: float) -> Path:
    """What a web process leaves behind: so many requests counted."""
    path = folder / f"counter_{process}.db"
    counters = MmapedDict(str(path))  # type: ignore[no-untyped-call]
    key = mmap_key("test_requests", "test_requests_total", ["view"], ["home"], "Requests.")
    counters.write_value(key, requests, 0.0)  # type: ignore[no-untyped-call]
    counters.close()  # type: ignore[no-untyped-call]
    return path


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which web processes count together."""
    monkeypatch.setattr("config.observability.counted.SHARED", tmp_path)
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    return tmp_path


def test_any_web_process_answers_for_all_of_them(shared: Path) -> None:
    counted(shared, 1, 2.0)
    counted(shared, 2, 3.0)

    assert samples("test_requests") == {"home": 5}
    assert "hilo_queue_due_rows" in metrics.page().decode()


def test_an_ended_process_counts_for_a_week(shared: Path) -> None:
    young, old = counted(shared, 1, 2.0), counted(shared, 2, 3.0)
    now = young.stat().st_mtime
    os.utime(young, (now, now - KEEP + 3600))
    os.utime(old, (now, now - KEEP - 3600))
    beside = shared / "notes.txt"
    beside.touch()
    os.utime(beside, (0, 0))

    assert samples("test_requests") == {"home": 2}
    assert (young.exists(), old.exists(), beside.exists()) == (True, False, True)


def test_pages_are_counted_by_their_name_and_not_by_their_address(client: Client) -> None:
    for path in ("/contacts/47110815/", "/no/such/page"):
        client.get(path)
    client.generic("BREW", "/healthz")

    text = metrics.page().decode()

    assert 'method="GET",status="3xx",view="contact"' in text
    assert 'method="GET",status="4xx",view="none"' in text
    assert 'method="other",status="4xx",view="healthz"' in text
    assert "47110815" not in text
    assert "BREW" not in text
