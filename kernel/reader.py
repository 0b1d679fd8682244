"""For whom a page or a live fragment is written: their language and their time zone."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import HttpRequest
from django.utils import timezone, translation


@contextmanager
def written_for(user: Any, request: HttpRequest) -> Iterator[None]:
    """The signed-in user's own choices, else the browser's language and the organisation's time zone."""
    language = getattr(user, "language", "") or translation.get_language_from_request(request)
    with translation.override(language), timezone.override(getattr(user, "time_zone", "") or None):
        yield


def asked_by(scope: Any) -> HttpRequest:
    """What a WebSocket's handshake says of the browser, as `written_for` reads it."""
    request = HttpRequest()
    headers = dict(scope.get("headers", []))
    request.META["HTTP_ACCEPT_LANGUAGE"] = headers.get(b"accept-language", b"").decode("latin-1")
    request.COOKIES = scope.get("cookies", {})
    return request
