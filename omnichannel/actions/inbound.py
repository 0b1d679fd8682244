"""In: raw first. Store under a unique key, commit, acknowledge; parse later; quarantine what cannot be read."""

import logging
import time
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from crm.actions import contacts
from crm.ledger import publish
from kernel import lease
from kernel.failpoints import failpoint
from kernel.told import kept
from kernel.wakeup import wake
from omnichannel.actions import conversations
from omnichannel.channels.base import ChannelError, InboundMessage
from omnichannel.facts import InboundQuarantined, InboundReplayed
from omnichannel.models import Channel, RawInbound

log = logging.getLogger(__name__)
# A mail is read in a tenth of a second, so what a killed worker was at is soon free again. What takes longer loses its
# first lease, and with it what was read; from then on it has more than the parser's wall limit of 45 s.
READING, READING_AGAIN = timedelta(seconds=10), timedelta(seconds=60)
COURTESY = timedelta(seconds=2)
KILLED_THE_READER = kept("Reading it stopped the reader each time, without a message.")
NOBODY = kept("Its sender is no address that can be answered.")
# What the doors say of a mail that they did not take. Here, since pages tell it and do not load the doors.
TOO_LARGE = kept("The mail has {size} bytes; the limit is {limit}. It was refused, and its sender told.")
TOO_LARGE_TO_FETCH = kept("The mail has {size} bytes; the limit is {limit}. It is still in the mailbox.")
ENDLESS_LINE = kept("The mail has a line of more than {limit} bytes. It was refused, and its sender told.")


def receive_raw(*, channel_id: int, dedup_key: str, body: bytes, meta: dict[str, Any] | None = None) -> RawInbound:
    """Store what arrived, once for each key, in a transaction of its own. When this returns, it may be acknowledged."""
    with transaction.atomic(durable=True):
        raw, is_new = RawInbound.objects.get_or_create(
            channel_id=channel_id, dedup_key=dedup_key, defaults={"body": body, "meta": meta or {}}
        )
    failpoint("after_raw_commit")
    if is_new:
        _wake()
    return raw


def _wake() -> None:
    from omnichannel.tasks import process_inbound

    wake(process_inbound)


def process_due(limit: int = 20) -> int:
    """Parse and file what is due. Returns how many items were looked at.

    Claimed one by one: what arrived in a row is read side by side by all workers, and filed in a row (`_let_earlier`).
    """
    for number in range(limit):
        raw = _next()
        if raw is None:
            return number
        process(raw)
    return limit


def _next() -> RawInbound | None:
    """What was never tried goes first: the hard ones come again when nobody waits behind them."""
    received = RawInbound.objects.filter(state=RawInbound.State.RECEIVED)
    fresh = lease.claim(received.filter(attempts=0), limit=1, lease=READING)
    return next(iter(fresh or lease.claim(received, limit=1, lease=READING_AGAIN)), None)


def process(raw: RawInbound) -> None:
    """One claimed item: parse outside any transaction, then file it in one. Failures retry, then quarantine."""
    if raw.attempts > raw.max_attempts:  # its last attempt killed the worker before it could say anything
        quarantine(raw, KILLED_THE_READER)
        return
    try:
        messages = raw.channel.plugin.parse(raw)
        failpoint("after_parse")
        _let_earlier(raw)
        _file(raw, messages)
    except ChannelError as error:
        _fail(raw, str(error), for_good=error.permanent)
    except contacts.NobodyClaimed:
        _fail(raw, NOBODY, for_good=True)
    except Exception as error:
        log.exception("inbound item could not be filed", extra={"raw_id": raw.pk})
        _fail(raw, f"{type(error).__name__}: {error}")


def _let_earlier(raw: RawInbound) -> None:
    """Before it is filed, what came before it by the same account: an answer would not find what it answers, and people
    read from top to bottom. Not for long: what is hard to read holds nobody up."""
    reading = RawInbound.objects.filter(channel=raw.channel_id, state=RawInbound.State.RECEIVED, pk__lt=raw.pk)
    just_begun = reading.filter(attempts=1, due_at__gt=Now() + READING - COURTESY).exclude(lease=None)
    until = time.monotonic() + COURTESY.total_seconds()
    while just_begun.exists() and time.monotonic() < until:
        time.sleep(0.01)


@transaction.atomic
def _file(raw: RawInbound, messages: list[InboundMessage]) -> None:
    if not lease.holds(raw):
        return
    for message in messages:
        conversations.receive(raw.channel, message, raw=raw)
    lease.finish(raw, state=RawInbound.State.PROCESSED, error="")


def _fail(raw: RawInbound, error: str, *, for_good: bool = False) -> None:
    if for_good or raw.is_last_attempt:
        quarantine(raw, error)
    else:
        lease.retry(raw, after=lease.backoff(raw.attempts, base=timedelta(seconds=2)), error=error[:2000])


@transaction.atomic
def quarantine(raw: RawInbound, error: str) -> None:
    if lease.finish(raw, state=RawInbound.State.QUARANTINED, error=error[:2000]):
        publish(InboundQuarantined(**_of(raw)))


def _of(raw: RawInbound) -> dict[str, Any]:
    return {"contact_id": None, "channel": raw.channel.kind, "inbound_id": raw.pk, "channel_account": raw.channel.name}


@transaction.atomic
def replay(raw: RawInbound) -> RawInbound:
    """Read it again from the start. What was filed from it already stays one message."""
    RawInbound.objects.filter(pk=raw.pk).update(
        state=RawInbound.State.RECEIVED, attempts=0, due_at=Now(), lease=None, error=""
    )
    transaction.on_commit(_wake)
    raw.refresh_from_db()
    publish(InboundReplayed(**_of(raw)))
    return raw


def channel_for_address(kind: str, address: str) -> Channel | None:
    """The active account that answers this address, compared without case."""
    return Channel.objects.filter(kind=kind, active=True, address__iexact=address).first()
