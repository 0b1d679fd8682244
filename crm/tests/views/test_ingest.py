"""The tracking API over HTTP, by hand and through a public client library."""

import base64
import gzip
import json
import threading
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client, override_settings
from pytest_django.live_server_helper import LiveServer
from segment.analytics.client import Client as Segment

from crm.ingest import limits
from crm.models import ApiKey, Consent, Contact, Event, Identity
from crm.tests import factories

ORDER = {"userId": "7", "event": "Order Completed", "messageId": "m-1", "properties": {"total": 40}}


@pytest.fixture
def key() -> str:
    return factories.key("ingest")[1]


def basic(key: str) -> str:
    return "Basic " + base64.b64encode(f"{key}:".encode()).decode()


def post(path: str, content: Any, key: str, **headers: str) -> Any:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    sent = {"Authorization": basic(key)} if key else {}
    return Client().post(path, body, content_type="application/json", headers=sent | headers)


@pytest.mark.django_db
def test_track_answers_after_it_is_written(key: str) -> None:
    answer = post("/v1/track", ORDER, key)

    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert Event.objects.get(name="Order Completed").properties == {"total": 40}


@pytest.mark.django_db
def test_story_says_by_which_key_somebody_was_first_seen(key: str) -> None:
    named = ApiKey.objects.get().name
    post("/v1/identify", {"userId": "7", "messageId": "m-1", "traits": {"firstName": "Ana"}}, key)

    assert Event.objects.get(name="contact.created").properties["source"] == named
    assert Event.objects.get(name="contact.described").source == f"key:{ApiKey.objects.get().pk}"
    assert Consent(source=f"key:{ApiKey.objects.get().pk}").came_from == named


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["track", "identify", "page", "screen", "group", "alias"])
def test_every_call_has_its_address(key: str, kind: str) -> None:
    content = ORDER | {"groupId": "g", "previousId": "p", "name": "Home", "traits": {"plan": "gold"}}

    assert post(f"/v1/{kind}", content, key).status_code == 200
    assert Event.objects.filter(message_id="m-1").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/v1/track/", "/v1/batch/", "/v1/b/", "/v1/import", "/v1/import/"])
def test_addresses_as_older_libraries_and_proxies_write_them(key: str, address: str) -> None:
    content = ORDER if "track" in address else {"batch": [ORDER | {"type": "track"}]}

    assert post(address, content, key).status_code == 200
    assert Event.objects.get(name="Order Completed").message_id == "m-1"


@pytest.mark.django_db
def test_batch_in_gzip(key: str) -> None:
    batch = {"batch": [ORDER | {"type": "track", "messageId": f"m-{n}"} for n in range(100)]}

    answer = post("/v1/batch", gzip.compress(json.dumps(batch).encode()), key, **{"Content-Encoding": "gzip"})

    assert answer.status_code == 200
    assert Event.objects.filter(name="Order Completed").count() == 100


@pytest.mark.django_db
def test_beacon_sends_plain_text_with_its_key_in_the_body(key: str) -> None:
    body = json.dumps(ORDER | {"writeKey": key})

    answer = Client(enforce_csrf_checks=True).post("/v1/t", body, content_type="text/plain")

    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.django_db
def test_bearer_key_is_taken_too(key: str) -> None:
    assert post("/v1/track", ORDER, "", Authorization=f"Bearer {key}").status_code == 200


@pytest.mark.django_db
def test_browsers_may_ask_first() -> None:
    answer = Client().options("/v1/batch")

    assert answer.status_code == 204
    assert "authorization" in answer.headers["Access-Control-Allow-Headers"]


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", ["", "hilo_unknown", "basic!"])
def test_without_a_live_key_nothing_is_written(wrong: str) -> None:
    answer = post("/v1/track", ORDER, wrong)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert Event.objects.count() == 0


