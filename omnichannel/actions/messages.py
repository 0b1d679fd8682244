"""Storing messages: what was said and what goes with it becomes rows and files."""

import hashlib
from collections.abc import Sequence

from django.core.files.base import ContentFile
from django.db import connection
from django.utils.text import Truncator

from crm.models import Contact, Identity
from omnichannel.channels.base import AttachedFile, InboundMessage
from omnichannel.models import Attachment, Channel, Conversation, Message, RawInbound

MOST_REPLY_TO = 10


def excerpt(message: Message, length: int = 140) -> str:
    """The beginning of what was said, on one line; of a message that is only files, their names."""
    said = " ".join(message.visible_text.split())
    return Truncator(said or _names(message)).chars(length)


def _names(message: Message) -> str:
    return ", ".join(message.attachments.order_by("pk").values_list("filename", flat=True)[:10])


def existing(channel: Channel, inbound: InboundMessage) -> Message | None:
    """The message that this one is a repetition of. The lock makes two at once wait for each other."""
    if not inbound.external_id:
        return None
    lock(f"message:{channel.pk}:{inbound.external_id}")
    return Message.objects.filter(channel=channel, external_id=inbound.external_id[:320]).first()


def lock(key: str) -> None:
    """Until the end of the transaction; whoever wants the same key waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def store_inbound(
    channel: Channel, conversation: Conversation, contact: Contact, inbound: InboundMessage, raw: RawInbound | None
) -> Message:
    message = Message.objects.create(
        contact=contact,
        conversation=conversation,
        channel=channel,
        identity=_identity(inbound),
        raw=raw,
        direction=Message.Direction.INBOUND,
        automatic=inbound.automatic,
        authentication=inbound.authentication,
        sender=inbound.sender[:320],
        sender_name=inbound.sender_name[:200],
        to=[address[:320] for address in inbound.to],
        cc=[address[:320] for address in inbound.cc],
        reply_to=[address[:320] for address in inbound.reply_to][:MOST_REPLY_TO],
        subject=inbound.subject[:500],
        text=inbound.text,
        reply_text=inbound.reply_text,
        html=inbound.html,
        external_id=inbound.external_id[:320],
        message_id=inbound.message_id[:320],
        in_reply_to=inbound.in_reply_to[:320],
        references=[reference[:320] for reference in inbound.references][:100],
        thread_index=inbound.headers.get("thread-index", "")[:600],
        sent_at=inbound.sent_at,
    )
    attach_all(message, inbound.attachments)
    return message


def _identity(inbound: InboundMessage) -> Identity | None:
    for claim in inbound.claims:
        kind, scope, value = claim.key
        found = Identity.objects.filter(kind=kind, scope=scope, value=value).first()
        if found:
            return found
    return None


def attach_all(message: Message, files: Sequence[AttachedFile]) -> None:
    for file in files:
        attach(message, file)


def attach(message: Message, attachment: AttachedFile) -> Attachment:
    return Attachment.objects.create(
        message=message,
        file=ContentFile(attachment.content, name="file"),
        filename=attachment.filename[:255],
        content_type=attachment.content_type[:127],
        size=len(attachment.content),
        sha256=hashlib.sha256(attachment.content).hexdigest(),
        content_id=attachment.content_id[:255],
        inline=attachment.inline,
    )
