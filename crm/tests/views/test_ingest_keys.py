"""Who may send to the tracking API, how the key is said, and what an answer tells the sender."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client

from crm.models import Alias, ApiKey, Contact, Event
from crm.tests import factories

pytestmark = pytest.mark.django_db
SEEN = {"userId": "7", "event": "Seen", "messageId": "m-1"}


def post(content: Any = SEEN, *, path: str = "/v1/track", **headers: str) -> Any:
    body = content if isinstance(content, bytes) else json.dumps(content)
    return Client().post(path, body, content_type="application/json", headers=headers)


def basic(text: str | bytes) -> str:
    return base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()


@pytest.mark.parametrize(
    "said",
    ["Basic {basic}", "basic {basic}", "Basic  {with_password}", "Bearer {plain}", "BEARER  {plain} "],
)
def test_a_key_is_the_basic_user_or_a_bearer_token(said: str) -> None:
    _, secret = factories.key("ingest")
    header = said.format(basic=basic(f"{secret}:"), with_password=basic(f"{secret}:any:thing"), plain=secret)

    assert post(Authorization=header).status_code == 200


@pytest.mark.parametrize(
    "said",
    ["Basic {plain}", "Basic ÿ", "Basic {other_bytes}", "Digest {plain}", "{plain}", "Bearer", "Bearer {plain}x"],
)
def test_a_key_said_otherwise_is_none(said: str) -> None:
    _, secret = factories.key("ingest")

    answer = post(Authorization=said.format(plain=secret, other_bytes=basic(b"\xff\xfe:")))

    assert (answer.status_code, Event.objects.count()) == (401, 0)


def test_a_write_key_in_the_body_must_be_one() -> None:
    wrong: list[Any] = [None, 7, ["x"], {}, "", "hilo_unknown"]

    for written in wrong:
        assert post(SEEN | {"writeKey": written}).status_code == 401, written


def test_the_header_counts_before_the_body() -> None:
    header, body = factories.key("ingest"), factories.key("ingest")

    post(SEEN | {"writeKey": body[1]}, Authorization=f"Bearer {header[1]}")

    assert Event.objects.get(message_id="m-1").source == f"key:{header[0].pk}"


@pytest.mark.parametrize(
    ("scope", "status"), [("ingest", 200), ("all", 200), ("write", 401), ("read", 401), ("metrics", 401)]
)
def test_scopes_that_send_events(scope: str, status: int) -> None:
    assert post(Authorization=f"Bearer {factories.key(scope)[1]}").status_code == status


@pytest.mark.parametrize("ended", [{"revoked_at": Now()}, {"expires_at": Now() - timedelta(seconds=1)}])
def test_a_key_that_has_ended_sends_nothing_more(ended: dict[str, Any]) -> None:
    key, secret = factories.key("ingest")
    ApiKey.objects.filter(pk=key.pk).update(**ended)

    assert post(Authorization=f"Bearer {secret}").status_code == 401


def test_a_key_that_will_expire_still_sends() -> None:
    key, secret = factories.key("ingest")
    ApiKey.objects.filter(pk=key.pk).update(expires_at=Now() + timedelta(hours=1))

    assert post(Authorization=f"Bearer {secret}").status_code == 200


@pytest.mark.parametrize(("scopes", "joined"), [(["ingest"], 0), (["ingest", "write"], 1), (["all"], 1)])
def test_only_a_key_that_may_write_joins_people(scopes: list[str], joined: int) -> None:
    factories.contact(email="ana@correo.example")
    _, secret = factories.key(*scopes)
    post(Authorization=f"Bearer {secret}")

    said = {"userId": "7", "messageId": "m-2", "traits": {"email": "ana@correo.example"}}
    assert post(said, path="/v1/identify", Authorization=f"Bearer {secret}").status_code == 200

    assert Alias.objects.count() == joined


def test_the_use_of_a_key_is_noted() -> None:
    key, secret = factories.key("ingest")

    post(Authorization=f"Bearer {secret}")

    key.refresh_from_db()
    assert key.last_used_at is not None


def test_a_stranger_learns_how_to_say_a_key_and_nothing_more() -> None:
    answer = post()

    assert answer.json() == {
        "success": False,
        "error": "This needs a live write key as the Basic user, a Bearer token or `writeKey`.",
    }
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="write key"'


def test_a_wrong_body_does_not_ask_a_browser_for_a_password() -> None:
    answer = post(b"{", Authorization=f"Bearer {factories.key('ingest')[1]}")

    assert answer.status_code == 400
    assert "WWW-Authenticate" not in answer.headers
    assert "Retry-After" not in answer.headers


@pytest.mark.parametrize("content", [SEEN, b"{", SEEN | {"event": ""}])
def test_a_page_of_any_site_may_read_the_answer(content: Any) -> None:
    answer = post(content, Authorization=f"Bearer {factories.key('ingest')[1]}")

    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_browser_that_asks_first_is_told_for_a_day() -> None:
    headers = Client().options("/v1/b").headers

    assert headers["Access-Control-Allow-Methods"] == "POST, OPTIONS"
    assert headers["Access-Control-Max-Age"] == "86400"


@pytest.mark.parametrize("method", ["get", "delete"])
def test_events_are_posted(method: str) -> None:
    answer = getattr(Client(), method)("/v1/track")

    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST, OPTIONS")


@pytest.mark.parametrize("length", ["512001", "999999999999"])
def test_a_body_that_says_it_is_too_big_is_not_read(length: str) -> None:
    answer = Client().post("/v1/track", b"{}", content_type="application/json", CONTENT_LENGTH=length)

    assert answer.status_code == 413


def test_what_is_sent_again_is_success_again_and_counts_once() -> None:
    _, secret = factories.key("ingest")

    answers = [post(Authorization=f"Bearer {secret}").json() for _ in range(2)]

    assert answers == [{"success": True}, {"success": True}]
    assert Event.objects.filter(message_id="m-1").count() == 1


def test_an_encoding_is_understood_however_it_is_spelled() -> None:
    _, secret = factories.key("ingest")

    plain = post(Authorization=f"Bearer {secret}", **{"Content-Encoding": " Identity "})
    strange = post(Authorization=f"Bearer {secret}", **{"Content-Encoding": "br"})

    assert (plain.status_code, strange.status_code) == (200, 400)
    assert strange.json()["error"] == "Content-Encoding 'br' is not understood; send gzip or none."


def test_a_refused_batch_leaves_nobody_behind() -> None:
    _, secret = factories.key("all")
    batch = {"batch": [{"type": "identify", "userId": "7", "traits": {"email": "a@b.example"}}, {"type": "track"}]}

    assert post(batch, path="/v1/batch", Authorization=f"Bearer {secret}").status_code == 400

    assert (Contact.objects.count(), Event.objects.count()) == (0, 0)
