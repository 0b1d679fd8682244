"""A start that has nothing to do to the database says so without loading Django."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db.migrations.loader import MigrationLoader

from config.services import Services
from config.supervisor import prepared
from tests import cluster
from tests.supervisor.conftest import empty_folder


@pytest.fixture(scope="module")
def services() -> Iterator[Services]:
    with pytest.MonkeyPatch.context() as environment, empty_folder(environment) as folder:
        cluster.copy_into(folder)
        with Services(folder) as services:
            yield services


@pytest.fixture(autouse=True)
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "KNOWN", tmp_path / "migrations")
    prepared.remember(MigrationLoader(None).graph.nodes)


def execute(services: Services, sql: str) -> None:
    with psycopg.connect(services.database_url, autocommit=True) as database:
        database.execute(sql.encode())


def test_migrated_database_needs_nothing(services: Services) -> None:
    assert prepared.needs_nothing(services.servers, demo=False)


def test_empty_house_needs_the_demo_company_and_one_that_is_lived_in_does_not(services: Services) -> None:
    assert not prepared.needs_nothing(services.servers, demo=True)

    columns = "first_name, last_name, search, language, timezone, feeling, traits, custom"
    execute(services, f"INSERT INTO crm_contact ({columns}) VALUES ('', '', '', '', '', '', '{{}}', '{{}}')")

    assert prepared.needs_nothing(services.servers, demo=True)


def test_house_without_colleagues_has_nobody_and_elsewhere_that_is_not_asked(services: Services) -> None:
    assert prepared.has_nobody(services.servers)
    assert not prepared.has_nobody([])

    execute(services, INSERT_USER)

    assert not prepared.has_nobody(services.servers)


INSERT_USER = """
    INSERT INTO crm_user (email, password, first_name, last_name, language, time_zone, theme,
        is_superuser, is_staff, is_active, date_joined)
    VALUES ('a@b.example', '', '', '', '', '', '', false, false, true, now())
"""


def test_migration_that_the_database_never_had_is_needed(services: Services) -> None:
    """Also after a backup from before it was restored: rows decide, not what an earlier start did."""
    execute(services, "UPDATE django_migrations SET app = 'elsewhere' WHERE app = 'sessions'")
    assert not prepared.needs_nothing(services.servers, demo=False)

    execute(services, "UPDATE django_migrations SET app = 'sessions' WHERE app = 'elsewhere'")
    assert prepared.needs_nothing(services.servers, demo=False)


def test_changed_migration_files_are_read_anew(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = tmp_path / "house" / "crm" / "migrations" / "0002_new.py"
    new.parent.mkdir(parents=True)
    new.write_text("")
    monkeypatch.setattr(prepared, "REPOSITORY", tmp_path / "house")

    assert not prepared.needs_nothing(services.servers, demo=False)


def test_only_the_newest_account_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "REPOSITORY", tmp_path)
    prepared.remember([("crm", "0001_initial")])

    assert [path.read_text() for path in prepared.KNOWN.iterdir()] == ['["crm.0001_initial"]']


def test_place_that_cannot_be_written_is_no_trouble(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(prepared, "KNOWN", tmp_path / "file" / "migrations")
    prepared.remember([])

    assert not prepared.needs_nothing(services.servers, demo=False)


def test_database_without_tables_needs_everything_and_does_not_complain(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepared, "DATABASE", "postgres")

    assert not prepared.needs_nothing(services.servers, demo=False)
    assert "ERROR" not in (services.directory.logs / "postgres.log").read_text()


def test_servers_of_somebody_else_are_left_to_django() -> None:
    assert not prepared.needs_nothing([], demo=False)
