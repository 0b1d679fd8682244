"""What a parsed mail looks like: the promise of `parse_mail` in the public contract, plus what threading needs."""

from __future__ import annotations

from typing import TypedDict

from .mime.authentication import Results
from .mime.bodies import Attachment
from .mime.bounce import Bounce, Recipient

__all__ = ["Address", "Attachment", "Bounce", "ParsedMail", "Recipient"]


class Address(TypedDict):
    name: str
    address: str


class ParsedMail(TypedDict):
    """`to`, `cc` and `reply_to` are decoded header text; the lists beside them hold the addresses in it.

    `date` is ISO 8601 in UTC, empty if the mail has none that can be read. `content_type` is that of the body shown.
    `html` is sanitised; remote images wait in `data-remote-src`, inline ones point to `attachments` by index.
    `authentication` holds what any server says to have found out about the sender, true or not, newest first.
    `notes` say what had to be mended or cut.
    """

    message_id: str
    in_reply_to: str
    references: list[str]
    from_email: str
    from_name: str
    reply_to: str
    to: str
    cc: str
    reply_to_addresses: list[Address]
    to_addresses: list[Address]
    cc_addresses: list[Address]
    delivered_to: list[str]
    subject: str
    date: str
    thread_index: str
    language: str  # as the mail says it: RFC 3282
    content_type: str
    text: str
    html: str
    reply_text: str
    attachments: list[Attachment]
    auto_reply: bool
    auto_reply_reason: str
    by_list: bool  # a person wrote it, and no program may answer it
    bounce: Bounce
    authentication: list[Results]
    notes: list[str]
