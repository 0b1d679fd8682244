"""Room on the disk of the data directory, as operators see it."""

from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from config.observability import disk
from crm.tests import factories
from kernel import room

pytestmark = pytest.mark.django_db


def test_disk_with_room_says_how_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "LEAST_BYTES", 0)
    monkeypatch.setattr(disk, "LEAST_SHARE", 0)

    part = disk._part(tmp_path)

    assert (part.name, part.ok) == ("disk", True)
    assert str(part.detail).endswith("B are free")


@pytest.mark.parametrize(("limit", "value"), [("LEAST_BYTES", 1 << 62), ("LEAST_SHARE", 1.1)])
def test_disk_that_is_short_of_room_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: float
) -> None:
    monkeypatch.setattr(disk, limit, value)

    part = disk._part(tmp_path)

    assert (part.ok, part.urgent) == (False, False)
    assert str(part.detail).startswith("only ")
    assert "make it larger, or move to another one (bin/manage backup, restore)" in str(part.detail)


def test_disk_of_somebody_elses_database_is_not_ours_to_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "HOST", "db.example")

    assert disk.parts() == []


def test_operations_shows_the_disk_beside_embedded_servers_and_readyz_does_not(client: Client) -> None:
    client.force_login(factories.user("admin"))

    assert ("Disk of the data directory" in client.get("/admin/operations/").content.decode()) is disk.is_embedded()
    assert "disk" not in client.get("/readyz").json()["parts"]


def test_readyz_names_a_disk_that_is_full(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "FULL_BYTES", 1 << 62)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["parts"]["disk"] == {
        "ok": False,
        "detail": "it is full, and nothing can be kept: free some space",
    }
