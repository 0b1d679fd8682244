"""The operations page in the admin: is everything running, what waits, what failed, and the buttons that mend it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.observability import disk, figures, readiness
from crm.ledger import consume
from crm.models import Cursor, Retry
from kernel.policies import admins_only
from omnichannel.models import Channel

LETTERS = 25  # shown here; all of them are in the settings


@admins_only
@require_safe
def operations(request: HttpRequest) -> HttpResponse:
    """The page; with htmx, the part of it that refreshes itself."""
    template = "admin/operations.html"
    if request.headers.get("HX-Request"):
        template += "#now"
    return render(request, template, state())


def state() -> dict[str, Any]:
    return {
        "parts": readiness.check() + readiness.listeners() + disk.parts(),
        "database_version": figures.database_version(),
        "database_bytes": figures.database_bytes(),
        "oldest_writer": figures.oldest_writer(),
        "consumers": figures.consumers(),
        "queues": list(figures.queues()),
        "deliveries": figures.open_deliveries(),
        "inbound": figures.open_inbound(),
        "channels": Channel.objects.filter(active=True).order_by("health", "name"),
        "letters": Retry.objects.filter(dead=True).select_related("event").order_by("-id")[:LETTERS],
        "most": LETTERS,
    }


@admins_only
@require_http_methods(["POST", "DELETE"])
def pause(request: HttpRequest, consumer: str) -> HttpResponse:
    """POST pauses a consumer: events wait for it. DELETE lets it go on where it stopped."""
    cursor = get_object_or_404(Cursor, consumer=consumer)
    consume.pause(cursor, paused=request.method == "POST")
    return _answer(request)


@admins_only
@require_POST
def replay(request: HttpRequest, pk: int) -> HttpResponse:
    consume.replay(get_object_or_404(Retry, pk=pk, dead=True))
    return _answer(request)


@admins_only
@require_POST
def replay_all(request: HttpRequest, consumer: str) -> HttpResponse:
    consume.replay_all(get_object_or_404(Cursor, consumer=consumer).consumer)
    return _answer(request)


def _answer(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return render(request, "admin/operations.html#acted", state())
    return redirect(reverse("operations"))
