"""How views of every app answer htmx."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.functional import Promise


def by_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def target(request: HttpRequest) -> str:
    """The id of the element that an htmx request wants filled; "" for whole pages."""
    return request.headers.get("HX-Target", "") if by_htmx(request) else ""


def varying(response: HttpResponse) -> HttpResponse:
    """One address, two forms (page and fragment): no cache may give one for the other."""
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    patch_cache_control(response, private=True, no_store=True)
    return response


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
