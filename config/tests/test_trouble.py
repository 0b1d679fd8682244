"""What ends a command though its code is right is one sentence; what the code has to answer for keeps its traceback."""

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from django.conf import LazySettings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, transaction
from django.db.migrations.exceptions import MigrationSchemaMissing

from config.services.account import service_account
from config.services.errors import ServiceError
from config.services.layout import DataDirectory, usual_data_dir
from config.trouble import explain, told
from crm.models import Contact

pytestmark = pytest.mark.django_db

RAISE = "DO $$ BEGIN RAISE EXCEPTION 'it happened' USING ERRCODE = '{}'; END $$"


def error_of(sql: str) -> DatabaseError:
    """A real one, of the server."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    return caught.value


@pytest.fixture
def embedded(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """As if the database were the one of this data directory."""

    def at(data: Path) -> None:
        settings.DATA_DIR = data
        monkeypatch.setitem(settings.DATABASES["default"], "HOST", str(DataDirectory(data, service_account()).sockets))

    return at


def test_full_disk_of_the_data_directory_is_said_as_bin_up_says_it(
    embedded: Callable[[Path], None], tmp_path: Path
) -> None:
    sentence = f"The disk that holds {tmp_path} is full: free some space, or choose another folder with --data."
    error = error_of(RAISE.format("53100"))
    embedded(tmp_path)

    assert explain(error) == sentence
    assert explain(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))) == sentence


@pytest.fixture
def external(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> LazySettings:
    monkeypatch.setitem(settings.DATABASES["default"], "HOST", "db.example")
    return settings


@pytest.mark.usefixtures("external")
def test_full_disk_of_another_machine_is_not_called_ours() -> None:
    assert explain(error_of(RAISE.format("53100"))) == (
        "The disk of the database's server is full: free some space there."
    )


def test_database_that_cannot_be_reached_is_the_sentence_of_a_start(external: LazySettings) -> None:
    external.DATABASE_URL = "postgresql://hilo:secret@127.0.0.1:1/hilo"
    with pytest.raises(psycopg.OperationalError) as caught:
        psycopg.connect(external.DATABASE_URL)

    sentence = explain(caught.value)

    assert sentence.startswith("The database at 127.0.0.1:1 cannot be reached (")
    assert "secret" not in sentence


@pytest.mark.usefixtures("external")
def test_database_that_breaks_off_and_is_back_is_told_apart() -> None:
    assert explain(error_of(RAISE.format("57P01"))) == ("The database broke off the connection: run it once more.")


def test_embedded_database_that_breaks_off_is_told_by_its_folder(
    embedded: Callable[[Path], None], tmp_path: Path
) -> None:
    error = error_of(RAISE.format("57P01"))
    embedded(tmp_path)

    assert explain(error) == (
        f"PostgreSQL in {tmp_path} does not answer (it happened): run it once more, or look into its logs there."
    )


def test_role_that_may_make_no_tables_is_told_what_to_do() -> None:
    """As migrations wrap it."""
    role, name = connection.settings_dict["USER"], connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA closed; REVOKE CREATE ON SCHEMA closed FROM CURRENT_USER")
    wrapped = MigrationSchemaMissing("Unable to create the django_migrations table")
    wrapped.__context__ = error_of("CREATE TABLE closed.x ()")

    assert explain(wrapped) == (
        f"The role {role} may not make tables in the database {name} (permission denied for schema closed): "
        "make the role the owner of the database (ALTER DATABASE … OWNER TO …)."
    )


@pytest.mark.parametrize("is_usual", [True, False])
def test_missing_tables_of_an_empty_database_are_told_how_they_are_made(
    is_usual: bool, embedded: Callable[[Path], None], tmp_path: Path
) -> None:
    error = error_of("SELECT * FROM no_such_table")
    data = usual_data_dir() if is_usual else tmp_path / "an other"
    before = "" if is_usual else f"HILO_DATA='{data}' "
    embedded(data)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'crm'")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "close", lambda: None)  # the test's transaction
        assert explain(error) == (
            f"The database in {data} has not been made ready for this version: "
            f"run {before}bin/up, or {before}bin/manage prepare."
            + (" For another data directory put HILO_DATA=DIR before the command." if is_usual else "")
        )


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM no_such_table",
        "SELECT no_such_column FROM crm_contact",
        "SELECT 1/0",
        "SELEC 1",
        RAISE.format("57014"),  # a query that was cut off
        RAISE.format("40P01"),  # a deadlock
        RAISE.format("42501"),  # a table of somebody else's
    ],
)
def test_faults_of_the_code_are_not_explained_away(sql: str, monkeypatch: pytest.MonkeyPatch) -> None:
    error = error_of(sql)
    monkeypatch.setattr(connection, "close", lambda: None)

    assert explain(error) == ""
    with pytest.raises(DatabaseError) as caught, told():
        raise error
    assert caught.value is error


def test_errors_that_are_neither_of_disk_nor_of_database_are_none_of_its_business() -> None:
    assert explain(FileNotFoundError(errno.ENOENT, "No such file")) == ""
    with pytest.raises(ImproperlyConfigured), told():
        raise ImproperlyConfigured
    with pytest.raises(Contact.DoesNotExist), told():
        Contact.objects.get(pk=0)


def test_command_ends_with_the_sentence_and_with_the_traceback_where_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    error = error_of(RAISE.format("53100"))

    monkeypatch.setattr(sys, "argv", ["manage.py", "consistency"])
    with pytest.raises(SystemExit) as ended, told():
        raise error
    assert ended.value.code == explain(error)

    monkeypatch.setattr(sys, "argv", ["manage.py", "consistency", "--traceback"])
    with pytest.raises(ServiceError) as raised, told():
        raise error
    assert (str(raised.value), raised.value.__cause__) == (explain(error), error)
