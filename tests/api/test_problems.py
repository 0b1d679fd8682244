import base64
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from crm.models import ApiKey, Contact
from journeys.tests.factories import live
from tests.api.conftest import Api
from tests.world import World


def assert_problem(answer: Any, status: int) -> dict[str, Any]:
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    document: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail"} <= document.keys()
    assert document["status"] == status
    return document


def test_stranger_is_told_how_to_authenticate(client: Client, company: World) -> None:
    answer = client.get("/api/v1/contacts/")

    assert_problem(answer, 401)
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("change", ["revoked", "expired", "unknown"])
def test_dead_keys_are_refused(api: Api, change: str) -> None:
    if change == "unknown":
        api.headers = {"Authorization": "Bearer hilo_nothing"}
    else:
        ApiKey.objects.update(**{f"{change.replace('expired', 'expires').removesuffix('_at')}_at": "2020-01-01T00:00Z"})

    document = assert_problem(api.get("contacts/"), 401)

    assert document["detail"] == "This key is unknown, expired or revoked."


@pytest.mark.parametrize("place", ["p=x", "p=-1", "p=%00", "o=x", "r=x", "[]", '{"a":1}', "nothing"])
def test_a_forged_cursor_is_a_problem_document(api: Api, place: str) -> None:
    cursor = base64.b64encode(place.encode()).decode()

    assert assert_problem(api.get("contacts/", cursor=cursor), 404)["detail"] == "Invalid cursor"


@pytest.mark.parametrize("limit", ["abc", "-1", "0", "00", "1.5", "²"])
def test_a_page_of_no_number_of_rows_is_400(api: Api, limit: str) -> None:
    document = assert_problem(api.get("contacts/", limit=limit), 400)

    assert document["errors"] == {"limit": ["This must be a number of rows from 1."]}


@pytest.mark.parametrize(("limit", "rows"), [("1", 1), ("", 4), ("9" * 5000, 4)])
def test_a_page_has_as_many_rows_as_asked_for(api: Api, limit: str, rows: int) -> None:
    assert len(api.get("contacts/", limit=limit).json()["results"]) == rows


@pytest.mark.parametrize("path", ["contacts/999999/", "nothing/", "contacts/abc/", "contacts/1/nothing/"])
def test_what_does_not_exist_is_a_problem_document(api: Api, path: str) -> None:
    assert_problem(api.get(path), 404)


def test_wrong_method_is_405_and_says_which_are_right(api: Api) -> None:
    answer = api("DELETE", "contacts/1/")

    assert_problem(answer, 405)
    assert "GET" in answer["Allow"]


def test_wrong_media_type_is_415(api: Api) -> None:
    answer = api.client.post("/api/v1/notes/", {"contact": 1, "body": "x"}, headers=api.headers)

    assert_problem(answer, 415)


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "[1,",
        '"\\ud800"',
        '{"contact": 1, "body": "a\\u0000b"}',
        "[" * 100_000,
        '{"a": NaN}',
        b"\xff\xfe",
        "9" * 5000,
    ],
)
def test_malformed_json_is_400(api: Api, body: Any) -> None:
    answer = api.client.generic("POST", "/api/v1/notes/", body, content_type="application/json", headers=api.headers)

    assert_problem(answer, 400)


def test_body_that_is_too_long_is_413_and_says_how_long_it_may_be(api: Api) -> None:
    document = assert_problem(api.post("notes/", {"contact": 1, "body": "x" * (2 << 20)}), 413)

    assert document["detail"] == "A request may have 2 MB, besides files sent as a form."


def test_form_of_too_many_fields_is_400(api: Api) -> None:
    fields = {f"field{n}": "x" for n in range(1001)}
    answer = api.client.post("/api/v1/conversations/1/messages/", fields, headers=api.headers)

    assert assert_problem(answer, 400)["detail"] == "A form may have 1000 fields and 100 files."


def test_backslashes_that_only_look_like_nul_are_kept(api: Api) -> None:
    answer = api.post("notes/", {"contact": 1, "body": "a\\u0000b"})

    assert (answer.status_code, answer.json()["body"]) == (201, "a\\u0000b")


def test_bad_values_name_the_field(api: Api) -> None:
    document = assert_problem(api.post("tasks/", {"title": "", "due_on": "tomorrow"}), 400)

    assert set(document["errors"]) == {"title", "due_on"}


@pytest.mark.parametrize("query", [{"contact": "x"}, {"contact": "9" * 30}, {"name": "\x00"}])
def test_bad_filters_are_400(api: Api, query: dict[str, str]) -> None:
    assert_problem(api.get("events/", **query), 400)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("contacts/", "segment"),
        ("conversations/", "status"),
        ("deliveries/", "state"),
        ("inbound/", "state"),
        ("tasks/", "state"),
        ("journeys/{journey}/enrolments/", "state"),
    ],
)
def test_choice_that_there_is_not_is_400(api: Api, path: str, name: str) -> None:
    document = assert_problem(api.get(path.format(journey=live().pk), **{name: "nonsense"}), 400)

    assert list(document["errors"]) == [name]


def test_choice_where_there_is_none_yet_says_so(api: Api) -> None:
    document = assert_problem(api.get("contacts/", segment="1"), 400)

    assert document["errors"] == {"segment": ["There is nothing to choose from yet."]}


@pytest.mark.parametrize("body", [[], "text", 3, None, [[]], {"contact": {"a": 1}, "body": ["x"]}])
def test_bodies_of_another_shape_are_400(api: Api, body: Any) -> None:
    for path in ("contacts/", "notes/", "tasks/", "consents/", "conversations/1/messages/", "journeys/1/versions/"):
        answer = api("POST", path, body)
        assert answer.status_code == 400, (path, answer.content)


def test_failure_of_our_own_is_a_problem_document_without_details(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(*_: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(Contact.objects, "visible_to", explode)

    document = assert_problem(api.get("contacts/"), 500)

    assert "secret" not in str(document)


def test_database_that_is_away_is_a_problem_to_come_back_with(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: Any) -> None:
        raise OperationalError("server closed the connection, secret detail")

    monkeypatch.setattr(Contact.objects, "visible_to", gone)
    answer = api.get("contacts/")

    assert "secret" not in str(assert_problem(answer, 503))
    assert answer.headers["Retry-After"] == "5"


def test_scopes_decide_what_a_key_may_do(api_with: Callable[..., Api]) -> None:
    note = {"contact": 1, "body": "x"}
    done = {
        scope: (api_with(scope).get("contacts/").status_code, api_with(scope).post("notes/", note).status_code)
        for scope in ("all", "read", "write", "ingest", "metrics")
    }

    assert done == {
        "all": (200, 201),
        "read": (200, 403),
        "write": (200, 201),
        "ingest": (403, 403),
        "metrics": (403, 403),
    }


def test_session_opens_the_api_with_its_own_permissions_and_csrf(company: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(company.users["agent"])

    assert client.get("/api/v1/contacts/").status_code == 200
    assert_problem(client.get("/api/v1/journeys/"), 403)
    assert_problem(client.post("/api/v1/notes/", "{}", content_type="application/json"), 403)
