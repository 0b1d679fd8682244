"""How the inbox's views answer: fragments to htmx, a page or a redirect to everybody else, and toasts with undo."""

import json
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.functional import Promise
from django.utils.safestring import SafeString

from omnichannel.models import Conversation


def by_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def target(request: HttpRequest) -> str:
    """The id of the element that an htmx request wants filled; "" for whole pages."""
    return request.headers.get("HX-Target", "") if by_htmx(request) else ""


def pieces(request: HttpRequest, parts: Iterable[SafeString], conversation: Conversation) -> HttpResponse:
    """Out-of-band fragments; without htmx, back to the conversation's page."""
    if not by_htmx(request):
        return redirect("conversation", pk=conversation.pk)
    return HttpResponse("".join(parts))


def varying(response: HttpResponse) -> HttpResponse:
    """One address, two forms (page and fragment): no cache may give one for the other."""
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    patch_cache_control(response, private=True, no_store=True)
    return response


def toast(
    response: HttpResponse, text: str | Promise, *, level: str = "success", undo: dict[str, str] | None = None
) -> HttpResponse:
    """`undo`: {"url", "method"} of the request that takes it back.

    After the swap: by then the live socket may have replaced the button that asked, and htmx tells a button that is
    gone nothing, but falls back to the page itself.
    """
    detail: dict[str, Any] = {"level": level, "text": str(text)}
    if undo:
        detail["undo"] = undo
    response["HX-Trigger-After-Swap"] = json.dumps({"toast": detail})
    return response
