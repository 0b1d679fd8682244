"""What an operator may have mistyped, told before anything starts: one sentence that names the variable.

Without Django, which would be loaded for nothing and stop at the first of them in words of its own.
"""

import base64
import binascii
import json
import logging
import os
import zoneinfo
from collections.abc import Callable
from urllib.parse import SplitResult, urlsplit

from config.services.errors import ServiceError

KEPT = ("idempotency", "refused", "account_mails", "sessions")
SECURITY = ("", "security=starttls", "security=none", "security=opportunistic")
KEY_BYTES = 32
SECRET_LENGTH = 32  # letters


def refuse_impossible() -> None:
    """Raises ServiceError."""
    for name, (is_possible, advice) in EXPECTED.items():
        value = os.environ.get(name)
        if value and not is_possible(value):
            shown = "set" if name in SECRET else value
            raise ServiceError(f"{name} is {shown}, which cannot be used: {advice}")


def _level(value: str) -> bool:
    return value in logging.getLevelNamesMapping()


def _days(value: str) -> bool:
    pairs = [word.partition("=") for word in value.split(",") if word.strip()]
    return all(name.strip() in KEPT and days.strip().isdecimal() for name, _, days in pairs)


def _zone(value: str) -> bool:
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _web(value: str) -> bool:
    parts = _parts(value)
    return parts is not None and parts.scheme in ("http", "https")


def _mail(value: str) -> bool:
    parts = _parts(value)
    return parts is not None and parts.scheme in ("smtp", "smtps") and parts.query in SECURITY


def _parts(value: str) -> SplitResult | None:
    """None for what names no host, or a port that is none."""
    try:
        parts = urlsplit(value)
        return parts if parts.hostname and (parts.port is None or parts.port) else None
    except ValueError:
        return None


def _number(value: str) -> bool:
    return value.isdecimal()


def _providers(value: str) -> bool:
    try:
        found = json.loads(value)
    except ValueError:
        return False
    return isinstance(found, list) and all(isinstance(each, dict) for each in found)


def _long(value: str) -> bool:
    return len(value.strip()) >= SECRET_LENGTH


def _keys(value: str) -> bool:
    try:
        keys = [base64.b64decode(key.partition(":")[2], validate=True) for key in value.split(",")]
    except binascii.Error:
        return False
    return all(len(key) == KEY_BYTES for key in keys)


EXPECTED: dict[str, tuple[Callable[[str], bool], str]] = {
    "HILO_BASE_URL": (_web, "write the address that people use, as https://crm.example.com."),
    "HILO_SMTP_URL": (
        _mail,
        "write it as smtp://user:password@host:587, smtps://host:465, or smtp://…?security=starttls.",
    ),
    "HILO_TIME_ZONE": (_zone, "write a name of the tz database, such as Europe/Madrid."),
    "HILO_LOG_LEVEL": (_level, "choose DEBUG, INFO, WARNING or ERROR."),
    "HILO_KEEP_DAYS": (_days, f"write whole days by name, as refused=30,sessions=1 (names: {', '.join(KEPT)})."),
    "HILO_TRUSTED_PROXIES": (_number, "write how many proxies stand in front, as 1."),
    "HILO_OIDC": (_providers, "write a JSON list with an object for each provider (docs/operations.md)."),
    "HILO_SECRET_KEY": (
        _long,
        f"write at least {SECRET_LENGTH} random letters and digits, or unset it: one is made and kept for you.",
    ),
    "HILO_FIELD_KEYS": (_keys, "write id:base64 pairs of 32 random bytes, the newest first, separated by commas."),
}
SECRET = ("HILO_SMTP_URL", "HILO_SECRET_KEY", "HILO_OIDC", "HILO_FIELD_KEYS")
