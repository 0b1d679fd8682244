"""Mails to colleagues leave through the mail server of HILO_SMTP_URL; without one they stay, for admins to read."""

from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr

from django.conf import settings
from django.db.models.functions import Now

from crm.models import AccountMail
from kernel import lease
from omnichannel.channels.base import ChannelError
from omnichannel.channels.email import smtp


def send_due(limit: int = 20) -> int:
    """Send what waits. Returns how many were looked at; 0 without a mail server."""
    if not settings.SMTP_URL:
        return 0
    mails = lease.claim(AccountMail.objects.all(), limit=limit, lease=lease.IN_LINE, counted=False)
    for mail in mails:
        if lease.begin(mail):
            _send(mail)
    return len(mails)


def _send(mail: AccountMail) -> None:
    sender = parseaddr(mail.sender)[1]
    try:
        smtp.deliver(
            smtp.server_from_url(settings.SMTP_URL), sender=sender, recipients=[mail.address], mail=_composed(mail)
        )
    except ChannelError as error:
        if error.permanent or mail.is_last_attempt:
            lease.finish(mail, error=str(error)[:500], text="")
        else:  # also when nobody knows whether it arrived: twice the same link does no harm
            lease.retry(mail, after=lease.backoff(mail.attempts), error=str(error)[:500])
    else:
        lease.finish(mail, sent_at=Now(), error="", text="")


def _composed(mail: AccountMail) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = mail.sender, mail.address, mail.subject
    message["Date"] = formatdate(mail.created_at.timestamp())
    message["Message-ID"] = make_msgid(f"account-{mail.pk}", settings.MAIL_DOMAIN)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    return message
