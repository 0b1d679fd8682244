"""What a journey sends: to each once, and what becomes of those to whom nothing can be sent."""

from typing import Any

import pytest
from django.db import connection, transaction

from crm.actions import consents
from journeys import rendering
from journeys.actions import enrolments
from journeys.engine import intake
from journeys.models import Enrolment, Step
from journeys.tests import factories as make
from kernel.sandbox import Limits
from omnichannel.actions import deliveries
from omnichannel.models import Delivery, Message
from omnichannel.tests.factories import ScriptedChannel, make_channel

pytestmark = pytest.mark.django_db
CODE = {"en": {"subject": "Your code", "text": "{{ event.code | url_decode }}"}}
FORK = "start>mail mail>end mail:unreachable>silent"


def arrive(*codes: str) -> dict[str, str]:
    """People who get a message with their code, all at once. Code → what became of them."""
    with transaction.atomic():
        intake.take_in([make.event(make.contact(), code=code) for code in codes])
    return {row.entry["properties"]["code"]: row.state for row in Enrolment.objects.order_by("id")}


def detail(outcome: str) -> str:
    return Step.objects.get(node="mail", outcome=outcome).detail


def refuse(text: str) -> None:
    """The database refuses this message, as it might for reasons that no code foresees."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'not this one'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON omnichannel_message FOR EACH ROW "
            f"WHEN (NEW.text = '{text}') EXECUTE FUNCTION pg_temp.refuse()"
        )


def test_message_that_the_database_refuses_fails_alone() -> None:
    make.channel()
    make.live(make.graph(make.start(), make.mail(texts=CODE), make.end()))
    refuse("two")

    assert arrive("one", "two", "three") == {"one": "completed", "two": "failed", "three": "completed"}
    causes = Delivery.objects.order_by("pk").values_list("cause__properties__code", flat=True)
    assert sorted(causes) == ["one", "three"]
    assert sorted(Message.objects.values_list("text", flat=True)) == ["one", "three"]
    assert "not this one" in Enrolment.objects.failed().get().reason


def test_one_alone_whose_message_is_refused_has_failed_and_nothing_is_written() -> None:
    make.channel()
    make.live(make.graph(make.start(), make.mail(texts=CODE), make.end()))
    refuse("one")

    assert arrive("one") == {"one": "failed"}
    assert make.told(make.only_enrolment()) == ["start next", "mail failed"]
    assert (Message.objects.count(), Delivery.objects.count()) == (0, 0)


def test_sign_that_no_database_keeps_is_left_out_of_the_message() -> None:
    make.channel()
    make.live(make.graph(make.start(), make.mail(texts=CODE), make.end()))

    assert arrive("4%007") == {"4%007": "completed"}
    assert Message.objects.get().text == "47"


def test_rendering_that_comes_to_no_end_stops_everybody_who_was_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "LIMITS", Limits(memory=512 << 20, input=10))
    make.channel()
    make.live(make.graph(make.start(), make.mail(texts=CODE), make.end()))

    assert arrive("one", "two") == {"one": "failed", "two": "failed"}
    reasons = set(Enrolment.objects.values_list("reason", flat=True))
    assert len(reasons) == 1
    assert reasons.pop().startswith("The message could not be written: Input of ")
    assert Delivery.objects.count() == 0


def test_who_failed_with_the_others_can_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    make.channel()
    make.live(make.graph(make.start(), make.mail(texts=CODE), make.end()))
    with monkeypatch.context() as narrow:
        narrow.setattr(rendering, "LIMITS", Limits(memory=512 << 20, input=10))
        arrive("one")

    assert enrolments.retry(make.only_enrolment(), by=None).state == "completed"
    assert Message.objects.get().text == "one"


def test_reason_of_a_message_that_cannot_be_written_names_the_fault() -> None:
    make.channel()
    texts = {"en": {"subject": "Hi", "text": "{{ 10 | divided_by: event.pieces }}"}}
    make.live(make.graph(make.start(), make.mail(texts=texts), make.end()))
    make.happens(make.contact(), pieces=0)

    reason = make.only_enrolment().reason
    assert reason.startswith("The message could not be written: ")
    assert "divide" in reason


def test_log_keeps_the_subject_as_it_was_sent() -> None:
    make.channel()
    make.live()
    make.happens(make.contact(first_name="Ana"))

    assert detail("next") == "Hello Ana"


@pytest.mark.parametrize(("unreachable", "outcome"), [("continue", "next"), ("end", "unreachable")])
def test_without_any_mailbox_people_go_on_and_the_log_says_why(unreachable: str, outcome: str) -> None:
    silent = [make.end("silent")] if unreachable == "end" else []
    edges = FORK if silent else "start>mail mail>end"
    make.live(make.graph(make.start(), make.mail(unreachable=unreachable), make.end(), *silent, edges=edges))
    make.happens(make.contact())

    assert make.only_enrolment().state == "completed"
    assert detail(outcome) == "No active channel is set up. Add one in the settings under Channels."


def test_only_those_without_an_address_take_the_other_branch() -> None:
    channel = make.channel()
    make.live(make.graph(make.start(), make.mail(unreachable="end"), make.end(), make.end("silent"), edges=FORK))
    with transaction.atomic():
        intake.take_in([make.event(make.contact(email="")), make.event(make.contact())])

    assert list(Enrolment.objects.order_by("id").values_list("node", flat=True)) == ["silent", "end"]
    assert detail("unreachable") == f"No address for {channel.name}."


def test_coming_by_again_sends_again_and_trying_again_does_not() -> None:
    make.channel()
    edges = "start>mail mail>wait wait:timeout>mail wait:event>end"
    make.live(make.graph(make.start(), make.mail(), make.wait(event="Paid"), make.end(), edges=edges))
    make.happens(make.contact())
    make.time_is_up(make.only_enrolment())
    keys = list(Delivery.objects.order_by("id").values_list("key", flat=True))
    pk = make.only_enrolment().pk
    assert keys == [f"enrolment:{pk}:mail:2", f"enrolment:{pk}:mail:4"]

    Enrolment.objects.update(state="failed", node="mail", visit=4)
    enrolments.retry(make.only_enrolment(), by=None)
    assert Delivery.objects.count() == 2


@pytest.mark.parametrize(("language", "asked_for"), [("en", ""), ("es", "es")])
def test_marketing_carries_the_same_link_in_the_text_and_in_the_header(language: str, asked_for: str) -> None:
    make.channel()
    texts = {"en": {"subject": "Hi", "text": "Hello"}, "es": {"subject": "Hola", "text": "Hola"}}
    make.live(make.graph(make.start(), make.mail(texts=texts, purpose="marketing"), make.end()))
    make.happens(make.contact(language=asked_for))

    delivery = Delivery.objects.select_related("message").get()
    link = delivery.extra["unsubscribe_url"]
    words = {"en": "Unsubscribe", "es": "Darse de baja"}[language]
    assert delivery.message.text.endswith(f"\n\n-- \n{words}: {link}\n")
    assert f'<a href="{link}">{words}</a>' in delivery.message.html


def test_service_mail_has_nothing_extra() -> None:
    make.channel()
    make.live()
    make.happens(make.contact())

    delivery = Delivery.objects.select_related("message").get()
    assert (delivery.purpose, delivery.extra) == ("transactional", {})
    assert delivery.message.text == "Welcome, ."


def held_back(**config: Any) -> Delivery:
    """Somebody who refused the news is on a journey that sends; everything that is due goes out."""
    ScriptedChannel.reset()
    make_channel(kind="email")
    make.live(make.graph(make.start(), make.mail(**config), make.end()))
    ana = make.contact()
    consents.record(ana.pk, channel="email", purpose="marketing", state="withdrawn", source="test")
    make.happens(ana)
    deliveries.send_due()
    return Delivery.objects.get()


def test_who_refused_marketing_is_not_written_to_and_not_stuck() -> None:
    assert held_back(purpose="marketing").state == "suppressed"
    assert make.only_enrolment().state == "completed"


def test_who_refused_marketing_still_gets_service_mail() -> None:
    assert held_back().state != "suppressed"


@pytest.mark.parametrize("state", ["unknown", "failed", "bounced"])
def test_message_whose_fate_is_not_good_is_no_matter_of_the_journey(state: str) -> None:
    """Settling it is the delivery's own work: a journey that sent again would send twice."""
    make.channel()
    make.live(make.graph(make.start(), make.mail(), make.wait(), make.end()))
    make.happens(make.contact())
    Delivery.objects.update(state=state)
    make.time_is_up(make.only_enrolment())

    assert make.only_enrolment().state == "completed"
    assert Delivery.objects.count() == 1
