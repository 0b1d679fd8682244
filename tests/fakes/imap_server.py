"""A small IMAP server (RFC 3501, IDLE of RFC 2177) over mails in memory, for one user and one folder.

It answers what a reader asks: LOGIN, EXAMINE/SELECT, UID SEARCH (ALL, UID n:*, SINCE), UID FETCH, NOOP, IDLE, LOGOUT.
"""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import re
import threading
from dataclasses import dataclass, field
from types import TracebackType


@dataclass
class Stored:
    uid: int
    body: bytes
    at: dt.datetime


@dataclass
class ImapServer:
    """`refuse_login` and `drop` (a command that closes the connection) may be changed while it runs.

    With `tokens`, AUTHENTICATE XOAUTH2 takes any of them and LOGIN is refused, as Google and Microsoft 365 do.
    """

    user: str = "support"
    password: str = "secret"
    capabilities: str = "IMAP4rev1 IDLE"
    uidvalidity: int = 1
    refuse_login: bool = False
    tokens: set[str] = field(default_factory=set)
    drop: str = ""
    mails: list[Stored] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    logins: int = 0

    def __enter__(self) -> ImapServer:
        self.loop = asyncio.new_event_loop()
        self.idling: set[asyncio.StreamWriter] = set()
        self.writers: set[asyncio.StreamWriter] = set()
        self.server = self.loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 20))
        self.port = int(self.server.sockets[0].getsockname()[1])
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self.loop).result(5)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(timeout=5)

    async def _end(self) -> None:
        self.server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def add(self, body: bytes, *, uid: int | None = None, at: dt.datetime | None = None) -> int:
        """A mail arrives; whoever idles is told. Returns its UID."""
        uid = uid or max((mail.uid for mail in self.mails), default=0) + 1
        self.mails.append(Stored(uid, body, at or dt.datetime.now(dt.UTC)))
        self.mails.sort(key=lambda mail: mail.uid)
        self.loop.call_soon_threadsafe(self._announce)
        return uid

    def renumber(self, uidvalidity: int, first_uid: int = 1) -> None:
        """As a restored or moved mailbox does: the same mails under other numbers."""
        self.uidvalidity = uidvalidity
        for number, mail in enumerate(self.mails):
            mail.uid = first_uid + number

    def disconnect(self) -> None:
        def close() -> None:
            for writer in list(self.writers):
                writer.transport.abort()

        self.loop.call_soon_threadsafe(close)

    def _announce(self) -> None:
        for writer in self.idling:
            writer.write(b"* %d EXISTS\r\n" % len(self.mails))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.add(writer)
        writer.write(b"* OK [CAPABILITY %s] ready\r\n" % self.capabilities.encode())
        try:
            while line := await reader.readline():
                tag, _, command = line.decode().strip().partition(" ")
                self.commands.append(command)
                if self.drop and self.drop in command.upper():
                    return
                await self._answer(tag, command, reader, writer)
                await writer.drain()
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self.writers.discard(writer)
            self.idling.discard(writer)
            writer.close()

    async def _answer(self, tag: str, command: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        name = command.upper().split(" ")[0]
        if name == "IDLE":
            await self._idle(reader, writer)
        if name == "AUTHENTICATE":
            lines, result = await self._authenticate(reader, writer)
        else:
            lines, result = self._reply(name, command)
        writer.write(b"".join(lines) + f"{tag} {result}\r\n".encode())

    async def _authenticate(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> tuple[list[bytes], str]:
        """A refusal is a challenge with its reason first; NO comes after the client's response to that."""
        writer.write(b"+ \r\n")
        given = base64.b64decode(await reader.readline()).decode()
        if given in {f"user={self.user}\x01auth=Bearer {token}\x01\x01" for token in self.tokens}:
            self.logins += 1
            return [], "OK authenticated"
        writer.write(b"+ " + base64.b64encode(b'{"status":"400"}') + b"\r\n")
        await reader.readline()
        return [], "NO [AUTHENTICATIONFAILED] Invalid credentials"

    async def _idle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"+ idling\r\n")
        await writer.drain()
        self.idling.add(writer)
        try:
            await reader.readline()
        finally:
            self.idling.discard(writer)

    def _reply(self, name: str, command: str) -> tuple[list[bytes], str]:
        match name:
            case "CAPABILITY":
                return [f"* CAPABILITY {self.capabilities}\r\n".encode()], "OK done"
            case "LOGIN":
                return self._login(command)
            case "SELECT" | "EXAMINE":
                return self._select()
            case "UID":
                return self._uid(command)
            case "LOGOUT":
                return [b"* BYE bye\r\n"], "OK done"
        return [], "OK done"

    def _login(self, command: str) -> tuple[list[bytes], str]:
        words = re.findall(r'"([^"]*)"|(\S+)', command)[1:]
        given = [quoted or plain for quoted, plain in words]
        if self.refuse_login or self.tokens or given != [self.user, self.password]:
            return [], "NO [AUTHENTICATIONFAILED] wrong user or password"
        self.logins += 1
        return [], "OK logged in"

    def _select(self) -> tuple[list[bytes], str]:
        following = max((mail.uid for mail in self.mails), default=0) + 1
        return [
            b"* FLAGS (\\Seen)\r\n",
            b"* %d EXISTS\r\n* 0 RECENT\r\n" % len(self.mails),
            b"* OK [UIDVALIDITY %d] stable\r\n* OK [UIDNEXT %d] next\r\n" % (self.uidvalidity, following),
        ], "OK [READ-ONLY] done"

    def _uid(self, command: str) -> tuple[list[bytes], str]:
        _, what, rest = command.split(" ", 2)
        if what.upper() == "SEARCH":
            found = " ".join(str(mail.uid) for mail in self.mails if self._matches(mail, rest))
            return [f"* SEARCH {found}".rstrip().encode() + b"\r\n"], "OK done"
        wanted, items = rest.split(" ", 1)
        return [self._fetched(mail, items.upper()) for mail in self.mails if self._in_set(mail.uid, wanted)], "OK done"

    def _matches(self, mail: Stored, criteria: str) -> bool:
        if found := re.search(r"UID (\S+)", criteria):
            return self._in_set(mail.uid, found[1])
        if found := re.search(r"SINCE \"?([\w-]+)", criteria):
            return mail.at.date() >= dt.datetime.strptime(found[1], "%d-%b-%Y").date()  # noqa: DTZ007
        return True

    def _in_set(self, uid: int, wanted: str) -> bool:
        last = max((mail.uid for mail in self.mails), default=0)
        for part in wanted.split(","):
            first, _, end = part.partition(":")
            low, high = int(first), last if end == "*" else int(end or first)
            if min(low, high) <= uid <= max(low, high):
                return True
        return False

    def _fetched(self, mail: Stored, items: str) -> bytes:
        number = self.mails.index(mail) + 1
        head = b"* %d FETCH (UID %d" % (number, mail.uid)
        if "RFC822.SIZE" in items:
            head += b" RFC822.SIZE %d" % len(mail.body)
        if "INTERNALDATE" in items:
            head += b' INTERNALDATE "%s"' % mail.at.strftime("%d-%b-%Y %H:%M:%S %z").encode()
        if "BODY.PEEK[]" in items:
            head += b" BODY[] {%d}\r\n" % len(mail.body) + mail.body
        if "BODY.PEEK[HEADER]" in items:
            header = mail.body.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
            head += b" BODY[HEADER] {%d}\r\n" % len(header) + header
        return head + b")\r\n"
