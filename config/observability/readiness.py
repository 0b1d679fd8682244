"""May traffic come in? Each part with its state, within a second even when parts do not answer."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from kombu import Connection

PATIENCE = 0.8  # seconds for all parts together
HEARTBEAT_STALE = 30  # seconds; a worker beats every 5
LAG_STALE = 60  # seconds that the oldest unread event may have waited


@dataclass(frozen=True)
class Part:
    name: str
    ok: bool
    detail: str


def check() -> list[Part]:
    """Database (with worker and consumers, which are read from it) and broker, side by side."""
    pool = ThreadPoolExecutor(max_workers=2)
    asked = {"database": pool.submit(_database, _parameters()), "broker": pool.submit(_broker)}
    wait(asked.values(), timeout=PATIENCE)
    pool.shutdown(wait=False, cancel_futures=True)
    database = _answer("database", asked["database"])
    if len(database) == 1:
        unknown = "not known while the database does not answer"
        database += [Part("worker", False, unknown), Part("consumers", False, unknown)]
    return database + _answer("broker", asked["broker"])


def _answer(name: str, asked: "Future[list[Part]]") -> list[Part]:
    if not asked.done():
        return [Part(name, False, f"no answer within {PATIENCE} s")]
    error = asked.exception()
    if error is not None:
        first_line = (str(error).strip() or type(error).__name__).splitlines()[0]
        return [Part(name, False, first_line[:200])]
    return asked.result()


def _parameters() -> dict[str, Any]:
    """Of the Django connection; read here because it belongs to the thread that asks."""
    wanted = ("host", "port", "user", "password", "dbname")
    return {key: value for key, value in connection.get_connection_params().items() if key in wanted and value}


def _database(parameters: dict[str, Any]) -> list[Part]:
    """A connection of its own: the pool would make a dead database look like a slow one."""
    started = time.monotonic()
    with psycopg.connect(**parameters, connect_timeout=2, options="-c statement_timeout=700") as server:
        server.execute("SELECT 1")
        answered = Part("database", True, f"answers in {(time.monotonic() - started) * 1000:.0f} ms")
        return [answered, _worker(server.execute), _consumers(server.execute)]


def _worker(execute: Callable[..., Any]) -> Part:
    row = execute("SELECT extract(epoch FROM now() - at) FROM crm_heartbeat WHERE service = 'worker'").fetchone()
    if row is None:
        return Part("worker", False, "no worker has reported yet")
    return Part("worker", row[0] < HEARTBEAT_STALE, f"last heartbeat {row[0]:.0f} s ago")


_BEHIND = """
SELECT c.consumer, extract(epoch FROM now() - e.recorded_at) FROM crm_cursor c CROSS JOIN LATERAL (
    SELECT recorded_at FROM crm_event e WHERE (e.xid, e.id) > (c.xid, c.event_id) ORDER BY e.xid, e.id LIMIT 1) AS e
WHERE NOT c.paused AND e.recorded_at < now() - make_interval(secs => %s) ORDER BY 2 DESC"""


def _consumers(execute: Callable[..., Any]) -> Part:
    behind = execute(_BEHIND, [LAG_STALE]).fetchall()
    if not behind:
        return Part("consumers", True, f"none is more than {LAG_STALE} s behind")
    return Part("consumers", False, ", ".join(f"{name} is {seconds:.0f} s behind" for name, seconds in behind))


def _broker() -> list[Part]:
    started = time.monotonic()
    options = {**settings.CELERY_BROKER_TRANSPORT_OPTIONS, "socket_timeout": PATIENCE}
    with Connection(settings.CELERY_BROKER_URL, connect_timeout=PATIENCE, transport_options=options) as broker:
        broker.connect()
    return [Part("broker", True, f"answers in {(time.monotonic() - started) * 1000:.0f} ms")]
