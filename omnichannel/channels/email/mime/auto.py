"""Mail that no person wrote, and that must not get an automatic answer (RFC 3834 and what is sent in practice)."""

from __future__ import annotations

from .headers import Headers

BULK = frozenset({"bulk", "list", "junk", "auto_reply", "auto-reply"})


def auto_reply_reason(headers: Headers) -> str:
    """Names the header that says so; empty for mail that a person may have written."""
    if (submitted := _word(headers, "auto-submitted")) and submitted != "no":
        return f"Auto-Submitted: {submitted}"
    if (precedence := _word(headers, "precedence")) in BULK:
        return f"Precedence: {precedence}"
    for name in ("list-unsubscribe", "list-id", "x-loop", "x-autoreply", "x-autorespond", "x-auto-reply"):
        if headers.has(name):
            return name.title()
    if "all" in headers.raw("x-auto-response-suppress").lower().replace(" ", "").split(","):
        return "X-Auto-Response-Suppress: All"
    if headers.has("return-path") and headers.raw("return-path").strip() in ("<>", ""):
        return "Return-Path: <>"
    return ""


def _word(headers: Headers, name: str) -> str:
    return headers.raw(name).split(";")[0].split("(")[0].strip().lower()[:60]
