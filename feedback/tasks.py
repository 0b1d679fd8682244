"""Celery doors of feedback."""

from celery import shared_task

from feedback.actions import occasions, reminders
from kernel.wakeup import Wakeup


@shared_task(base=Wakeup)
def ask_due() -> None:
    """Ask about resolutions that nobody has taken back."""
    occasions.ask_due()


@shared_task
def send_reminders() -> None:
    """Remind those who have not answered, where a survey wants that."""
    reminders.send_due()
