"""Returned mail: RFC 3464 reports, and the plain texts of the servers that do not send them.

Formats read: message/delivery-status, X-Failed-Recipients (Exim, Gmail), and the bodies of qmail, Exim, Postfix,
sendmail and Exchange. A recipient is `delayed` while the server goes on trying; one that gave up after days has failed
with a status of 4, so that the address may be written to again: not delayed, and not `permanent`.
"""

from __future__ import annotations

import re
from typing import TypedDict

from .charsets import decode
from .headers import Headers, one_line, parse_block, parse_message_ids
from .tree import MailRefused, Part, parse_tree

MAX_RECIPIENTS = 100
MAX_TEXT = 20_000  # characters of a report's text that are read

SENDER = re.compile(r"\b(?:mailer-?daemon|postmaster|mail-?daemon|bounces?)\b", re.IGNORECASE)
SUBJECT = re.compile(
    r"undeliver|delivery (?:status|failure|report)|returned (?:mail|to sender)|failure notice|mail delivery|"
    r"could not be delivered|no se (?:pudo|ha podido) entregar|no entregado|unzustellbar|non remis|rejected",
    re.IGNORECASE,
)
ADDRESS = r"[^\s<>()\[\]:;,\"]{1,64}@[A-Za-z0-9.-]{1,250}[A-Za-z0-9]"
ANY_ADDRESS = re.compile(ADDRESS)
FAILED_LINE = re.compile(rf"(?m)^[ \t]{{0,8}}<?({ADDRESS})>?:?(?:[ \t\r]*$|[ \t]*\n?[ \t]{{0,8}}(?=\S))")
GENERATED = re.compile(rf"\(generated from ({ADDRESS})\)")  # Exim, of an address that it does not disclose
STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
SMTP_CODE = re.compile(r"(?<![\d.])([45]\d\d)[ -]")
ORIGINAL = re.compile(
    r"(?im)^.{0,10}(?:this is a copy of the message|below this line is a copy|original message follows|"
    r"message header follows|original message headers|-{3,} ?(?:original|returned|transcript)).{0,80}$"
)


# Without a report, only words say whether the server goes on trying (Exim, sendmail, Exchange); a code of 4 does not.
TRIES_AGAIN = re.compile(
    r"will (?:continue|keep|be retried|retry|try again)|attempts will continue|has not yet been delivered|still trying|"
    r"could not send message for past|delivery (?:is|has been) delayed|this is a warning|warning message only|"
    r"no need to resend|seguirá intent|se seguirá|se reintentará|retraso en la entrega",
    re.IGNORECASE,
)
GAVE_UP = re.compile(r"permanent error|giving up|gave up|retry timeout exceeded", re.IGNORECASE)


class Recipient(TypedDict):
    address: str
    status: str
    reason: str
    permanent: bool
    delayed: bool


class Bounce(TypedDict):
    is_bounce: bool
    recipients: list[Recipient]
    original_message_id: str


def read_bounce(root: Part, from_address: str, subject: str, text: str) -> Bounce:
    root = _unwrapped(root, from_address)
    recipients = _from_report(root) or _from_header(root.headers, text) or _from_text(root, from_address, subject, text)
    if not recipients:
        return {"is_bounce": False, "recipients": [], "original_message_id": ""}
    return {
        "is_bounce": not all(recipient["delayed"] for recipient in recipients),
        "recipients": recipients[:MAX_RECIPIENTS],
        "original_message_id": _original_id(root, text),
    }


def _unwrapped(root: Part, from_address: str) -> Part:
    """Some gateways attach a report to a mail of their own. One that a person passes on says nothing of our mail."""
    if not _is_by_machine(root, from_address) or root.content_type == "multipart/report":
        return root
    attached = [part.content for part in root.walk() if part.content_type == "message/rfc822"][:3]
    for content in attached:
        try:
            inner = parse_tree(content)
        except MailRefused:
            continue
        if inner.content_type == "multipart/report" and _from_report(inner):
            return inner
    return root


def _is_by_machine(root: Part, from_address: str) -> bool:
    null_sender = root.headers.has("return-path") and root.headers.raw("return-path").strip() == "<>"
    return _reports_delivery(root) or null_sender or bool(SENDER.search(from_address))


