"""How views of every app answer htmx."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise


def by_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def toast(
    response: HttpResponse, text: str | Promise, *, level: str = "success", undo: tuple[str, str] | None = None
) -> HttpResponse:
    """`undo`: method and URL of the request that takes it back.

    After the swap: by then the live socket may have replaced the element that asked, and htmx tells nothing to what is
    gone, but falls back to the page itself.
    """
    detail: dict[str, Any] = {"level": level, "text": str(text)}
    if undo:
        detail["undo"] = {"method": undo[0], "url": undo[1]}
    response["HX-Trigger-After-Swap"] = json.dumps({"toast": detail})
    return response
