"""The e-mail channel: SMTP and IMAP in, SMTP out."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from omnichannel.channels.base import ChannelError, ChannelKind, InboundMessage, SendResult, channels
from omnichannel.models import Conversation, Delivery, Message, RawInbound

from . import smtp
from .compose import compose, envelope_sender, message_id_for, recipients
from .inbound import to_inbound
from .read import UnreadableMail, read_mail_with_files
from .threading import find_conversation

SECURITY = [("tls", "TLS"), ("starttls", "STARTTLS"), ("none", gettext_lazy("none"))]


@channels.register
class EmailChannel(ChannelKind):
    slug = "email"
    label = gettext_lazy("E-mail")
    icon = "mail"
    identity_kind = "email"
    has_subject = True
    _line: smtp.Line | None = None  # this instance's own: for one batch, in one thread

    def parse(self, raw: RawInbound) -> list[InboundMessage]:
        if reason := raw.meta.get("refused"):
            raise ChannelError(str(reason), permanent=True)
        try:
            found = read_mail_with_files(bytes(raw.body))
        except UnreadableMail as error:
            raise ChannelError(str(error), permanent=True) from error
        return [to_inbound(found, raw.meta)]

    def new_message_id(self, message: Message) -> str:
        return message_id_for(message)

    def find_conversation(self, message: InboundMessage, contact_id: int) -> Conversation | None:
        return find_conversation(message, contact_id)

    def send(self, delivery: Delivery) -> SendResult:
        """Without any mail server the delivery ends in the outbox viewer: it is `sent` to there."""
        mail = compose(delivery)
        line = self._open_line()
        if line is None:
            return SendResult(provider_id=f"outbox:{delivery.message.message_id}"[:320])
        answer = line.deliver(sender=envelope_sender(delivery), recipients=recipients(delivery), mail=mail)
        return SendResult(provider_id=answer)

    def _open_line(self) -> smtp.Line | None:
        if self._line is None and (server := self.smtp_server()):
            self._line = smtp.Line(server)
        return self._line

    def close(self) -> None:
        if self._line:
            self._line.close()
            self._line = None

    def smtp_server(self) -> smtp.Server | None:
        """The account's own server, else the installation's; None if mail stays here."""
        own = self.account.settings
        if own.get("smtp_host"):
            return smtp.Server(
                host=own["smtp_host"],
                port=int(own.get("smtp_port") or 587),
                user=own.get("smtp_user", ""),
                password=self.account.secret("smtp_password"),
                security=own.get("smtp_security", "starttls"),
            )
        return smtp.server_from_url(settings.SMTP_URL) if settings.SMTP_URL else None

    def check_settings(self) -> list[str]:
        own = self.account.settings
        complaints = []
        if own.get("imap_host") and not own.get("imap_user"):
            complaints.append(_("Fill in the user name of the IMAP mailbox."))
        if own.get("imap_host") and not self.account.secret("imap_password"):
            complaints.append(_("Fill in the password of the IMAP mailbox."))
        if "@" not in self.account.address:
            complaints.append(_("The address of an e-mail channel looks like support@example.org."))
        return complaints

    def fields(self) -> dict[str, forms.Field]:
        return {
            "from_name": forms.CharField(label=_("Sender's name"), required=False),
            "imap_host": forms.CharField(label=_("IMAP server"), required=False),
            "imap_port": forms.IntegerField(label=_("IMAP port"), required=False, initial=993),
            "imap_security": forms.ChoiceField(label=_("IMAP encryption"), choices=SECURITY, required=False),
            "imap_user": forms.CharField(label=_("IMAP user"), required=False),
            "imap_password": forms.CharField(label=_("IMAP password"), required=False, widget=forms.PasswordInput),
            "imap_folder": forms.CharField(label=_("IMAP folder"), required=False, initial="INBOX"),
            "smtp_host": forms.CharField(label=_("SMTP server"), required=False),
            "smtp_port": forms.IntegerField(label=_("SMTP port"), required=False, initial=587),
            "smtp_security": forms.ChoiceField(label=_("SMTP encryption"), choices=SECURITY, required=False),
            "smtp_user": forms.CharField(label=_("SMTP user"), required=False),
            "smtp_password": forms.CharField(label=_("SMTP password"), required=False, widget=forms.PasswordInput),
            "signed_addresses": forms.NullBooleanField(
                label=_("Signed reply addresses"),
                help_text=_("The mail server passes mail for reply+…@ and bounce+…@ of this domain on to us."),
                required=False,
            ),
        }

    def secrets(self) -> tuple[str, ...]:
        return ("imap_password", "smtp_password")