def _reports_delivery(root: Part) -> bool:
    return root.parameters.get("report-type", "").lower() == "delivery-status"


def _from_report(root: Part) -> list[Recipient]:
    reports = [
        part
        for part in root.walk()
        if part.content_type in ("message/delivery-status", "message/global-delivery-status")
    ]
    found = []
    for report in reports[:5]:
        for block in re.split(r"\n[ \t]*\n", decode(report.content)[:MAX_TEXT])[:MAX_RECIPIENTS]:
            recipient = _report_recipient(parse_block(block.encode()))
            if recipient:
                found.append(recipient)
    return found


def _report_recipient(fields: Headers) -> Recipient | None:
    action = fields.raw("action").strip().lower()
    named = fields.raw("original-recipient") or fields.raw("final-recipient")
    found = ANY_ADDRESS.search(fields.raw("final-recipient")) or ANY_ADDRESS.search(named)
    address = found[0] if found else one_line(named.partition(";")[2])[:250]  # of X.400, of a fax
    if (
        not address
        or (not found and action not in ("failed", "delayed"))
        or action in ("delivered", "relayed", "expanded")
    ):
        return None
    reason = one_line(fields.raw("diagnostic-code").partition(";")[2] or fields.raw("diagnostic-code"))
    status = _status(fields.raw("status"), reason)
    delayed = action == "delayed"
    return {
        "address": address,
        "status": status,
        "reason": reason[:500] or action,
        "permanent": not delayed and not status.startswith("4"),
        "delayed": delayed,
    }


def _from_header(headers: Headers, text: str) -> list[Recipient]:
    delayed = _tries_again(ORIGINAL.split(text[:MAX_TEXT], maxsplit=1)[0])
    return [_recipient(address, text, delayed) for address in ANY_ADDRESS.findall(headers.raw("x-failed-recipients"))]


def _from_text(root: Part, from_address: str, subject: str, text: str) -> list[Recipient]:
    if not _is_by_machine(root, from_address) or not (_reports_delivery(root) or SUBJECT.search(subject)):
        return []
    text = ORIGINAL.split(text[:MAX_TEXT], maxsplit=1)[0]
    named = FAILED_LINE.finditer(text) if FAILED_LINE.search(text) else GENERATED.finditer(text)
    addresses = dict.fromkeys(match[1] for match in named)
    delayed = _tries_again(text)
    return [_recipient(address, _after(text, address), delayed) for address in list(addresses)[:MAX_RECIPIENTS]]


def _tries_again(text: str) -> bool:
    return bool(TRIES_AGAIN.search(text)) and not GAVE_UP.search(text)


def _after(text: str, address: str) -> str:
    """The few lines that follow the address: there stands why. Exchange repeats it further below with the code."""
    told = ["\n".join(rest.lstrip(">: \t\n").split("\n")[:5]) for rest in text.split(address)[1:]]
    return next((lines for lines in told if STATUS.search(lines) or SMTP_CODE.search(lines)), max(told, key=len))


def _recipient(address: str, text: str, delayed: bool) -> Recipient:
    text = text[:MAX_TEXT]
    status = _status("", text)
    line = next(
        (line for line in text.split("\n") if STATUS.search(line) or SMTP_CODE.search(line)), text.split("\n")[0]
    )
    return {
        "address": address,
        "status": status,
        "reason": one_line(line)[:500],
        "permanent": not delayed and not status.startswith("4"),
        "delayed": delayed,
    }


def _status(given: str, text: str) -> str:
    """An enhanced status code (RFC 3463); from the reply code if the server sent no other."""
    found = STATUS.search(given) or STATUS.search(text)
    if found:
        return found[1]
    code = SMTP_CODE.search(f"{text} ")
    return f"{code[1][0]}.0.0" if code else "5.0.0"


def _original_id(root: Part, text: str) -> str:
    """Message-ID of the mail that came back, from the returned headers wherever they are."""
    for part in root.walk():
        if part.content_type in ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global"):
            ids = parse_message_ids(parse_block(part.content[:65536].lstrip()).raw("message-id"))
            if ids:
                return ids[0]
    match = re.search(r"(?im)^[ \t>]{0,8}message-id:[ \t]*(<[^<>\s]{1,500}>)", text[: 5 * MAX_TEXT])
    return match[1] if match else ""
