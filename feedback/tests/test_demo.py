from collections import Counter
from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest
from django.db.models import F
from django.utils import timezone

from crm.actions import contacts
from crm.models import Contact, Event, Task
from feedback import demo, demo_mails
from feedback.consistency import deliveries, responses
from feedback.models import Answer, Invitation, Response
from feedback.reporting import Scope, report, response_rate
from feedback.tests.factories import make_channel, make_contact, make_conversation, make_old_customer, make_user
from omnichannel.actions import conversations
from omnichannel.models import Channel, Delivery, Message

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mailbox() -> Channel:
    return make_channel(kind="email", address="support@casa.example")


def test_a_year_of_answers_is_plausible() -> None:
    people = [make_old_customer(language="es" if number % 3 else "en") for number in range(160)]
    now = timezone.now()
    survey = demo.seed(Random(7), people, now, company="Casa Lumbre")
    scope = Scope("nps", now - timedelta(days=380), now, survey)
    figures = report(scope, "month")
    assert figures["n"] == demo.ANSWERS
    assert 15 <= figures["score"] <= 50
    assert len(figures["series"]) >= 12
    assert 0.35 <= (response_rate(scope).share or 0) <= 0.42
    assert Response.objects.with_words().count() > 100
    assert Event.objects.filter(name="survey.answered").count() == demo.ANSWERS
    assert Answer.objects.filter(question__role="score").count() == demo.ANSWERS
    assert Task.objects.count() == Response.objects.exclude(follow_up=None).count()


def test_nobody_is_asked_twice_in_the_quiet_days() -> None:
    people = [make_old_customer() for _ in range(25)]
    demo.seed(Random(7), people, timezone.now(), company="Casa Lumbre")
    asked: dict[int | None, list[float]] = {}
    for invitation in Invitation.objects.order_by("asked_at"):
        asked.setdefault(invitation.contact_id, []).append(invitation.asked_at.timestamp())
    gaps = [later - earlier for times in asked.values() for earlier, later in pairwise(times)]
    assert min(gaps) >= 30 * 24 * 3600 - 60


def test_the_same_play_gives_the_same_answers() -> None:
    people, now = [make_old_customer() for _ in range(25)], timezone.now()
    scores = []
    for _ in range(2):
        demo.seed(Random(7), people, now, company="Casa Lumbre")
        scores.append(Counter(Response.objects.values_list("score", "comment")))
        Response.objects.all().delete()
        Invitation.objects.all().delete()
        Message.objects.all().delete()
    assert scores[0] == scores[1]


def test_customers_whose_conversation_was_resolved_are_asked_about_it(mailbox: Channel) -> None:
    conversation = make_conversation(mailbox)
    conversations.resolve(conversation, by=make_user("agent"))
    conversation.cycles.update(resolved_at=timezone.now() - timedelta(days=5))
    people = [conversation.contact, *(make_old_customer() for _ in range(25))]
    demo.seed(Random(7), people, timezone.now(), company="Casa Lumbre")
    assert Invitation.objects.get(conversation=conversation).contact == conversation.contact


def test_an_answer_is_how_people_feel_until_something_newer_says_otherwise() -> None:
    waiting, other = make_old_customer(), make_old_customer()
    contacts.set_feeling(waiting.pk, "uneasy")

    demo.seed(Random(7), [waiting, other], timezone.now(), company="Casa Lumbre")

    last = Response.objects.filter(invitation__contact=other).latest("submitted_at")
    assert Response.objects.filter(invitation__contact=waiting).exists()
    assert [Contact.objects.get(pk=one.pk).feeling for one in (waiting, other)] == ["uneasy", last.feeling]


def test_what_an_answer_changed_is_told_with_its_cause() -> None:
    people = [make_old_customer() for _ in range(5)]

    demo.seed(Random(7), people, timezone.now(), company="Casa Lumbre")

    told = Event.objects.filter(name="contact.feeling_changed").select_related("cause")
    assert {event.cause.name for event in told if event.cause} == {"survey.answered"}
    assert not told.filter(cause=None).exists()
    assert not told.filter(properties__previous=F("properties__feeling")).exists()


def test_nobody_is_asked_before_they_came() -> None:
    people = [make_contact(), *(make_old_customer() for _ in range(5))]

    demo.seed(Random(7), people, timezone.now(), company="Casa Lumbre")

    assert {invitation.contact_id for invitation in Invitation.objects.all()} == {one.pk for one in people[1:]}


def test_a_second_start_adds_nothing() -> None:
    people = [make_old_customer() for _ in range(25)]
    demo.seed(Random(7), people, timezone.now(), company="Casa Lumbre")
    before = Invitation.objects.count()
    demo.seed(Random(8), people, timezone.now(), company="Casa Lumbre")
    assert Invitation.objects.count() == before


def test_what_the_demo_asks_was_sent_and_nothing_is_waiting() -> None:
    demo.seed(Random(7), [make_old_customer(email="ana@casa.example")], timezone.now(), company="Casa Lumbre")
    asked = Invitation.objects.asked()
    assert asked.count() == asked.filter(delivery__state="delivered").count() > 0
    assert Delivery.objects.exclude(due_at=None).count() == 0
    assert Message.objects.exclude(html="").count() == min(asked.count(), demo_mails.WHOLE)
    assert list(deliveries()) == list(responses()) == []


def test_without_customers_there_is_no_play() -> None:
    with pytest.raises(ValueError, match="need customers"):
        demo.seed(Random(7), [], timezone.now(), company="Casa Lumbre")
