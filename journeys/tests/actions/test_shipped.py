"""“Welcome and ask”, from the first message to the question."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import translation

from crm.models import Contact, Event
from feedback.actions.shipped import relationship_nps
from feedback.models import Invitation, Survey
from journeys.actions import journeys, shipped
from journeys.engine import intake
from journeys.models import Enrolment, Journey
from journeys.tests import factories as make
from omnichannel.actions import conversations
from omnichannel.models import Channel, Conversation, Delivery
from omnichannel.tests.factories import inbound, make_conversation

pytestmark = pytest.mark.django_db


@pytest.fixture
def live() -> Journey:
    make.channel()
    return shipped.welcome_and_ask(company="Casa Lumbre", live=True)


def writes(who: Contact, **properties: object) -> None:
    make.happens(who, "message.received", **({"automatic": False} | properties))


def resolved(who: Contact, **properties: object) -> None:
    """And nobody took it back."""
    make.happens(who, "conversation.resolved", **properties)
    make.time_is_up(Enrolment.objects.active().get(contact=who))


def test_newcomer_is_welcomed_in_their_language_and_asked_once_helped(live: Journey) -> None:
    maria = make.contact(first_name="María", language="es")
    writes(maria)
    welcome = Delivery.objects.select_related("message").get().message
    assert welcome.subject == "Hemos recibido tu mensaje, María"
    assert "Casa Lumbre" in welcome.text
    assert "<p>Hola, María:</p>" in welcome.html

    resolved(maria)
    assert Invitation.objects.get().contact == maria
    assert Enrolment.objects.get().state == "completed"


def test_answers_to_its_mails_join_the_conversation_and_nobody_is_welcomed_again(live: Journey) -> None:
    account = Channel.objects.get()
    question = make_conversation(account, sender="ana@casa.example")
    ana = question.contact
    writes(ana, conversation_id=question.pk)
    welcome = Delivery.objects.get()
    assert answer(account, welcome) == question
    writes(ana, conversation_id=question.pk)
    assert (Enrolment.objects.count(), Delivery.objects.count()) == (1, 1)

    conversations.resolve(question, by=None)
    resolved(ana, conversation_id=question.pk)
    asked = Delivery.objects.exclude(pk=welcome.pk).get()
    assert asked.message.about == question
    assert answer(account, asked) == question
    assert (Conversation.objects.get().is_resolved, question.messages.count()) == (False, 3)
    heard = list(Event.objects.filter(name="message.received").exclude(source="test").order_by("pk"))
    assert [event.properties["to_program"] for event in heard] == [False, True, True]
    with transaction.atomic():
        intake.take_in(heard[-1:])
    assert (Enrolment.objects.get().state, Delivery.objects.count()) == ("completed", 2)


def answer(account: Channel, delivery: Delivery) -> Conversation | None:
    said = inbound(sender="ana@casa.example", in_reply_to=delivery.message.message_id)
    message = conversations.receive(account, said)
    return message.conversation if message else None


def test_old_acquaintance_is_not_welcomed_but_asked(live: Journey) -> None:
    ana = make.contact()
    Contact.objects.filter(pk=ana.pk).update(created_at="2024-01-01T00:00Z")
    writes(ana)
    assert Delivery.objects.count() == 0

    resolved(ana)
    assert Invitation.objects.filter(suppressed="").count() == 1


def test_a_resolution_that_is_undone_asks_nobody_and_the_next_one_does(live: Journey) -> None:
    ana = make.contact()
    writes(ana)
    make.happens(ana, "conversation.resolved")
    assert Invitation.objects.count() == 0
    make.happens(ana, "conversation.reopened")
    assert (Invitation.objects.count(), make.only_enrolment().node) == (0, "resolved")

    resolved(ana)
    assert Invitation.objects.get().suppressed == ""
    assert Enrolment.objects.get().state == "completed"


def test_the_question_is_about_the_conversation_that_was_resolved_and_because_of_it(live: Journey) -> None:
    first, second = (make_conversation(sender="ana@correo.example", subject=subject) for subject in ("One", "Two"))
    assert (first != second, first.contact) == (True, second.contact)
    writes(first.contact, conversation_id=first.pk)
    resolved(first.contact, conversation_id=second.pk)

    assert Invitation.objects.get().conversation == second
    sent = Event.objects.select_related("cause").get(name="survey.sent")
    assert sent.cause is not None
    assert sent.cause.name == "conversation.resolved"


def test_nobody_is_welcomed_twice_nor_asked_twice_in_thirty_days(live: Journey) -> None:
    ana = make.contact()
    for _ in range(2):
        writes(ana)
        resolved(ana)

    assert list(Invitation.objects.order_by("id").values_list("suppressed", flat=True)) == ["", "asked_recently"]
    assert Delivery.objects.filter(key__contains=":welcome:").count() == 1


def test_robots_are_neither_welcomed_nor_asked(live: Journey) -> None:
    writes(make.contact(), automatic=True)

    assert Enrolment.objects.count() == 0


def test_after_a_week_without_a_resolution_it_ends_in_silence(live: Journey) -> None:
    writes(make.contact())
    make.time_is_up(Enrolment.objects.get())

    assert Enrolment.objects.get().state == "completed"
    assert Invitation.objects.count() == 0


def test_nobody_is_asked_from_two_sides(live: Journey) -> None:
    assert Survey.objects.get().trigger == ""


def test_real_installations_get_it_paused_and_keep_the_survey_s_own_trigger() -> None:
    relationship_nps(company="Casa Lumbre")
    for _ in range(2):
        call_command("install_shipped", "--company", "Casa Lumbre", stdout=StringIO())

    journey = Journey.objects.get()
    assert (journey.slug, journey.status) == ("welcome-and-ask", "paused")
    assert Survey.objects.get().trigger == "conversation.resolved"


def test_a_fresh_installation_asks_nobody_before_a_person_starts_it() -> None:
    journey = shipped.welcome_and_ask(company="Casa Lumbre", live=False)
    assert (journey.status, Survey.objects.get().trigger, journey.paused_surveys) == ("paused", "", [])
    writes(make.contact())
    assert Enrolment.objects.count() == 0
    journeys.resume(journey)
    writes(make.contact())
    assert Enrolment.objects.count() == 1


def test_pausing_silences_a_survey_that_also_asks_by_itself_and_going_on_lets_it_speak(live: Journey) -> None:
    Survey.objects.update(trigger=Survey.Trigger.RESOLVED)
    journeys.pause(live)
    assert (Survey.objects.get().status, Journey.objects.get().paused_surveys) == ("paused", [Survey.objects.get().pk])
    journeys.pause(live)  # twice changes nothing
    journeys.resume(live)
    assert (Survey.objects.get().status, Journey.objects.get().paused_surveys) == ("active", [])


def test_a_survey_that_somebody_paused_stays_paused(live: Journey) -> None:
    Survey.objects.update(trigger=Survey.Trigger.RESOLVED, status="paused")
    journeys.resume(journeys.pause(live))
    assert Survey.objects.get().status == "paused"


def test_a_survey_that_another_live_journey_asks_goes_on(live: Journey) -> None:
    Survey.objects.update(trigger=Survey.Trigger.RESOLVED)
    ask = make.node("ask", "send_survey", survey=Survey.objects.get().pk)
    make.live(make.graph(make.start(), ask, make.end()))
    journeys.pause(live)
    assert Survey.objects.get().status == "active"


def test_one_button_installs_it_paused_and_the_next_one_starts_it(client: Client) -> None:
    client.force_login(make.user("manager", language="en"))
    assert "Start with Welcome and ask" in client.get("/journeys/").content.decode()
    assert "Write the name of your company" in client.post("/journeys/shipped/", follow=True).content.decode()
    page = client.post("/journeys/shipped/", {"company": "Casa Lumbre"}, follow=True)
    journey = Journey.objects.get()
    assert page.redirect_chain == [(f"/journeys/{journey.pk}/", 302)]
    assert "Start" in page.content.decode()
    client.post(f"/journeys/{journey.pk}/pause/", {"resume": "1"})
    assert Journey.objects.get().status == "live"
    assert "Start with Welcome and ask" not in client.get("/journeys/").content.decode()


@pytest.mark.parametrize(("page", "link"), [("journeys/journey", "/journeys/"), ("feedback/survey", "/reports/nps/")])
def test_settings_lead_to_what_comes_with_the_product(client: Client, page: str, link: str) -> None:
    client.force_login(make.user("admin", language="en", is_superuser=True))
    assert f'<li><a href="{link}">Start with' in client.get(f"/admin/{page}/").content.decode()


def test_journey_is_named_in_the_language_of_whoever_installs_it() -> None:
    make.channel()
    with translation.override("es"):
        journey = shipped.welcome_and_ask(company="Casa Lumbre", live=False)
    assert (journey.name, journey.purpose[:17]) == ("Bienvenida y pregunta", "Saluda a quien es")
