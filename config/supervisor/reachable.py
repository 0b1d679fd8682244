"""`python -m config.supervisor.reachable`: do the external servers answer? One sentence and code 1 if not."""

import os
import sys
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

OLDEST_POSTGRES = 150_000
SECONDS = 5
NOWHERE = "the address given"


def database(url: str) -> str:
    """Empty when all is well. The URL's password is never repeated."""
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    try:
        place = _server(conninfo_to_dict(url))
        with psycopg.connect(url, connect_timeout=SECONDS) as connection:
            version = connection.info.server_version
    except psycopg.ProgrammingError:
        return "DATABASE_URL is not a PostgreSQL address: write it as postgresql://user:password@host:5432/name."
    except psycopg.Error as error:
        return f"The database at {place} cannot be reached ({_reason(error)}): check DATABASE_URL and that server."
    if version < OLDEST_POSTGRES:
        return f"The database at {place} is PostgreSQL {version // 10_000}: Hilo needs 15 or newer."
    return ""


def valkey(url: str) -> str:
    import redis

    try:
        redis.Redis.from_url(url, socket_connect_timeout=SECONDS, socket_timeout=SECONDS).ping()
    except ValueError:
        return "VALKEY_URL is not a Valkey or Redis address: write it as redis://host:6379 or unix:///path/valkey.sock."
    except redis.RedisError as error:
        return f"Valkey at {_place(url)} cannot be reached ({_reason(error)}): check VALKEY_URL and that server."
    return ""


def broker(url: str) -> str:
    from kombu import Connection

    try:
        with Connection(url, connect_timeout=SECONDS) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0)
    except Exception as error:  # each transport raises its own
        return f"The broker at {_place(url)} cannot be reached ({_reason(error)}): check BROKER_URL."
    return ""


def _reason(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__


def _server(given: Mapping[str, Any]) -> str:
    """`given`: what libpq reads from an address, whichever way it is written."""
    host, port = str(given.get("host") or "this machine"), given.get("port")
    return f"[{host}]:{port}" if port and ":" in host else f"{host}:{port}" if port else host


def _place(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return NOWHERE
    return (parts.netloc or parts.path).rpartition("@")[2] or NOWHERE


def main() -> int:
    for name, check in (("DATABASE_URL", database), ("VALKEY_URL", valkey), ("BROKER_URL", broker)):
        if (url := os.environ.get(name)) and (sentence := check(url)):
            print(sentence, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
