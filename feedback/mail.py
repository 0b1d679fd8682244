"""The mail that asks: the question with one button for each score, in the customer's language.

A button is a link to the survey page with that score chosen; nothing is recorded by following it (feedback.actions.
responses). Buttons are table cells with text, so that they show without images and in every mail client.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from crm.models import Contact
from feedback.models import Invitation, Question


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str
    html: str


def compose(invitation: Invitation, contact: Contact, token: str) -> Letter:
    """Raises ValueError for an invitation without a version: it was never meant to be sent."""
    version = invitation.version
    if version is None:
        raise ValueError("Only an invitation with a version can be written.")
    language = language_of(contact, invitation)
    with translation.override(language):
        context = _context(invitation, version.score_question, contact, token, language)
        context["intro"] = version.text("intro", language)
        return Letter(
            subject=version.text("subject", language),
            text=render_to_string("feedback/mail/question.txt", context).strip() + "\n",
            html=render_to_string("feedback/mail/question.html", context),
        )


def in_language_of(contact: Contact, invitation: Invitation) -> AbstractContextManager[None]:
    return translation.override(language_of(contact, invitation))


def language_of(contact: Contact, invitation: Invitation) -> str:
    """The customer's own language if the product speaks it, else the survey's base language."""
    known = dict(settings.LANGUAGES)
    own = contact.language.replace("_", "-").partition("-")[0].lower()
    return own if own in known else invitation.survey.base_language


def _context(invitation: Invitation, question: Question, contact: Contact, token: str, language: str) -> dict[str, Any]:
    link, scale = link_to(token), invitation.survey.plugin.scale
    return {
        "brand": invitation.survey.brand,
        "language": language,
        "greeting": _("Hello %(name)s,") % {"name": contact.first_name} if contact.first_name else _("Hello,"),
        "question": question.text("text", language),
        "low": question.text("low", language),
        "high": question.text("high", language),
        "scores": [
            {"value": score, "url": f"{link}?score={score}", "title": _("Answer %(score)s") % {"score": score}}
            for score in scale
        ],
        "link": link,
        "ends": invitation.survey.plugin.ends,
    }


def link_to(token: str) -> str:
    return urljoin(f"{settings.BASE_URL}/", reverse("survey", args=[token]).lstrip("/"))
