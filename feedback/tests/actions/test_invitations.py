import re
import threading
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from crm.actions import consents, merges
from crm.models import Alias, Event
from feedback.actions import invitations, shipped, surveys
from feedback.models import Invitation, Programme, Survey
from feedback.tests.factories import (
    make_channel,
    make_contact,
    make_conversation,
    make_invitation,
    make_mailbox,
    make_survey,
    make_user,
)
from omnichannel.actions import deliveries
from omnichannel.models import Delivery

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mailbox(db: None) -> None:
    make_mailbox()


def test_invite_sends_the_question_and_tells_the_timeline() -> None:
    survey, contact = make_survey(), make_contact("ana@casa.example")
    invitation = invitations.invite(survey=survey, contact_id=contact.pk, cause_key="cycle:1")
    assert invitation is not None
    assert (invitation.version, invitation.suppressed) == (survey.live_version, "")
    delivery = Delivery.objects.get()
    assert (delivery.key, delivery.address, invitation.delivery) == (
        f"survey:{invitation.pk}",
        "ana@casa.example",
        delivery,
    )
    event = Event.objects.get(name="survey.sent")
    assert (event.contact_id, event.properties["survey"], event.properties["metric"]) == (
        contact.pk,
        "Relationship NPS",
        "nps",
    )


def refuse(contact_id: int) -> None:
    consents.record(contact_id, channel="email", purpose=invitations.PURPOSE, state="withdrawn", source="test")


def test_question_that_waits_to_be_sent_is_held_back_by_a_refusal() -> None:
    contact = make_contact("ana@casa.example")
    invitations.invite(survey=make_survey(), contact_id=contact.pk, cause_key="cycle:1")
    refuse(contact.pk)
    deliveries.send_due()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.error) == ("suppressed", "suppressed: consent withdrawn")
    assert delivery.attempt_log.count() == 0
    assert list(Invitation.objects.delivered()) == []


def test_test_of_a_survey_is_sent_to_a_colleague_who_refuses_surveys() -> None:
    survey = make_survey()
    assert survey.live_version is not None
    invitation = invitations.invite_tester(survey, version=survey.live_version, by=make_user("manager"))
    assert invitation is not None
    refuse(invitation.contact_id or 0)
    deliveries.send_due()
    assert Delivery.objects.get().state == "sent"


def test_invite_keeps_only_the_hash_of_the_token() -> None:
    invitation = invitations.invite(survey=make_survey(), contact_id=make_contact().pk, cause_key="x")
    assert invitation is not None
    token = re.search(r"/s/([\w-]+)\?score=9", Delivery.objects.get().message.text)
    assert token is not None
    assert len(token[1]) == 22
    assert invitations.find(token[1]) == invitation
    row = Invitation.objects.filter(pk=invitation.pk).values().get()
    assert token[1] not in str(row)


def test_invite_is_valid_for_the_days_of_the_survey() -> None:
    survey = make_survey(valid_days=10)
    invitation = invitations.invite(survey=survey, contact_id=make_contact().pk, cause_key="x")
    assert invitation is not None
    assert invitation.expires_at is not None
    assert timedelta(days=9) < invitation.expires_at - timezone.now() <= timedelta(days=10)


def test_invite_again_for_the_same_cause_is_the_same_invitation() -> None:
    survey, contact = make_survey(), make_contact()
    first = invitations.invite(survey=survey, contact_id=contact.pk, cause_key="cycle:1")
    second = invitations.invite(survey=survey, contact_id=contact.pk, cause_key="cycle:1")
    assert first == second
    assert Delivery.objects.count() == 1


def test_invite_leaves_alone_who_was_asked_within_the_quiet_days() -> None:
    survey, contact = make_survey(), make_contact()
    make_invitation(survey, contact, asked_at=timezone.now() - timedelta(days=29))
    assert invitations.invite(survey=survey, contact_id=contact.pk, cause_key="cycle:2") is None
    held_back = Invitation.objects.get(cause_key="cycle:2")
    assert (held_back.suppressed, held_back.token_hash, held_back.delivery) == ("asked_recently", None, None)
    assert invitations.invite(survey=survey, contact_id=contact.pk, cause_key="cycle:2") is None
    assert Delivery.objects.count() == 0


