"""Celery doors of feedback."""

from celery import shared_task

from feedback.actions import reminders


@shared_task
def send_reminders() -> None:
    """Remind those who have not answered, where a survey wants that."""
    reminders.send_due()
