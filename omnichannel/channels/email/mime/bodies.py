"""Which parts of the tree are the message and which are attached to it."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from dataclasses import dataclass, field
from typing import TypedDict

from .charsets import decode
from .clean import text_as_html
from .headers import one_line, parse_block, sanitise_filename
from .text import unflow
from .tree import Part

ENDINGS = {
    "message/rfc822": ".eml",
    "message/delivery-status": ".txt",
    "text/calendar": ".ics",
    "image/jpeg": ".jpg",
    "text/rfc822-headers": ".txt",
    "application/ms-tnef": ".dat",
}
CHARSET = re.compile(rb"charset\s*=[\s\"']*([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)


class Attachment(TypedDict):
    filename: str
    content_type: str
    size: int
    md5: str
    content_id: str
    inline: bool


@dataclass
class Body:
    """`plain` and `html` as the mail has them; either may be missing."""

    plain: str | None = None
    html: str | None = None

    @property
    def is_empty(self) -> bool:
        return self.plain is None and self.html is None


@dataclass
class Reading:
    """The attachments found so far, in the order of the mail; bodies are removed as they are read."""

    attached: list[Part] = field(default_factory=list)

    def body(self, part: Part) -> Body:
        if not part.is_multipart:
            return self._leaf(part)
        bodies = [self.body(child) for child in part.children]
        filled = [body for body in bodies if not body.is_empty]
        if part.content_type == "multipart/alternative":
            return _best(filled)
        return _joined(filled)

    def _leaf(self, part: Part) -> Body:
        if part.content_type.startswith("multipart/"):  # no boundary, or none of its delimiters: read it as text
            return Body(plain=_plain(part)) if part.body.strip() else Body()
        if part.content_type not in ("text/plain", "text/html") or is_attached(part):
            self.attached.append(part)
            return Body()
        if part.content_type == "text/html":
            return Body(html=_html(part))
        return Body(plain=_plain(part))


def is_attached(part: Part) -> bool:
    named = "filename" in part.disposition_parameters or "name" in part.parameters
    return part.disposition == "attachment" or (named and part.disposition != "")


def _best(bodies: list[Body]) -> Body:
    plain = next((body.plain for body in bodies if body.plain and body.plain.strip()), None)
    html = next((body.html for body in reversed(bodies) if body.html), None)
    return Body(plain, html)


def _joined(bodies: list[Body]) -> Body:
    if len(bodies) == 1:
        return bodies[0]
    if any(body.html is not None for body in bodies):
        html = "<hr>".join(body.html if body.html is not None else text_as_html(body.plain or "") for body in bodies)
        whole = all(body.plain is not None for body in bodies)
        return Body("\n\n".join(body.plain or "" for body in bodies) if whole else None, html)
    return Body("\n\n".join(body.plain for body in bodies if body.plain is not None)) if bodies else Body()


def _plain(part: Part) -> str:
    text = decode(part.content, part.parameters.get("charset", ""))
    if part.parameters.get("format", "").lower() == "flowed":
        return unflow(text, delete_space=part.parameters.get("delsp", "").lower() == "yes")
    return text


def _html(part: Part) -> str:
    content = part.content
    declared = part.parameters.get("charset") or _charset_of_page(content)
    return decode(content, declared)


def _charset_of_page(content: bytes) -> str:
    found = CHARSET.search(content[:2048])
    return found[1].decode("ascii") if found else ""


def describe(part: Part, content: bytes, number: int) -> Attachment:
    content_id = part.headers.raw("content-id").strip().strip("<>")
    return {
        "filename": filename_of(part, content, number),
        "content_type": part.content_type,
        "size": len(content),
        "md5": hashlib.md5(content, usedforsecurity=False).hexdigest(),
        "content_id": one_line(content_id)[:250],
        "inline": part.disposition == "inline" or (bool(content_id) and part.disposition != "attachment"),
    }


def filename_of(part: Part, content: bytes, number: int) -> str:
    """As sent; else the subject of an attached mail, the description of the part, or the kind and the number."""
    given = part.disposition_parameters.get("filename") or part.parameters.get("name") or ""
    if given := sanitise_filename(given):
        return given
    ending = ENDINGS.get(part.content_type) or mimetypes.guess_extension(part.content_type) or ".bin"
    title = part.headers.text("content-description")
    if part.content_type == "message/rfc822":
        title = parse_block(content[:65536].lstrip().partition(b"\n\n")[0]).text("subject") or title
    title = sanitise_filename(title)
    return f"{title}{ending}" if title else f"{part.content_type.partition('/')[0]}-{number}{ending}"