@pytest.mark.django_db
def test_a_reading_key_is_no_write_key() -> None:
    assert post("/v1/track", ORDER, factories.key("read")[1]).status_code == 401


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (b"{", 400, "The body is not JSON"),
        ({"userId": "7"}, 400, "A track message needs the name of its event in `event`."),
        (ORDER | {"properties": {"x": "y" * 40_000}}, 413, "This event has 40 KB; an event may hold 32 KB."),
        (b" " * 513_000, 413, "A request may hold 500 KB; send smaller batches."),
    ],
    ids=["no JSON", "no name", "big event", "big body"],
)
def test_refusals_carry_a_reason_and_write_nothing(key: str, body: Any, status: int, reason: str) -> None:
    answer = post("/v1/track", body, key)

    assert answer.status_code == status
    assert answer.json()["success"] is False
    assert answer.json()["error"].startswith(reason)
    assert Event.objects.count() == 0


@pytest.mark.django_db
def test_one_bad_message_refuses_its_batch_and_is_named(key: str) -> None:
    answer = post("/v1/batch", {"batch": [ORDER | {"type": "track"}, {"type": "track"}]}, key)

    assert answer.status_code == 400
    assert [error["message"] for error in answer.json()["errors"]] == [1]
    assert Event.objects.count() == 0


@pytest.mark.django_db
def test_too_many_events_of_one_key_are_asked_to_wait(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr(limits, "EVENTS_PER_WINDOW", 0)

    answer = post("/v1/track", ORDER, key)

    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= limits.WINDOW + 1
    assert post("/v1/track", ORDER, factories.key("ingest")[1]).status_code == 429


@pytest.mark.django_db
def test_without_valkey_events_pass(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    away = settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1"}
    monkeypatch.setattr(limits, "EVENTS_PER_WINDOW", 1)

    with override_settings(CACHES={"default": away}):
        statuses = [post("/v1/track", ORDER | {"messageId": f"m-{n}"}, key).status_code for n in range(3)]

    assert statuses == [200, 200, 200]


@pytest.mark.django_db(transaction=True)
def test_a_public_client_library_works_unchanged(live_server: LiveServer) -> None:
    errors: list[Any] = []
    segment = Segment(
        factories.key("all")[1], host=live_server.url, gzip=True, on_error=lambda error, items: errors.append(error)
    )

    segment.track(anonymous_id="v-1", event="Product Viewed", properties={"sku": "L-1"}, message_id="s-1")
    segment.identify("4711", {"email": "ana@correo.example", "firstName": "Ana"}, anonymous_id="v-1")
    for number in range(120):
        segment.track("4711", "Order Completed", {"total": number}, message_id=f"o-{number}")
    segment.track("4711", "Order Completed", {"total": 0}, message_id="o-0")
    segment.page("4711", "Docs", "Home")
    segment.group("4711", "g-1", {"name": "Acme"})
    segment.alias("v-2", "4711")
    segment.shutdown()

    assert errors == []
    ana = Contact.objects.survivors().get()
    assert (ana.first_name, ana.emails, str(ana.company)) == ("Ana", ["ana@correo.example"], "Acme")
    assert Event.objects.filter(name="Order Completed", contact=ana).count() == 120
    assert Event.objects.filter(name="Product Viewed", message_id="s-1").count() == 1
    assert set(Identity.objects.filter(kind="anonymous_id").values_list("value", flat=True)) == {"v-1", "v-2"}


@pytest.mark.django_db(transaction=True)
def test_the_same_request_from_ten_connections_counts_once(live_server: LiveServer) -> None:
    import http.client

    key = factories.key("all")[1]
    body = json.dumps({"batch": [ORDER | {"type": "track", "messageId": f"m-{n}"} for n in range(20)]})
    statuses: list[int] = []

    def send() -> None:
        connection = http.client.HTTPConnection(live_server.url.removeprefix("http://"))
        connection.request("POST", "/v1/batch", body, {"Authorization": basic(key)})
        statuses.append(connection.getresponse().status)
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [200] * 10
    assert Event.objects.filter(name="Order Completed").count() == 20


@pytest.mark.django_db(transaction=True)
def test_without_the_database_senders_are_asked_to_try_again(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere")

    answer = post("/v1/track", ORDER, key)

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    monkeypatch.undo()
    assert post("/v1/track", ORDER, key).status_code == 200
