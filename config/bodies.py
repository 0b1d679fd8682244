"""Bodies of requests before Django sees them. WSGI knows a body by its Content-Length alone, and reads none without."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from kernel.api import PROBLEM, problem

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def measured(app: App, *, most: int) -> App:
    """Requests in pieces (`Transfer-Encoding: chunked`) are collected and get a length; all others pass as they come.

    Of what is longer than `most` bytes the beginning goes on: by its length every door refuses it in its own words.
    """

    async def measuring(scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_in_pieces(scope):
            return await app(scope, receive, send)
        body = await collected(receive, most=most)
        if body is None:
            return None
        if len(body) > most and _header(scope, b"content-type").startswith(b"multipart/"):
            return await _refuse_form(send, most)
        return await app(_with_length(scope, len(body)), replayed(body, receive), send)

    return measuring


async def collected(receive: Receive, *, most: int) -> bytes | None:
    """The body, of a longer one than `most` bytes its beginning; None from somebody who went away."""
    body = bytearray()
    more = True
    while more and len(body) <= most:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(body)


def replayed(body: bytes, receive: Receive) -> Receive:
    """The body in one piece; afterwards what the connection says."""
    pieces = [{"type": "http.request", "body": body, "more_body": False}]

    async def replaying() -> dict[str, Any]:
        return pieces.pop() if pieces else await receive()

    return replaying


def _header(scope: Scope, wanted: bytes) -> bytes:
    return next((bytes(value).strip().lower() for name, value in scope["headers"] if name == wanted), b"")


def _is_in_pieces(scope: Scope) -> bool:
    return bool(_header(scope, b"transfer-encoding")) and not _header(scope, b"content-length")


def _with_length(scope: Scope, length: int) -> Scope:
    others = [(name, value) for name, value in scope["headers"] if name != b"transfer-encoding"]
    return {**scope, "headers": [*others, (b"content-length", str(length).encode())]}


async def _refuse_form(send: Send, most: int) -> None:
    """Files are read as they come and nobody asks for the length of the whole: the beginning would pass for it."""
    detail = f"A form that does not say its Content-Length may have {most // 1024**2} MB."
    await answer(send, 413, problem(413, detail), {"content-type": PROBLEM})


async def answer(send: Send, status: int, document: Any, headers: dict[str, str]) -> None:
    body = json.dumps(document).encode()
    said = {**headers, "content-length": str(len(body))}
    encoded = [(name.encode(), value.encode()) for name, value in said.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})
