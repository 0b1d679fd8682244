"""Out: intent, call, result (docs/architecture.md).

    queued → claimed, attempt recorded, COMMIT → provider → result recorded, COMMIT

If the process dies in between, the attempt has no end: the next claim sees that and the delivery is `unknown`. It is
settled by the provider where the provider can be asked; else transactional messages are sent once more (with the same
Message-ID, so that mailboxes may show one), marketing never, and the count is shown.
"""

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from dataclasses import replace
from datetime import timedelta
from functools import partial

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, QuerySet, prefetch_related_objects
from django.db.models.functions import Now

from crm.ledger import because_of, publish, recorded
from crm.ledger.publishing import MAX_DEPTH
from crm.models import Consent
from kernel import lease
from kernel.failpoints import failpoint
from kernel.told import kept
from omnichannel import blocks
from omnichannel.actions.messages import excerpt
from omnichannel.channels.base import ChannelError, ChannelKind, SendResult, channels
from omnichannel.facts import DeliveryChanged
from omnichannel.models import Attempt, Channel, Delivery

NEEDED = ("channel", "message__conversation", "message__channel", "message__attachments")  # once for a whole batch
RECONNECTING = (0.5, 1, 2, 4, 8, 8)  # seconds; a killed database is back in less
UNKNOWN = "unknown"  # the outcome of an attempt
NOT_INSTALLED = kept("No channel of kind {kind} is installed.")
DIED = kept("The process died while it was being sent.")
ALWAYS_DIED = kept("Every attempt stopped the sender.")
SUPPRESSED = kept("suppressed: {reason}")
WITHDRAWN = kept("consent withdrawn")

log = logging.getLogger(__name__)


def send_due(limit: int = 50) -> int:
    """Send what is due. Returns how many deliveries were looked at."""
    open_states = [Delivery.State.QUEUED, Delivery.State.UNKNOWN]
    waiting = Delivery.objects.filter(state__in=open_states, channel__active=True)
    rows = lease.claim(waiting, limit=limit, lease=lease.IN_LINE, counted=False)
    prefetch_related_objects(rows, *NEEDED)
    with closing(Senders()) as senders:
        for delivery in rows:
            send(delivery, senders)
    return len(rows)


class Senders:
    """The plug-ins of one batch, one for each account: what the first delivery opened serves the others too."""

    def __init__(self) -> None:
        self._of: dict[int, ChannelKind] = {}

    def of(self, channel: Channel) -> ChannelKind:
        if channel.pk not in self._of:
            self._of[channel.pk] = channel.plugin
        return self._of[channel.pk]

    def close(self) -> None:
        for plugin in self._of.values():
            plugin.close()


def send(delivery: Delivery, senders: Senders) -> None:
    """One claimed delivery, from its turn all the way to its result."""
    with _its_chain(delivery):
        if _begin(delivery):
            _call(delivery, senders)


def _call(delivery: Delivery, senders: Senders) -> None:
    failpoint("before_provider_call")
    plugin = senders.of(delivery.channel)
    try:
        result = (plugin.find(delivery) if _to_be_found(delivery) else None) or plugin.send(delivery)
    except ChannelError as error:
        _keep(partial(_failed, delivery, error))
    except Exception as error:
        log.exception("sending failed", extra={"delivery_id": delivery.pk})
        _keep(partial(_failed, delivery, ChannelError(f"{type(error).__name__}: {error}", unknown=True)))
    else:
        failpoint("after_provider_call")
        _keep(partial(_sent, delivery, result))


def _keep(record: Callable[[], None]) -> None:
    """What the provider said, also when the database goes away meanwhile: nobody else knows it, and after the lease it
    would be sent again. To write it twice changes nothing."""
    for seconds in RECONNECTING:
        try:
            return record()
        except (OperationalError, InterfaceError):
            log.warning("no database for the result of a delivery; trying again")
            connection.close()
            time.sleep(seconds)
    return record()


def _its_chain(delivery: Delivery) -> AbstractContextManager[None]:
    """What becomes of it has the cause that it has. Where a chain is at its end there is room for this: it happened,
    and must not undo that it did."""
    cause = recorded(delivery.cause_id)
    return because_of(cause and replace(cause, depth=min(cause.depth, MAX_DEPTH - 1)))


@transaction.atomic
def _begin(delivery: Delivery) -> bool:
    """Its turn: check again that it may go, and record the attempt. False: it must not be sent (now)."""
    if not lease.begin(delivery):
        return False
    if delivery.channel.kind not in channels:
        _settle(delivery, Delivery.State.FAILED, error=NOT_INSTALLED.format(kind=delivery.channel.kind))
        return False
    if reason := why_not(delivery):
        _settle(delivery, Delivery.State.SUPPRESSED, error=reason)
        return False
    if _died_in_between(delivery) and not (_to_be_found(delivery) or _may_repeat(delivery)):
        _nobody_knows(delivery, DIED)
        return False
    if delivery.tries > delivery.max_attempts:
        _settle(delivery, Delivery.State.FAILED, error=delivery.error or ALWAYS_DIED)
        return False
    Attempt.objects.get_or_create(delivery=delivery, number=delivery.attempts)
    return True


