"""The SMTP door: takes mail for our own addresses, stores it, and only then says 250.

Unknown recipients get 550 at once, a database that is down 451, so that the sending server keeps the mail and comes
again. Nothing is parsed here. What is too large is refused, and its envelope shown in the quarantine with the reason.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from email.utils import format_datetime
from typing import Any, ParamSpec, TypeVar

from aiosmtpd.smtp import SMTP, Envelope, Session, syntax
from django.db import DatabaseError, Error, close_old_connections
from django.utils import timezone

from crm.actions import heartbeats
from omnichannel.actions import inbound
from omnichannel.channels.email import tokens
from omnichannel.models import Channel

MAX_SIZE = 50 << 20
MAX_RECIPIENTS = 100
IDLE_SECONDS = 300
END = b".\r\n"
LINE_LIMIT = 1 << 20  # some mailers write long lines; the parser's limits decide, visibly, in the quarantine
TOLD_APART = re.compile(rb"(?im)^(?:message-id|date)[ \t]*:")
HEADER_LOOKED_AT = 64 << 10
SIZE = re.compile(r"(?i)\sSIZE=(\d{1,20})(?![^\s])(?!.*>)")  # of MAIL FROM, behind the address (RFC 1870)

log = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")


class Door(SMTP):
    """Has the handler decide about mails that aiosmtpd would refuse without asking anybody."""

    line_length_limit = LINE_LIMIT
    announced = 0  # bytes of the mail, as its sender said
    arrived = 0  # bytes since DATA began
    unbroken = 0  # bytes since the last end of a line
    receiving = False

    @syntax("MAIL FROM: <address>", extended=" [SP <mail-parameters>]")
    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802
        """A size is judged at RCPT: only then is it known whose quarantine shows the mail."""
        found = SIZE.search(arg or "")
        self.announced = int(found[1]) if found else 0
        await super().smtp_MAIL(SIZE.sub("", arg) if arg else arg)

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        self.arrived, self.unbroken, self.receiving = 0, 0, True
        try:
            await super().smtp_DATA(arg)
        finally:
            self.receiving = False

    def data_received(self, data: bytes) -> None:
        """Hangs up on a line that does not end: aiosmtpd would keep its pieces in memory until it does."""
        self.arrived += len(data)
        _before, ended, rest = data.rpartition(b"\r\n")
        self.unbroken = len(rest) if ended else self.unbroken + len(data)
        if self.receiving and self.unbroken > MAX_SIZE + LINE_LIMIT and isinstance(self.transport, asyncio.Transport):
            log.warning("a line did not end", extra={"bytes": self.unbroken})
            self.transport.abort()
        else:
            super().data_received(data)

    async def push(self, status: Any) -> None:
        """At the end of DATA, aiosmtpd refuses by itself what was too large, and what had too long a line."""
        if self.receiving and status == "552 Error: Too much mail data":
            status = await self._refuse(inbound.TOO_LARGE.format(size=self.arrived - len(END), limit=MAX_SIZE), status)
        elif self.receiving and status == "500 Line too long (see RFC5321 4.5.3.1.6)":
            status = await self._refuse(inbound.ENDLESS_LINE.format(limit=LINE_LIMIT), status)
        await super().push(status)

    async def _refuse(self, reason: str, answer: str) -> str:
        session, envelope = self.session, self.envelope
        if session is None or envelope is None:
            return answer
        return await refuse(session, envelope, envelope.rcpt_tos, reason, self.arrived - len(END), answer)


def make_door() -> SMTP:
    """One for each connection, for `loop.create_server`."""
    return Door(
        Handler(),
        data_size_limit=MAX_SIZE,
        enable_SMTPUTF8=True,
        ident="Hilo",
        timeout=IDLE_SECONDS,
        loop=asyncio.get_running_loop(),
    )


class Handler:
    """aiosmtpd calls these; the names and signatures are its own."""

    async def handle_RCPT(  # noqa: N802
        self, server: Door, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= MAX_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        try:
            known = await in_thread(channel_id_for, address)
        except DatabaseError:
            log.warning("recipient could not be checked", exc_info=True)
            return "451 4.3.0 Please try again later"
        if known is None:
            return "550 5.1.1 No such address here"
        if (size := server.announced) > MAX_SIZE:
            reason = inbound.TOO_LARGE.format(size=size, limit=MAX_SIZE)
            return await refuse(session, envelope, [address], reason, size, "552 5.3.4 The mail is too large")
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.original_content or b""
        try:
            await in_thread(store, content, noted(session, envelope, envelope.rcpt_tos))
        except DatabaseError:
            log.warning("mail could not be stored", exc_info=True)
            return "451 4.3.0 Please try again later"
        return "250 2.0.0 Stored"

    async def handle_exception(self, error: Exception) -> str:
        log.error("SMTP session failed", exc_info=error)
        return "451 4.3.0 Please try again later"


async def report() -> None:
    """Until it is cancelled. Work of the loop itself: one that hangs is missed."""
    while True:
        with suppress(Error):
            await in_thread(heartbeats.report, "smtp")
        await asyncio.sleep(heartbeats.EVERY_SECONDS)


def noted(session: Session, envelope: Envelope, recipients: list[str]) -> dict[str, Any]:
    sender = envelope.mail_from or ""
    return {
        "mail_from": "" if sender == "<>" else sender,  # so aiosmtpd writes the null sender of RFC 5321 §4.5.5
        "rcpt": list(recipients),
        "peer": str(session.peer[0]) if session.peer else "",
        "helo": str(session.host_name or "")[:255],
    }


async def refuse(
    session: Session, envelope: Envelope, recipients: list[str], reason: str, size: int, answer: str
) -> str:
    """`answer`, once the refusal is where people look; if it cannot be stored, the sender comes again."""
    meta = noted(session, envelope, recipients) | {"refused": reason, "size": size}
    try:
        await in_thread(store_refusal, meta)
    except DatabaseError:
        log.warning("refusal could not be stored", exc_info=True)
        return "451 4.3.0 Please try again later"
    return answer


async def in_thread(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Database work off the event loop, with connections that a restarted database has closed thrown away."""

    def work() -> R:
        close_old_connections()
        return function(*args, **kwargs)

    return await asyncio.to_thread(work)


