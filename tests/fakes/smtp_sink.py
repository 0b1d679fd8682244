"""An SMTP server that keeps what it gets, and refuses, breaks or hangs where a test says so."""

from __future__ import annotations

import asyncio
import base64
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from types import TracebackType
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

HANG_UP = "hang up"
SILENCE = "silence"


@dataclass
class Accepted:
    sender: str
    recipients: list[str]
    content: bytes

    @cached_property  # tests ask for it again and again until the right one is there
    def mail(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=policy.default)


@dataclass
class SmtpSink:
    """`replies[step]` replaces the answers of a step (mail, rcpt, data, rset) one after the other: "" is the usual one,
    HANG_UP closes the connection; `hang_up` does so every time. SILENCE, for data only, takes the content and never
    says a word; `silences` counts them. `connections` counts beginnings, `farewells` QUITs.

    The step "answer" is after the content has arrived: what is hung up there was accepted, and the sender cannot know.
    """

    replies: dict[str, list[str]] = field(default_factory=dict)
    hang_up: set[str] = field(default_factory=set)
    accepted: list[Accepted] = field(default_factory=list)
    connections: int = 0
    farewells: int = 0
    silences: int = 0
    tokens: set[str] = field(default_factory=set)  # with any, AUTH XOAUTH2 is needed
    signed_in: list[str] = field(default_factory=list)

    def __enter__(self) -> SmtpSink:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.server = asyncio.run_coroutine_threadsafe(self._listen(), self.loop).result(5)
        return self

    async def _listen(self) -> asyncio.Server:
        """In a thread of its own: a browser test has a loop running in the test's thread."""
        return await self.loop.create_server(self._session, "127.0.0.1", 0)

    def _session(self) -> SMTP:
        self.connections += 1
        return SMTP(self, enable_SMTPUTF8=True, loop=self.loop, auth_required=bool(self.tokens), auth_require_tls=False)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(timeout=5)
        self.server.close()

    @property
    def port(self) -> int:
        return int(self.server.sockets[0].getsockname()[1])

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def _scripted(self, step: str, server: SMTP) -> str | None:
        scripted = self.replies.get(step)
        reply = scripted.pop(0) if scripted else ""
        if step in self.hang_up or reply == HANG_UP:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
            return "421 gone"
        return reply or None

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        given = base64.b64decode(args[1]).decode()
        self.signed_in.append(given)
        known = any(given.endswith(f"auth=Bearer {token}\x01\x01") for token in self.tokens)
        return AuthResult(success=known, handled=False)

    async def handle_RSET(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        return self._scripted("rset", server) or "250 OK"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.farewells += 1
        return "221 Bye"

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self._scripted("mail", server) or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = self._scripted("rcpt", server) or "250 OK"
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        reply = self._scripted("data", server) or "250 OK kept"
        if reply == SILENCE:
            self.silences += 1
            await asyncio.Future()  # until the connection is gone
        if reply.startswith("2"):
            content: Any = envelope.original_content
            self.accepted.append(Accepted(envelope.mail_from or "", list(envelope.rcpt_tos), content))
        return self._scripted("answer", server) or reply
