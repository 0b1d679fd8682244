import time
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.postgres.functions import TransactionNow
from django.db.models.functions import Now
from django.test import Client
from django.utils import translation
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from config.observability import figures, readiness
from crm.ledger import consume
from crm.models import ApiKey, Cursor, Event, Heartbeat
from crm.tests import factories

DEAD_BROKER = "redis://127.0.0.1:1"


@pytest.fixture
def beating() -> None:
    Heartbeat.objects.update_or_create(service="worker", defaults={"at": Now()})


def states(parts: list[readiness.Part]) -> dict[str, bool]:
    return {part.name: part.ok for part in parts}


def test_healthz_answers_without_any_service(client: Client) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db(transaction=True)
def test_readyz_tells_strangers_which_part_is_away_and_no_more(client: Client) -> None:
    here = client.get("/readyz").json()["parts"]["worker"]
    through_a_proxy = client.get("/readyz", headers={"X-Forwarded-For": "192.0.2.7"}).json()["parts"]["worker"]
    elsewhere = client.get("/readyz", REMOTE_ADDR="192.0.2.7").json()["parts"]["worker"]

    assert (here["ok"], here["detail"] != "") == (False, True)
    assert through_a_proxy == elsewhere == {"ok": False, "detail": ""}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("beating")
def test_readyz_names_every_part_when_all_is_well(client: Client) -> None:
    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["ready"] is True
    assert {name: part["ok"] for name, part in answer.json()["parts"].items()} == {
        "database": True,
        "worker": True,
        "consumers": True,
        "broker": True,
    }


@pytest.mark.django_db(transaction=True)
def test_readyz_says_that_no_worker_has_reported(client: Client) -> None:
    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["parts"]["worker"] == {"ok": False, "detail": "no worker has reported yet"}


@pytest.mark.django_db(transaction=True)
def test_readyz_fails_for_an_old_heartbeat(client: Client) -> None:
    Heartbeat.objects.create(service="worker", at=Now() - timedelta(minutes=2))

    answer = client.get("/readyz")

    assert answer.status_code == 503
    worker = answer.json()["parts"]["worker"]
    assert worker["ok"] is False
    assert worker["detail"].startswith("last heartbeat 12")  # 120 s, and what this test took


@pytest.fixture
def slow() -> Generator[str]:
    """A consumer that has read nothing yet."""
    own = consume.Consumer("test.slow", (), lambda events: None, batched=True, gets_fact=False)
    consume._add(own)
    yield own.name
    consume._consumers.pop(own.name)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("beating", "slow")
def test_readyz_names_the_consumer_that_is_behind(client: Client) -> None:
    consume.ensure_cursors()
    Event.objects.create(name="x", message_id="1", recorded_at=TransactionNow() - timedelta(minutes=5), contact=None)
    Cursor.objects.update(xid=0, event_id=0, paused=True)
    Cursor.objects.filter(consumer="test.slow").update(paused=False)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["parts"]["consumers"] == {"ok": False, "detail": "test.slow is 300 s behind"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("beating")
def test_listener_that_is_gone_sends_no_visitor_away(client: Client) -> None:
    Heartbeat.objects.create(service="smtp", at=Now() - timedelta(minutes=2))

    answer = client.get("/readyz")

    assert (answer.status_code, "smtp" in answer.json()["parts"]) == (200, False)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("beating")
def test_consumer_that_no_longer_exists_holds_nobody_up(client: Client) -> None:
    """An upgrade took it away; its cursor stays where it was, in case of the way back."""
    Cursor.objects.create(consumer="test.gone")
    Event.objects.create(name="x", message_id="1", recorded_at=TransactionNow() - timedelta(minutes=5), contact=None)

    assert client.get("/readyz").status_code == 200
    assert "test.gone" not in figures.lag_seconds()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("beating")
def test_readyz_answers_when_the_broker_is_away(client: Client, settings: Settings) -> None:
    settings.CELERY_BROKER_URL = DEAD_BROKER

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert {name for name, part in answer.json()["parts"].items() if not part["ok"]} == {"broker"}


@pytest.mark.django_db(transaction=True)
def test_readiness_names_all_that_cannot_be_known_without_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    parameters = {"host": "127.0.0.1", "port": 1, "user": "hilo", "dbname": "hilo"}
    monkeypatch.setattr(readiness, "_parameters", lambda: parameters)

    assert states(readiness.check()) == {"database": False, "worker": False, "consumers": False, "broker": True}


@pytest.mark.django_db(transaction=True)
def test_readiness_does_not_wait_for_parts_that_never_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_: Any) -> list[readiness.Part]:
        time.sleep(3)
        return []

    monkeypatch.setattr(readiness, "_database", hang)
    monkeypatch.setattr(readiness, "_broker", hang)
    started = time.monotonic()

    parts = readiness.check()

    assert time.monotonic() - started < 3
    assert states(parts) == {"database": False, "worker": False, "consumers": False, "broker": False}
    assert parts[0].detail == "no answer within 0.8 s"
    with translation.override("es"):
        assert parts[0].detail == "sin respuesta en 0.8 s"


