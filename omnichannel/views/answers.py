"""How the inbox's views answer: fragments to htmx, a page or a redirect to everybody else."""

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.safestring import SafeString

from kernel.answers import by_htmx
from omnichannel.models import Conversation


def pieces(request: HttpRequest, parts: Iterable[SafeString], conversation: Conversation) -> HttpResponse:
    """Out-of-band fragments; without htmx, back to the conversation's page."""
    if not by_htmx(request):
        return redirect("conversation", pk=conversation.pk)
    return HttpResponse("".join(parts))
