from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.test import Client
from pytest_django import Settings

from config.observability import figures, readiness
from crm.models import AccountMail, Cursor, Event, Heartbeat, Retry
from crm.tests import factories

pytestmark = pytest.mark.django_db
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(factories.user("admin"))
    return client


@pytest.fixture
def letter() -> Retry:
    Cursor.objects.create(consumer="test.ask")
    event = Event.objects.create(name="conversation.resolved", message_id="1", contact=None)
    return Retry.objects.create(
        consumer="test.ask", event=event, error="ValueError: no such survey", dead=True, due_at=None, attempts=8
    )


def test_operations_shows_services_consumers_queues_and_letters(admin: Client, letter: Retry) -> None:
    Heartbeat.objects.create(service="worker")

    page = admin.get("/admin/operations/").content.decode()

    for shown in ("test.ask", "ValueError: no such survey", "conversation.resolved", "PostgreSQL", "worker"):
        assert shown in page
    assert 'hx-trigger="every 5s"' in page


def test_listeners_are_shown_with_when_they_last_reported(admin: Client) -> None:
    Heartbeat.objects.create(service="smtp")
    Heartbeat.objects.create(service="imap", at=Now() - timedelta(minutes=2))

    shown = {part.name: (part.ok, str(part.detail)) for part in readiness.listeners()}

    assert shown == {
        "smtp": (True, "last heartbeat 0 s ago"),
        "imap": (False, "last heartbeat 120 s ago"),
        "beat": (False, "it has not reported yet"),
    }
    page = admin.get("/admin/operations/").content.decode()
    for label in ("Incoming mail by SMTP", "Mailboxes read by IMAP", "Clock of periodic work"):
        assert label in page


def test_every_queue_that_a_worker_looks_at_is_shown(settings: Settings) -> None:
    settings.SMTP_URL = "smtp://mail.example"
    AccountMail.objects.create(address="ana@hilo.example", sender="x@hilo.example", subject="x")

    due = {queue.name: queue.due for queue in figures.queues()}

    idle = ["inbound", "deliveries", "timers", "handovers", "occasions", "retries"]
    assert due == dict.fromkeys(idle, 0) | {"account_mails": 1}


def test_mails_that_nobody_is_to_send_are_no_queue(settings: Settings) -> None:
    settings.SMTP_URL = ""

    assert "account_mails" not in [queue.name for queue in figures.queues()]


def test_consumer_that_this_version_does_not_know_is_shown_with_what_it_left(admin: Client, letter: Retry) -> None:
    Retry.objects.update(dead=False)
    Event.objects.create(name="x", message_id="2", contact=None)

    [gone] = [state for state in figures.consumers() if state.name == "test.ask"]

    assert (gone.known, gone.unread, gone.retrying) == (False, 0, 1)
    assert "not in this version" in admin.get("/admin/operations/").content.decode()


def test_operations_fragment_is_the_part_that_refreshes(admin: Client) -> None:
    fragment = admin.get("/admin/operations/", headers=FRAGMENT).content.decode()

    assert fragment.lstrip().startswith("<div")
    assert 'id="operations"' in fragment
    assert "<html" not in fragment
    assert "dead-letters" not in fragment


def test_pause_and_go_on_keep_the_place(admin: Client, letter: Retry) -> None:
    Cursor.objects.update(xid=7, event_id=3)

    admin.post("/admin/operations/consumers/test.ask/pause/", headers=FRAGMENT)
    assert list(Cursor.objects.values_list("paused", "xid", "event_id")) == [(True, 7, 3)]

    admin.delete("/admin/operations/consumers/test.ask/pause/", headers=FRAGMENT)
    assert list(Cursor.objects.values_list("paused", "xid", "event_id")) == [(False, 7, 3)]


def test_replay_gives_a_letter_a_full_round_of_attempts(admin: Client, letter: Retry) -> None:
    answer = admin.post(f"/admin/operations/letters/{letter.pk}/replay/", headers=FRAGMENT)

    letter.refresh_from_db()
    assert (letter.dead, letter.attempts, letter.due_at is not None) == (False, 0, True)
    assert 'id="dead-letters" hx-swap-oob="true"' in answer.content.decode()


def test_replay_without_script_comes_back_to_the_page(admin: Client, letter: Retry) -> None:
    answer = admin.post("/admin/operations/consumers/test.ask/replay/")

    assert (answer.status_code, answer["Location"]) == (302, "/admin/operations/")
    assert Retry.objects.filter(dead=True).count() == 0


def test_replay_of_a_letter_that_is_alive_is_not_found(admin: Client, letter: Retry) -> None:
    Retry.objects.update(dead=False)

    assert admin.post(f"/admin/operations/letters/{letter.pk}/replay/").status_code == 404


@pytest.mark.parametrize("role", ["agent", "sales", "manager"])
def test_operations_are_for_admins(client: Client, role: str) -> None:
    client.force_login(factories.user(role))

    assert client.get("/admin/operations/").status_code == 403
