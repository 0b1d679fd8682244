"""What the survey page shows: the question, then the thanks, in the page's language and the company's colours."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from crm.models import Consent
from feedback.actions import invitations
from feedback.forms.answer import ScoreForm
from feedback.kinds.base import Score
from feedback.models import Invitation, Response
from feedback.views.visitors import chosen_language


def show(
    request: HttpRequest,
    invitation: Invitation,
    response: Response | None,
    *,
    chosen: Score | None = None,
    form: ScoreForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The question, or the thanks once it is answered; `chosen` is the score of the link that was followed."""
    context = {**_words(invitation), **_state(invitation, response, chosen), "form": form}
    context |= {
        "token": token_of(request),
        "chosen_language": chosen_language(request),
        "languages": settings.LANGUAGES,
    }
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


def token_of(request: HttpRequest) -> str:
    """The secret that this page was opened with; it is nowhere else to be had."""
    return str(request.resolver_match.kwargs["token"]) if request.resolver_match else ""
