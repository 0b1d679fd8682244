"""Time is up: timers are claimed with a lease and worked off in batches, each in one transaction.

A worker that dies after the claim leaves the rows claimed; the lease runs out and somebody else does the work. A worker
that was only slow finds the enrolment on another visit, and does nothing.
"""

import logging
from collections.abc import Sequence

from django.db import transaction

from crm.models import Event
from journeys.engine import advance, store
from journeys.engine.traveller import Traveller, of, what_happened
from journeys.models import Enrolment, Journey, Timer
from journeys.people import Happening
from kernel import lease
from kernel.failpoints import failpoint

log = logging.getLogger(__name__)

BATCH = 500


def advance_due(*, batch: int = BATCH, most: int = 100_000) -> int:
    """Move everybody whose time is up, live journey by live journey in turn. Returns how many timers were handled."""
    handled = 0
    while handled < most:
        before = handled
        for journey_id in list(Journey.objects.with_timers_due().values_list("pk", flat=True)):
            handled += _one_batch(journey_id, batch)
        if handled == before:
            break
    return handled


def _one_batch(journey_id: int, batch: int) -> int:
    timers = lease.claim(Timer.objects.filter(journey=journey_id), limit=batch)
    if not timers:
        return 0
    failpoint("journeys_timers_claimed")
    try:
        expire(timers)
    except Exception:
        log.warning("a batch of timers failed; trying one by one", exc_info=True)
        for timer in timers:
            _expire_one(timer)
    return len(timers)


def _expire_one(timer: Timer) -> None:
    try:
        expire([timer])
    except Exception as error:
        log.exception("timer failed", extra={"enrolment_id": timer.enrolment_id, "cause_id": _cause_id(timer)})
        if timer.is_last_attempt:
            _give_up(timer, f"{type(error).__name__}: {error}")
        else:
            lease.retry(timer, after=lease.backoff(timer.attempts))


def _cause_id(timer: Timer) -> int | None:
    """The event that ended the wait, else the one that let this person in."""
    entered = Enrolment.objects.filter(pk=timer.enrolment_id).values_list("event_id", flat=True)
    return timer.event_id or entered.first()


@transaction.atomic
def expire(timers: Sequence[Timer]) -> None:
    """Those who still stand where the timer was set go on by its branch; other timers are out of date."""
    by_enrolment = {timer.enrolment_id: timer for timer in timers}
    locked = Enrolment.objects.active().filter(pk__in=by_enrolment).select_for_update().order_by("pk")
    standing = [e for e in locked if (e.node, e.visit) == (by_enrolment[e.pk].node, by_enrolment[e.pk].visit)]
    events = _events(timers)
    advance.advance([_leaving(e, by_enrolment[e.pk], events) for e in standing])
    outdated = by_enrolment.keys() - {e.pk for e in standing}
    Timer.objects.filter(pk__in=[by_enrolment[pk].pk for pk in outdated], lease=timers[0].lease).delete()
    failpoint("journeys_timers_before_commit")


def _events(timers: Sequence[Timer]) -> dict[int, Happening]:
    """What ended a wait while the journey was paused."""
    wanted = [timer.event_id for timer in timers if timer.event_id]
    rows = Event.objects.filter(pk__in=wanted) if wanted else []
    return {row.pk: what_happened(row) for row in rows}


def _leaving(enrolment: Enrolment, timer: Timer, events: dict[int, Happening]) -> Traveller:
    return of(enrolment, leaving=timer.branch, event=events.get(timer.event_id or 0))


@transaction.atomic
def _give_up(timer: Timer, reason: str) -> None:
    if not lease.holds(timer):
        return
    enrolment = Enrolment.objects.active().filter(pk=timer.enrolment_id, visit=timer.visit).select_for_update().first()
    if enrolment is not None:
        traveller = of(enrolment)
        traveller.fail(reason)
        store.write([traveller], {enrolment.version_id: enrolment.version})
