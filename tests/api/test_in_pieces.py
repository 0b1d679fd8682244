"""Bodies sent in pieces (`Transfer-Encoding: chunked`), as several client libraries send them, to the real server."""

import gzip
import http.client
import json
from collections.abc import Generator, Iterator
from typing import Any

import pytest

from crm.models import Event, Note
from crm.tests import factories
from tests.web import serving

pytestmark = pytest.mark.django_db(transaction=True)
SEEN = {"type": "track", "userId": "7", "event": "Seen", "messageId": "m-1"}
TOO_BIG = "A request may hold 500 KB; send smaller batches."


@pytest.fixture(scope="module")
def web(django_db_setup: None) -> Generator[str]:
    with serving() as url:
        yield url.removeprefix("http://")


def pieces(body: bytes) -> Iterator[bytes]:
    yield from (body[start : start + 9_000] for start in range(0, len(body), 9_000))


def send(web: str, path: str, body: bytes, **headers: str) -> tuple[int, Any]:
    """A body that is not bytes gets no Content-Length from http.client and goes in pieces."""
    connection = http.client.HTTPConnection(web, timeout=20)
    named = {"Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request("POST", path, pieces(body), named, encode_chunked=True)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


@pytest.fixture
def bearer() -> str:
    return f"Bearer {factories.key('all')[1]}"


def test_an_event_in_pieces_is_taken_in(web: str, bearer: str) -> None:
    large = SEEN | {"properties": {"x": "y" * 20_000}}

    assert send(web, "/v1/track", json.dumps(large).encode(), Authorization=bearer) == (200, {"success": True})
    assert Event.objects.get(name="Seen").properties == large["properties"]


def test_a_batch_in_gzip_and_in_pieces_is_taken_in(web: str, bearer: str) -> None:
    batch = {"batch": [SEEN | {"messageId": f"m-{number}"} for number in range(500)]}
    body = gzip.compress(json.dumps(batch).encode())

    assert send(web, "/v1/batch", body, Authorization=bearer, Content_Encoding="gzip")[0] == 200
    assert Event.objects.filter(name="Seen").count() == 500


def test_the_api_reads_a_body_in_pieces(web: str, bearer: str) -> None:
    note = {"contact": factories.contact().pk, "body": "x" * 20_000}

    assert send(web, "/api/v1/notes/", json.dumps(note).encode(), Authorization=bearer)[0] == 201
    assert Note.objects.get().body == note["body"]


def test_what_is_too_big_in_pieces_is_413_in_the_words_of_its_door(web: str, bearer: str) -> None:
    events = send(web, "/v1/batch", b" " * 600_000, Authorization=bearer)
    note = send(web, "/api/v1/notes/", b" " * (3 << 20), Authorization=bearer)

    assert (events[0], events[1]["error"]) == (413, TOO_BIG)
    assert (note[0], note[1]["detail"]) == (413, "A request may have 2 MB, besides files sent as a form.")


def test_a_long_form_in_pieces_is_asked_for_its_length(web: str, bearer: str) -> None:
    form = {"Content_Type": "multipart/form-data; boundary=x", "Authorization": bearer}

    status, document = send(web, "/api/v1/conversations/1/messages/", b" " * (3 << 20), **form)

    assert (status, document["status"]) == (413, 413)
    assert document["detail"] == "A form that does not say its Content-Length may have 2 MB."