def channel_id_for(address: str) -> int | None:
    """The active account of an address: its own, a signed one of ours, or its own with `+something`."""
    token = tokens.from_address(address)
    active = Channel.objects.filter(kind="email", active=True)
    if token:
        return active.filter(pk=token.channel_id).values_list("pk", flat=True).first()
    for candidate in dict.fromkeys([address, re.sub(r"\+[^@]*@", "@", address, count=1)]):
        found = inbound.channel_for_address("email", candidate)
        if found:
            return found.pk
    return None


def store(content: bytes, meta: dict[str, Any]) -> None:
    """One raw item for each account among the recipients. The key is over the bytes as they came; of mails that nothing
    tells apart, as machines write them, each is another one."""
    body = trace(meta) + content
    nonce = b"" if TOLD_APART.search(content[:HEADER_LOOKED_AT]) else secrets.token_bytes(16)
    for channel_id, recipients in _by_channel(meta["rcpt"]).items():
        to = sorted(each.lower().encode() for each in recipients)
        key = hashlib.sha256(b"\0".join([content, *to, nonce])).hexdigest()
        inbound.receive_raw(
            channel_id=channel_id, dedup_key=f"smtp:{key}", body=body, meta={**meta, "rcpt": recipients}
        )


def store_refusal(meta: dict[str, Any]) -> None:
    """The envelope without its mail, once for each account; its channel puts it into the quarantine."""
    for channel_id, recipients in _by_channel(meta["rcpt"]).items():
        said = "\0".join([meta["mail_from"], meta["refused"], *sorted(each.lower() for each in recipients)])
        key = hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()
        inbound.receive_raw(
            channel_id=channel_id,
            dedup_key=f"smtp-refused:{key}",
            body=trace(meta),
            meta={**meta, "rcpt": recipients},
        )


def _by_channel(recipients: list[str]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for address in recipients:
        channel_id = channel_id_for(address)
        if channel_id is not None:
            found.setdefault(channel_id, []).append(address)
    return found


def trace(meta: dict[str, Any]) -> bytes:
    """What a final server adds (RFC 5321 §4.4): the envelope sender, and from where it came."""
    safe = {name: re.sub(r"[^\x21-\x7e]", "?", str(meta[name]))[:320] for name in ("mail_from", "peer", "helo")}
    received = (
        f"from {safe['helo'] or 'unknown'} ([{safe['peer']}]) by Hilo with ESMTP; {format_datetime(timezone.now())}"
    )
    return f"Return-Path: <{safe['mail_from']}>\r\nReceived: {received}\r\n".encode()