@pytest.mark.django_db
def test_metrics_show_queues_and_requests_on_loopback(client: Client) -> None:
    client.get("/healthz")

    text = client.get("/metrics").content.decode()

    assert 'hilo_queue_due_rows{queue="deliveries"} 0.0' in text
    assert 'hilo_inbound_items{state="quarantined"} 0.0' in text
    assert 'hilo_http_request_duration_seconds_count{method="GET",status="2xx",view="healthz"}' in text
    assert "hilo_oldest_writing_transaction_seconds" in text


def families(client: Client) -> dict[str, Metric]:
    text = client.get("/metrics").content.decode()
    return {family.name: family for family in text_string_to_metric_families(text)}


@pytest.mark.django_db
def test_metrics_are_named_as_prometheus_expects_and_each_says_what_it_is(client: Client) -> None:
    found = {name: family for name, family in families(client).items() if name.startswith("hilo_")}
    wrong = [name for name, family in found.items() if family.type == "counter" and name.endswith("_total")]

    assert len(found) == 17
    assert [name for name, family in found.items() if not family.documentation.endswith(".")] == []
    assert wrong == []  # the parser takes the ending off; one left over was there twice


@pytest.mark.django_db
def test_metrics_are_all_in_the_operators_guide(client: Client) -> None:
    guide = (Path(django_settings.BASE_DIR) / "docs" / "operations.md").read_text()

    assert [name for name in families(client) if name.startswith("hilo_") and f"`{name}" not in guide] == []


@pytest.mark.django_db
@pytest.mark.usefixtures("slow")
def test_metrics_count_events_and_tell_how_far_behind_a_consumer_is(client: Client) -> None:
    Cursor.objects.create(consumer="test.slow")
    before = families(client)["hilo_ledger_events"].samples[0].value
    Event.objects.create(name="x", message_id="1", recorded_at=TransactionNow() - timedelta(minutes=5), contact=None)

    after = families(client)

    assert after["hilo_ledger_events"].samples[0].value == before + 1
    lag = {sample.labels["consumer"]: sample.value for sample in after["hilo_consumer_lag_seconds"].samples}
    assert lag["test.slow"] == 300  # the transaction's clock stands still


@pytest.mark.django_db
def test_metrics_hold_nothing_personal(client: Client) -> None:
    factories.contact(first_name="Anastasia", email="anastasia@casa.example")
    client.get("/contacts/?q=anastasia@casa.example")

    assert "anastasia" not in client.get("/metrics").content.decode().lower()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("scopes", "expected"), [(["metrics"], 200), (["all"], 200), (["read", "write"], 401), (None, 401)]
)
def test_metrics_from_elsewhere_need_a_key_with_the_scope(
    client: Client, scopes: list[str] | None, expected: int
) -> None:
    headers = {}
    if scopes:
        _key, secret = ApiKey.objects.issue(name="prometheus", scopes=scopes)
        headers["Authorization"] = f"Bearer {secret}"

    answer = client.get("/metrics", headers=headers, REMOTE_ADDR="192.0.2.7")

    assert answer.status_code == expected


@pytest.mark.django_db
def test_metrics_behind_a_proxy_on_the_same_machine_are_not_loopback(client: Client) -> None:
    answer = client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"})

    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")


def test_health_addresses_are_served_without_https_redirect() -> None:
    assert django_settings.SECURE_REDIRECT_EXEMPT == [r"^healthz$", r"^readyz$", r"^metrics$"]
