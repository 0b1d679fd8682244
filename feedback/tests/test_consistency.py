"""Each recount of feedback finds the damage that it is there for, and names it."""

from importlib import import_module

import pytest
from django.db.models.functions import Now

from feedback.actions import invitations, responses
from feedback.models import Invitation, Response
from feedback.tests.factories import make_contact, make_mailbox, make_survey
from kernel.consistency import recounts

import_module("feedback.consistency")  # as the command does
pytestmark = pytest.mark.django_db


def drifts(name: str) -> list[str]:
    return list(dict(recounts())[name]())


@pytest.fixture
def invitation() -> Invitation:
    """Asked by mail."""
    make_mailbox()
    made = invitations.invite(survey=make_survey(), contact_id=make_contact().pk, cause_key="test")
    assert made is not None
    assert drifts("responses and invitations") + drifts("questions on their way") == []
    return made


def answer(invitation: Invitation) -> Response:
    response = responses.confirm(invitation, score=invitation.survey.plugin.score(9), language="en")
    assert drifts("responses and invitations") == []
    return response


def test_consistency_finds_an_answered_invitation_without_an_answer(invitation: Invitation) -> None:
    Invitation.objects.update(answered_at=Now())
    assert drifts("responses and invitations") == [
        f"invitation {invitation.pk}: answered_at and its confirmed response do not agree"
    ]


def test_consistency_finds_an_answer_that_its_invitation_knows_nothing_of(invitation: Invitation) -> None:
    answer(invitation)
    Invitation.objects.update(answered_at=None)
    assert drifts("responses and invitations") == [
        f"invitation {invitation.pk}: answered_at and its confirmed response do not agree"
    ]


def test_consistency_finds_an_answer_that_counts_for_another_survey(invitation: Invitation) -> None:
    response = answer(invitation)
    other = make_survey()
    other.pk, other.name = None, "Another"
    other.save()
    Response.objects.update(survey=other)
    assert drifts("responses and invitations") == [
        f"response {response.pk}: belongs to another survey than its invitation"
    ]


def test_consistency_finds_a_question_that_was_never_sent(invitation: Invitation) -> None:
    Invitation.objects.update(delivery=None)
    assert drifts("questions on their way") == [f"invitation {invitation.pk}: counts as asked, but nothing was sent"]
