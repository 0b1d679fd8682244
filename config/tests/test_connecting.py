"""Connections beside Django's own go to the same database in the same way."""

from pathlib import Path

import psycopg
import pytest
from django.db import connection

from config import backups, connecting
from config.management.commands import beat
from config.observability import readiness

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def only_a_standby(monkeypatch: pytest.MonkeyPatch) -> None:
    """`DATABASE_URL=…?target_session_attrs=standby`: who heeds it refuses this server, as sslmode would another."""
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", {"target_session_attrs": "standby"})


def test_connection_is_to_djangos_database_with_djangos_options(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", {"pool": {"min_size": 1}, "options": "-c work_mem=7MB"})

    with psycopg.connect(**connecting.parameters(options="-c statement_timeout=700")) as server:
        asked = "SELECT current_database(), current_setting('work_mem'), current_setting('statement_timeout')"
        assert server.execute(asked).fetchone() == (connection.settings_dict["NAME"], "7MB", "700ms")


@pytest.mark.usefixtures("only_a_standby")
def test_readiness_asks_the_database_that_the_product_uses() -> None:
    [database] = [part for part in readiness.check() if part.name == "database"]

    assert not database.ok


@pytest.mark.usefixtures("only_a_standby")
def test_lock_of_beat_is_taken_in_the_database_that_the_product_uses() -> None:
    with pytest.raises(psycopg.OperationalError):
        beat._connect()


@pytest.mark.usefixtures("only_a_standby")
def test_backup_is_of_the_database_that_the_product_uses(tmp_path: Path) -> None:
    with pytest.raises(backups.BackupError, match="standby"):
        backups.backup(tmp_path / "copy")


def test_programs_of_postgresql_are_told_everything_that_has_a_variable() -> None:
    told = connecting.environment(
        {"dbname": "hilo", "password": "secret", "sslmode": "verify-full", "sslrootcert": "/ca"}
    )

    assert told == {"PGDATABASE": "hilo", "PGPASSWORD": "secret", "PGSSLMODE": "verify-full", "PGSSLROOTCERT": "/ca"}
