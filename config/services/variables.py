"""What an operator may have mistyped, told before anything starts: one sentence that names the variable.

Without Django, which would be loaded for nothing and stop at the first of them in words of its own.
"""

import base64
import binascii
import json
import logging
import os
import re
import shutil
import zoneinfo
from collections.abc import Callable
from functools import partial
from ipaddress import IPv6Address
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from config.services.errors import ServiceError

KEPT = ("idempotency", "refused", "account_mails", "sessions")
SECURITY = ("", "security=starttls", "security=none", "security=opportunistic")
LONGEST_DAYS = 36_500  # a hundred years; what a clock can count back ends somewhere
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
    pairs = [word.partition("=") for word in _words(value)]
    return all(name.strip() in KEPT and _is_up_to(LONGEST_DAYS, days.strip()) for name, _, days in pairs)


def _is_up_to(most: int, value: str) -> bool:
    return value.isdecimal() and int(value) <= most


def _words(value: str) -> list[str]:
    return [word.strip() for word in value.split(",") if word.strip()]


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
    return isinstance(found, list) and all(isinstance(each, dict) and _is_provider(each) for each in found)


def _is_provider(given: dict[str, Any]) -> bool:
    """A public client has no secret."""
    settings = given.get("settings")
    server = settings.get("server_url") if isinstance(settings, dict) else None
    return all(isinstance(said, str) and said for said in (given.get("provider_id"), given.get("client_id"), server))


def _one_of(choices: tuple[str, ...], value: str) -> bool:
    return value in choices


def _domain(value: str) -> bool:
    return bool(DOMAIN.fullmatch(value))


def _hosts(value: str) -> bool:
    return all(host == "*" or _domain(host.removeprefix(".")) or _is_bracketed(host) for host in _words(value))


def _is_bracketed(host: str) -> bool:
    try:
        return host.startswith("[") and host.endswith("]") and bool(IPv6Address(host[1:-1]))
    except ValueError:
        return False


def _pairs(value: str) -> bool:
    pairs = [pair.rpartition(":") for pair in _words(value)]
    return all(re.fullmatch(r"[^\s/@]+", host) and _is_up_to(65535, port) and int(port) for host, _, port in pairs)


def _cookie(value: str) -> bool:
    return bool(TOKEN.fullmatch(value))


def _region(value: str) -> bool:
    from phonenumbers import SUPPORTED_REGIONS  # only where somebody asks

    return value in SUPPORTED_REGIONS


def _program(value: str) -> bool:
    """By its name, or by its whole path: servers are started in a folder of their own."""
    return ("/" not in value or value.startswith("/")) and shutil.which(value) is not None


def _programs(value: str) -> bool:
    return all(_program(str(Path(value, name))) for name in ("postgres", "initdb", "psql", "pg_isready"))


def _long(value: str) -> bool:
    return len(value.strip()) >= SECRET_LENGTH


def _keys(value: str) -> bool:
    try:
        keys = [base64.b64decode(key.partition(":")[2], validate=True) for key in value.split(",")]
    except binascii.Error:
        return False
    return all(len(key) == KEY_BYTES for key in keys)


LABEL = r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)"
DOMAIN = re.compile(rf"{LABEL}(\.{LABEL})*")
TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # RFC 6265 §4.1.1
COOKIE = "choose letters, digits, - and _, as hilo-one."
EXPECTED: dict[str, tuple[Callable[[str], bool], str]] = {
    "HILO_BASE_URL": (_web, "write the address that people use, as https://crm.example.com."),
    "HILO_SMTP_URL": (
        _mail,
        "write it as smtp://user:password@host:587, smtps://host:465, or smtp://…?security=starttls.",
    ),
    "HILO_TIME_ZONE": (_zone, "write a name of the tz database, such as Europe/Madrid."),
    "HILO_LOG_LEVEL": (_level, "choose DEBUG, INFO, WARNING or ERROR."),
    "HILO_KEEP_DAYS": (
        _days,
        f"write whole days by name, up to {LONGEST_DAYS}, as refused=30,sessions=1 (names: {', '.join(KEPT)}).",
    ),
    "HILO_ALLOWED_HOSTS": (_hosts, "write host names alone, separated by commas, as crm.example.com,.example.org."),
    "HILO_MAIL_DOMAIN": (_domain, "write the domain of a mail address, as mail.example.com."),
    "HILO_LOG": (partial(_one_of, ("json", "console")), "choose json or console."),
    "HILO_PHONE_REGION": (_region, "write the two capital letters of a country, as ES."),
    "HILO_EGRESS_ALLOW_PRIVATE": (_pairs, "write host:port pairs, separated by commas, as 10.0.0.7:8080."),
    "HILO_SESSION_COOKIE": (_cookie, COOKIE),
    "HILO_CSRF_COOKIE": (_cookie, COOKIE),
    "HILO_POSTGRES_BIN": (_programs, "write the whole path of a folder with postgres, initdb, psql and pg_isready."),
    "HILO_VALKEY_SERVER": (_program, "write the whole path of a server program of Valkey or Redis."),
    "HILO_TRUSTED_PROXIES": (_number, "write how many proxies stand in front, as 1."),
    "HILO_OIDC": (
        _providers,
        "write a JSON list of providers with provider_id, client_id and settings.server_url (docs/operations.md).",
    ),
    "HILO_SECRET_KEY": (
        _long,
        f"write at least {SECRET_LENGTH} random letters and digits, or unset it: one is made and kept for you.",
    ),
    "HILO_FIELD_KEYS": (_keys, "write id:base64 pairs of 32 random bytes, the newest first, separated by commas."),
}
SECRET = ("HILO_SMTP_URL", "HILO_SECRET_KEY", "HILO_OIDC", "HILO_FIELD_KEYS")