def test_invite_asks_again_after_the_quiet_days() -> None:
    survey, contact = make_survey(), make_contact()
    make_invitation(survey, contact, asked_at=timezone.now() - timedelta(days=30, minutes=1))
    assert invitations.invite(survey=survey, contact_id=contact.pk, cause_key="cycle:2") is not None


def test_quiet_days_hold_for_all_surveys_of_a_kind() -> None:
    other, contact = make_survey(name="Another NPS"), make_contact()
    make_invitation(other, contact)
    assert invitations.invite(survey=make_survey(), contact_id=contact.pk, cause_key="x") is None


@pytest.mark.parametrize("asked", ["member", "survivor"])
@pytest.mark.parametrize("quiet", ["survey", "programme"])
def test_quiet_days_hold_for_all_that_a_person_is(asked: str, quiet: str) -> None:
    survey, survivor, member = make_survey(), make_contact(), make_contact()
    Programme.objects.create(pk=1, quiet_days=0 if quiet == "survey" else 30)
    Survey.objects.filter(pk=survey.pk).update(quiet_days=0 if quiet == "programme" else 30)
    survey.refresh_from_db()
    Alias.objects.create(member=member, survivor=survivor, rule="test")
    first, again = (member, survivor) if asked == "member" else (survivor, member)
    make_invitation(survey, first)
    assert invitations.invite(survey=survey, contact_id=again.pk, cause_key="x") is None


def test_tests_do_not_count_as_being_asked() -> None:
    survey, contact = make_survey(), make_contact()
    make_invitation(survey, contact, is_test=True)
    assert invitations.invite(survey=survey, contact_id=contact.pk, cause_key="x") is not None


def test_one_cause_may_ask_by_two_surveys_where_their_rules_allow() -> None:
    Programme.objects.create(pk=1, quiet_days=0)
    first, second, contact = make_survey(quiet_days=0), second_survey(), make_contact()
    asked = [invitations.invite(survey=each, contact_id=contact.pk, cause_key="cycle:1") for each in (first, second)]
    assert None not in asked
    assert Delivery.objects.count() == 2


def test_being_held_back_does_not_prolong_the_quiet_days() -> None:
    survey, contact = make_survey(), make_contact()
    make_invitation(survey, contact, asked_at=timezone.now() - timedelta(days=31))
    Invitation.objects.create(survey=survey, contact=contact, cause_key="held", suppressed="asked_recently")
    assert invitations.invite(survey=survey, contact_id=contact.pk, cause_key="x") is not None


def test_invite_respects_who_does_not_want_to_be_asked() -> None:
    survey, contact = make_survey(), make_contact()
    consents.record(contact.pk, channel="email", purpose="surveys", state="withdrawn", source="test")
    assert invitations.invite(survey=survey, contact_id=contact.pk, cause_key="x") is None
    assert Invitation.objects.get().suppressed == "refused"
    consents.record(contact.pk, channel="email", purpose="surveys", state="granted", source="test")
    assert invitations.invite(survey=survey, contact_id=contact.pk, cause_key="y") is not None


def test_invite_respects_what_was_said_to_a_merged_record() -> None:
    survey, contact, member = make_survey(), make_contact(), make_contact()
    merges.merge(member, into=contact, rule="by hand", evidence={}, by=None)
    consents.record(member.pk, channel="email", purpose="surveys", state="withdrawn", source="test")
    assert invitations.invite(survey=survey, contact_id=contact.pk, cause_key="x") is None
    assert Invitation.objects.get().suppressed == "refused"


def test_invite_of_a_paused_survey_asks_nobody() -> None:
    survey = make_survey()
    surveys.pause(survey, by=None)
    survey.refresh_from_db()
    assert invitations.invite(survey=survey, contact_id=make_contact().pk, cause_key="x") is None
    assert Invitation.objects.get().suppressed == "inactive"


def test_invite_without_an_address_is_on_record() -> None:
    contact = make_contact()
    contact.identities.all().delete()
    assert invitations.invite(survey=make_survey(), contact_id=contact.pk, cause_key="x") is None
    invitation = Invitation.objects.get()
    assert (invitation.suppressed, invitation.token_hash, invitation.expires_at) == ("unreachable", None, None)
    assert Event.objects.filter(name="survey.sent").count() == 0


