"""Mail that no person wrote, and that must not get an automatic answer (RFC 3834 and what is sent in practice)."""

from __future__ import annotations

import re

from .headers import Headers, parse_addresses, parse_parameters

BULK = frozenset({"bulk", "list", "junk", "auto_reply", "auto-reply"})
PROGRAMS = ("x-loop", "x-autoreply", "x-autorespond", "x-auto-reply")
LISTS = ("list-unsubscribe", "list-id")

# Senders that RFC 3834 §2 forbids to answer, and those behind which nobody reads an answer.
PROGRAM = re.compile(r"mail(?:er)?[-._]?daemon|postmaster|owner-.+|.+-(?:request|bounces)", re.IGNORECASE)
NO_REPLY = re.compile(
    r"(?:.*[-._+])?(?:no|do[-._]?not)[-._]?reply(?:[-._+\d].*)?|no[-._]?responder|nicht[-._]?antworten|"
    r"ne[-._]?pas[-._]?repondre|nao[-._]?responda|non[-._]?rispondere",
    re.IGNORECASE,
)
# What programs put before the subject that they answer; people write of such things too, so only at the very beginning.
ANSWER = re.compile(
    r"(?:automatic reply|auto[ -]?(?:reply|response|responder)|automatische antwort|respuesta autom[aá]tica|"
    r"resposta autom[aáà]tica|r[eé]ponse automatique|risposta automatica|automatisch antwoord|autosvar|"
    r"automati[cs]kt? svar|automaattinen vastaus|automatyczna odpowiedź|automatická odpověď|автоответ|"
    r"автоматический ответ|自動応答|自动答复)"
    r"\s{0,2}[:：]",
    re.IGNORECASE,
)
AWAY = re.compile(
    r"(?:out of (?:the )?office(?: (?:auto[ -]?reply|message|notification|reply|response))?|"
    r"abwesenheits(?:notiz|nachricht)|fuera de (?:la )?oficina|"
    r"fora do escritório|absence du bureau|message d'absence|fuori (?:sede|ufficio)|"
    r"afwezig(?:heidsbericht)?)(?:\s{0,2}[:：]|\s{1,2}re:|\s*\Z)",
    re.IGNORECASE,
)
AUTO = re.compile(r"auto:(\s{0,2}(?:re|aw|sv|rv):)?", re.IGNORECASE)  # RFC 3834 §3.1.5; in Spanish also a car


def came_by_list(headers: Headers) -> bool:
    """Through a list that people write to (RFC 2369 §3.4), as a team's address at a Google Group is: somebody wrote it,
    and no program may answer."""
    return "mailto:" in headers.raw("list-post").lower()


def auto_reply_reason(headers: Headers) -> str:
    """Names the header that says so; empty for mail that a person may have written."""
    return _by_word(headers) or _by_sender(headers) or _by_subject(headers)


def _by_word(headers: Headers) -> str:
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


def _by_sender(headers: Headers) -> str:
    """A site's form writes as nobody who reads, too, but names by Reply-To who filled it in."""
    senders = _local_parts(headers, "from")[:1]
    for sender in senders:
        people = [each for each in _local_parts(headers, "reply-to") if not _is_program(each)]
        if PROGRAM.fullmatch(sender) or (NO_REPLY.fullmatch(sender) and not people):
            return f"From: {sender}"
    return ""


def _is_program(local_part: str) -> bool:
    return bool(PROGRAM.fullmatch(local_part) or NO_REPLY.fullmatch(local_part))


def _local_parts(headers: Headers, name: str) -> list[str]:
    return [address.rpartition("@")[0].lower()[:64] for _name, address in parse_addresses(headers.raw(name)) if address]


def _by_subject(headers: Headers) -> str:
    subject = headers.text("subject").strip()[:100]
    found = ANSWER.match(subject) or AWAY.match(subject)
    if auto := AUTO.match(subject):
        found = auto if auto[1] or headers.has("in-reply-to") or headers.has("references") else None
    return f"Subject: {found[0].strip()}" if found else ""


def _word(headers: Headers, name: str) -> str:
    return headers.raw(name).split(";")[0].split("(")[0].strip().lower()[:60]
