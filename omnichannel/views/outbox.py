"""The outbox viewer: everything that leaves, or would leave if a mail server were set up."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kernel import realtime
from kernel.answers import by_htmx, target, toast, varying
from kernel.policies import SignedInRequest, agents_only
from kernel.told import told
from omnichannel import fragments, outbox, thread
from omnichannel.actions import deliveries
from omnichannel.models import Delivery, Message
from omnichannel.models.message import MessageQuerySet
from omnichannel.views.messages import framed


@require_GET
@agents_only
def outbox_list(request: SignedInRequest) -> HttpResponse:
    state, search = request.GET.get("state", ""), request.GET.get("q", "").replace("\x00", "").strip()[:200]
    cursor = request.GET.get("cursor", "")
    context: dict[str, Any] = {
        "place": realtime.here(),  # before the rows: what comes in between is told again
        "page": outbox.page(request.user, state=state, search=search, cursor=cursor),
        "states": Delivery.State,
        "state": state,
        "search": search,
        "cursor": cursor,
        "query": urlencode({"state": state, "q": search}) + "&",
        "leaving": outbox.leaving(),
    }
    part = "#table" if target(request) == "deliveries" else ""
    return varying(render(request, f"omnichannel/outbox.html{part}", context))


def visible(request: SignedInRequest, pk: int) -> Delivery:
    rows = Delivery.objects.visible_to(request.user).select_related("message__contact", "channel")
    return get_object_or_404(rows, pk=pk)


@require_GET
@agents_only
def outbox_delivery(request: SignedInRequest, pk: int) -> HttpResponse:
    delivery = visible(request, pk)
    may_retry = delivery.state in Delivery.MAY_RETRY
    context = {
        "delivery": delivery,
        "headers": outbox.headers(delivery),
        "attempts": delivery.attempt_log.all(),
        "may_retry": may_retry,
        "blocked": deliveries.why_not(delivery) if may_retry else "",
    }
    return render(request, "omnichannel/delivery.html", context)


@require_GET
@agents_only
def outbox_html(request: SignedInRequest, pk: int) -> HttpResponse:
    return framed(request, visible(request, pk).message)


@require_POST
@agents_only
def attempts(request: SignedInRequest, pk: int) -> HttpResponse:
    """One more round of attempts for what failed."""
    delivery = visible(request, pk)
    again = deliveries.send_again(delivery)
    if not by_htmx(request):
        return redirect("outbox_delivery", pk=pk)
    rows: MessageQuerySet = Message.objects.filter(pk=delivery.message_id)
    response = HttpResponse(fragments.delivery(thread.told_in_full(rows).get()))
    if again:
        return toast(response, _("Back in the queue; it is sent again in a moment."))
    if blocked := deliveries.why_not(delivery):
        return toast(response, told(blocked), level="error")
    return toast(response, _("There is nothing to repeat: it is on its way or has arrived."), level="info")
