"""What feedback adds to navigation and to pages of other floors."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import Contact
from feedback.models import Invitation, Response
from kernel import charts
from kernel.navigation import nav
from kernel.panels import panel
from kernel.policies import managers_only
from omnichannel.models import Conversation

SHOWN, DRAWN = 3, 12  # answers in words, answers in the little line

nav("reports", gettext_lazy("Reports"), icon="chart-line", policy=managers_only, order=40)


@panel("contact.sidebar", order=30)
def scores_of_contact(request: HttpRequest, contact: Contact) -> str:
    return _scores(request, contact)


@panel("conversation.sidebar", order=30)
def scores_beside_conversation(request: HttpRequest, conversation: Conversation) -> str:
    return _scores(request, conversation.person)


def _scores(request: HttpRequest, contact: Contact) -> str:
    """What this person answered, newest first; nothing for somebody who was never asked."""
    members = contact.family_ids
    visible = Response.objects.visible_to(request.user).confirmed().filter(invitation__contact__in=members)
    latest = list(visible.select_related("survey").order_by("-submitted_at", "-pk")[:DRAWN])
    asked = None if latest else _last_asked(request.user, members)
    if not latest and asked is None:
        return ""
    context = {"latest": latest[:SHOWN], "line": _line(latest), "asked": asked}
    return render_to_string("feedback/panel.html", context, request)


def _last_asked(user: Any, members: list[int]) -> Invitation | None:
    asked = Invitation.objects.visible_to(user).asked().filter(contact__in=members)
    return asked.select_related("survey", "delivery").order_by("-asked_at").first()


def _line(latest: list[Response]) -> charts.Sparkline | None:
    """The scores as a small series, oldest first; one alone is no line."""
    scores = [float(response.score) for response in reversed(latest) if response.score is not None]
    return charts.sparkline(scores, n=len(scores), label=_("Scores")) if len(scores) > 1 else None