def why_not(delivery: Delivery) -> str:
    """Suppression and consent as they are now: an unsubscribe committed before the claim always wins."""
    marketing = delivery.purpose == Delivery.Purpose.MARKETING
    if reason := blocks.why(delivery.channel, delivery.address, marketing=marketing):
        return reason
    purpose, contact_id = delivery.refusable_as, delivery.message.contact_id
    if purpose and Consent.objects.refused(contact_id, channel=delivery.channel.kind, purpose=purpose):
        return SUPPRESSED.format(reason=WITHDRAWN)
    return ""


def _died_in_between(delivery: Delivery) -> bool:
    return _lost(delivery).exists()


def _to_be_found(delivery: Delivery) -> bool:
    """The provider knows how an earlier call of this round ended, and can be asked."""
    if not delivery.channel.plugin.can_find:
        return False
    return _died_in_between(delivery) or delivery.this_round.filter(outcome=UNKNOWN).exists()


def _may_repeat(delivery: Delivery) -> bool:
    """Transactional, and only once after the first time nobody knows how it ended."""
    return delivery.purpose == Delivery.Purpose.TRANSACTIONAL and _lost(delivery).count() == 1


def _lost(delivery: Delivery) -> QuerySet[Attempt]:
    return delivery.this_round.filter(finished_at=None, number__lt=delivery.attempts)


@transaction.atomic
def _sent(delivery: Delivery, result: SendResult) -> None:
    _end_attempt(delivery, result.state, "")
    if lease.holds(delivery):
        _settle(delivery, result.state, provider_id=result.provider_id)
        delivery.channel.report_good()


@transaction.atomic
def _failed(delivery: Delivery, error: ChannelError) -> None:
    outcome = UNKNOWN if error.unknown else "failed"
    _end_attempt(delivery, outcome, str(error))
    if not lease.holds(delivery):
        return
    if error.unknown and not _may_retry_unknown(delivery):
        _nobody_knows(delivery, str(error))
    elif error.permanent or delivery.is_last_attempt:
        _settle(delivery, Delivery.State.FAILED, error=str(error))
    else:
        wait = timedelta(seconds=error.retry_after) if error.retry_after else lease.backoff(delivery.tries)
        lease.retry(delivery, after=wait, error=str(error)[:1000])
        delivery.channel.report(Channel.Health.FAILING, str(error))
        if delivery.tries == 1 and delivery.message.conversation_id:  # the thread says why it waits
            _tell(delivery, Delivery.State.QUEUED, str(error))


def _may_retry_unknown(delivery: Delivery) -> bool:
    if delivery.channel.plugin.can_find:
        return not delivery.is_last_attempt
    unknown = delivery.this_round.filter(outcome=UNKNOWN).count()
    return delivery.purpose == Delivery.Purpose.TRANSACTIONAL and unknown <= 1


def _end_attempt(delivery: Delivery, outcome: str, error: str) -> None:
    Attempt.objects.filter(delivery=delivery, number=delivery.attempts).update(
        finished_at=Now(), outcome=outcome, error=error[:1000]
    )


def _settle(delivery: Delivery, state: str, *, error: str = "", provider_id: str = "") -> None:
    changes = {"provider_id": provider_id} if provider_id else {}
    lease.finish(delivery, state=state, error=error[:1000], settled_at=Now(), **changes)
    _tell(delivery, state, error)


def _nobody_knows(delivery: Delivery, error: str) -> None:
    """Not settled: somebody has to look at it."""
    lease.finish(delivery, state=Delivery.State.UNKNOWN, error=error[:1000])
    _tell(delivery, Delivery.State.UNKNOWN, error)


@transaction.atomic
def report(delivery: Delivery, state: str, *, error: str = "") -> bool:
    """What the provider says later: delivered, read, bounced. In any order; a status never moves backwards."""
    delivery = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
    if not delivery.may_become(state):
        return False
    Delivery.objects.filter(pk=delivery.pk).update(
        state=state, error=error[:1000], settled_at=Now(), due_at=None, lease=None
    )
    with _its_chain(delivery):
        _tell(delivery, state, error)
    return True


@transaction.atomic
def send_again(delivery: Delivery) -> bool:
    """An agent's wish after a failure: back into the queue with a full round of attempts. False: nothing to repeat, or
    it still may not go (`why_not`); then what became of it stays to be read.

    The attempts so far stay in the log; the new round is counted from there.
    """
    if why_not(delivery):
        return False
    failed = Delivery.objects.filter(pk=delivery.pk, state__in=Delivery.MAY_RETRY)
    again = failed.update(
        state=Delivery.State.QUEUED,
        due_at=Now(),
        settled_at=None,
        attempts_before=F("attempts"),
        lease=None,
        error="",
    )
    if again:
        with _its_chain(delivery):
            _tell(delivery, Delivery.State.QUEUED, "")
    return bool(again)


def _tell(delivery: Delivery, state: str, error: str) -> None:
    message = delivery.message
    publish(
        DeliveryChanged(
            contact_id=message.contact_id,
            channel=delivery.channel.kind,
            delivery_id=delivery.pk,
            message_id=message.pk,
            conversation_id=message.conversation_id,
            inbox_id=message.conversation.inbox_id if message.conversation else None,
            state=state,
            error=error[:200],
            subject=(message.subject or excerpt(message)) if message.automatic else "",
        )
    )
