"""What the tracking API refuses can be found, with its reason, by those who run the product."""

import gzip
import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.actions import refusals
from crm.models import ApiKey, RefusedEvents
from crm.tests import factories

pytestmark = pytest.mark.django_db
WRONG = {"userId": "7", "messageId": "m-1"}
NO_NAME = "A track message needs the name of its event in `event`."


def post(content: Any, secret: str = "", **headers: str) -> int:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    sent = {"Authorization": f"Bearer {secret}"} if secret else {}
    return Client().post("/v1/track", body, content_type="application/json", headers=sent | headers).status_code


def rows() -> list[tuple[Any, ...]]:
    return list(RefusedEvents.objects.order_by("pk").values_list("key", "status", "reason", "times"))


def test_same_mistake_again_is_counted_not_kept_twice() -> None:
    key, secret = factories.key("ingest")

    assert [post(WRONG, secret) for _ in range(3)] == [400, 400, 400]

    assert rows() == [(key.pk, 400, NO_NAME, 3)]


def test_stranger_and_wrong_body_are_remembered_without_a_key() -> None:
    assert post(WRONG) == 401
    assert post(b"{") == 400

    assert [(key, status, times) for key, status, _reason, times in rows()] == [(None, 401, 1), (None, 400, 1)]


def test_what_was_packed_is_remembered_readable() -> None:
    _, secret = factories.key("ingest")

    assert post(gzip.compress(json.dumps(WRONG).encode()), secret, **{"Content-Encoding": "gzip"}) == 400

    assert RefusedEvents.objects.get().excerpt == json.dumps(WRONG)


def test_too_much_is_remembered_without_its_content() -> None:
    _, secret = factories.key("ingest")

    assert post(b'"' + b"x" * 600_000 + b'"', secret) == 413

    refused = RefusedEvents.objects.get()
    assert (refused.status, refused.excerpt) == (413, "")


def test_what_is_taken_in_leaves_no_trace_here() -> None:
    _, secret = factories.key("ingest")

    assert post(WRONG | {"event": "Order Completed"}, secret) == 200

    assert rows() == []


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ('{"writeKey": "abc", "userId": "7"}', '{"writeKey": "…", "userId": "7"}'),
        ('{"traits": {"password":"a b", "cardNumber": "4111"}}', '{"traits": {"password":"…", "cardNumber": "…"}}'),
        ("Bearer hilo_Ab-9_x and more", "Bearer hilo_… and more"),
        ('{"access_token": "never end', '{"access_token": "…"'),
        ("a\x00b", "ab"),
        ("x" * 900, "x" * 400),
    ],
)
def test_excerpt_holds_no_secret_and_ends_early(sent: str, kept: str) -> None:
    assert refusals.excerpt(sent.encode()) == kept


def test_secret_at_the_end_of_the_excerpt_is_not_half_shown() -> None:
    sent = '{"a": "' + "x" * 3980 + '", "token": "very secret"}'

    assert "very" not in refusals.excerpt(sent.encode())


def test_one_sender_pushes_out_its_own_oldest_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusals, "PER_KEY", 2)
    noisy, quiet = factories.key("ingest")[0], factories.key("ingest")[0]
    refusals.remember(key_id=quiet.pk, status=400, reason="quiet", body=b"")
    for reason in ("first", "second", "third"):
        refusals.remember(key_id=noisy.pk, status=400, reason=reason, body=b"")

    assert [reason for _key, _status, reason, _times in rows()] == ["quiet", "second", "third"]


def test_page_says_what_it_comes_to_and_what_to_do(client: Client) -> None:
    key, _ = factories.key("ingest")
    ApiKey.objects.update(name="Shop")
    for _ in range(3):
        refusals.remember(key_id=key.pk, status=400, reason=NO_NAME, body=b'{"userId": "7"}')
    refusals.remember(key_id=None, status=401, reason="No key.", body=b"")
    client.force_login(factories.user("admin"))

    page = client.get("/admin/crm/refusedevents/").content.decode()
    one = client.get(f"/admin/crm/refusedevents/{RefusedEvents.objects.get(status=400).pk}/change/").content.decode()

    for shown in ("<td>3</td>", f"Shop …{key.hint}", "without a live key", "mend the sender", "scope ingest"):
        assert shown in page
    assert "{&quot;userId&quot;: &quot;7&quot;}" in one


def test_page_asks_the_same_number_of_questions_however_much_was_refused(client: Client) -> None:
    client.force_login(factories.user("admin"))
    counts = []
    for number in (1, 3):
        for _ in range(number):
            key, _secret = factories.key("ingest")
            refusals.remember(key_id=key.pk, status=400, reason="wrong", body=b"")
        client.get("/admin/crm/refusedevents/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/admin/crm/refusedevents/")
        counts.append(len(queries))

    assert counts[0] == counts[1]
