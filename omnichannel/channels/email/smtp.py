"""Handing mails to an SMTP server, knowing at every moment what a broken connection would mean.

Before the final dot nothing was accepted: try again. Between the dot and the answer nobody knows: `unknown`.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from urllib.parse import unquote, urlsplit

from kernel.told import kept
from omnichannel.channels.base import ChannelError

from .oauth import Bearer, initial_response

TIMEOUT = 60.0  # seconds for each step, RFC 5321 §4.5.3.2 asks for minutes
ENDED = {-1, 421}  # no reply at all, and "service closing" (RFC 5321 §3.8)
GREYLISTED = 300  # seconds that a temporary refusal is given to pass

BROKE = kept("The connection to {host} broke: {reason}")
UNUSABLE = kept("The mail server {place} cannot be used: {reason}")
ASCII_ONLY = kept("The mail server takes no addresses with letters outside of ASCII.")
UNCONFIRMED = kept("The connection broke before the server confirmed.")
UNCONFIRMED_AS = kept("The connection broke before the server confirmed: {reason}")
SENDER_REFUSED = kept("The mail server refused the sender: {answer}")
RECIPIENT_REFUSED = kept("The mail server refused the recipient: {answer}")
MESSAGE_REFUSED = kept("The mail server refused the message: {answer}")


@dataclass(frozen=True)
class Server:
    """`security`: "tls" from the first byte, "starttls" required, "opportunistic" if offered, "none".

    `bearer` gives the access token of `user` where the sign-in is by token instead of `password`.
    """

    host: str
    port: int
    user: str = ""
    password: str = ""
    security: str = "opportunistic"
    bearer: Bearer | None = None


def server_from_url(url: str) -> Server:
    """`smtp://user:pass@host:port` (TLS if offered), `smtps://…` (TLS at once), `smtp://…?security=starttls|none`."""
    parts = urlsplit(url)
    secure = parts.scheme == "smtps"
    security = "tls" if secure else parts.query.removeprefix("security=") or "opportunistic"
    return Server(
        host=parts.hostname or "127.0.0.1",
        port=parts.port or (465 if secure else 25),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        security=security,
    )


def deliver(server: Server, *, sender: str, recipients: list[str], mail: EmailMessage) -> str:
    """One mail by a connection of its own. Returns the server's last answer. Raises ChannelError."""
    line = Line(server)
    try:
        return line.deliver(sender=sender, recipients=recipients, mail=mail)
    finally:
        line.close()


class Refused(ChannelError):
    """The server said no in a whole reply: the connection is as good as before."""


class _Gone(Exception):
    """The connection ended before the final dot: nothing was accepted."""


class Line:
    """A connection to one server, kept for the mails of one batch and reset between them. For one thread.

    It is kept only while its state is known: after an accepted mail or a refusal in a whole reply. A server may end a
    kept connection whenever it likes; then the mail goes by a new one, once, because nothing of it was accepted.
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        self._connection: smtplib.SMTP | None = None

    def deliver(self, *, sender: str, recipients: list[str], mail: EmailMessage) -> str:
        """Returns the server's last answer. The first recipient is the one that counts. Raises ChannelError."""
        if self._connection and self._reset(self._connection):
            try:
                return self._transaction(self._connection, sender, recipients, mail)
            except _Gone:
                pass
        try:
            return self._transaction(self._opened(), sender, recipients, mail)
        except _Gone as gone:
            raise ChannelError(BROKE.format(host=self.server.host, reason=gone)) from gone

    def close(self) -> None:
        if self._connection:
            _leave(self._connection)
            self._connection = None

    def _opened(self) -> smtplib.SMTP:
        try:
            return _open(self.server)
        except (OSError, smtplib.SMTPException) as error:
            place = f"{self.server.host}:{self.server.port}"
            raise ChannelError(UNUSABLE.format(place=place, reason=_said(error))) from error

    def _reset(self, connection: smtplib.SMTP) -> bool:
        try:
            alive = connection.rset()[0] == 250
        except (OSError, smtplib.SMTPException):
            alive = False
        if not alive:
            self.close()
        return alive

    def _transaction(self, connection: smtplib.SMTP, sender: str, recipients: list[str], mail: EmailMessage) -> str:
        self._connection = None  # unless the end is known
        try:
            answer = _conversation(connection, sender, recipients, mail)
        except Refused:
            self._connection = connection
            raise
        except ChannelError:
            connection.close()
            raise
        except (OSError, smtplib.SMTPException) as error:
            connection.close()
            raise _Gone(_said(error)) from error
        self._connection = connection
        return answer


