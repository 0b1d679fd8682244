"""Reactions: named consumers, each with its own cursor, each event at least once, in commit order, in batches.

Commit order is not id order: a transaction that began early may commit late. A cursor is therefore (xid, id), and a
batch ends below `pg_snapshot_xmin`, the oldest transaction still running, so nothing can be skipped.

A batch runs in one transaction together with the move of its cursor: what a reaction writes is written exactly once.
An event that makes a reaction fail goes to the consumer's retry table and the others go on.
"""

import inspect
import traceback
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from crm.ledger.fact import Fact
from crm.ledger.publishing import Recorded, because_of
from crm.models import Cursor, Event, Retry
from kernel import lease
from kernel.failpoints import failpoint
from kernel.registry import RegistrationError

BATCH = 500
Reaction = Callable[[Any], Any]


@dataclass(frozen=True)
class Consumer:
    """`names` empty: every event. `batched`: the function takes a list of events instead of one.

    `listens` is asked before each batch and says which names count right now; other events are passed over unread.
    """

    name: str
    names: tuple[str, ...]
    react: Reaction
    batched: bool
    gets_fact: bool
    listens: Callable[[], Collection[str]] | None = None


_consumers: dict[str, Consumer] = {}


def on(*facts: type[Fact]) -> Callable[[Reaction], Reaction]:
    """`@on(ConversationResolved) def ask_csat(fact): …` One call for each event; the parameter named `event` gets the
    Event row, any other name gets the fact rebuilt from it."""
    names = tuple(f.name for f in facts)

    def register(function: Reaction) -> Reaction:
        wants_event = next(iter(inspect.signature(function).parameters)) == "event"
        _add(Consumer(_name(function), names, function, batched=False, gets_fact=not wants_event))
        return function

    return register


def consumer(*names: str, listens: Callable[[], Collection[str]] | None = None) -> Callable[[Reaction], Reaction]:
    """`@consumer() def react(events): …` Whole batches of events, for consumers that work set by set."""

    def register(function: Reaction) -> Reaction:
        _add(Consumer(_name(function), names, function, batched=True, gets_fact=False, listens=listens))
        return function

    return register


def _name(function: Reaction) -> str:
    return f"{function.__module__.partition('.')[0]}.{function.__name__}"


def _add(new: Consumer) -> None:
    taken = _consumers.get(new.name)
    if taken and taken.react.__module__ != new.react.__module__:
        raise RegistrationError(f"The consumer {new.name} exists in {taken.react.__module__}; rename one of the two.")
    _consumers[new.name] = new


def all_consumers() -> list[Consumer]:
    return list(_consumers.values())


def registered() -> list[str]:
    """Names of this version's consumers. What others left stays: an upgrade may bring them back."""
    return list(_consumers)


def find(name: str) -> Consumer:
    return _consumers[name]


def drain(consumer: Consumer, *, batch: int = BATCH, max_batches: int = 200) -> int:
    """Work off what is there. Returns how many events were handled; 0 also if another worker is at it."""
    handled = 0
    for _ in range(max_batches):
        count, more = _drain_one_batch(consumer, batch)
        handled += count
        if not more:
            break
    return handled


@transaction.atomic
def _drain_one_batch(consumer: Consumer, batch: int) -> tuple[int, bool]:
    cursor = Cursor.objects.select_for_update(skip_locked=True).filter(consumer=consumer.name, paused=False).first()
    if cursor is None:
        return 0, False
    horizon = commit_horizon()
    events = unread(cursor, consumer, horizon, batch)
    if events:
        _react_to_all(consumer, events)
    full = len(events) == batch
    cursor.xid, cursor.event_id = (events[-1].xid, events[-1].pk) if full else (horizon, 0)
    Cursor.objects.filter(pk=cursor.pk).update(xid=cursor.xid, event_id=cursor.event_id, moved_at=Now())
    failpoint("consumer_before_commit")
    return len(events), full


