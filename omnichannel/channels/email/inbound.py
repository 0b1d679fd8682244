"""A parsed mail as an InboundMessage."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from crm.models import Claim
from kernel.languages import language_of
from omnichannel.channels.base import AttachedFile, BouncedRecipient, InboundMessage

from . import tokens
from .parsed import Address, ParsedMail
from .read import MailWithFiles
from .verdict import judge


def to_inbound(
    found: MailWithFiles,
    meta: dict[str, Any],
    settings: dict[str, Any],
    *,
    arrived: datetime | None = None,
    ours: Collection[str] = (),
) -> InboundMessage:
    """`meta` is what the door noted: the envelope recipients under `rcpt`. `settings` are those of the account, `ours`
    the addresses of all accounts in lower case."""
    mail = found.mail
    envelope = [*meta.get("rcpt", []), *mail["delivered_to"]]
    writer = _writer(mail, ours)
    sender = writer["address"]
    marker = tokens.from_text(mail["text"]) or tokens.from_text(mail["html"])
    return InboundMessage(
        external_id=external_id(mail, arrived),
        claims=[Claim("email", sender)] if sender else [],
        sender=sender,
        sender_name=writer["name"],
        to=_addresses(mail["to_addresses"]),
        cc=_addresses(mail["cc_addresses"]),
        reply_to=[each for each in _addresses(mail["reply_to_addresses"]) if not tokens.from_address(each)],
        subject=mail["subject"],
        text=mail["text"],
        reply_text=mail["reply_text"],
        html=mail["html"],
        message_id=bare(mail["message_id"]),
        in_reply_to=bare(mail["in_reply_to"]),
        references=[bare(each) for each in mail["references"]],
        sent_at=datetime.fromisoformat(mail["date"]) if mail["date"] else None,
        automatic=mail["auto_reply"] or sender.lower() in ours or _is_our_own(mail),
        by_list=mail["by_list"],
        authentication=judge(mail["authentication"], sender=sender, settings=settings, meta=meta),
        language=language_of(f"{mail['subject']}\n{mail['reply_text']}", said=mail["language"]),
        attachments=_attachments(found),
        bounces=[BouncedRecipient(**recipient) for recipient in mail["bounce"]["recipients"]],
        bounced_message_id=_bounced_id(mail, envelope),
        headers={
            "thread-index": mail["thread_index"],
            "envelope-to": " ".join(envelope),
            "marker": str(marker) if marker else "",
        },
    )


def bare(message_id: str) -> str:
    return message_id.strip().strip("<>")


def _writer(mail: ParsedMail, ours: Collection[str]) -> Address:
    """A site's contact form writes in our own name and says by Reply-To who filled it in."""
    writer: Address = {"name": mail["from_name"], "address": mail["from_email"]}
    if writer["address"].lower() not in ours:
        return writer
    others = [each for each in mail["reply_to_addresses"] if each["address"] and each["address"].lower() not in ours]
    return others[0] if len(others) == 1 else writer


def _is_our_own(mail: ParsedMail) -> bool:
    """What we sent and somebody's forwarding brought back."""
    return tokens.from_message_id(bare(mail["message_id"])) is not None


def external_id(mail: ParsedMail, arrived: datetime | None = None) -> str:
    """One mail on two ways (SMTP and IMAP, two mailboxes) is one message; two mails with one Message-ID are two.

    What has neither Message-ID nor date, as machines write, is told apart by when it `arrived`.
    """
    parts = [mail["message_id"], mail["from_email"], mail["subject"], mail["text"], *_digests(mail)]
    if not mail["message_id"]:
        parts.append(mail["date"] or (arrived.isoformat() if arrived else ""))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _digests(mail: ParsedMail) -> Iterable[str]:
    return (attachment["md5"] for attachment in mail["attachments"])


def _addresses(addresses: list[Address]) -> list[str]:
    return [each["address"] for each in addresses]


def _attachments(found: MailWithFiles) -> list[AttachedFile]:
    """In the order of the mail: `data-attachment` in the HTML counts them from 0."""
    return [
        AttachedFile(
            filename=attached["filename"],
            content_type=attached["content_type"],
            content=content,
            content_id=attached["content_id"],
            inline=attached["inline"],
        )
        for attached, content in zip(found.mail["attachments"], found.contents, strict=True)
    ]


def _bounced_id(mail: ParsedMail, envelope: list[str]) -> str:
    """The Message-ID that came back, only if its signature (or that of the bounce address) is ours.

    A report that does not return the mail answers it at least.
    """
    answered = [mail["in_reply_to"], *reversed(mail["references"])] if mail["bounce"]["recipients"] else []
    for returned in map(bare, [mail["bounce"]["original_message_id"], *answered]):
        if tokens.from_message_id(returned):
            return returned
    for address in envelope:
        token = tokens.from_address(address) if tokens.is_bounce_address(address) else None
        if token and token.kind == "m":
            return _message_id_of(token)
    return ""


def _message_id_of(token: tokens.Token) -> str:
    from omnichannel.models import Message

    return Message.objects.filter(pk=token.pk).values_list("message_id", flat=True).first() or ""
