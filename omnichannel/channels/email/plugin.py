"""The e-mail channel: SMTP and IMAP in, SMTP out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from omnichannel.channels.base import ChannelError, ChannelKind, InboundMessage, SendResult, channels
from omnichannel.models import Conversation, Delivery, Message, RawInbound

from . import oauth, smtp
from .compose import compose, envelope_sender, message_id_for, recipients
from .inbound import to_inbound
from .read import UnreadableMail, read_mail_with_files
from .threading import find_conversation

SIGN_IN = [
    (oauth.PASSWORD, gettext_lazy("user name and password")),
    ("google", gettext_lazy("Google, by token (OAuth 2.0)")),
    ("microsoft", gettext_lazy("Microsoft 365, by token (OAuth 2.0)")),
    ("oauth", gettext_lazy("another provider, by token (OAuth 2.0)")),
]
SECURITY = [("tls", "TLS"), ("starttls", "STARTTLS"), ("none", gettext_lazy("none"))]


@channels.register
class EmailChannel(ChannelKind):
    slug = "email"
    label = gettext_lazy("Email")
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
        accounts = type(self.account).objects.filter(kind=self.slug)
        ours = {address.lower() for address in accounts.values_list("address", flat=True)}
        return [to_inbound(found, raw.meta, self.account.settings, arrived=raw.received_at, ours=ours)]

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

    @property
    def stays_here(self) -> bool:
        return not (self.account.settings.get("smtp_host") or settings.SMTP_URL)

    def smtp_server(self) -> smtp.Server | None:
        """The account's own server, else the installation's; None if mail stays here."""
        own = self.account.settings
        if own.get("smtp_host"):
            return smtp.Server(
                host=own["smtp_host"],
                port=int(own.get("smtp_port") or 587),
                user=own.get("smtp_user", ""),
                password=self.account.secret("smtp_password"),
                security=own.get("smtp_security") or "starttls",
                bearer=oauth.bearer(self.account),
            )
        return smtp.server_from_url(settings.SMTP_URL) if settings.SMTP_URL else None

    def check_settings(self) -> list[str]:
        own = self.account.settings
        complaints = []
        if own.get("imap_host") and not own.get("imap_user"):
            complaints.append(_("Fill in the user name of the IMAP mailbox."))
        if oauth.by_token(self.account):
            complaints += self._missing_for_tokens()
        elif own.get("imap_host") and not self.account.secret("imap_password"):
            complaints.append(_("Fill in the password of the IMAP mailbox."))
        if "@" not in self.account.address:
            complaints.append(_("The address of an e-mail channel looks like support@example.org."))
        return complaints

    def _missing_for_tokens(self) -> list[str]:
        own, account = self.account.settings, self.account
        needed = [
            (
                str(own.get("oauth_token_url") or "").startswith("https://"),
                _("Fill in the address where access tokens are given out; it begins with https://."),
            ),
            (own.get("oauth_client_id"), _("Fill in the client ID of the app that you registered with the provider.")),
            (account.secret("oauth_refresh_token"), _("Fill in the refresh token of the mailbox.")),
        ]
        return [sentence for value, sentence in needed if not value]

    def completed(self, settings: dict[str, Any]) -> dict[str, Any]:
        return oauth.completed(settings, self.account.address)

    def fields(self) -> dict[str, forms.Field]:
        return {"from_name": forms.CharField(label=_("Sender's name"), required=False)} | _sign_in() | _servers()

    def secrets(self) -> tuple[str, ...]:
        return ("imap_password", "smtp_password", "oauth_client_secret", "oauth_refresh_token")


def _sign_in() -> dict[str, forms.Field]:
    return {
        "sign_in": forms.ChoiceField(
            label=_("Sign-in to the mailbox"),
            choices=SIGN_IN,
            required=False,
            help_text=_("Google and Microsoft 365 take tokens only. Servers left empty below are filled in for them."),
        ),
        "oauth_client_id": forms.CharField(label=_("Client ID"), required=False),
        "oauth_client_secret": forms.CharField(label=_("Client secret"), required=False, widget=forms.PasswordInput),
        "oauth_refresh_token": forms.CharField(label=_("Refresh token"), required=False, widget=forms.PasswordInput),
        "oauth_token_url": forms.URLField(label=_("Token address"), required=False, assume_scheme="https"),
        "oauth_scope": forms.CharField(label=_("Scope"), required=False),
    }


def _servers() -> dict[str, forms.Field]:
    return {
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
        "authserv_id": forms.CharField(
            label=_("Server whose checks of senders are believed"),
            help_text=_(
                "As it names itself in the lines Authentication-Results of your mail. It must take out lines with its "
                "name that others wrote. Empty: only what your mailbox's own provider put on top."
            ),
            required=False,
        ),
        "relays": forms.CharField(
            label=_("Addresses of that server"),
            help_text=_("Only for mail that it hands to our SMTP server; IP addresses or networks."),
            required=False,
        ),
        "signed_addresses": forms.NullBooleanField(
            label=_("Signed reply addresses"),
            help_text=_("The mail server passes mail for reply+…@ and bounce+…@ of this domain on to us."),
            required=False,
        ),
    }
