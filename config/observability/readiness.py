"""May traffic come in? Each part with its state, within a second even when parts do not answer."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

import psycopg
from django.conf import settings
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from kombu import Connection

from config import connecting
from config.observability import figures
from crm.ledger import consume

PATIENCE = 0.8  # seconds for all parts together
HEARTBEAT_STALE = 30  # seconds; most report every 5, who reads mailboxes every 15
LAG_STALE = 60  # seconds that the oldest unread event may have waited
LABELS = {
    "database": _("Database"),
    "worker": _("Worker"),
    "consumers": _("Consumers"),
    "broker": _("Broker"),
    "smtp": _("Incoming mail by SMTP"),
    "imap": _("Mailboxes read by IMAP"),
    "beat": _("Clock of periodic work"),
    "disk": _("Disk of the data directory"),
}


@dataclass(frozen=True)
class Part:
    """`detail` is put into words where it is read: parts are asked in threads, which know no language.

    What is not `urgent` still works and asks for attention.
    """

    name: str
    ok: bool
    detail: str | Promise
    urgent: bool = True

    @property
    def label(self) -> str:
        return str(LABELS[self.name])


def check() -> list[Part]:
    """Database (with worker and consumers, which are read from it) and broker, side by side."""
    pool = ThreadPoolExecutor(max_workers=2)
    asked = {"database": pool.submit(_database, _parameters()), "broker": pool.submit(_broker)}
    wait(asked.values(), timeout=PATIENCE)
    pool.shutdown(wait=False, cancel_futures=True)
    database = _answer("database", asked["database"])
    if len(database) == 1:
        unknown = _("not known while the database does not answer")
        database += [Part("worker", False, unknown), Part("consumers", False, unknown)]
    return database + _answer("broker", asked["broker"])


def _answer(name: str, asked: "Future[list[Part]]") -> list[Part]:
    if not asked.done():
        return [Part(name, False, format_lazy(_("no answer within {seconds} s"), seconds=PATIENCE))]
    error = asked.exception()
    if error is not None:
        first_line = (str(error).strip() or type(error).__name__).splitlines()[0]
        return [Part(name, False, first_line[:200])]
    return asked.result()


def _parameters() -> dict[str, Any]:
    """Read here because Django's connection belongs to the thread that asks."""
    return connecting.parameters(connect_timeout=2, options="-c statement_timeout=700")


def _database(parameters: dict[str, Any]) -> list[Part]:
    """A connection of its own: the pool would make a dead database look like a slow one."""
    started = time.monotonic()
    with psycopg.connect(**parameters) as server:
        server.execute("SELECT 1")
        return [_answering("database", started), _worker(server.execute), _consumers(server.execute)]


def _worker(execute: Callable[..., Any]) -> Part:
    row = execute("SELECT extract(epoch FROM now() - at) FROM crm_heartbeat WHERE service = 'worker'").fetchone()
    if row is None:
        return Part("worker", False, _("no worker has reported yet"))
    return _reported("worker", row[0])


def _reported(name: str, seconds: float) -> Part:
    return Part(
        name, seconds < HEARTBEAT_STALE, format_lazy(_("last heartbeat {seconds} s ago"), seconds=round(seconds))
    )


def listeners() -> list[Part]:
    """For operators alone: pages and the API need none of them, so visitors are not sent away."""
    ages = figures.heartbeat_ages()
    return [
        _reported(name, ages[name]) if name in ages else Part(name, False, _("it has not reported yet"))
        for name in ("smtp", "imap", "beat")
    ]


_BEHIND = """
SELECT c.consumer, extract(epoch FROM now() - e.recorded_at) FROM crm_cursor c CROSS JOIN LATERAL (
    SELECT recorded_at FROM crm_event e WHERE (e.xid, e.id) > (c.xid, c.event_id) ORDER BY e.xid, e.id LIMIT 1) AS e
WHERE NOT c.paused AND c.consumer = ANY(%s) AND e.recorded_at < now() - make_interval(secs => %s) ORDER BY 2 DESC"""


def _consumers(execute: Callable[..., Any]) -> Part:
    behind = execute(_BEHIND, [consume.registered(), LAG_STALE]).fetchall()
    if not behind:
        return Part("consumers", True, format_lazy(_("none is more than {seconds} s behind"), seconds=LAG_STALE))
    said = _("{name} is {seconds} s behind")
    late = [format_lazy(said, name=name, seconds=round(seconds)) for name, seconds in behind]
    return Part("consumers", False, format_lazy(", ".join("{}" for _each in late), *late))


def _broker() -> list[Part]:
    started = time.monotonic()
    options = {**settings.CELERY_BROKER_TRANSPORT_OPTIONS, "socket_timeout": PATIENCE}
    with Connection(settings.CELERY_BROKER_URL, connect_timeout=PATIENCE, transport_options=options) as broker:
        broker.connect()
    return [_answering("broker", started)]


def _answering(name: str, started: float) -> Part:
    took = round((time.monotonic() - started) * 1000)
    return Part(name, True, format_lazy(_("answers in {milliseconds} ms"), milliseconds=took))
