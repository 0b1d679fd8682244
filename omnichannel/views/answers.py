"""How the inbox's views answer: fragments to htmx, a page or a redirect to everybody else."""

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.safestring import SafeString

from kernel.answers import by_htmx
from omnichannel.models import Conversation


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
