"""The demo company moves into an empty house, and into no other."""

import json
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Count
from pytest_django import Settings

from crm import value
from crm.demo import parts, people, seeder
from crm.management.commands import seed_demo
from crm.models import Company, Consent, Contact, Event, Identity, Note, Task, User
from crm.tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def own_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """crm alone: upper apps test their parts."""
    monkeypatch.setattr(seed_demo, "discover", lambda: None)
    monkeypatch.setattr("crm.demo._parts", {})


@pytest.fixture
def village(own_parts: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo with fewer people, for what does not depend on their number."""
    settings.DEMO_PASSWORD = "a demo password"
    monkeypatch.setattr(people, "CUSTOMERS", 40)
    call_command("seed_demo")


@pytest.fixture
def seeded(own_parts: None, settings: Settings, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    settings.DEMO_PASSWORD = "a demo password"
    call_command("seed_demo")
    return dict(json.loads(capsys.readouterr().out.splitlines()[-1]))


def test_the_demo_has_people_of_two_languages_and_a_year_of_orders(seeded: dict[str, Any]) -> None:
    assert seeded == {"password": "a demo password"}
    assert Contact.objects.count() == 300
    assert Company.objects.count() == 12
    languages = dict(Contact.objects.values_list("language").annotate(Count("pk")))
    assert 100 < languages["en"] < languages["es"]
    orders = Event.objects.filter(name="Order Completed")
    assert orders.count() > 600
    assert {at.month for at in orders.values_list("occurred_at", flat=True)} == set(range(1, 13))
    assert min(Note.objects.count(), Task.objects.count(), Consent.objects.count()) > 20
    assert value.of(Contact.objects.earliest("created_at")).orders > 0
    addresses = Identity.objects.filter(kind="email").values_list("value", flat=True)

    assert len(addresses) == 300
    assert all(address.endswith(".example") for address in addresses)


def test_demo_colleagues_can_sign_in_with_their_roles(village: None) -> None:
    roles = {user.email: user.roles for user in User.objects.all()}

    assert all(user.check_password("a demo password") for user in User.objects.all())
    assert roles["agent@hilo.example"] == roles["agent2@hilo.example"] == {"agent"}
    assert roles["sales@hilo.example"] == {"sales"}
    assert roles["manager@hilo.example"] == {"manager"}
    assert "admin" in roles["admin@hilo.example"]


def test_parcels_are_explained_by_their_orders(village: None) -> None:
    shipped = Event.objects.filter(name="Order Shipped")

    assert shipped.filter(cause=None).count() == 0
    assert {event.cause.name for event in shipped.select_related("cause")[:20] if event.cause} == {"Order Completed"}


def test_nothing_happens_in_the_future(village: None) -> None:
    newest = Event.objects.latest("occurred_at")

    assert newest.occurred_at <= newest.recorded_at
    assert Contact.objects.filter(last_activity_at__gt=newest.occurred_at).count() == 0


def test_a_second_start_does_nothing(village: None, capsys: pytest.CaptureFixture[str]) -> None:
    before = Event.objects.count()
    capsys.readouterr()

    call_command("seed_demo")

    assert Event.objects.count() == before
    assert json.loads(capsys.readouterr().out) == {"password": "a demo password"}


@pytest.mark.usefixtures("own_parts")
def test_the_demo_stays_out_of_an_inhabited_house(settings: Settings) -> None:
    settings.DEMO_PASSWORD = "a demo password"
    factories.contact()

    call_command("seed_demo")

    assert Contact.objects.count() == 1


@pytest.mark.usefixtures("own_parts")
def test_a_broken_part_leaves_the_house_empty(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DEMO_PASSWORD = "a demo password"
    monkeypatch.setattr(people, "CUSTOMERS", 40)

    @seeder(order=9)
    def breaks(random: Random, customers: Sequence[Contact]) -> None:
        raise RuntimeError(f"{len(customers)} people")

    with pytest.raises(RuntimeError, match="40 people"):
        call_command("seed_demo")
    assert (User.objects.count(), Contact.objects.count()) == (0, 0)


@pytest.mark.usefixtures("own_parts")
def test_parts_run_in_their_order_whatever_was_imported_first() -> None:
    @seeder(order=30)
    def last(random: Random, customers: Sequence[Contact]) -> None: ...

    @seeder(order=20)
    def first(random: Random, customers: Sequence[Contact]) -> None: ...

    assert [part.name for part in parts()] == ["crm: first", "crm: last"]


def test_every_app_that_has_a_demo_is_found() -> None:
    seed_demo.discover()

    assert "omnichannel: conversations" in [part.name for part in parts()]


def test_a_password_is_made_once_and_kept_for_its_owner(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "data"

    first = seed_demo.kept_password()

    assert seed_demo.kept_password() == first
    assert len(first) == 12
    assert (tmp_path / "data" / "demo-password").stat().st_mode & 0o777 == 0o600