def commit_horizon() -> int:
    """Every transaction with a smaller id has ended; what it wrote is visible or was never written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


_UNREAD = """
SELECT {columns} FROM crm_event
WHERE (xid, id) > (%s, %s) AND xid < %s {names}
ORDER BY xid, id LIMIT %s"""


def unread(cursor: Cursor, consumer: Consumer, horizon: int, limit: int) -> list[Event]:
    """Asked after the horizon was taken, `listens` knows all that was set up before any of these events was written."""
    columns = ", ".join(str(field.column) for field in Event._meta.concrete_fields)
    wanted = consumer.names if consumer.listens is None else consumer.listens()
    if consumer.listens is not None and not wanted:
        return []
    names = "AND name = ANY(%s)" if wanted else ""
    params: list[Any] = [cursor.xid, cursor.event_id, horizon]
    params += [list(wanted)] if wanted else []
    return list(Event.objects.raw(_UNREAD.format(columns=columns, names=names), [*params, limit]))


def _react_to_all(consumer: Consumer, events: Sequence[Event]) -> None:
    """The whole batch under one savepoint; if that fails, one by one to find the event that does it."""
    try:
        with transaction.atomic():
            _call(consumer, events)
    except Exception:
        for event in events:
            _react_to_one(consumer, event)


def _react_to_one(consumer: Consumer, event: Event) -> None:
    try:
        with transaction.atomic():
            _call(consumer, [event])
    except Exception:
        Retry.objects.update_or_create(
            consumer=consumer.name, event=event, defaults={"error": last_error(), "due_at": _later(0), "dead": False}
        )


def _later(attempts: int) -> Any:
    return Now() + lease.backoff(attempts + 1)


def last_error() -> str:
    """The exception being handled, short enough for a row: its last frames and its message."""
    return traceback.format_exc(limit=-4)[-4000:]


def _call(consumer: Consumer, events: Sequence[Event]) -> None:
    if consumer.batched:
        consumer.react(list(events))
        return
    for event in events:
        with because_of(Recorded(event.pk, event.depth)):
            consumer.react(rebuild(event) if consumer.gets_fact else event)


def rebuild(event: Event) -> Fact:
    """The fact that an event was written from. Unknown fields of other versions are left out."""
    from crm.ledger.fact import fact_class

    cls = fact_class(event.name)
    if cls is None:
        raise LookupError(f"No fact is called {event.name!r}.")
    known = {name: value for name, value in event.properties.items() if name in cls.__dataclass_fields__}
    return cls(contact_id=event.contact_id, occurred_at=event.occurred_at, channel=event.channel, **known)


def retry_due(limit: int = 100) -> int:
    """Try again what failed. After the last attempt an event stays as a dead letter until somebody replays it."""
    rows = lease.claim(workable_retries(), limit=limit, lease=lease.IN_LINE, counted=False)
    for row in rows:
        if lease.begin(row):
            _retry_one(row)
    return len(rows)


def workable_retries() -> QuerySet[Retry]:
    """A paused consumer's wait until it goes on, and those of one that this version does not know until another does:
    nothing is dropped because nobody is there to take it."""
    working = Cursor.objects.filter(paused=False, consumer__in=registered())
    return Retry.objects.filter(dead=False, consumer__in=working.values("consumer"))


def _retry_one(row: Retry) -> None:
    try:
        with transaction.atomic():
            if not lease.holds(row):
                return
            _call(find(row.consumer), [Event.objects.get(pk=row.event_id)])
            Retry.objects.filter(pk=row.pk).delete()
    except Exception:
        _record_failure(row)


def _record_failure(row: Retry) -> None:
    error = last_error()
    if row.is_last_attempt:
        lease.finish(row, dead=True, error=error)
    else:
        lease.retry(row, after=lease.backoff(row.attempts), error=error)


@transaction.atomic
def replay(row: Retry) -> None:
    """Give a dead letter another full round of attempts."""
    Retry.objects.filter(pk=row.pk).update(dead=False, attempts=0, due_at=Now(), lease=None)


@transaction.atomic
def replay_all(consumer: str) -> int:
    """All dead letters of a consumer at once. Returns how many there were."""
    return Retry.objects.filter(consumer=consumer, dead=True).update(dead=False, attempts=0, due_at=Now(), lease=None)


@transaction.atomic
def pause(cursor: Cursor, *, paused: bool) -> None:
    """A paused consumer loses nothing: its events wait, and it goes on where it stopped."""
    Cursor.objects.filter(pk=cursor.pk).update(paused=paused)


def ensure_cursors() -> None:
    """A new consumer starts at the end of the ledger: it reacts to what happens from now on."""
    known = set(Cursor.objects.values_list("consumer", flat=True))
    missing = [c for c in _consumers if c not in known]
    if missing:
        Cursor.objects.bulk_create(
            [Cursor(consumer=name, xid=commit_horizon()) for name in missing], ignore_conflicts=True
        )


@transaction.atomic
def pass_over() -> None:
    """What was written by now is history to every consumer, as it is to a new one."""
    Cursor.objects.update(xid=commit_horizon(), event_id=0, moved_at=Now())


def is_behind() -> bool:
    """Is there an event that some consumer has not passed yet, be it above the commit horizon?"""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM crm_event e WHERE (e.xid, e.id) > "
            "(SELECT c.xid, c.event_id FROM crm_cursor c WHERE NOT c.paused AND c.consumer = ANY(%s) "
            "ORDER BY c.xid, c.event_id LIMIT 1))",
            [registered()],
        )
        return bool(cursor.fetchone()[0])


def lags() -> dict[str, int]:
    """Events that each consumer of this version has not read yet, counted up to 10,000. For metrics and operations."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.consumer, (SELECT count(*) FROM (SELECT 1 FROM crm_event e "
            "WHERE (e.xid, e.id) > (c.xid, c.event_id) LIMIT 10000) AS unread) FROM crm_cursor c "
            "WHERE c.consumer = ANY(%s) ORDER BY 1",
            [registered()],
        )
        return dict(cursor.fetchall())
