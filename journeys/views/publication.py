"""Publishing a version: how many people that touches, what becomes of them, and the deed."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from journeys import reporting
from journeys.actions import journeys as verbs
from journeys.actions.journeys import CannotMove
from journeys.forms.publication import PublicationForm
from journeys.graph import GraphError
from journeys.models import Journey, Version
from kernel.policies import SignedInRequest, managers_only


@require_http_methods(["GET", "POST"])
@managers_only
def publication(request: SignedInRequest, pk: int) -> HttpResponse:
    """GET asks, POST publishes the version given by number, or the newest."""
    journey = get_object_or_404(Journey.objects.visible_to(request.user), pk=pk)
    version = _version(request, journey)
    if version is None:
        messages.error(request, _("There is no version to publish yet."))
        return redirect("journey", pk=pk)
    stops = reporting.stops(version)
    form = PublicationForm(
        request.POST if request.method == "POST" else None, stops=stops, graph=reporting.graph_of(version)
    )
    if request.method == "POST" and form.is_valid() and _publish(request, version, form):
        return redirect("journey", pk=pk)
    people = sum(stop.people for stop in stops)
    context = {"journey": journey, "version": version, "stops": stops, "people": people, "form": form}
    return render(request, "journeys/publication.html", context)


def _version(request: SignedInRequest, journey: Journey) -> Version | None:
    """The one asked for, else the newest; None for a journey without any."""
    number = request.POST.get("version") or request.GET.get("version") or ""
    rows = Version.objects.filter(journey=journey).select_related("journey").order_by("-number")
    return get_object_or_404(rows, number=number if number.isdecimal() else 0) if number else rows.first()


def _publish(request: SignedInRequest, version: Version, form: PublicationForm) -> bool:
    try:
        verbs.publish(version, by=request.user, way=form.chosen_way, targets=form.targets)
    except (GraphError, CannotMove) as error:
        messages.error(request, str(error))
        return False
    messages.success(request, _("Published. People enter this version from now on."))
    return True
