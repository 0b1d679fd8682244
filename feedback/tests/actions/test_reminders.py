"""One reminder: for whom, when, and never twice."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.actions import consents
from crm.models import Contact, Event, Identity
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


@pytest.mark.parametrize(("days_ago", "due"), [(2.99, 0), (3.01, 1)])
def test_reminder_waits_for_the_days_of_its_survey(days_ago: float, due: int) -> None:
    asked(days_ago=days_ago)
    assert reminders.send_due() == due


def asked_too(first: Invitation, *, days_ago: float, email: str = "ben@casa.example") -> Invitation:
    """Somebody else, asked by the same survey."""
    survey = Survey.objects.get(pk=first.survey_id)
    invitation = invitations.invite(survey=survey, contact_id=make_contact(email).pk, cause_key=email)
    assert invitation is not None
    Invitation.objects.filter(pk=invitation.pk).update(asked_at=timezone.now() - timedelta(days=days_ago))
    return invitation


def reminded() -> set[int]:
    return set(Invitation.objects.exclude(reminded_at=None).values_list("pk", flat=True))


def test_who_has_waited_longest_is_reminded_first() -> None:
    second = asked(days_ago=4)
    first = asked_too(second, days_ago=9)
    assert reminders.send_due(limit=1) == 1
    assert reminded() == {first.pk}
    assert reminders.send_due(limit=1) == 1
    assert reminded() == {first.pk, second.pk}


def test_reminding_one_touches_nobody_else() -> None:
    ana = asked()
    ben = asked_too(ana, days_ago=4)
    assert reminders.remind(ben.pk) is True
    assert reminded() == {ben.pk}
    assert Invitation.objects.get(pk=ana.pk).reminder_hash is None
    assert Delivery.objects.filter(key__endswith=":reminder").get().address == "ben@casa.example"


def test_who_is_not_due_or_not_there_is_not_reminded_by_name_either() -> None:
    invitation = asked(days_ago=1)
    assert [reminders.remind(pk) for pk in (invitation.pk, 987_654_321)] == [False, False]
    assert reminded() == set()


def test_reminder_is_told_once_with_what_was_asked() -> None:
    invitation = asked()
    reminders.send_due()
    told = Event.objects.get(name="survey.reminded")
    assert (told.contact_id, told.properties["survey"], told.properties["invitation_id"]) == (
        invitation.contact_id,
        "Relationship NPS",
        invitation.pk,
    )


def test_reminder_speaks_the_language_of_the_customer() -> None:
    asked()
    Contact.objects.update(language="es_MX")
    reminders.send_due()
    message = Message.objects.latest("pk")
    assert message.subject == "Recordatorio: Una pregunta, diez segundos"
    assert "¿Qué probabilidad hay" in message.text


def test_who_has_no_address_any_more_is_not_tried_again_and_nothing_is_told() -> None:
    asked()
    Identity.objects.all().delete()
    assert (reminders.send_due(), reminders.send_due()) == (1, 0)
    assert Delivery.objects.filter(key__endswith=":reminder").count() == 0
    assert Event.objects.filter(name="survey.reminded").count() == 0


def test_refusal_is_no_reminder_and_says_so() -> None:
    invitation = asked()
    consents.record(invitation.contact_id or 0, channel="email", purpose="surveys", state="withdrawn", source="test")
    assert reminders.remind(invitation.pk) is False
    assert Event.objects.filter(name="survey.reminded").count() == 0


@pytest.mark.parametrize(
    "change", [{"contact": None}, {"is_test": True}, {"suppressed": "refused", "token_hash": None, "delivery": None}]
)
def test_who_was_erased_a_tester_or_never_asked_is_not_reminded(change: dict[str, object]) -> None:
    asked()
    Invitation.objects.update(**change)
    assert reminders.send_due() == 0


def test_answer_by_the_reminder_s_link_is_the_one_answer() -> None:
    invitation = asked()
    reminders.send_due()
    token = Message.objects.latest("pk").text.partition("/s/")[2][:22]
    found = invitations.find(token)
    assert found is not None
    responses.confirm(found, score=found.survey.plugin.score(9), language="en")
    assert Invitation.objects.get(pk=invitation.pk).answered_at is not None
    assert reminders.send_due() == 0


def test_expired_question_is_not_repeated() -> None:
    asked()
    Invitation.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert reminders.send_due() == 0
