"""The front door to parsing: hostile bytes go into the sandbox, a `ParsedMail` or one clear reason comes out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, cast

from kernel import sandbox
from kernel.told import kept

from .mime.tree import REFUSALS, MailRefused
from .parsed import ParsedMail

MODULE = "omnichannel.channels.email.parse"
HEADER = 4
for _sentence in REFUSALS:
    kept(_sentence)


class UnreadableMail(Exception):
    """The mail cannot be parsed; the message is for the operator who finds it in the quarantine."""


@dataclass(frozen=True)
class MailWithFiles:
    """`contents[i]` are the bytes of `mail["attachments"][i]`."""

    mail: ParsedMail
    contents: list[bytes]


def read_mail(raw: bytes) -> ParsedMail:
    """Raises UnreadableMail."""
    return cast(ParsedMail, _call("parse", raw))


def read_mail_with_files(raw: bytes) -> MailWithFiles:
    """Raises UnreadableMail."""
    data: bytes = _call("parse_with_files", raw)
    size = int.from_bytes(data[:HEADER], "big")
    mail: ParsedMail = json.loads(data[HEADER : HEADER + size])
    contents, position = [], HEADER + size
    for attachment in mail["attachments"]:
        contents.append(data[position : position + attachment["size"]])
        position += attachment["size"]
    return MailWithFiles(mail, contents)


def _call(function: str, raw: bytes) -> Any:
    try:
        return sandbox.run(MODULE, function, raw)
    except (sandbox.SandboxTimeout, sandbox.SandboxMemory, sandbox.SandboxCrash):
        return _call_without_html(function, raw)
    except sandbox.SandboxFailed as error:
        raise UnreadableMail(error.message if error.kind == MailRefused.__name__ else str(error)) from error
    except sandbox.SandboxError as error:
        raise UnreadableMail(str(error)) from error


def _call_without_html(function: str, raw: bytes) -> Any:
    """HTML is what exhausts a sandbox; without it the mail can usually still be read."""
    try:
        return sandbox.run(MODULE, function, raw, html=False)
    except sandbox.SandboxError as error:
        raise UnreadableMail(str(error)) from error
