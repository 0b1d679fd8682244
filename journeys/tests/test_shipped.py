"""“Welcome and ask”, from the first message to the question."""

from io import StringIO

import pytest
from django.core.management import call_command

from crm.models import Contact
from feedback.actions.shipped import relationship_nps
from feedback.models import Invitation, Survey
from journeys import shipped
from journeys.models import Enrolment, Journey
from journeys.tests import factories as make
from omnichannel.models import Delivery

pytestmark = pytest.mark.django_db


@pytest.fixture
def live() -> Journey:
    make.channel()
    return shipped.welcome_and_ask(company="Casa Lumbre", live=True)


def writes(who: Contact, **properties: object) -> None:
    make.happens(who, "message.received", **({"automatic": False} | properties))


def test_newcomer_is_welcomed_in_their_language_and_asked_once_helped(live: Journey) -> None:
    maria = make.contact(first_name="María", language="es")
    writes(maria)
    welcome = Delivery.objects.select_related("message").get().message
    assert welcome.subject == "Hemos recibido tu mensaje, María"
    assert "Casa Lumbre" in welcome.text
    assert "<p>Hola, María:</p>" in welcome.html

    make.happens(maria, "conversation.resolved")
    assert Invitation.objects.get().contact == maria
    assert Enrolment.objects.get().state == "completed"


def test_old_acquaintance_is_not_welcomed_but_asked(live: Journey) -> None:
    ana = make.contact()
    Contact.objects.filter(pk=ana.pk).update(created_at="2024-01-01T00:00Z")
    writes(ana)
    assert Delivery.objects.count() == 0

    make.happens(ana, "conversation.resolved")
    assert Invitation.objects.filter(suppressed="").count() == 1


def test_nobody_is_welcomed_twice_nor_asked_twice_in_thirty_days(live: Journey) -> None:
    ana = make.contact()
    for _ in range(2):
        writes(ana)
        make.happens(ana, "conversation.resolved")

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
