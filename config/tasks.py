"""Celery doors of config: wake-ups that call one verb. Losing any of them loses nothing."""

from celery import shared_task

from config import account_mail, retention


@shared_task
def send_account_mails() -> None:
    account_mail.send_due()


@shared_task
def forget_old() -> None:
    retention.forget_old()
