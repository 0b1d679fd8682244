"""Celery doors of crm: wake-ups that take ids and call one verb. Losing any of them loses nothing."""

import time

from celery import shared_task

from crm.actions import heartbeats
from crm.ledger import consume
from kernel.wakeup import Wakeup, wake

RECHECK_SECONDS = (0.02, 0.05, 0.1)  # as long as a short writer takes; behind a long one the sweep comes back


def poke_consumers() -> None:
    wake(drain_consumers)


@shared_task(base=Wakeup)
def drain_consumers() -> None:
    """Drain every consumer, again for a moment while just committed events still stand behind a running writer."""
    consume.ensure_cursors()
    _drain_all()
    for pause in RECHECK_SECONDS:
        if not consume.is_behind():
            break
        time.sleep(pause)
        _drain_all()
    consume.retry_due()


def _drain_all() -> None:
    for consumer in consume.all_consumers():
        consume.drain(consumer)


@shared_task(base=Wakeup)
def heartbeat() -> None:
    heartbeats.report("worker")
