"""Writing into the ledger: `publish(fact)` in the same transaction as the change that it reports."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.db import connection, transaction

from crm.ledger.fact import Fact
from kernel import realtime
from kernel.recordset import as_json

MAX_DEPTH = 16  # reactions to reactions to …: past this it is a loop


class CausalLoop(Exception):
    """A fact whose chain of causes is longer than MAX_DEPTH: two automations answer each other."""


@dataclass(frozen=True)
class Recorded:
    """Where a fact stands in the ledger. `is_new` is False if its (source, message_id) was there already."""

    id: int
    depth: int
    is_new: bool = True


_cause: ContextVar[Recorded | None] = ContextVar("cause", default=None)


@contextmanager
def because_of(cause: Recorded | None) -> Iterator[None]:
    """Facts published inside have this event as their cause; None: they begin a chain of their own."""
    token = _cause.set(cause)
    try:
        yield
    finally:
        _cause.reset(token)


def current_cause_id() -> int | None:
    cause = _cause.get()
    return cause.id if cause else None


def recorded(event_id: int | None) -> Recorded | None:
    """Where an event stands that was written earlier; None when there is none (any more)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, depth FROM crm_event WHERE id = %s", [event_id])
        row = cursor.fetchone()
    return Recorded(row[0], row[1], is_new=False) if row else None


def publish(fact: Fact, *, cause: Recorded | None = None, message_id: str = "") -> Recorded:
    """Write one fact, idempotent by `message_id`; consumers and screens hear of it after the commit.

    Raises CausalLoop when its chain of causes is too long. Must run inside a transaction.
    """
    return publish_many([fact], cause=cause, message_ids=[message_id] if message_id else None)[0]


def publish_many(
    facts: Sequence[Fact],
    *,
    cause: Recorded | None = None,
    causes: Sequence[Recorded | None] | None = None,
    message_ids: Sequence[str] | None = None,
) -> list[Recorded]:
    """Write many facts in one statement. Same promises as `publish`. `causes`: one for each, not one for all."""
    if not facts:
        return []
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("publish() belongs in the transaction of the change it reports.")
    reasons = list(causes) if causes is not None else [cause or _cause.get()] * len(facts)
    depths = [_depth(fact, reason) for fact, reason in zip(facts, reasons, strict=True)]
    keys = list(message_ids or (uuid.uuid4().hex for _ in facts))
    written = _insert(facts, keys, [reason.id if reason else None for reason in reasons], depths)
    announce({topic for fact in facts for topic in topics_of(fact)})
    return [
        Recorded(written[key], depth) if key in written else _existing(key)
        for key, depth in zip(keys, depths, strict=True)
    ]


def _depth(fact: Fact, cause: Recorded | None) -> int:
    depth = cause.depth + 1 if cause else 0
    if depth > MAX_DEPTH:
        raise CausalLoop(f"{fact.name}: more than {MAX_DEPTH} reactions in a row, beginning before event {cause}.")
    return depth


_COLUMNS = (
    "contact_id, anonymous_id, name, occurred_at, source, message_id, channel, properties, cause_id, depth, "
    "recorded_at, xid, schema_version"
)
# What happens in one transaction keeps its order: rows that it writes carry the time of their statement too.
_INSERT = f"""
INSERT INTO crm_event ({_COLUMNS})
SELECT contact_id, '', name, coalesce(occurred_at, statement_timestamp()), 'hilo', message_id, channel, properties,
       cause_id, depth, now(), pg_current_xact_id()::text::bigint, 1
FROM jsonb_to_recordset(%s::jsonb)
     AS t(contact_id bigint, name text, occurred_at timestamptz, message_id text, channel text, properties jsonb,
          cause_id bigint, depth int)
ON CONFLICT (source, message_id) DO NOTHING
RETURNING message_id, id"""  # noqa: S608


def _insert(
    facts: Sequence[Fact], keys: Sequence[str], cause_ids: list[int | None], depths: list[int]
) -> dict[str, int]:
    """All rows as one JSON text: a third of the time that eight arrays take psycopg to quote."""
    rows = [
        {
            "contact_id": fact.contact_id,
            "name": fact.name,
            "occurred_at": fact.occurred_at and fact.occurred_at.isoformat(),
            "message_id": key,
            "channel": fact.channel,
            "properties": fact.properties(),
            "cause_id": cause_id,
            "depth": depth,
        }
        for fact, key, cause_id, depth in zip(facts, keys, cause_ids, depths, strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [as_json(rows)])
        return dict(cursor.fetchall())


def _existing(message_id: str) -> Recorded:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, depth FROM crm_event WHERE source = 'hilo' AND message_id = %s", [message_id])
        row = cursor.fetchone()
    return Recorded(row[0], row[1], is_new=False)


def topics_of(fact: Fact) -> list[str]:
    own = [f"contact:{fact.contact_id}"] if fact.contact_id else []
    return own + fact.topics()


class _Announcement:
    """Runs once after the commit of the transaction it was made in, for all that was published there."""

    def __init__(self) -> None:
        self.topics: set[str] = set()

    def __call__(self) -> None:
        realtime.poke(self.topics)
        from crm.tasks import poke_consumers

        poke_consumers()


def announce(topics: set[str]) -> None:
    """After the commit: wake the consumers and poke the screens, once for each transaction."""
    waiting = [function for _, function, *_ in connection.run_on_commit if isinstance(function, _Announcement)]
    announcement = waiting[-1] if waiting else _Announcement()
    announcement.topics |= topics
    if not waiting:
        transaction.on_commit(announcement, robust=True)
