"""A copy of one migrated template for each parallel worker.

On a server named from outside the template is made here; the tests' own servers bring it along (tests/cluster.py).
"""

import hashlib
import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from psycopg import sql
from pytest_django import DjangoDbBlocker

from tests import emptying

# Any number that other programs on the server do not use as an advisory lock.
TEMPLATE_LOCK = 5_417_003


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Generator[None]:
    """This worker's database. A plug-in's fixture, so that tests which lie outside the repository get it too."""
    with django_db_blocker.unblock():
        create()
        emptying.keep_what_is_there()
    yield
    with django_db_blocker.unblock():
        drop()


def create() -> None:
    """Raises psycopg.Error when the server refuses."""
    template = os.environ.get("HILO_TEST_TEMPLATE") or f"test_hilo_template_{_digest()}"
    with _server() as server:
        server.execute("SELECT pg_advisory_lock(%s)", [TEMPLATE_LOCK])
        if not _exists(server, template):
            _migrate(server, template)
        _copy(server, template, _name())


def drop() -> None:
    connection.close()
    _close_pool()
    with _server() as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(_name())))


def _migrate(server: psycopg.Connection[Any], template: str) -> None:
    """Migrated under the worker's name, then renamed: a template that exists is complete."""
    _create_empty(server, _name())
    call_command("migrate", verbosity=0, interactive=False)
    connection.close()
    _close_pool()
    server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(_name()), sql.Identifier(template)))


def _create_empty(server: psycopg.Connection[Any], name: str) -> None:
    server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def _copy(server: psycopg.Connection[Any], template: str, name: str) -> None:
    # Copying files takes a tenth of the time of copying through the log (PostgreSQL's default).
    server.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
            sql.Identifier(name), sql.Identifier(template)
        )
    )


def _exists(server: psycopg.Connection[Any], name: str) -> bool:
    return server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


@contextmanager
def _server() -> Iterator[psycopg.Connection[Any]]:
    """Any other database of the same server: one cannot create or drop the database one is in."""
    parameters = connection.get_connection_params() | {"dbname": os.environ.get("HILO_TEST_MAINTENANCE_DB", "postgres")}
    wanted = {key: parameters[key] for key in ("host", "port", "user", "password", "dbname") if parameters.get(key)}
    with psycopg.connect(**wanted, autocommit=True) as server:
        yield server


def _name() -> str:
    return str(connection.settings_dict["NAME"])


def _close_pool() -> None:
    if getattr(connection, "pool", None):
        connection.close_pool()  # type: ignore[attr-defined]


def _digest() -> str:
    """Of every migration file of every installed app, ours and the libraries'."""
    digest = hashlib.sha256()
    for config in sorted(apps.get_app_configs(), key=lambda config: config.label):
        for file in sorted(Path(config.path, "migrations").glob("*.py")):
            digest.update(f"{config.label}/{file.name}".encode() + file.read_bytes())
    return digest.hexdigest()[:12]
