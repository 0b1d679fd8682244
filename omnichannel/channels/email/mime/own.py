"""What the writer of an HTML mail wrote, where the mail's own marks tell it from quotation and signature.

Classes and ids are gone from what is shown, so the marks are read in a second cleaning. Gmail's quotation is not cut:
answers stand within it, and its lines tell it well enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import nh3

from .clean import DROPPED_WITH_CONTENT, TAGS, reason_for_text
from .signatures import is_short
from .text import html_to_text

SIGNATURE, QUOTED, QUOTED_BELOW = "gmail_signature", "yahoo_quoted", "divRplyFwdMsg"
MARKS = (SIGNATURE, QUOTED, QUOTED_BELOW)
MARKED = re.compile(rf'<div (?:class|id)="({"|".join(MARKS)})">')
DIVISION = re.compile(r"<div(?: [^<>]*)?>|</div>")


def own_text(source: str) -> str:
    """The text without what is marked; empty if nothing is marked or nothing else is there."""
    if not any(mark in source for mark in MARKS) or reason_for_text(source):
        return ""
    cleaned = _with_marks(source)
    kept = "".join(_kept(cleaned))
    return html_to_text(kept) if len(kept) < len(cleaned) else ""


def _with_marks(source: str) -> str:
    return nh3.Cleaner(
        tags=TAGS,
        clean_content_tags=DROPPED_WITH_CONTENT,
        attributes={"div": {"class", "id"}},
        attribute_filter=_mark,
        strip_comments=True,
        link_rel=None,
    ).clean(source)


def _mark(tag: str, name: str, value: str) -> str | None:
    if name == "id":
        return value if value == QUOTED_BELOW else None
    return next((mark for mark in (SIGNATURE, QUOTED) if mark in value.split()), None)


def _kept(cleaned: str) -> Iterator[str]:
    position = quotes = 0
    while found := MARKED.search(cleaned, position):
        before = cleaned[position : found.start()]
        quotes += before.count("<blockquote>") - before.count("</blockquote>")
        if found[1] == QUOTED_BELOW and not quotes:
            yield before.rstrip().removesuffix("<hr>")
            return
        end = found.end() if found[1] == QUOTED_BELOW else _end(cleaned, found.end())
        yield before
        yield _kept_inside(found[1], cleaned[found.start() : end])
        position = end
    yield cleaned[position:]


def _kept_inside(mark: str, marked: str) -> str:
    """Some write their whole mail into the place of the signature; within a quotation others may have been quoted."""
    if mark == SIGNATURE:
        return "" if is_short(html_to_text(marked).split("\n")) else marked
    return marked if mark == QUOTED_BELOW else ""


def _end(cleaned: str, position: int) -> int:
    """After the division that is open at `position`; what nh3 wrote closes each."""
    depth = 1
    for found in DIVISION.finditer(cleaned, position):
        depth += -1 if found[0].startswith("</") else 1
        if not depth:
            return found.end()
    return len(cleaned)
