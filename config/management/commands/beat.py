"""`manage.py beat`: Celery beat, once for the whole installation however many are started.

Two beats would send each tick twice. A session-level advisory lock decides who ticks; the others wait, and the lock
goes over by itself when its holder dies.
"""

import os
import threading
import time
from contextlib import suppress
from typing import Any

import psycopg
from django.core.management.base import BaseCommand

from config import connecting
from config.celery import app
from crm.actions import heartbeats
from crm.tasks import heartbeat
from kernel.wakeup import wake

# Any number that nothing else on the database uses as an advisory lock.
BEAT_LOCK = 5_417_001
TRY_SECONDS = 2.0
LOST_LOCK = 3


class Beat(app.Beat):  # type: ignore[misc,name-defined] # made at run time
    def install_sync_handler(self, service: object) -> None:
        """A signal ends it at once. Celery's handler would first save when each task ran last, over the connection that
        the interrupted code is using: a stop during the start then hung. Without it, a task runs once too often."""

    def set_process_title(self) -> None:
        """It has one already."""


class Command(BaseCommand):
    help = "Send the periodic tasks; waits while another beat of this installation does."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        lock = _connect()
        while not _try(lock):
            time.sleep(TRY_SECONDS)
        threading.Thread(target=_watch, args=(lock,), name="beat lock", daemon=True).start()
        wake(heartbeat)  # a start is done when the worker has reported, and need not wait for the clock
        Beat(loglevel="WARNING", max_interval=5, quiet=True).run()


def _connect() -> psycopg.Connection[Any]:
    """A connection of its own: Django may close and reopen its one at any time, and the lock would go with it."""
    return psycopg.connect(**connecting.parameters(autocommit=True, application_name="hilo beat lock"))


def _try(lock: psycopg.Connection[Any]) -> bool:
    row = lock.execute("SELECT pg_try_advisory_lock(%s)", [BEAT_LOCK]).fetchone()
    return bool(row and row[0])


def _watch(lock: psycopg.Connection[Any]) -> None:
    """Without its connection the lock is gone and another beat may tick: end at once, the supervisor starts anew."""
    try:
        while True:
            lock.execute("SELECT 1")
            with suppress(psycopg.Error):  # a full disk, say: the lock is held all the same
                lock.execute(heartbeats.REPORT, ["beat"])
            time.sleep(heartbeats.EVERY_SECONDS)
    except psycopg.Error:
        os._exit(LOST_LOCK)
