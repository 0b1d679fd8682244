"""The page behind a survey link, /s/<token>. It works without scripts, sessions and images.

Opening it never counts as an answer. Every failure is the same 404 page: unknown, expired, mistyped.
"""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from crm.actions import consents
from crm.models import Consent
from feedback.actions import invitations, responses
from feedback.forms.answer import CommentForm, ScoreForm
from feedback.kinds.base import BadAnswer, Score
from feedback.models import Invitation, Response
from feedback.views import survey_page
from feedback.views.visitors import at_most, chosen_language, language_for
from kernel.policies import by_token

InvitedView = Callable[[HttpRequest, Invitation], HttpResponse]


def invited(view: InvitedView) -> Callable[[HttpRequest, str], HttpResponse]:
    """The invitation behind the token, in the customer's language, never kept in a cache."""

    @wraps(view)
    def opened(request: HttpRequest, token: str) -> HttpResponse:
        invitation = invitations.find(token)
        language = language_for(request, invitation.contact if invitation else None)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            found = view(request, invitation) if invitation else _not_here(request)
        found["Content-Language"] = language
        found["X-Robots-Tag"] = "noindex, nofollow"
        return found

    return never_cache(opened)


def _not_here(request: HttpRequest) -> HttpResponse:
    return render(request, "feedback/gone.html", {"brand": {}}, status=404)


@require_http_methods(["GET", "HEAD", "POST"])
@by_token
@at_most(60, seconds=60)
@invited
def survey(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    if request.method == "POST":
        return _confirm(request, invitation)
    chosen = _chosen(request, invitation)
    sign = "head" if request.method == "HEAD" and chosen else ""
    response = responses.look(invitation, score=chosen, language=translation.get_language(), sign=sign)
    return survey_page.show(request, invitation, response, chosen=chosen)


def _chosen(request: HttpRequest, invitation: Invitation) -> Score | None:
    """The score in the link that was followed; nothing if it is no point of the scale."""
    try:
        return invitation.survey.plugin.parse(request.GET.get("score", ""))
    except BadAnswer:
        return None


def _confirm(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    form = ScoreForm(request.POST, kind=invitation.survey.plugin)
    language = translation.get_language()
    if form.fell_into_the_trap:
        responses.look(invitation, score=None, language=language, sign="trap")
        return _back(request)
    if not form.is_valid():
        return survey_page.show(request, invitation, _response_of(invitation), form=form, status=422)
    try:
        responses.confirm(invitation, score=form.cleaned_data["score"], language=language)
    except responses.Closed:
        return survey_page.show(request, invitation, _response_of(invitation), status=409)
    return _back(request)


@require_http_methods(["POST"])
@by_token
@at_most(60, seconds=60)
@invited
def comment(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    form = CommentForm(request.POST)
    form.is_valid()
    try:
        responses.comment(invitation, text=form.cleaned_data.get("comment", ""))
    except responses.Closed:
        return survey_page.show(request, invitation, _response_of(invitation), status=409)
    return _back(request)


@require_http_methods(["POST"])
@by_token
@at_most(60, seconds=60)
@invited
def withdrawal(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """The customer takes the answer back."""
    try:
        responses.retract(invitation)
    except responses.Closed:
        return survey_page.show(request, invitation, _response_of(invitation), status=409)
    return _back(request)


@require_http_methods(["POST"])
@by_token
@at_most(60, seconds=60)
@invited
def refusal(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """The customer does not want to be asked any more, or allows it again."""
    state = Consent.State.GRANTED if request.POST.get("again") else Consent.State.WITHDRAWN
    if invitation.contact_id is not None and not invitation.is_test:
        consents.record(
            invitation.contact_id,
            channel=invitation.channel,
            purpose=invitations.PURPOSE,
            state=state,
            source="survey page",
        )
    return _back(request)


@require_http_methods(["GET", "HEAD"])
@by_token
@at_most(60, seconds=60)
@invited
def trap(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """A link that no person can see. Whatever follows it reads the page as a machine does."""
    responses.look(invitation, score=None, language=translation.get_language(), sign="trap")
    return _not_here(request)


def _back(request: HttpRequest) -> HttpResponse:
    """To the page itself, so that reloading it sends nothing again. The language chosen there goes along."""
    chosen = chosen_language(request)
    address = reverse("survey", args=[survey_page.token_of(request)])
    return HttpResponseRedirect(f"{address}?lang={chosen}" if chosen else address, status=303)


def _response_of(invitation: Invitation) -> Response | None:
    return Response.objects.filter(invitation=invitation).first()
