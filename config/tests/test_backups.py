"""Backing up and restoring with PostgreSQL's own programs, into another database of the same server."""

import json
from collections.abc import Generator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from pytest_django import Settings

from config import backups
from crm.facts import ContactCreated
from crm.ledger import publish
from crm.models import Contact, Cursor, Event
from crm.tests import factories


@pytest.fixture
def installation(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path / "data"
    settings.MEDIA_ROOT = settings.DATA_DIR / "files"
    settings.MEDIA_ROOT.mkdir(parents=True)
    (settings.MEDIA_ROOT / "photo.png").write_bytes(b"png")
    (settings.DATA_DIR / "secrets.json").write_text("{}")
    return tmp_path


@pytest.fixture
def elsewhere(transactional_db: None) -> Generator[None]:
    """The connection in a new, empty database while a test restores."""
    own = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{own}_restored" TEMPLATE template0')
    connection.close()
    connection.settings_dict["NAME"] = f"{own}_restored"
    yield
    connection.close()
    connection.settings_dict["NAME"] = own
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{own}_restored" WITH (FORCE)')


@pytest.mark.django_db(transaction=True)
def test_backup_holds_the_database_the_files_and_the_keys(installation: Path) -> None:
    folder = installation / "copy"
    call_command("backup", str(folder))

    assert sorted(part.name for part in folder.iterdir()) == ["backup.json", "database.dump", "files", "secrets.json"]
    assert (folder.stat().st_mode & 0o777, (folder / "files" / "photo.png").read_bytes()) == (0o700, b"png")
    assert set(json.loads((folder / "backup.json").read_text())) == {"made_at", "postgresql", "migrations"}


@pytest.mark.django_db(transaction=True)
def test_backup_never_writes_over_another_one(installation: Path) -> None:
    with pytest.raises(CommandError, match="is not empty"):
        call_command("backup", str(installation))


@pytest.fixture
def copy(installation: Path, transactional_db: None) -> Path:
    factories.contact(first_name="Ana")
    backups.backup(installation / "copy")
    return installation / "copy"


def test_restore_brings_everything_back_into_an_empty_database(copy: Path, settings: Settings, elsewhere: None) -> None:
    (settings.MEDIA_ROOT / "photo.png").unlink()

    call_command("restore", str(copy))

    assert list(Contact.objects.values_list("first_name", flat=True)) == ["Ana"]
    assert (settings.MEDIA_ROOT / "photo.png").read_bytes() == b"png"


def test_restore_asks_before_it_takes_the_place_of_somebodys_work(copy: Path, elsewhere: None) -> None:
    call_command("restore", str(copy))
    factories.contact(first_name="Ben")

    with pytest.raises(CommandError, match="holds contacts already"):
        call_command("restore", str(copy))

    assert Contact.objects.filter(first_name="Ben").exists()


def test_restore_refuses_half_a_backup(copy: Path) -> None:
    (copy / "backup.json").unlink()

    with pytest.raises(CommandError, match=r"backup\.json is missing"):
        call_command("restore", str(copy))


def test_restore_refuses_while_somebody_else_is_connected(copy: Path) -> None:
    web = connections["default"].copy()
    with web.cursor(), pytest.raises(CommandError, match="The product is running"):
        call_command("restore", str(copy), "--over")
    web.close()


def test_restore_over_puts_the_backup_in_the_place_of_what_is_there(copy: Path, elsewhere: None) -> None:
    call_command("restore", str(copy))
    factories.contact(first_name="Ben")

    call_command("restore", str(copy), "--over")

    assert list(Contact.objects.values_list("first_name", flat=True)) == ["Ana"]


@pytest.mark.django_db(transaction=True)
def test_ledger_of_another_cluster_is_read_on_where_it_was_left() -> None:
    """Numbers of transactions there were higher than they are here."""
    contact = factories.contact()
    far = 10**12
    Event.objects.update(xid=far)
    Event.objects.create(name="unread", message_id="u", xid=far + 5, contact=contact)
    Cursor.objects.create(consumer="test.reader", xid=far + 2)

    moved = backups.keep_the_ledgers_order()
    with transaction.atomic():
        publish(ContactCreated(contact_id=contact.pk))

    cursor = Cursor.objects.get(consumer="test.reader")
    unread = Event.objects.filter(xid__gt=cursor.xid).order_by("xid", "id").values_list("name", flat=True)
    assert moved == far + 6
    assert list(unread) == ["unread", "contact.created"]
    assert backups.keep_the_ledgers_order() == 0
