"""`Authentication-Results` (RFC 8601): what a server found out about the sender (SPF, DKIM, DMARC).

Anybody can write such a line into a mail. Here they are only read; whose line counts is decided in `verdict.py`.
"""

from __future__ import annotations

import re
from typing import TypedDict

from .headers import Headers

MAX_LINES = 20
MAX_RESULTS = 30
NAME = "authentication-results"
METHOD = re.compile(r"\s*([a-z0-9-]{1,40})(?:\s*/\s*\d+)?\s*=\s*([a-z]{1,20})(.*)", re.DOTALL | re.IGNORECASE)
TOKEN = re.compile(r"\\.|.", re.DOTALL)  # a character, with the backslash that takes its meaning away
PROPERTY = re.compile(r'([a-z0-9.-]{1,60})\s*=\s*("[^"]{0,300}"|[^\s;]{1,300})', re.IGNORECASE)


class Result(TypedDict):
    """One check: `dkim`, `pass`, {"header.d": "casa.example"}; names in lower case."""

    method: str
    result: str
    properties: dict[str, str]


class Results(TypedDict):
    """One line. `server`: who wrote it, "" if it does not say. `on_top`: above all lines of transport (Received)."""

    server: str
    on_top: bool
    results: list[Result]


def authentication_results(headers: Headers) -> list[Results]:
    """From the newest line downwards."""
    received = next((place for place, (name, _) in enumerate(headers.fields) if name == "received"), None)
    values = iter(headers.all(NAME))
    places = [place for place, (name, _) in enumerate(headers.fields) if name == NAME]
    found = zip(places, values, strict=True)
    return [_line(value, on_top=received is None or place < received) for place, value in list(found)[:MAX_LINES]]


def _line(value: str, *, on_top: bool) -> Results:
    pieces = without_comments(value).split(";")[: MAX_RESULTS + 1]
    named = "=" not in pieces[0]
    server = (pieces[0].split() or [""])[0].lower()[:253] if named else ""
    results = [result for piece in pieces[int(named) :] if (result := _result(piece))]
    return {"server": server, "on_top": on_top, "results": results}


def _result(piece: str) -> Result | None:
    match = METHOD.match(piece)
    if match is None:
        return None
    properties = {name.lower(): value.strip('"').lower() for name, value in PROPERTY.findall(match[3])}
    return {"method": match[1].lower(), "result": match[2].lower(), "properties": properties}


def without_comments(value: str) -> str:
    """Comments in brackets may be nested and hold anything, results too; one that is never closed takes the rest."""
    kept, depth, quoted = [], 0, False
    for piece in TOKEN.findall(value):
        if piece == '"' and not depth:
            quoted = not quoted
        opens, closes = piece == "(" and not quoted, piece == ")" and depth > 0
        depth += opens - closes
        if not depth and not closes:
            kept.append(piece)
    return "".join(kept)
