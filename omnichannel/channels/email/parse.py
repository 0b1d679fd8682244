"""Raw mail to `ParsedMail`. Pure Python, run by `kernel.sandbox`; `read.py` is its front door.

Raises MailRefused (tree.py) for mail beyond a limit. Everything else that is odd is mended and noted.
"""

from __future__ import annotations

import datetime as dt
import json
import struct
from email.utils import parsedate_to_datetime

from .mime.authentication import authentication_results
from .mime.auto import auto_reply_reason, came_by_list
from .mime.bodies import Attachment, Body, Reading, describe
from .mime.bounce import read_bounce
from .mime.clean import clean, reason_for_text, strip_tags, text_as_html
from .mime.headers import Headers, one_line, parse_addresses, parse_message_ids
from .mime.own import own_text
from .mime.quotes import reply_text
from .mime.text import html_to_text, squeeze
from .mime.tree import Part, parse_tree
from .parsed import Address, ParsedMail

MAX_REFERENCES = 100
MAX_TEXT = 1 << 20  # characters of a body that are kept
FILES = struct.Struct("!I")


def parse(raw: bytes, *, html: bool = True) -> ParsedMail:
    """`html=False` shows HTML as text: the second try for mail whose HTML exhausted the sandbox."""
    mail, _ = _read(raw, html)
    return mail


def parse_with_files(raw: bytes, *, html: bool = True) -> bytes:
    """Length of the JSON (4 bytes), the JSON of the mail, then the attachments' bytes one after the other."""
    mail, contents = _read(raw, html)
    head = json.dumps(mail).encode()
    return b"".join([FILES.pack(len(head)), head, *contents])


def _read(raw: bytes, html: bool) -> tuple[ParsedMail, list[bytes]]:
    root = parse_tree(raw)
    reading = Reading()
    body = reading.body(root)
    contents = [part.content for part in reading.attached]
    attachments = [
        describe(part, content, number)
        for number, (part, content) in enumerate(zip(reading.attached, contents, strict=True), 1)
    ]
    return _assemble(root, body, attachments, html), contents


def _assemble(root: Part, body: Body, attachments: list[Attachment], html: bool) -> ParsedMail:
    headers = root.headers
    notes = _notes(headers, body)
    shown = _shown_html(body, attachments, html)
    text = _text(body, shown)
    name, address = _sender(headers)
    subject = headers.text("subject")
    automatic = auto_reply_reason(headers)
    bounce = read_bounce(root, address, subject, text)
    return {
        "message_id": next(iter(parse_message_ids(headers.raw("message-id"))), ""),
        "in_reply_to": next(iter(parse_message_ids(headers.raw("in-reply-to"))), ""),
        "references": _references(headers),
        "from_email": address,
        "from_name": name,
        "reply_to": headers.text("reply-to"),
        "to": headers.text("to"),
        "cc": headers.text("cc"),
        "reply_to_addresses": _addresses(headers, "reply-to"),
        "to_addresses": _addresses(headers, "to"),
        "cc_addresses": _addresses(headers, "cc"),
        "delivered_to": _delivered_to(headers),
        "subject": subject,
        "date": _date(headers),
        "thread_index": one_line(headers.raw("thread-index"))[:500],
        "language": one_line(headers.raw("content-language"))[:100],
        "content_type": "text/html" if body.html is not None else "text/plain",
        "text": text,
        "html": shown,
        "reply_text": reply_text(_own_text(body, html) or text),
        "attachments": attachments,
        "auto_reply": bool(automatic) or bounce["is_bounce"],
        "auto_reply_reason": automatic,
        "by_list": came_by_list(headers),
        "bounce": bounce,
        "authentication": authentication_results(headers),
        "notes": notes,
    }


def _notes(headers: Headers, body: Body) -> list[str]:
    notes = [
        f"The header {name} is repeated; the first one counts."
        for name in ("from", "subject", "message-id", "to")
        if len(headers.all(name)) > 1
    ]
    if not headers.has("message-id"):
        notes.append("The mail has no Message-ID.")
    if body.html and (reason := reason_for_text(body.html)):
        notes.append(f"{reason} It is shown as text.")
    return notes


def _shown_html(body: Body, attachments: list[Attachment], html: bool) -> str:
    if body.html is None:
        return ""
    if not html:
        return text_as_html(strip_tags(body.html)[:MAX_TEXT])
    inline = {
        attached["content_id"]: index
        for index, attached in reversed(list(enumerate(attachments)))
        if attached["content_id"]
    }
    return clean(body.html, inline)


def _text(body: Body, shown: str) -> str:
    if body.plain and body.plain.strip():
        return body.plain.strip("\n").rstrip()[:MAX_TEXT]
    return squeeze(html_to_text(shown))[:MAX_TEXT] if shown else ""


def _own_text(body: Body, html: bool) -> str:
    """Of a mail that has only HTML, where its program marked what is not the writer's."""
    return own_text(body.html)[:MAX_TEXT] if html and body.html and not (body.plain or "").strip() else ""


def _sender(headers: Headers) -> tuple[str, str]:
    """From, else Reply-To, Sender or Return-Path. Of several From addresses the first one counts."""
    for name in ("from", "reply-to", "sender", "return-path"):
        found = parse_addresses(headers.raw(name))
        if found:
            return found[0]
    return headers.text("from"), ""


def _addresses(headers: Headers, name: str) -> list[Address]:
    values = [pair for value in headers.all(name) for pair in parse_addresses(value)]
    return [{"name": label, "address": address} for label, address in values]


def _delivered_to(headers: Headers) -> list[str]:
    """Envelope recipients as the servers on the way noted them."""
    names = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-rcpt-to")
    found = [address for name in names for value in headers.all(name) for _, address in parse_addresses(value)]
    return list(dict.fromkeys(found))[:20]


def _references(headers: Headers) -> list[str]:
    ids = [each for value in headers.all("references") for each in parse_message_ids(value)]
    return list(dict.fromkeys(ids))[-MAX_REFERENCES:]


def _date(headers: Headers) -> str:
    try:
        moment = parsedate_to_datetime(headers.raw("date")[:100])
        return moment.replace(tzinfo=moment.tzinfo or dt.UTC).astimezone(dt.UTC).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""
