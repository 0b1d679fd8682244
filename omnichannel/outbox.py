"""Questions of the outbox viewer and the quarantine: what leaves, what could not be read."""

import re
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Func, Q, QuerySet

from crm.models import User
from kernel.lists import Page, keyset_page
from omnichannel.models import Channel, Delivery, Inbox, RawInbound

PAGE = 50
HEADERS = {"unsubscribe_url": "List-Unsubscribe"}  # what of a delivery's extra words is a header by another name
HEAD = 16_384  # bytes of a raw mail in which its headers are looked for
LONGEST_LINE = 300


@dataclass(frozen=True)
class Leaving:
    """Whether messages leave: by the installation's mail server (HILO_SMTP_URL), or by the accounts' own."""

    nothing: bool
    staying: list[Channel]  # accounts whose messages stay here


def leaving() -> Leaving:
    accounts = list(Channel.objects.filter(active=True))
    staying = [account for account in accounts if account.plugin.stays_here]
    return Leaving(not settings.SMTP_URL and len(staying) == len(accounts), staying)


def page(user: User, *, state: str = "", search: str = "", cursor: str = "") -> Page[Delivery]:
    rows = Delivery.objects.visible_to(user).select_related("message__contact", "channel")
    rows = rows.prefetch_related("message__contact__identities").defer("message__html", "message__text")
    if state in Delivery.State.values:
        rows = rows.filter(state=state)
    if search:
        rows = rows.filter(Q(address__icontains=search) | Q(message__subject__icontains=search))
    return keyset_page(rows, order=("-id",), cursor=cursor, size=PAGE)


def headers(delivery: Delivery) -> list[tuple[str, str]]:
    """What a reader of the mail would see in its header, and what the channel was told besides."""
    message = delivery.message
    rows = [
        ("From", message.sender),
        ("To", delivery.address),
        ("Cc", ", ".join(message.cc)),
        ("Subject", message.subject),
        ("Message-ID", f"<{message.message_id}>" if message.message_id else ""),
        ("In-Reply-To", f"<{message.in_reply_to}>" if message.in_reply_to else ""),
        ("References", " ".join(f"<{reference}>" for reference in message.references)),
    ]
    extra = [
        (HEADERS.get(name) or name.replace("_", "-").title(), str(value))
        for name, value in sorted(delivery.extra.items())
    ]
    return [(name, value) for name, value in rows + extra if value]


def _called(extra: str) -> str:
    return HEADERS.get(extra) or extra.replace("_", "-").title()


@dataclass(frozen=True)
class Held:
    """Something that arrived and could not be read, with as much as can be said without parsing it."""

    raw: RawInbound
    size: int
    sender: str
    subject: str


def _of_body(function: str, template: str, field: "models.Field[Any, Any]") -> Func:
    return Func("body", function=function, template=template, output_field=field)


def raw_visible_to(user: User) -> QuerySet[RawInbound]:
    """Without the bodies: they may be 50 MB each."""
    return RawInbound.objects.filter(channel__inbox__in=Inbox.objects.visible_to(user)).defer("body")


def quarantined(user: User, *, cursor: str = "") -> Page[RawInbound]:
    rows = raw_visible_to(user).filter(state=RawInbound.State.QUARANTINED).select_related("channel")
    return keyset_page(rows, order=("-id",), cursor=cursor, size=PAGE)


def held(rows: list[RawInbound]) -> list[Held]:
    """Size and readable header lines, read by the database from the first bytes only."""
    head = _of_body("substring", f"substring(%(expressions)s from 1 for {HEAD})", models.BinaryField())
    size = _of_body("octet_length", "%(function)s(%(expressions)s)", models.BigIntegerField())
    found = RawInbound.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", head, size)
    looked = {pk: (bytes(start), length) for pk, start, length in found}
    return [_held(row, *looked.get(row.pk, (b"", 0))) for row in rows]


def _held(raw: RawInbound, start: bytes, size: int) -> Held:
    sender = header_line(start, "From") or str(raw.meta.get("mail_from", ""))
    return Held(raw, raw.meta.get("size", size), sender, header_line(start, "Subject"))


def header_line(start: bytes, name: str) -> str:
    """The first line of a header, decoded; what follows on folded lines is left out. Never raises, never slow."""
    found = re.search(rb"(?im)^%s:[ \t]*([^\r\n]{0,%d})" % (name.encode(), LONGEST_LINE), start)
    if found is None:
        return ""
    text = found[1].decode("utf-8", "replace")
    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, LookupError, ValueError):
        return text
