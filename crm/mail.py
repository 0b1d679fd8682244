"""Django's way of sending mail, as rows: the request that causes a mail neither waits for a mail server nor fails with
it, and how long it takes does not tell whether an account exists. The sweep sends them within seconds."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from crm.models import AccountMail


class Queued(BaseEmailBackend):
    """settings.EMAIL_BACKEND. One row for each recipient."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        rows = [row for message in email_messages for row in _rows(message)]
        AccountMail.objects.bulk_create(rows)
        return len(email_messages)


def _rows(message: EmailMessage) -> list[AccountMail]:
    return [
        AccountMail(
            address=address, sender=message.from_email, subject=str(message.subject)[:300], text=str(message.body)
        )
        for address in message.recipients()
    ]
