"""One person's journey: where they are and why, and what a colleague can do about it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from journeys import reporting, telling
from journeys.actions import enrolments
from journeys.actions.enrolments import CannotRetry
from journeys.models import Enrolment, Timer, Wait
from kernel import realtime
from kernel.answers import target, varying
from kernel.policies import SignedInRequest, managers_only


@require_http_methods(["GET", "DELETE", "POST"])
@managers_only
def enrolment(request: SignedInRequest, pk: int) -> HttpResponse:
    """DELETE takes the person out; a form without scripts sends it as POST."""
    place = realtime.here()  # before the rows: what comes in between is told again
    found = _visible(request, pk)
    if request.method != "GET":
        enrolments.exit(found, by=request.user)
        messages.success(request, _("Taken out of the journey. Nothing more is sent from it."))
        return redirect("enrolment", pk=pk)
    graph = reporting.graph_of(found.version)
    part = "#fresh" if target(request) == "enrolment-now" else ""
    context = {
        "cursor": place,
        "oob": bool(part),
        "enrolment": found,
        "place": telling.place(found, graph),
        "log": telling.log(found, graph),
        "timer": Timer.objects.filter(enrolment=found).first(),
        "waits_for": telling.waits_for(Wait.objects.filter(enrolment=found).first()),
    }
    return varying(render(request, f"journeys/enrolment.html{part}", context))


def _visible(request: SignedInRequest, pk: int) -> Enrolment:
    rows = Enrolment.objects.visible_to(request.user).select_related("journey", "version", "contact")
    return get_object_or_404(rows, pk=pk)


@require_POST
@managers_only
def attempt(request: SignedInRequest, pk: int) -> HttpResponse:
    """Try again what failed."""
    try:
        tried = enrolments.retry(_visible(request, pk), by=request.user)
    except CannotRetry as error:
        messages.error(request, str(error))
    else:
        if tried.is_failed:
            messages.error(request, _("It failed again: %(reason)s") % {"reason": tried.reason})
        else:
            messages.success(request, _("It worked this time."))
    return redirect("enrolment", pk=pk)
