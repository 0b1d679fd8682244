"""Celery doors of journeys. Losing a message loses nothing: the next tick looks at the table again."""

from celery import shared_task

from journeys.engine import moving, timing
from kernel.wakeup import Wakeup


@shared_task(base=Wakeup)
def advance_due() -> None:
    """Move everybody whose waiting time is over, and those whose version was replaced."""
    moving.work_off()
    timing.advance_due()
