"""The page behind a survey link, /s/<token>. It works without scripts, sessions and images.

Opening it never counts as an answer. Every failure is the same 404 page: unknown, expired, mistyped.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from crm.actions import consents
from crm.models import Consent
from feedback.actions import invitations, responses
from feedback.forms.answer import CommentForm, ScoreForm
from feedback.kinds.base import BadAnswer, Score
from feedback.models import Invitation, Response
from feedback.views.visitors import at_most, language_for
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
    return _page(request, invitation, response, chosen=chosen)


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
        return _page(request, invitation, _response_of(invitation), form=form, status=422)
    try:
        responses.confirm(invitation, score=form.cleaned_data["score"], language=language)
    except responses.Closed:
        return _page(request, invitation, _response_of(invitation), status=409)
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
        return _page(request, invitation, _response_of(invitation), status=409)
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
        return _page(request, invitation, _response_of(invitation), status=409)
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
    chosen = request.POST.get("lang", "")
    token = request.resolver_match.kwargs["token"] if request.resolver_match else ""
    response = redirect("survey", token=token)
    if chosen in ("en", "es"):
        response["Location"] += f"?lang={chosen}"
    response.status_code = 303
    return response


def _response_of(invitation: Invitation) -> Response | None:
    return Response.objects.filter(invitation=invitation).first()


def _page(
    request: HttpRequest,
    invitation: Invitation,
    response: Response | None,
    *,
    chosen: Score | None = None,
    form: ScoreForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {**_words(invitation), **_state(invitation, response, chosen), "form": form}
    return render(request, "feedback/survey.html", context, status=status)


def _words(invitation: Invitation) -> dict[str, Any]:
    """What the version asks, in the page's language."""
    version, language = invitation.version, translation.get_language()
    if version is None:
        return {}
    question, words = version.score_question, version.comment_question
    return {
        "question": question.text("text", language),
        "low": question.text("low", language),
        "high": question.text("high", language),
        "comment_question": words.text("text", language) if words else "",
        "thanks": version.text("thanks", language),
    }


def _state(invitation: Invitation, response: Response | None, chosen: Score | None) -> dict[str, Any]:
    given = response if response is not None and response.is_given else None
    selected = chosen.value if chosen else given.score if given else None
    return {
        "brand": invitation.survey.brand,
        "scale": invitation.survey.plugin.scale,
        "given": given,
        "selected": selected,
        "changing": given is not None and chosen is not None and chosen.value != given.score,
        "is_test": invitation.is_test,
        "refused": _has_refused(invitation),
    }


def _has_refused(invitation: Invitation) -> bool:
    if invitation.contact_id is None:
        return False
    return Consent.objects.refused(invitation.contact_id, channel=invitation.channel, purpose=invitations.PURPOSE)
