"""Handing one mail to an SMTP server, knowing at every moment what a broken connection would mean.

Before the final dot nothing was accepted: try again. Between the dot and the answer nobody knows: `unknown`.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from urllib.parse import unquote, urlsplit

from omnichannel.channels.base import ChannelError

TIMEOUT = 60.0  # seconds for each step, RFC 5321 §4.5.3.2 asks for minutes
GREYLISTED = 300  # seconds that a temporary refusal is given to pass


@dataclass(frozen=True)
class Server:
    """`security`: "tls" from the first byte, "starttls" required, "opportunistic" if offered, "none"."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    security: str = "opportunistic"


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
    """Returns the server's last answer. The first recipient is the one that counts. Raises ChannelError."""
    needs_utf8 = not all(address.isascii() for address in [sender, *recipients])
    data = mail.as_bytes(policy=(SMTPUTF8 if needs_utf8 else SMTP))
    with _connection(server) as connection:
        _envelope(connection, sender, recipients, needs_utf8)
        _hand_over(connection, data)
        return _last_answer(connection)


@contextmanager
def _connection(server: Server) -> Iterator[smtplib.SMTP]:
    """Whatever fails up to the end of the data is safe to try again."""
    try:
        connection = _open(server)
    except (OSError, smtplib.SMTPException) as error:
        raise ChannelError(f"The mail server {server.host}:{server.port} cannot be used: {_said(error)}") from error
    try:
        yield connection
    except (OSError, smtplib.SMTPException) as error:
        raise ChannelError(f"The connection to {server.host} broke: {_said(error)}") from error
    finally:
        _leave(connection)


def _open(server: Server) -> smtplib.SMTP:
    if server.security == "tls":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=_context(server))
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    try:
        connection.ehlo_or_helo_if_needed()
        offered = connection.has_extn("starttls")
        if server.security == "starttls" or (server.security == "opportunistic" and offered):
            connection.starttls(context=_context(server))
            connection.ehlo()
        if server.user:
            connection.login(server.user, server.password)
    except BaseException:
        connection.close()
        raise
    return connection


def _context(server: Server) -> ssl.SSLContext:
    """Encryption that is merely taken when offered could be stripped anyway, so it checks no certificate."""
    context = ssl.create_default_context()
    if server.security == "opportunistic":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _envelope(connection: smtplib.SMTP, sender: str, recipients: list[str], needs_utf8: bool) -> None:
    if needs_utf8 and not connection.has_extn("smtputf8"):
        raise ChannelError("The mail server takes no addresses with letters outside of ASCII.", permanent=True)
    _expect(connection.mail(sender, ["SMTPUTF8"] if needs_utf8 else []), "the sender")
    _expect(connection.rcpt(recipients[0]), "the recipient")
    for copy in recipients[1:]:
        connection.rcpt(copy)  # a copy that is refused does not hold up the mail


def _hand_over(connection: smtplib.SMTP, data: bytes) -> None:
    connection.putcmd("data")
    _expect(connection.getreply(), "the message", wanted=3)
    quoted = re.sub(rb"(?m)^\.", b"..", data)  # RFC 5321 §4.5.2; the lines end with CRLF already
    connection.send(quoted if quoted.endswith(b"\r\n") else quoted + b"\r\n")


def _last_answer(connection: smtplib.SMTP) -> str:
    try:
        connection.send(b".\r\n")
        code, text = connection.getreply()
    except (OSError, smtplib.SMTPException) as error:
        raise ChannelError(f"The connection broke before the server confirmed: {_said(error)}", unknown=True) from error
    _expect((code, text), "the message")
    return text.decode("utf-8", "replace")[:300]


def _expect(reply: tuple[int, bytes], what: str, *, wanted: int = 2) -> None:
    code, text = reply
    if code // 100 == wanted:
        return
    sentence = f"The mail server refused {what}: {code} {text.decode('utf-8', 'replace')[:300]}"
    if code == -1:
        raise smtplib.SMTPServerDisconnected(sentence)
    raise ChannelError(sentence, permanent=code >= 500 and code != 552, retry_after=GREYLISTED if code < 500 else None)


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
