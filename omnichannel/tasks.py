"""Celery doors of omnichannel: wake-ups. Each works off what is due and returns; a sweep repeats them."""

from celery import shared_task

from kernel.wakeup import Wakeup
from omnichannel.actions import deliveries, inbound

ROUNDS = 50  # a bounded stay: the next sweep goes on


@shared_task(base=Wakeup)
def process_inbound() -> None:
    for _ in range(ROUNDS):
        if not inbound.process_due():
            break


@shared_task(base=Wakeup)
def send_due() -> None:
    for _ in range(ROUNDS):
        if not deliveries.send_due():
            break
