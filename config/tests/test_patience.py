"""The door of events answers in time, with every thread held by something that hangs."""

import asyncio
import json
import threading
from collections.abc import Generator, Iterable
from typing import Any

import a2wsgi
import pytest

from config.patience import impatient

Messages = list[dict[str, Any]]


class Hanging:
    """A WSGI application that answers when it is let go; `bodies` are what it read."""

    def __init__(self) -> None:
        self.goes_on = threading.Event()
        self.bodies: list[bytes] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.bodies.append(environ["wsgi.input"].read())
        self.goes_on.wait(20)
        start_response("200 OK", [("Content-Length", "4")])
        return [b"done"]


@pytest.fixture
def hanging() -> Generator[Hanging]:
    application = Hanging()
    yield application
    application.goes_on.set()


async def ask(app: Any, path: str, *pieces: bytes, pause: float = 0.0) -> Messages:
    """The messages of one answer; `pause` seconds before each piece of the body."""
    left, told = list(pieces or [b"{}"]), []

    async def receive() -> dict[str, Any]:
        if not left:
            return {"type": "http.disconnect"}
        await asyncio.sleep(pause)
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    async def send(message: dict[str, Any]) -> None:
        told.append(message)

    scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "http_version": "1.1", "headers": []}
    await app(scope, receive, send)
    return told


def door(application: Hanging, *, seconds: float) -> Any:
    wsgi: Any = application
    pages: Any = a2wsgi.WSGIMiddleware(wsgi, workers=1)
    return impatient(pages, most=100, seconds=seconds)


def asked(app: Any, path: str, *pieces: bytes, pause: float = 0.0) -> Messages:
    return asyncio.run(ask(app, path, *pieces, pause=pause))


def test_events_that_are_not_answered_in_time_are_asked_for_again(hanging: Hanging) -> None:
    async def five_and_one_later() -> tuple[list[Messages], Messages]:
        app = door(hanging, seconds=0.3)
        late = await asyncio.gather(*(ask(app, "/v1/track") for _ in range(5)))
        hanging.goes_on.set()
        return late, await ask(app, "/v1/track", b"later")

    late, later = asyncio.run(five_and_one_later())

    for start, body in late:
        assert (start["status"], dict(start["headers"])[b"retry-after"]) == (503, b"5")
        assert json.loads(body["body"]) == {"success": False, "error": "This takes too long just now; try again."}
    assert later[0]["status"] == 200
    assert hanging.bodies == [b"{}", b"later"]  # who was sent away before a thread was free is not come back to


def test_what_is_answered_in_time_stays_as_it_is(hanging: Hanging) -> None:
    hanging.goes_on.set()

    told = asked(door(hanging, seconds=10), "/v1/batch", b'{"a":', b" 1}")

    assert told[0]["status"] == 200
    assert b"".join(message.get("body", b"") for message in told) == b"done"
    assert hanging.bodies == [b'{"a": 1}']


def test_who_sends_slowly_has_time(hanging: Hanging) -> None:
    hanging.goes_on.set()

    told = asked(door(hanging, seconds=0.3), "/v1/batch", b"1", b"2", b"3", b"4", pause=0.15)

    assert (told[0]["status"], hanging.bodies) == (200, [b"1234"])


def test_other_pages_have_limits_of_their_own(hanging: Hanging) -> None:
    threading.Timer(0.3, hanging.goes_on.set).start()

    assert asked(door(hanging, seconds=0.1), "/reports/")[0]["status"] == 200
