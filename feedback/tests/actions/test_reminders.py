"""One reminder: for whom, when, and never twice."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.actions import consents
from crm.models import Event
from feedback.actions import invitations, reminders, responses
from feedback.models import Invitation, Survey
from feedback.tests.factories import make_contact, make_mailbox, make_survey
from omnichannel.actions import deliveries
from omnichannel.models import Delivery, Message

pytestmark = pytest.mark.django_db


def asked(*, days_ago: float = 4, **survey: object) -> Invitation:
    """A question on its way, as of some days ago."""
    make_mailbox()
    program = make_survey(**({"remind_after_days": 3} | survey))  # type: ignore[arg-type]
    contact = make_contact("ana@casa.example", language="en")
    invitation = invitations.invite(survey=program, contact_id=contact.pk, cause_key="first")
    assert invitation is not None
    Invitation.objects.update(asked_at=timezone.now() - timedelta(days=days_ago))
    return invitation


def test_who_has_not_answered_is_reminded_once() -> None:
    invitation = asked()
    assert reminders.send_due() == 1
    assert reminders.send_due() == 0
    delivery = Delivery.objects.get(key=f"survey:{invitation.pk}:reminder")
    assert delivery.message.subject == "Reminder: One question, ten seconds"
    assert "/u/" in delivery.extra["unsubscribe_url"]
    assert Event.objects.filter(name="survey.reminded").count() == 1


def test_both_links_open_the_same_invitation() -> None:
    invitation = asked()
    reminders.send_due()
    texts = Message.objects.order_by("pk").values_list("text", flat=True)
    tokens = [text.partition("/s/")[2][:22] for text in texts]
    assert len(set(tokens)) == 2
    assert [invitations.find(token) for token in tokens] == [invitation, invitation]


@pytest.mark.parametrize(
    "survey", [{"remind_after_days": 0}, {"remind_after_days": 5}, {"status": Survey.Status.PAUSED}]
)
def test_nobody_is_reminded_unless_the_survey_says_so(survey: dict[str, object]) -> None:
    asked()
    Survey.objects.update(**survey)
    assert reminders.send_due() == 0


def test_who_answered_is_left_alone() -> None:
    invitation = asked()
    found = Invitation.objects.select_related("survey", "version").get(pk=invitation.pk)
    responses.confirm(found, score=found.survey.plugin.score(9), language="en")
    assert reminders.send_due() == 0


def test_who_refused_since_then_is_left_alone_for_good() -> None:
    invitation = asked()
    consents.record(invitation.contact_id or 0, channel="email", purpose="surveys", state="withdrawn", source="test")
    reminders.send_due()
    assert Delivery.objects.count() == 1
    assert Invitation.objects.get().reminded_at is not None


def test_reminder_that_waits_to_be_sent_is_held_back_by_a_refusal() -> None:
    invitation = asked()
    reminders.send_due()
    consents.record(invitation.contact_id or 0, channel="email", purpose="surveys", state="withdrawn", source="test")
    deliveries.send_due()
    assert Delivery.objects.get(key=f"survey:{invitation.pk}:reminder").state == "suppressed"


@pytest.mark.parametrize("state", ["bounced", "failed", "suppressed"])
def test_who_never_got_the_question_is_not_reminded_of_it(state: str) -> None:
    asked()
    Delivery.objects.update(state=state)
    assert reminders.send_due() == 0


def test_expired_question_is_not_repeated() -> None:
    asked()
    Invitation.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert reminders.send_due() == 0
