"""What customers see, for the gallery: the survey's own pages and mails with invented answers, each in a frame.

They have a style sheet of their own, so each state is a page: /gallery/customer/<state>/?lang=en|es.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from csp.constants import NONE, SELF
from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from feedback.actions.shipped import COMMENT, SCORE, TEXTS
from feedback.forms.answer import ScoreForm
from feedback.models import Response, Survey
from kernel.policies import admins_only

INLINE = "'unsafe-inline'"  # mails have no other styles
SURVEY = Survey(kind="nps", brand_name="Casa Lumbre", brand_hue=4)
BRAND = SURVEY.brand
# slug → (what it is called, template)
STATES = {
    "question": (_("The question"), "feedback/survey.html"),
    "chosen": (_("A score chosen in the mail"), "feedback/survey.html"),
    "wrong": (_("Sent without a score"), "feedback/survey.html"),
    "given": (_("Answered, with room for words"), "feedback/survey.html"),
    "closed": (_("Answered some days ago"), "feedback/survey.html"),
    "test": (_("A test"), "feedback/survey.html"),
    "gone": (_("A link that is too old"), "feedback/gone.html"),
    "slow": (_("Too many requests"), "feedback/slow_down.html"),
    "leave": (_("Unsubscribe"), "feedback/unsubscribe.html"),
    "left": (_("Unsubscribed"), "feedback/unsubscribe.html"),
    "mail": (_("The mail that asks"), "feedback/mail/question.html"),
    "message": (_("A message of a journey"), "journeys/mail.html"),
}


@require_GET
@admins_only
@csp_replace({"frame-ancestors": [SELF], "style-src": [SELF, INLINE], "form-action": [NONE]})  # type: ignore[arg-type]  # its types know of no arguments from the address
def customer(request: HttpRequest, state: str) -> HttpResponse:
    if state not in STATES:
        raise Http404
    asked = request.GET.get("lang", "")
    language = asked if asked in dict(settings.LANGUAGES) else "en"
    with translation.override(language):
        page = render(request, STATES[state][1], _context(state, language, timezone.now()))
    page["X-Frame-Options"] = "SAMEORIGIN"
    return page


def _context(state: str, language: str, now: datetime) -> dict[str, Any]:
    words = {**SCORE[language], **TEXTS[language]}
    return {
        "LANGUAGE_CODE": language,
        "language": language,
        "languages": settings.LANGUAGES,
        "chosen_language": "",
        "token": "gallery",
        "link": "#",
        "brand": None if state in ("gone", "slow") else BRAND,
        "question": words["text"],
        "low": words["low"],
        "high": words["high"],
        "intro": words["intro"],
        "thanks": words["thanks"],
        "comment_question": COMMENT[language]["text"],
        "greeting": {"en": "Hello María,", "es": "Hola, María:"}[language],
        "hole": words["intro"],
        "leave": "#",
        "scale": SURVEY.plugin.scale,
        "scores": [{"value": score, "url": "#", "title": ""} for score in SURVEY.plugin.scale],
        "subscription": {"purpose": "surveys"},
        **_state(state, now),
    }


def _state(state: str, now: datetime) -> Mapping[str, Any]:
    states: dict[str, dict[str, Any]] = {
        "chosen": {"selected": 9},
        "wrong": {"form": ScoreForm({}, kind=SURVEY.plugin)},
        "given": {"given": _given(now), "selected": 9},
        "closed": {"given": _given(now - timedelta(days=9)), "selected": 9, "refused": True},
        "test": {"is_test": True},
        "left": {"refused": True},
    }
    return states.get(state, {})


def _given(at: datetime) -> Response:
    return Response(survey=SURVEY, score=9, submitted_at=at, comment="Muy amables, y llegó en dos días.")


def frames() -> list[dict[str, Any]]:
    return [{"state": state, "label": label} for state, (label, _template) in STATES.items()]
