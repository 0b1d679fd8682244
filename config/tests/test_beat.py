"""The one beat of an installation: it holds a lock, and says that it is there."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from config.management.commands import beat
from crm.actions import heartbeats
from crm.models import Heartbeat

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lock() -> Iterator[psycopg.Connection[Any]]:
    with beat._connect() as connection:
        yield connection


def test_beat_reports_over_the_connection_that_holds_its_lock(
    lock: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = threading.Event()
    monkeypatch.setattr(os, "_exit", lambda code: ended.set())
    monkeypatch.setattr(heartbeats, "EVERY_SECONDS", 0.02)
    watching = threading.Thread(target=beat._watch, args=(lock,))
    watching.start()
    deadline = time.monotonic() + 10
    while not Heartbeat.objects.filter(service="beat").exists():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)

    lock.close()

    assert ended.wait(10)
    watching.join()


def test_only_one_of_two_beats_ticks(lock: psycopg.Connection[Any]) -> None:
    with beat._connect() as other:
        assert (beat._try(lock), beat._try(other)) == (True, False)


def test_signal_ends_a_beat_at_once_even_while_it_writes_its_schedule() -> None:
    before = signal.getsignal(signal.SIGTERM)

    beat.Beat(quiet=True).install_sync_handler(object())

    assert signal.getsignal(signal.SIGTERM) == before