def test_invite_of_somebody_who_is_gone_does_nothing() -> None:
    assert invitations.invite(survey=make_survey(), contact_id=987654, cause_key="x") is None
    assert Invitation.objects.count() == 0


def test_invite_keeps_where_the_conversation_was() -> None:
    conversation = make_conversation(make_channel())
    conversation.assignee = make_user("agent")
    conversation.save()
    invitation = invitations.invite(
        survey=make_survey(), contact_id=conversation.contact_id, cause_key="cycle:1", conversation=conversation
    )
    assert invitation is not None
    assert (invitation.conversation, invitation.inbox, invitation.agent) == (
        conversation,
        conversation.inbox,
        conversation.assignee,
    )


def test_invite_tester_ignores_rules_and_tells_no_timeline() -> None:
    survey, me = make_survey(), make_user("admin", email="me@hilo.example")
    version = survey.live_version
    assert version is not None
    first = invitations.invite_tester(survey, version=version, by=me)
    second = invitations.invite_tester(survey, version=version, by=me)
    assert first is not None
    assert second is not None
    assert (first.is_test, second.is_test) == (True, True)
    assert [delivery.address for delivery in Delivery.objects.all()] == ["me@hilo.example"] * 2
    assert Event.objects.filter(name="survey.sent").count() == 0
    assert Invitation.objects.asked().count() == 0


@pytest.mark.parametrize("token", ["", "short", "a" * 22, "a" * 5000, "../../etc/passwd", "é" * 22, "a" * 21 + "\x00"])
def test_find_knows_no_wrong_token(token: str) -> None:
    make_invitation()
    assert invitations.find(token) is None


def test_find_knows_no_expired_token() -> None:
    invitation, token = make_invitation(asked_at=timezone.now() - timedelta(days=31))
    assert invitation.has_expired
    assert invitations.find(token) is None


def test_the_database_refuses_an_invitation_without_a_token() -> None:
    invitation, _token = make_invitation()
    with pytest.raises(IntegrityError, match="invitation_asked_has_token"), transaction.atomic():
        Invitation.objects.filter(pk=invitation.pk).update(token_hash=None)


def test_delivered_leaves_out_who_never_got_it() -> None:
    survey = make_survey()
    reached = invitations.invite(survey=survey, contact_id=make_contact().pk, cause_key="a")
    bounced = invitations.invite(survey=survey, contact_id=make_contact().pk, cause_key="b")
    assert bounced is not None
    Delivery.objects.filter(key=f"survey:{bounced.pk}").update(state="bounced")
    make_invitation(survey, is_test=True)
    assert list(Invitation.objects.delivered()) == [reached]


@pytest.mark.django_db(transaction=True)
def test_two_causes_at_once_ask_one_customer_once() -> None:
    survey, contact = make_survey(), make_contact()
    results: list[object] = []
    start = threading.Barrier(4)

    def ask(number: int) -> None:
        start.wait()
        results.append(invitations.invite(survey=survey, contact_id=contact.pk, cause_key=f"cycle:{number}"))
        connection.close()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([result for result in results if result]) == 1
    assert Delivery.objects.count() == 1
    assert Invitation.objects.filter(suppressed="asked_recently").count() == 3


def second_survey() -> Survey:
    """Another one, whose own rule would let it ask at once."""
    words = {"texts": shipped.TEXTS, "score": shipped.SCORE, "comment": shipped.COMMENT}
    survey = surveys.create(name="Second", kind="nps", by=None, brand_name="Casa", quiet_days=0, **words)
    surveys.publish_version(surveys.draft(survey, by=None), by=None)
    survey.refresh_from_db()
    return survey


@pytest.mark.parametrize(
    ("days_ago", "cap", "reason"),
    [(29, None, "programme"), (31, None, ""), (9, 10, "programme"), (11, 10, ""), (1, 0, "")],
)
def test_nobody_is_asked_by_all_surveys_together_more_often_than_the_programme_says(
    days_ago: int, cap: int | None, reason: str
) -> None:
    second, contact = second_survey(), make_contact("ana@casa.example")
    if cap is not None:
        Programme.objects.create(pk=1, quiet_days=cap)
    make_invitation(make_survey(), contact, asked_at=ago(days_ago))
    invitations.invite(survey=second, contact_id=contact.pk, cause_key="second")
    assert Invitation.objects.get(cause_key="second").suppressed == reason


def ago(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)
