"""What a start does to the database before anything serves."""

import json
import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from config.services import secrets
from crm.ledger import consume
from crm.models import Contact, Cursor, User
from crm.tests.factories import user

pytestmark = pytest.mark.django_db


def said(*arguments: str) -> str:
    output = StringIO()
    call_command("prepare", *arguments, stdout=output)
    return output.getvalue()


def test_empty_house_is_filled_once_and_later_starts_have_nothing_to_say() -> None:
    Cursor.objects.create(consumer="journeys.react", xid=1)  # of a start without the demo company

    assert re.fullmatch(r"Filling in the demo company … [\d.]+ s\n", said("--demo"))  # and no JSON
    assert Cursor.objects.get(consumer="journeys.react").xid == consume.commit_horizon()
    assert Contact.objects.count() > 100
    assert said("--demo") == ""


def test_house_with_people_in_it_stays_theirs() -> None:
    user("admin")

    assert said("--demo") == ""
    assert User.objects.count() == 1


def test_without_demo_nobody_moves_in() -> None:
    assert said() == ""
    assert not User.objects.exists()


def test_every_consumer_has_its_place_before_a_worker_has_run() -> None:
    said()

    cursors = set(Cursor.objects.values_list("consumer", "xid", "event_id"))
    assert cursors == {(name, consume.commit_horizon(), 0) for name in consume.registered()}
    assert "journeys.react" in consume.registered()


@pytest.fixture
def start(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """With HILO_DEMO_PASSWORD: what was said."""
    settings.DATA_DIR = tmp_path
    made = secrets.load(tmp_path / "secrets.json")["HILO_DEMO_PASSWORD"]

    def with_password(password: str) -> str:
        monkeypatch.setenv("HILO_DEMO_PASSWORD", password)
        settings.DEMO_PASSWORD = password or secrets.load(tmp_path / "secrets.json")["HILO_DEMO_PASSWORD"]
        return said("--demo")

    assert made
    return with_password


def opens(password: str) -> set[str]:
    """Whose login it is."""
    return {user.email.partition("@")[0] for user in User.objects.all() if user.check_password(password)}


def test_password_that_was_chosen_at_the_first_start_is_kept_for_the_next(
    start: Callable[[str], str], tmp_path: Path
) -> None:
    kept = tmp_path / "secrets.json"
    before = secrets.load(kept)

    start("a demo of the house")

    assert secrets.load(kept) == before | {"HILO_DEMO_PASSWORD": "a demo of the house"}
    assert (kept.stat().st_mode & 0o777, [file.name for file in tmp_path.iterdir()]) == (0o600, ["secrets.json"])
    assert not secrets.has_new_demo_password(kept)
    assert start("") == ""
    assert opens("a demo of the house") == {"admin", "manager", "sales", "agent", "agent2"}


def test_another_password_is_given_to_the_demo_logins_that_are_left(
    start: Callable[[str], str], tmp_path: Path
) -> None:
    start("a demo of the house")
    User.objects.get(email="agent2@hilo.example").delete()
    own = user("admin", email="alba@casa.example")

    assert re.fullmatch(r"Giving the demo logins their new password … [\d.]+ s\n", start("another of the house"))

    assert opens("another of the house") == {"admin", "manager", "sales", "agent"}
    assert User.objects.get(pk=own.pk).password == own.password
    assert json.loads((tmp_path / "secrets.json").read_text())["HILO_DEMO_PASSWORD"] == "another of the house"
    assert start("another of the house") == start("") == ""


def test_only_a_password_that_is_new_needs_a_look_at_the_logins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "secrets.json"
    told = {}
    for chosen in (secrets.load(kept)["HILO_DEMO_PASSWORD"], "", "new"):
        monkeypatch.setenv("HILO_DEMO_PASSWORD", chosen)
        told[chosen] = secrets.has_new_demo_password(kept)

    assert list(told.values()) == [False, False, True]
