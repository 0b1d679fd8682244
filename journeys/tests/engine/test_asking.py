"""What a journey asks: beside which conversation, because of what, and how the log tells it."""

from typing import Any

import pytest
from django.db import transaction

from crm.models import Alias, Contact, Event
from feedback.models import Invitation, Survey
from feedback.tests.factories import make_survey
from journeys.actions import journeys
from journeys.engine import intake
from journeys.models import Enrolment, Step
from journeys.tests import factories as make
from omnichannel.models import Conversation, Delivery
from omnichannel.tests.factories import make_conversation

pytestmark = pytest.mark.django_db


@pytest.fixture
def survey() -> Survey:
    make.channel()
    return make_survey()


def asking(survey: Survey) -> dict[str, Any]:
    ask = make.node("ask", "send_survey", survey=survey.pk)
    return make.graph(make.start(entry="each"), ask, make.end())


def asking_after_a_wait(survey: Survey) -> dict[str, Any]:
    ask = make.node("ask", "send_survey", survey=survey.pk)
    edges = "start>wait wait:event>ask wait:timeout>ask ask>end"
    return make.graph(make.start(entry="each"), make.wait(event="Paid"), ask, make.end(), edges=edges)


def words_of(node: str) -> list[str]:
    return list(Step.objects.filter(node=node).order_by("id").values_list("detail", flat=True))


def test_question_hangs_on_the_visit_so_that_it_is_asked_once(survey: Survey) -> None:
    make.live(asking(survey))
    make.happens(make.contact())

    enrolment, invitation = make.only_enrolment(), Invitation.objects.get()
    assert invitation.cause_key == f"enrolment:{enrolment.pk}:ask:2"
    assert (invitation.survey, invitation.contact_id) == (survey, enrolment.contact_id)


def test_log_tells_who_was_asked_and_who_was_left_alone(survey: Survey) -> None:
    make.live(asking(survey))
    ana = make.contact()
    make.happens(ana)
    make.happens(ana)

    assert words_of("ask") == ["asked", "left alone"]
    assert set(Enrolment.objects.values_list("state", flat=True)) == {"completed"}


def test_one_without_an_address_spoils_the_question_for_nobody_else(survey: Survey) -> None:
    make.live(asking(survey))
    with transaction.atomic():
        intake.take_in([make.event(make.contact()), make.event(make.contact(email="")), make.event(make.contact())])

    assert words_of("ask") == ["asked", "left alone", "asked"]
    assert Delivery.objects.count() == 2


def test_question_is_told_with_the_event_that_led_to_it(survey: Survey) -> None:
    make.live(asking_after_a_wait(survey))
    ana = make.contact()
    make.happens(ana)
    paid = make.happens(ana, "Paid")

    sent = Event.objects.get(name="survey.sent")
    assert (sent.cause_id, sent.depth) == (paid.pk, 1)


def test_question_after_a_time_out_goes_back_to_the_event_that_began_it_all(survey: Survey) -> None:
    make.live(asking_after_a_wait(survey))
    ordered = make.happens(make.contact())
    make.time_is_up(make.only_enrolment())

    sent = Event.objects.get(name="survey.sent")
    assert (sent.cause_id, sent.depth) == (ordered.pk, 1)


def asked_beside(survey: Survey, who: Contact, **properties: Any) -> Conversation | None:
    make.live(asking(survey))
    make.happens(who, **properties)
    assert make.only_enrolment().state == "completed"
    return Invitation.objects.get().conversation


def test_answer_will_stand_beside_the_conversation_that_the_event_was_about(survey: Survey) -> None:
    conversation = make_conversation()

    assert asked_beside(survey, conversation.contact, conversation_id=conversation.pk) == conversation


def test_latest_event_says_which_conversation_it_is(survey: Survey) -> None:
    first, second = make_conversation(), make_conversation(text="Again", message_id="other@casa.example")
    make.live(asking_after_a_wait(survey))
    make.happens(first.contact, conversation_id=first.pk)
    make.happens(first.contact, "Paid", conversation_id=second.pk)

    assert first.contact == second.contact
    assert Invitation.objects.get().conversation == second


def test_conversation_of_a_merged_record_is_their_own(survey: Survey) -> None:
    conversation, ana = make_conversation(), make.contact()
    Alias.objects.create(member=conversation.contact, survivor=ana, rule="test")

    assert asked_beside(survey, ana, conversation_id=conversation.pk) == conversation


def test_answer_never_stands_beside_the_conversation_of_somebody_else(survey: Survey) -> None:
    of_somebody_else = make_conversation()

    assert asked_beside(survey, make.contact(), conversation_id=of_somebody_else.pk) is None


def test_what_is_no_conversation_is_no_hindrance(survey: Survey) -> None:
    make.live(asking(survey))
    strange: list[Any] = ["7", True, [7], -1, 10**30]
    intake.take_in([make.event(make.contact(), conversation_id=named) for named in strange])

    assert list(Enrolment.objects.values_list("state", flat=True)) == ["completed"] * len(strange)
    assert Invitation.objects.filter(conversation=None, suppressed="").count() == len(strange)


def test_journey_that_was_paused_meanwhile_asks_when_it_goes_on(survey: Survey) -> None:
    journey = make.live(asking_after_a_wait(survey))
    ana = make.contact()
    make.happens(ana)
    journeys.pause(journey)
    make.happens(ana, "Paid")
    assert Invitation.objects.count() == 0

    journeys.resume(journey)
    make.time_is_up(make.only_enrolment())
    assert Invitation.objects.count() == 1
