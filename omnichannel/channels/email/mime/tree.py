"""A raw mail as a tree of parts. Splitting is outer first, so an inner part left open cannot swallow its neighbours.

Bodies are slices of the raw bytes. The work is at most size × depth of plain byte search.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .headers import Headers, parse_block, parse_parameters
from .transfer import decode_transfer

MAX_SIZE = 50 << 20
MAX_HEADER_BLOCK = 64 << 10
MAX_PARTS = 1000
MAX_DEPTH = 50

REFUSALS: list[str] = []


def noted(sentence: str) -> str:
    """A text to translate. The sandbox knows nothing of the house: read.py has it told."""
    REFUSALS.append(sentence)
    return sentence


TOO_LARGE = noted("The mail has {size} bytes; the limit is {limit}.")
NO_MAIL = noted("This is no mail: it has no header fields.")
TOO_DEEP = noted("The mail is nested more than {levels} levels deep.")
LONG_HEADER = noted("A header block has {size} bytes; the limit is {limit}.")
TOO_MANY_PARTS = noted("The mail has more than {parts} parts.")

OF_OUR_DOOR = {"return-path", "received"}  # what the SMTP door writes above whatever it takes

BLANK_LINE = re.compile(rb"\r\n\r\n|\n\n|\n\r\n|\r\r(?!\n)")
FIELD_START = re.compile(rb"[!-9;-~]{1,100}[ \t]*:")
NO_FIELD = re.compile(rb"(?m)^(?![ \t]|[!-9;-~]{1,100}[ \t]*:)")
TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,80}/[a-z0-9!#$&^_.+-]{1,120}")


class MailRefused(ValueError):
    """The mail is beyond a limit. The message names it, for the operator who looks at the quarantine."""


@dataclass
class Part:
    headers: Headers
    body: bytes
    content_type: str = "text/plain"
    parameters: dict[str, str] = field(default_factory=dict)
    disposition: str = ""
    disposition_parameters: dict[str, str] = field(default_factory=dict)
    children: list[Part] = field(default_factory=list)

    @property
    def is_multipart(self) -> bool:
        return bool(self.children)

    @property
    def content(self) -> bytes:
        return decode_transfer(self.body, self.headers.raw("content-transfer-encoding"))

    def walk(self) -> Iterator[Part]:
        waiting = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting.extend(reversed(part.children))


def parse_tree(raw: bytes) -> Part:
    """Raises MailRefused beyond a limit."""
    if len(raw) > MAX_SIZE:
        raise MailRefused(TOO_LARGE.format(size=len(raw), limit=MAX_SIZE))
    root = read_part(_without_mbox_line(raw))
    if {name for name, _value in root.headers.fields} <= OF_OUR_DOOR:
        raise MailRefused(NO_MAIL)
    level, count = [root], 1
    for _ in range(MAX_DEPTH + 1):
        following: list[Part] = []
        for part in level:
            split_children(part, MAX_PARTS - count)
            following += part.children
            count += len(part.children)
        if not following:
            return root
        level = following
    raise MailRefused(TOO_DEEP.format(levels=MAX_DEPTH))


def _without_mbox_line(raw: bytes) -> bytes:
    if raw.startswith((b"From ", b">From ")):
        return raw.partition(b"\n")[2]
    return raw.lstrip(b"\r\n")


def read_part(data: bytes, *, default_type: str = "text/plain") -> Part:
    head, body = split_head(data)
    if len(head) > MAX_HEADER_BLOCK:
        raise MailRefused(LONG_HEADER.format(size=len(head), limit=MAX_HEADER_BLOCK))
    headers = parse_block(head)
    content_type, parameters = parse_parameters(headers.raw("content-type"))
    disposition, disposition_parameters = parse_parameters(headers.raw("content-disposition"))
    if not TYPE.fullmatch(content_type):
        content_type = default_type
    return Part(headers, body, content_type, parameters, disposition, disposition_parameters)


def split_head(data: bytes) -> tuple[bytes, bytes]:
    """A part may have no headers, or no empty line after them: then the first line that is no field ends them."""
    if data.startswith((b"\n", b"\r\n")):
        return b"", data[data.index(b"\n") + 1 :]
    if not FIELD_START.match(data):
        return b"", data
    found = BLANK_LINE.search(data)
    if found:
        return data[: found.start()], data[found.end() :]
    end = NO_FIELD.search(data)
    return (data[: end.start()], data[end.start() :]) if end else (data, b"")


def split_children(part: Part, allowed: int) -> None:
    boundary = part.parameters.get("boundary", "")
    if not part.content_type.startswith("multipart/") or not boundary or len(boundary) > 250:
        return
    default = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
    for chunk in _chunks(part.body, boundary.encode("utf-8", "replace")):
        if len(part.children) >= allowed:
            raise MailRefused(TOO_MANY_PARTS.format(parts=MAX_PARTS))
        part.children.append(read_part(chunk, default_type=default))


def _chunks(body: bytes, boundary: bytes) -> Iterator[bytes]:
    """What stands between the delimiter lines; the last one may lack its end."""
    delimiter = re.compile(rb"(?:\A|\r?\n|\r)--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r|\n|\Z)")
    start: int | None = None
    for match in delimiter.finditer(body):
        if start is not None:
            yield body[start : match.start()] if match.start() > start else b""
        if match[1]:
            return
        start = _after_line_end(body, match.end())
    if start is not None:
        yield body[start:]


def _after_line_end(body: bytes, position: int) -> int:
    if body[position : position + 2] == b"\r\n":
        return position + 2
    return position + 1
