"""All journeys, and one journey: its outline with people on it, its versions, publishing and pausing."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from journeys import reporting, telling
from journeys.actions import journeys as verbs
from journeys.actions import shipped
from journeys.drawing import draw
from journeys.forms.shipped import ShippedForm
from journeys.models import Enrolment, Handover, Journey, Version
from journeys.outline import outline
from kernel import realtime
from kernel.answers import target, varying
from kernel.lists import keyset_page
from kernel.policies import SignedInRequest, managers_only

PAGE = 25


@require_GET
@managers_only
def journeys(request: SignedInRequest) -> HttpResponse:
    place = realtime.here()  # before the rows: what comes in between is told again
    rows = list(Journey.objects.visible_to(request.user).select_related("live_version"))
    totals = reporting.totals(rows)
    offer = None if any(row.slug == shipped.SLUG for row in rows) else ShippedForm()
    listed = [{"journey": row, "totals": totals[row.pk]} for row in rows]
    context = {"journeys": listed, "offer": offer, "place": place}
    part = "#table" if target(request) == "journeys" else ""
    return varying(render(request, f"journeys/journeys.html{part}", context))


@require_GET
@managers_only
def journey(request: SignedInRequest, pk: int) -> HttpResponse:
    journey = _visible(request, pk)
    versions = list(Version.objects.filter(journey=journey).select_related("published_by").defer("graph"))
    shown = _chosen(request, journey, versions)
    context = {"journey": journey, "versions": versions, "version": shown, **_people(request, journey)}
    if target(request) == "journey-people":
        return varying(render(request, "journeys/journey.html#people", context))
    context |= {
        "place": realtime.here(),
        **_drawn(shown),
        "totals": _totals(journey),
        "handover": Handover.objects.latest_of(journey),
    }
    part = "#now" if target(request) == "journey-now" else ""
    return varying(render(request, f"journeys/journey.html{part}", context))


def _visible(request: SignedInRequest, pk: int) -> Journey:
    return get_object_or_404(Journey.objects.visible_to(request.user).select_related("live_version"), pk=pk)


def _chosen(request: SignedInRequest, journey: Journey, versions: list[Version]) -> Version | None:
    """The version asked for by number, else the live one, else the newest."""
    wanted = request.GET.get("version", "")
    by_number = next((version for version in versions if str(version.number) == wanted), None)
    return by_number or journey.live_version or (versions[0] if versions else None)


def _drawn(version: Version | None) -> dict[str, Any]:
    graph = reporting.graph_of(version) if version else None
    if version is None or graph is None:
        return {"lines": [], "broken": version is not None}
    counts = reporting.node_counts(version)
    return {"lines": outline(graph, counts), "picture": draw(graph, counts)}


def _totals(journey: Journey) -> reporting.Totals:
    return reporting.totals([journey])[journey.pk]


def _people(request: SignedInRequest, journey: Journey) -> dict[str, Any]:
    """The newest enrolments, of one state if asked for, each with the name of the node where it stands."""
    wanted, cursor = request.GET.get("state", ""), request.GET.get("cursor", "")
    state = wanted if wanted in Enrolment.State.values else ""
    rows = Enrolment.objects.visible_to(request.user).filter(journey=journey)
    rows = rows.filter(state=state) if state else rows
    page = keyset_page(
        rows.select_related("contact", "version", "timer")
        .defer("version__graph")
        .prefetch_related("contact__identities"),
        order=("-id",),
        cursor=cursor,
        size=PAGE,
    )
    graphs = {row.version_id: reporting.graph_of(row.version) for row in page.rows}
    people = [{"enrolment": row, "place": telling.place(row, graphs[row.version_id])} for row in page.rows]
    return {
        "page": page,
        "people": people,
        "state": state,
        "cursor": cursor,
        "states": Enrolment.State.choices,
        "query": f"state={state}&" if state else "",
    }


@require_http_methods(["POST", "DELETE"])
@managers_only
def pause(request: SignedInRequest, pk: int) -> HttpResponse:
    """POST pauses, DELETE lets it go on. A form without scripts sends DELETE as `resume`."""
    journey = _visible(request, pk)
    if request.method == "DELETE" or request.POST.get("resume"):
        verbs.resume(journey, by=request.user)
        messages.success(request, _("The journey goes on."))
    else:
        verbs.pause(journey, by=request.user)
        messages.success(request, _("Paused. Everybody stays where they are; nothing is lost."))
    return redirect("journey", pk=pk)
