"""Reports for managers. Everything chosen stands in the address."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from feedback.actions import shipped, surveys
from feedback.forms.report import ReportForm
from feedback.models import Invitation, Survey
from feedback.models.response import ResponseQuerySet
from feedback.models.survey import SurveyQuerySet
from feedback.reporting import Scope, by_step, count, every_step, told
from feedback.statistics import Display
from feedback.views import figures
from kernel import charts
from kernel.lists import capped_count, keyset_page
from kernel.policies import SignedInRequest, managers_only

NPS = "nps"
PAGE = 25


@require_safe
@managers_only
def index(request: HttpRequest) -> HttpResponse:
    """One card for each kind of score that there is a report for."""
    form = ReportForm({}, kind=NPS, user=request.user)
    return render(request, "feedback/reports.html", {"cards": [_card(form.scope)]})


def _card(scope: Scope) -> dict[str, Any]:
    estimate = scope.plugin.estimate(count(scope))
    weeks = told(scope.plugin, every_step(scope, "week", by_step(scope, "week")))
    scores = [None if entry["display"] == Display.HIDDEN else entry["score"] for entry in weeks]
    label = str(scope.plugin.label)
    line = charts.sparkline(scores, n=estimate.n, label=label) if len(scores) - scores.count(None) > 1 else None
    return {
        "label": label,
        "short": scope.plugin.short,
        "url": reverse("report-nps"),
        "estimate": estimate,
        **figures.spell_estimate(estimate),
        "line": line,
        "period": figures.spell_period(scope),
    }


@require_safe
@managers_only
def nps(request: HttpRequest) -> HttpResponse:
    """The figure and its doubt, what it is made of, how it moved, and the people behind it."""
    form = ReportForm(request.GET, kind=NPS, user=request.user)
    context = {"form": form, "path": request.path, **_answers(request, form.scope)}
    if request.headers.get("HX-Target") == "answers":
        return render(request, "feedback/nps.html#answers", context)
    context |= figures.overview(form.scope, form, request.GET)
    published = Survey.objects.of_kind(NPS).exclude(live_version=None)
    context["asked"] = published.exists()
    context["ready"] = _ready(published)
    context["setup_url"] = reverse("admin:feedback_survey_changelist")
    return render(request, "feedback/nps.html", context)


def _ready(published: SurveyQuerySet) -> Survey | None:
    """A survey that waits to be started, where nobody was ever asked."""
    asked = Invitation.objects.filter(survey__in=published).exists()
    return None if asked else published.filter(status=Survey.Status.PAUSED).first()


@require_POST
@managers_only
def survey(request: SignedInRequest) -> HttpResponse:
    """Install the survey that comes with the product, paused; `start` lets it ask."""
    if request.POST.get("start"):
        for waiting in Survey.objects.of_kind(NPS).filter(pk=_number(request.POST["start"])):
            surveys.resume(waiting, by=request.user)
        return redirect("report-nps")
    company = request.POST.get("company", "").strip()[:80]
    if company:
        shipped.relationship_nps(company=company, by=request.user, active=False)
    else:
        messages.error(request, _("Write the name of your company, as customers know it."))
    return redirect("report-nps")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def _answers(request: HttpRequest, scope: Scope) -> dict[str, Any]:
    """The verbatims: newest first, by band and by words."""
    band, words = request.GET.get("band", ""), request.GET.get("q", "").replace("\x00", "").strip()[:200]
    silent = bool(request.GET.get("silent"))
    rows = _wanted(scope, band, words, silent=silent)
    people = rows.select_related("survey", "invitation__contact", "follow_up").prefetch_related(
        "invitation__contact__identities"
    )
    page = keyset_page(people, order=("-submitted_at", "-id"), cursor=request.GET.get("cursor", ""), size=PAGE)
    return {
        "page": page,
        "cursor": request.GET.get("cursor", ""),
        "answer_count": capped_count(rows),
        "band": scope.plugin.band(band),
        "words": words,
        "silent": silent,
        **_links(request.GET, silent=silent),
    }


def _links(query: QueryDict, *, silent: bool) -> dict[str, Any]:
    """Addresses of the same list with one thing changed; `kept` is what a search takes along."""
    return {
        "query": figures.with_query(query, cursor="").removeprefix("?") + "&",
        "without_band": figures.with_query(query, band="", cursor="") + "#answers",
        "silent_url": figures.with_query(query, silent="" if silent else "1", cursor="") + "#answers",
        "kept": [(name, value) for name, value in query.items() if name not in ("q", "cursor")],
    }


def _wanted(scope: Scope, band: str, words: str, *, silent: bool) -> ResponseQuerySet:
    rows: ResponseQuerySet = scope.responses()
    if band and scope.plugin.band(band):
        rows = rows.filter(band=band)
    if words:
        return rows.saying(words)
    return rows if silent else rows.with_words()
