"""Ready-made things for tests: plain functions that write real rows through the product's own verbs where they can."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from crm.models import Contact
from feedback import tokens
from feedback.actions import shipped
from feedback.kinds.nps.plugin import Nps
from feedback.models import Invitation, Response, Survey
from omnichannel.models import Conversation
from omnichannel.tests.factories import (
    make_channel,
    make_contact,
    make_conversation,
    make_old_customer,
    make_user,
)

__all__ = ["make_channel", "make_contact", "make_conversation", "make_old_customer", "make_user"]


def make_survey(*, name: str = "", **fields: Any) -> Survey:
    """Published and active, as it comes with the product."""
    survey = shipped.relationship_nps(company="Casa Lumbre")
    changes = ({"name": name} if name else {}) | fields
    for field, value in changes.items():
        setattr(survey, field, value)
    survey.save()
    return survey


def make_mailbox() -> Any:
    """The e-mail channel that surveys leave by."""
    return make_channel(kind="email")


def make_invitation(
    survey: Survey | None = None,
    contact: Contact | None = None,
    *,
    conversation: Conversation | None = None,
    asked_at: datetime | None = None,
    **fields: Any,
) -> tuple[Invitation, str]:
    """An invitation and the token of its link, asked long enough ago for people to have read it."""
    survey, token = survey or make_survey(), tokens.new()
    asked = asked_at or timezone.now() - timedelta(hours=2)
    given = {
        "cause_key": f"test {token}",
        "version": survey.live_version,
        "expires_at": asked + timedelta(days=30),
        "conversation": conversation,
        "inbox": conversation.inbox if conversation else None,
        "agent": conversation.assignee if conversation else None,
    }
    invitation = Invitation.objects.create(
        survey=survey,
        contact=contact or make_contact(),
        token_hash=tokens.digest(token),
        asked_at=asked,
        **(given | fields),
    )
    return invitation, token


def make_response(
    score: int,
    *,
    survey: Survey | None = None,
    contact: Contact | None = None,
    at: datetime | None = None,
    conversation: Conversation | None = None,
    **fields: Any,
) -> Response:
    """A confirmed answer, as of `at`."""
    when = at or timezone.now() - timedelta(hours=1)
    invitation, _token = make_invitation(
        survey, contact, conversation=conversation, asked_at=when - timedelta(hours=1), answered_at=when
    )
    given: dict[str, Any] = {"state": Response.State.CONFIRMED, "language": "en", "inbox": invitation.inbox}
    return Response.objects.create(
        invitation=invitation,
        survey=invitation.survey,
        score=score,
        band=Nps().score(score).band,
        submitted_at=when,
        **(given | fields),
    )
