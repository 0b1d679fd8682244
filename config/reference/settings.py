"""What each environment variable means. One that the code reads and this list does not explain fails the suite."""

import re
from pathlib import Path

from django.conf import settings

NAME = re.compile(r'"((?:HILO|OTEL|SENTRY)_[A-Z_]+|DATABASE_URL|VALKEY_URL|BROKER_URL|FAILPOINT)"')
DEFAULT = re.compile(r'env\.(?:text|flag|words)\(\s*"(\w+)"\s*,\s*("[^"]*")\s*\)')
FOLDERS = ("config", "kernel", "crm", "onsite", "omnichannel", "feedback", "journeys")

OPERATORS = {
    "HILO_DATA": "The data directory: databases, files, secrets, logs of one installation.",
    "DATABASE_URL": (
        "An external PostgreSQL 15 or newer, `postgresql://user:password@host:port/name` with whatever libpq knows in "
        "its query: `sslmode=verify-full`, or `host` for the folder of a Unix socket. Unset: the embedded one."
    ),
    "VALKEY_URL": "Any server that speaks the Redis protocol, 7 or newer. Unset: the embedded Valkey.",
    "BROKER_URL": "Where Celery's messages go; `amqp://…` for RabbitMQ. Unset: VALKEY_URL.",
    "HILO_SECRET_KEY": (
        "Signs sessions and links; at least 32 letters. Generated into the data directory on the first start."
    ),
    "HILO_FIELD_KEYS": (
        "`id:base64` pairs of 32 random bytes, newest first: encrypt the secrets of channels. Generated on "
        "the first start; old keys must stay until nothing is sealed with them."
    ),
    "HILO_BASE_URL": (
        "The address that people and providers reach the product at. With https:// cookies become secure and "
        "HTTP redirects."
    ),
    "HILO_ALLOWED_HOSTS": (
        "More host names that are answered, separated by commas; loopback and the host of HILO_BASE_URL always are. "
        "Unset: what `--host` listens on."
    ),
    "HILO_TRUSTED_PROXIES": (
        "How many reverse proxies stand in front and say who is calling (X-Forwarded-For, X-Forwarded-Proto)."
    ),
    "HILO_MAIL_DOMAIN": "The domain of addresses and Message-IDs that we make ourselves.",
    "HILO_SMTP_URL": (
        "The server for outgoing mail, `smtp://user:password@host:port`. Unset: what accounts without "
        "a mail server of their own would send is kept in the outbox viewer."
    ),
    "HILO_FILES_URL": "For files elsewhere than in the data directory. Not built yet: a start refuses it.",
    "HILO_AI_URL": "For an OpenAI-compatible endpoint. Not built yet: a start says so, and nothing leaves.",
    "HILO_AI_KEY": "Its key. Not built yet: a start says so.",
    "HILO_AI_MODEL": "Its model. Not built yet: a start says so.",
    "SENTRY_DSN": "For errors to Sentry. Not built yet: a start says so.",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "For traces to OpenTelemetry. Not built yet: a start says so.",
    "HILO_EGRESS_ALLOW_PRIVATE": "host:port pairs on private addresses that outgoing requests may reach.",
    "HILO_DEMO_PASSWORD": (
        "The password of the demo logins, printed at the start; another one than before is given to them. Unset: the "
        "one they have, at first a random one."
    ),
    "HILO_OIDC": "A JSON list of OpenID Connect providers, as django-allauth takes it under APPS.",
    "HILO_TIME_ZONE": "The organisation's time zone: days and weeks of reports begin there.",
    "HILO_PHONE_REGION": "The country of telephone numbers without a country code.",
    "HILO_KEEP_DAYS": (
        "How long bookkeeping is kept, `name=days` pairs: `idempotency` (answers to repeated API calls, 7), `refused` "
        "(events that the tracking API refused, 14), `account_mails` (mails to colleagues, 30), `sessions` (beyond "
        "their end, 0)."
    ),
    "HILO_WEB_WORKERS": "Web processes, of four threads each: about one for each processor.",
    "HILO_LOG": "`json` or `console`.",
    "HILO_LOG_LEVEL": "DEBUG, INFO, WARNING or ERROR.",
    "HILO_SESSION_COOKIE": "Name of the session cookie, for several installations on one host without https.",
    "HILO_CSRF_COOKIE": "Name of the CSRF cookie, likewise.",
}
INTERNAL = {
    "HILO_ROLE": "Which part of the product a process is: web, worker, listeners or manage. Set by the supervisor.",
    "HILO_SUPERVISED": "Set by the supervisor for its children.",
    "HILO_DEBUG": "Django's debug mode, for development alone; templates are read for each page.",
    "HILO_TESTING": "Set by the test suite.",
    "HILO_LAYER_PREFIX": "Keeps the real time of several test workers apart.",
    "HILO_DEPLOY_CHECK": "Set by bin/check: nothing is silenced in `check --deploy`.",
    "HILO_NODE": "A Node.js program to build the front end with.",
    "HILO_POSTGRES_BIN": "A folder with other PostgreSQL programs than the embedded ones.",
    "HILO_VALKEY_SERVER": "Another Valkey or Redis server program than the embedded one.",
    "FAILPOINT": "Named places where a test kills or fails the process: `name:kill` or `name:raise`.",
}


def read_by_the_code() -> dict[str, str]:
    """Every variable that the product's own code names, with its default as written."""
    found: dict[str, str] = {}
    for folder in FOLDERS:
        for path in sorted(Path(settings.BASE_DIR, folder).rglob("*.py")):
            if "tests" in path.parts or path == Path(__file__):
                continue
            text = path.read_text()
            found |= dict.fromkeys(set(NAME.findall(text)) - found.keys(), "")
            found |= {name: default.strip('"') for name, default in DEFAULT.findall(text) if name in found}
    return found


def unexplained() -> list[str]:
    return sorted(read_by_the_code().keys() - OPERATORS.keys() - INTERNAL.keys())


def forgotten() -> list[str]:
    """Explained, but read by nobody any more."""
    return sorted((OPERATORS.keys() | INTERNAL.keys()) - read_by_the_code().keys())
