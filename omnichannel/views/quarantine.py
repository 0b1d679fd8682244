"""What arrived and could not be read: visible, downloadable, replayable; nothing is dropped."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kernel import realtime
from kernel.answers import target, varying
from kernel.policies import SignedInRequest, agents_only
from omnichannel import outbox
from omnichannel.actions import inbound
from omnichannel.models import RawInbound


@require_GET
@agents_only
def quarantine(request: SignedInRequest) -> HttpResponse:
    place = realtime.here()  # before the rows: what comes in between is told again
    cursor = request.GET.get("cursor", "")
    page = outbox.quarantined(request.user, cursor=cursor)
    context: dict[str, Any] = {"page": page, "held": outbox.held(page.rows), "cursor": cursor, "place": place}
    part = "#table" if target(request) == "held" else ""
    return varying(render(request, f"omnichannel/quarantine.html{part}", context))


def visible(request: SignedInRequest, pk: int) -> RawInbound:
    return get_object_or_404(outbox.raw_visible_to(request.user), pk=pk)


@require_GET
@agents_only
def quarantine_raw(request: SignedInRequest, pk: int) -> HttpResponse:
    """The bytes as they came, as a download that no browser opens by itself."""
    raw = visible(request, pk)
    response = HttpResponse(bytes(raw.body), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="inbound-{raw.pk}.eml"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    return response


@require_POST
@agents_only
def replay(request: SignedInRequest, pk: int) -> HttpResponse:
    raw = visible(request, pk)
    if raw.state == RawInbound.State.QUARANTINED:
        inbound.replay(raw)
        messages.success(request, _("It is being read again. If that fails, it comes back here with the reason."))
    else:
        messages.info(request, _("It has been read meanwhile; nothing to repeat."))
    return redirect("quarantine")
