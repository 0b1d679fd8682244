"""Mail that no person wrote, and that must not get an automatic answer (RFC 3834 and what is sent in practice)."""

from __future__ import annotations

from .headers import Headers, parse_parameters

BULK = frozenset({"bulk", "list", "junk", "auto_reply", "auto-reply"})
PROGRAMS = ("x-loop", "x-autoreply", "x-autorespond", "x-auto-reply")
LISTS = ("list-unsubscribe", "list-id")


def came_by_list(headers: Headers) -> bool:
    """Through a list that people write to (RFC 2369 §3.4), as a team's address at a Google Group is: somebody wrote it,
    and no program may answer."""
    return "mailto:" in headers.raw("list-post").lower()


def auto_reply_reason(headers: Headers) -> str:
    """Names the header that says so; empty for mail that a person may have written."""
    if (submitted := _word(headers, "auto-submitted")) and submitted != "no":
        return f"Auto-Submitted: {submitted}"
    by_list = came_by_list(headers)
    if (precedence := _word(headers, "precedence")) in BULK and not (by_list and precedence == "list"):
        return f"Precedence: {precedence}"
    for name in PROGRAMS if by_list else PROGRAMS + LISTS:
        if headers.has(name):
            return name.title()
    _type, parameters = parse_parameters(headers.raw("content-type"))
    report: str = parameters.get("report-type", "").lower()[:60]
    if report:  # on delivery, on being read (RFC 8098), of abuse
        return f"Content-Type: report-type={report}"
    if "all" in headers.raw("x-auto-response-suppress").lower().replace(" ", "").split(","):
        return "X-Auto-Response-Suppress: All"
    if headers.has("return-path") and headers.raw("return-path").strip() in ("<>", ""):
        return "Return-Path: <>"
    return ""


def _word(headers: Headers, name: str) -> str:
    return headers.raw(name).split(";")[0].split("(")[0].strip().lower()[:60]