def _conversation(connection: smtplib.SMTP, sender: str, recipients: list[str], mail: EmailMessage) -> str:
    needs_utf8 = not all(address.isascii() for address in [sender, *recipients])
    _envelope(connection, sender, recipients, needs_utf8)
    _hand_over(connection, mail.as_bytes(policy=(SMTPUTF8 if needs_utf8 else SMTP)))
    return _last_answer(connection)


def _open(server: Server) -> smtplib.SMTP:
    if server.security == "tls":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=_context(server))
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    try:
        _at_once(connection)
        connection.ehlo_or_helo_if_needed()
        offered = connection.has_extn("starttls")
        if server.security == "starttls" or (server.security == "opportunistic" and offered):
            connection.starttls(context=_context(server))
            connection.ehlo()
        if server.bearer:
            _sign_in_by_token(connection, server.user, server.bearer)
        elif server.user:
            connection.login(server.user, server.password)
    except BaseException:
        connection.close()
        raise
    return connection


def _sign_in_by_token(connection: smtplib.SMTP, user: str, bearer: Bearer) -> None:
    """A token that is not accepted may have been revoked early: renewed once."""
    try:
        _xoauth2(connection, user, bearer(False))
    except smtplib.SMTPAuthenticationError:
        _xoauth2(connection, user, bearer(True))


def _xoauth2(connection: smtplib.SMTP, user: str, token: str) -> None:
    def respond(challenge: bytes | None = None) -> str:
        """A challenge holds the reason of a refusal; an empty response asks for the refusal itself."""
        return initial_response(user, token) if challenge is None else ""

    connection.auth("XOAUTH2", respond)


def _at_once(connection: smtplib.SMTP) -> None:
    """Else the final dot waits for the acknowledgement of the data, 40 ms for each mail (Nagle, delayed ACK)."""
    if connection.sock:
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _context(server: Server) -> ssl.SSLContext:
    """Encryption that is merely taken when offered could be stripped anyway, so it checks no certificate."""
    context = ssl.create_default_context()
    if server.security == "opportunistic":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _envelope(connection: smtplib.SMTP, sender: str, recipients: list[str], needs_utf8: bool) -> None:
    if needs_utf8 and not connection.has_extn("smtputf8"):
        raise Refused(ASCII_ONLY, permanent=True)
    _expect(connection.mail(sender, ["SMTPUTF8"] if needs_utf8 else []), SENDER_REFUSED)
    _expect(connection.rcpt(recipients[0]), RECIPIENT_REFUSED)
    for copy in recipients[1:]:
        connection.rcpt(copy)  # a copy that is refused does not hold up the mail


def _hand_over(connection: smtplib.SMTP, data: bytes) -> None:
    connection.putcmd("data")
    _expect(connection.getreply(), MESSAGE_REFUSED, wanted=3)
    quoted = re.sub(rb"(?m)^\.", b"..", data)  # RFC 5321 §4.5.2; the lines end with CRLF already
    connection.send(quoted if quoted.endswith(b"\r\n") else quoted + b"\r\n")


def _last_answer(connection: smtplib.SMTP) -> str:
    try:
        connection.send(b".\r\n")
        code, text = connection.getreply()
    except (OSError, smtplib.SMTPException) as error:
        raise ChannelError(UNCONFIRMED_AS.format(reason=_said(error)), unknown=True) from error
    if code == -1:
        raise ChannelError(UNCONFIRMED, unknown=True)
    _expect((code, text), MESSAGE_REFUSED)
    return text.decode("utf-8", "replace")[:300]


def _expect(reply: tuple[int, bytes], refusal: str, *, wanted: int = 2) -> None:
    code, text = reply
    if code // 100 == wanted:
        return
    sentence = refusal.format(answer=f"{code} {text.decode('utf-8', 'replace')[:300]}")
    if code in ENDED:
        raise smtplib.SMTPServerDisconnected(sentence)
    raise Refused(sentence, permanent=code >= 500 and code != 552, retry_after=GREYLISTED if code < 500 else None)


def _leave(connection: smtplib.SMTP) -> None:
    try:
        connection.quit()
    except (OSError, smtplib.SMTPException):
        connection.close()


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        return f"{error.smtp_code} {text}"[:300]
    return str(error)[:300] or type(error).__name__
