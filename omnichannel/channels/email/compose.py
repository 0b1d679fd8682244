"""A Delivery as an RFC 5322 message. Nothing that a person typed can begin a new header line."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import re
import struct
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from django.conf import settings
from django.utils import timezone

from omnichannel.channels.base import ChannelError
from omnichannel.models import Attachment, Channel, Delivery, Message

from .mime.clean import text_as_html
from .mime.headers import one_line
from .tokens import Token

MAX_REFERENCES = 50
THREAD_INDEX_BYTES = 22
PLAIN_TYPE = re.compile(r"(application|audio|font|image|text|video)/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,100}")
FILETIME_EPOCH = dt.datetime(1601, 1, 1, tzinfo=dt.UTC)


def message_id_for(message: Message) -> str:
    """Without angle brackets: signed, and bound to the message and its channel."""
    return f"{Token('m', message.pk, message.channel_id or 0)}@{settings.MAIL_DOMAIN}"


def compose(delivery: Delivery) -> EmailMessage:
    """Raises ChannelError(permanent=True) for an address that no mail can carry."""
    message, channel = delivery.message, delivery.channel
    mail = EmailMessage(policy=SMTP)
    mail["From"] = _address(channel.address, _sender_name(message, channel))
    mail["To"] = _address(delivery.address)
    if message.cc:
        mail["Cc"] = [_address(address) for address in message.cc]
    mail["Subject"] = one_line(message.subject)
    mail["Date"] = format_datetime(timezone.now())
    mail["Message-ID"] = f"<{one_line(message.message_id)}>"
    _add_thread(mail, message)
    _add_reply_address(mail, message, channel)
    _add_nature(mail, delivery)
    _add_body(mail, message)
    for attachment in message.attachments.all():
        _add_attachment(mail, attachment)
    return mail


def recipients(delivery: Delivery) -> list[str]:
    """The envelope: whom the delivery is for first, then the copies."""
    return list(dict.fromkeys([delivery.address, *delivery.message.cc]))


def envelope_sender(delivery: Delivery) -> str:
    """A signed bounce address where the domain brings it back to us, else the account's own."""
    channel = delivery.channel
    if not receives_signed_addresses(channel):
        return channel.address
    return f"bounce+{Token('m', delivery.message_id, channel.pk)}@{domain_of(channel)}"


def receives_signed_addresses(channel: Channel) -> bool:
    """Our own SMTP door takes them; a mailbox that is read by IMAP only if its server passes them on."""
    chosen = channel.settings.get("signed_addresses")
    return bool(chosen if chosen is not None else not channel.settings.get("imap_host"))


def domain_of(channel: Channel) -> str:
    return channel.address.rpartition("@")[2]


def _address(address: str, name: str = "") -> Address:
    try:
        return Address(display_name=one_line(name), addr_spec=one_line(address))
    except (ValueError, IndexError) as error:
        raise ChannelError(f"{address!r} is no e-mail address: {error}", permanent=True) from error
    except Exception as error:  # email.errors.HeaderParseError and its kin
        raise ChannelError(f"{address!r} is no e-mail address.", permanent=True) from error


def _sender_name(message: Message, channel: Channel) -> str:
    return str(channel.settings.get("from_name") or channel.name)


def _add_thread(mail: EmailMessage, message: Message) -> None:
    if message.in_reply_to:
        mail["In-Reply-To"] = f"<{one_line(message.in_reply_to)}>"
    if message.references:
        mail["References"] = " ".join(f"<{one_line(each)}>" for each in message.references[-MAX_REFERENCES:])
    if parent := _parent_thread_index(message):
        mail["Thread-Index"] = child_thread_index(parent)


def _parent_thread_index(message: Message) -> str:
    if not message.thread_id or not message.in_reply_to:
        return ""
    answered = Message.objects.filter(conversation=message.thread_id, message_id=message.in_reply_to)
    return answered.values_list("thread_index", flat=True).first() or ""


def child_thread_index(parent: str, now: dt.datetime | None = None) -> str:
    """Outlook threads by this: the parent's bytes and a child block of 5 (MS-OXOMSG 2.2.1.3). "" if unreadable.

    A child block is one bit for the scale of time, 31 bits of the time since the parent's own in units of 2^18 or 2^23
    times 100 ns, and 8 bits that count and vary.
    """
    try:
        header = base64.b64decode(parent, validate=True)
    except (binascii.Error, ValueError):
        return ""
    if len(header) < THREAD_INDEX_BYTES:
        return ""
    began = struct.unpack(">Q", header[:6] + b"\0\0")[0]
    ticks = max(0, int(((now or timezone.now()) - FILETIME_EPOCH).total_seconds() * 10_000_000) - began)
    block = ticks >> 18 if ticks < 1 << 49 else (1 << 31) | ((ticks >> 23) & 0x7FFFFFFF)
    return base64.b64encode(header + struct.pack(">IB", block & 0xFFFFFFFF, 0)).decode()


def _add_reply_address(mail: EmailMessage, message: Message, channel: Channel) -> None:
    if receives_signed_addresses(channel):
        mail["Reply-To"] = _address(f"reply+{_thread_token(message, channel)}@{domain_of(channel)}")


def _thread_token(message: Message, channel: Channel) -> Token:
    if message.thread_id:
        return Token("c", message.thread_id, channel.pk)
    return Token("m", message.pk, channel.pk)


def _add_nature(mail: EmailMessage, delivery: Delivery) -> None:
    """What a program sent says so, so that no other program answers it; what is marketing can be left in one click."""
    if delivery.message.automatic:
        mail["Auto-Submitted"] = "auto-replied" if delivery.message.in_reply_to else "auto-generated"
        mail["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    unsubscribe = one_line(str(delivery.extra.get("unsubscribe_url", "")))
    if unsubscribe:
        mail["List-Unsubscribe"] = f"<{unsubscribe}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _add_body(mail: EmailMessage, message: Message) -> None:
    mail.set_content(message.text or " ")
    html = message.html or text_as_html(message.text)
    if message.channel:
        html = _with_marker(html, _thread_token(message, message.channel))
    mail.add_alternative(html, subtype="html")


def _with_marker(html: str, token: Token) -> str:
    """For servers that rewrite Message-IDs: a signed line that comes back in the quotation. Mail needs inline style."""
    marker = f'<div style="display:none;font-size:0;line-height:0;max-height:0;overflow:hidden">hilo:{token}</div>'
    before, body, after = html.rpartition("</body>")
    return f"{before}{marker}{body}{after}" if body else f"{html}{marker}"


def _add_attachment(mail: EmailMessage, attachment: Attachment) -> None:
    main, _, sub = _sendable_type(attachment.content_type).partition("/")
    with attachment.file.open("rb") as file:
        mail.add_attachment(file.read(), maintype=main, subtype=sub, filename=one_line(attachment.filename))


def _sendable_type(content_type: str) -> str:
    """Bytes of a kind that a mail can carry as they are: `message/…` and `multipart/…` would be read as mail again."""
    return content_type if PLAIN_TYPE.fullmatch(content_type) else "application/octet-stream"
