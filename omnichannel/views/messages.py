"""A message's HTML and its files: hostile until proven otherwise, so each answer carries its own narrow policy."""

import re
from collections.abc import Iterable

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET

from kernel.policies import SignedInRequest, agents_only
from omnichannel.channels.email.mime.clean import display
from omnichannel.models import Attachment, Message
from omnichannel.models.message import MessageQuerySet
from omnichannel.thread import RASTER

SANDBOX = "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
NOTHING = "default-src 'none'; sandbox; frame-ancestors 'none'"


@require_GET
@agents_only
def message_html(request: SignedInRequest, pk: int) -> HttpResponse:
    rows: MessageQuerySet = Message.objects.visible_to(request.user)
    message = get_object_or_404(rows.prefetch_related("attachments").select_related("contact"), pk=pk)
    return framed(request, message)


def framed(request: HttpRequest, message: Message) -> HttpResponse:
    """The HTML as a page for a sandboxed frame: no script, no request to anywhere unless `?images=1` asks for them."""
    if _is_our_own(message):
        return _locked(HttpResponse(_IN_FRAME.sub(_FOR_FRAME, message.html, count=1)), ["data:", "'self'"])
    images = request.GET.get("images") == "1"
    attachments = list(message.attachments.order_by("pk"))
    inline = {i: _inline_url(a) for i, a in enumerate(attachments) if a.content_type in RASTER}
    html = display(message.html, images=images, attachments=inline)
    response = HttpResponse(render_to_string("omnichannel/frame.html", {"html": html, "message": message}))
    # Where pages go over TLS, browsers ask for http: by https; elsewhere many pictures would stay away without a word.
    pictures = ["data:", "'self'", *(["http:", "https:"] if images else [])]
    return _locked(response, pictures)


# Links open beside the product, as in every frame.
_IN_FRAME, _FOR_FRAME = re.compile(r"(?<=<head>)"), '<base target="_blank">'


def _is_our_own(message: Message) -> bool:
    """A whole page that a template of ours wrote: nobody else's markup is in it, and it is read as it was sent, night
    and all. Whatever a person wrote or quoted is cleaned."""
    by_program = message.automatic and message.direction == Message.Direction.OUTBOUND
    return by_program and message.html.lstrip()[:9].lower() == "<!doctype"


def _inline_url(attachment: Attachment) -> str:
    return f"{reverse('attachment', args=[attachment.pk])}?inline=1"


def _locked(response: HttpResponse, pictures: Iterable[str]) -> HttpResponse:
    response["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src {' '.join(pictures)}; "
        f"form-action 'none'; base-uri 'none'; frame-ancestors 'self'; {SANDBOX}"
    )
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "private, no-store"
    return response


@require_GET
@agents_only
def attachment(request: SignedInRequest, pk: int) -> FileResponse:
    """A download; with `?inline=1`, pictures of the four safe kinds are shown."""
    rows = Attachment.objects.filter(message__in=Message.objects.visible_to(request.user))
    found = get_object_or_404(rows, pk=pk)
    shown = request.GET.get("inline") == "1" and found.content_type in RASTER
    response = FileResponse(
        found.file.open("rb"),
        as_attachment=not shown,
        filename=found.filename or "attachment",
        content_type=found.content_type if shown else "application/octet-stream",
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = NOTHING
    response["Cache-Control"] = "private, max-age=3600"
    return response
