"""Environment variables as typed values. Names and defaults: docs/reference/settings.md."""

import os
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.core.exceptions import ImproperlyConfigured
from psycopg import conninfo

NO_DATABASE = "DATABASE_URL is not a PostgreSQL address: write it as postgresql://user:password@host:5432/name."
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def text(name: str, default: str = "") -> str:
    return os.environ.get(name) or default


def flag(name: str, default: bool = False) -> bool:
    return text(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}


def words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def days(name: str) -> dict[str, int]:
    """`refused=30,sessions=1`: whole days by name."""
    pairs = (word.partition("=") for word in words(name))
    return {key.strip(): int(value) for key, _, value in pairs}


def hosts(listed: list[str], base_url: str) -> list[str]:
    """Host names that are answered: always those of this machine and that of the product's own address.

    The supervisor and monitors ask by loopback whatever the operator lists. A stranger who sends such a name gains
    nothing: it opens no page by itself, and a link made from it leads its reader to the reader's own machine.
    """
    own = urlsplit(base_url).hostname or ""
    found = [*LOOPBACK, f"[{own}]" if ":" in own else own, *listed]
    return [host for host in dict.fromkeys(found) if host]


def database(url: str) -> dict[str, Any]:
    """Django's database settings from any address that libpq understands; what Django has no name for, such as
    sslmode, is among the OPTIONS.

    A `host` in the query is the folder of a Unix socket; it wins over the host before the path.
    """
    try:
        given: dict[str, Any] = conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError:  # it repeats the address, password and all
        raise ImproperlyConfigured(NO_DATABASE) from None
    named = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    settings = {setting: str(given.pop(name, "")) for setting, name in named.items()}
    return {"ENGINE": "django.db.backends.postgresql", **settings, "OPTIONS": given}


def statement_timeout(options: dict[str, Any], *, milliseconds: int) -> dict[str, str]:
    """For Django's OPTIONS: beside what the address says for every session. Only the page that is cut off fails."""
    return {"options": f"{options.get('options', '')} -c statement_timeout={milliseconds}".strip()}


def valkey(url: str, database_number: int) -> str:
    """The same server, another numbered database: broker, cache and channel layer stay apart."""
    if url.startswith("unix://"):
        return f"{url.split('?')[0]}?db={database_number}"
    parts = urlsplit(url)
    return parts._replace(path=f"/{database_number}").geturl()


def broker(url: str) -> str:
    """Celery's spelling of a Valkey address: kombu wants `redis+socket://` for Unix sockets."""
    if url.startswith("unix://"):
        return url.split("?")[0].replace("unix://", "redis+socket://", 1) + "?virtual_host=0"
    return url
