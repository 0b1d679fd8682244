"""The demo company as a whole: no part of it contradicts another."""

import re
from collections import Counter
from collections.abc import Generator
from datetime import datetime

import pytest
from django.core.management import call_command
from django.db.models import F, OuterRef, Subquery
from django.db.models.fields.json import KT
from pytest_django import DjangoDbBlocker

from crm.models import Contact, Event
from feedback.models import Invitation, Response
from journeys.models import Enrolment, Step, Version
from omnichannel import thread
from omnichannel.demo_texts import SCRIPTS, Script
from omnichannel.models import Conversation, Delivery
from tests import stage


@pytest.fixture(scope="module", autouse=True)
def seeded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Generator[None]:
    """Once for all: the tests only look."""
    with stage.undone(django_db_blocker):
        call_command("seed_demo", force=True)
        yield


@pytest.fixture(autouse=True)
def savepoint() -> Generator[None]:
    with stage.undone_again():
        yield


def test_nothing_happens_before_the_customer_came() -> None:
    assert Invitation.objects.filter(asked_at__lt=F("contact__created_at")).count() == 0
    assert Response.objects.filter(submitted_at__lt=F("invitation__contact__created_at")).count() == 0
    assert Conversation.objects.filter(created_at__lt=F("contact__created_at")).count() == 0
    assert Event.objects.filter(occurred_at__lt=F("contact__created_at")).count() == 0


def test_people_feel_as_their_last_event_says() -> None:
    told = Event.objects.filter(contact=OuterRef("pk"), name="contact.feeling_changed").newest_first()
    people = Contact.objects.annotate(told=Subquery(told.values_list(KT("properties__feeling"))[:1]))

    assert people.exclude(told=None).count() > 150
    assert people.exclude(told=None).exclude(feeling=F("told")).count() == 0
    assert people.filter(told=None).exclude(feeling="").count() == 0


def test_nobody_says_of_a_parcel_what_the_shop_does_not() -> None:
    said = [(script, order, asked) for conversation, script, asked in told() for order in orders_in(conversation)]
    where = {(script.subject, script.parcel, parcel_at(order, asked)) for script, order, asked in said if script.parcel}

    assert {(subject, at) for subject, wanted, at in where if wanted != at} == set()
    assert {at for _subject, _wanted, at in where} >= {"awaited", "arrived"}


def told() -> list[tuple[Conversation, Script, datetime]]:
    """Each conversation, its script, and when the first answer came or the question, where there is none yet."""
    return [(c, script_of(c), c.cycles.get().first_reply_at or c.created_at) for c in Conversation.objects.all()]


def script_of(conversation: Conversation) -> Script:
    return next(
        script
        for script in SCRIPTS[conversation.contact.language]
        if re.fullmatch(re.sub(r"\\{\w+\\}", ".+", re.escape(script.subject)), conversation.subject)
    )


def orders_in(conversation: Conversation) -> set[str]:
    texts = [conversation.subject, *conversation.messages.values_list("text", flat=True)]
    return set(re.findall(r"\b\d{5}\b", " ".join(texts)))


def parcel_at(order: str, moment: datetime) -> str:
    known = Event.objects.filter(properties__order_id=order, occurred_at__lt=moment).values_list("name", flat=True)
    return "arrived" if "Order Delivered" in known else "awaited" if "Order Shipped" in known else "unsent"


def test_what_is_open_is_asked_once() -> None:
    asked = Counter(script_of(conversation).subject for conversation in Conversation.objects.open())

    assert sum(asked.values()) == 18
    assert [subject for subject, times in asked.items() if times > 1] == []


def test_the_outbox_begins_with_the_newest() -> None:
    sent = list(Delivery.objects.order_by("-id").values_list("created_at", flat=True))

    assert sent == sorted(sent, reverse=True)
    assert Delivery.objects.filter(attempt_log=None).count() == 0


def test_what_the_journey_says_it_sent_is_in_the_outbox_and_in_the_thread() -> None:
    welcomed = Step.objects.filter(node="welcome").values_list("enrolment__contact", "at")
    mails = Delivery.objects.filter(key__startswith="demo:journey:")

    assert len(welcomed) > 5
    assert set(mails.values_list("message__contact", "created_at")) == set(welcomed)
    assert not mails.filter(message__subject__contains="{").exists()
    for event in Event.objects.filter(name="message.delivery_changed", cause__name="message.received"):
        conversation = Conversation.objects.get(pk=event.cause.properties["conversation_id"])  # type: ignore[union-attr]
        assert event in thread.told_in(conversation)
        assert Delivery.objects.get(pk=event.properties["delivery_id"]).message.subject == event.properties["subject"]


def test_a_version_is_older_than_whoever_travels_it() -> None:
    first = Enrolment.objects.earliest("entered_at")
    version = Version.objects.get()

    assert version.published_at is not None
    assert version.created_at <= version.published_at < first.entered_at


def test_every_price_has_its_currency() -> None:
    priced = Event.objects.filter(name__in=("Product Viewed", "Order Completed"))

    assert priced.exists()
    assert priced.filter(properties__currency="EUR").count() == priced.count()


def test_people_live_in_the_time_zone_of_their_city() -> None:
    zones = {contact.traits["city"]: contact.timezone for contact in Contact.objects.exclude(timezone="")}

    assert {zones["Cork"], zones["Dublin"]} == {"Europe/Dublin"}
    assert (zones["Leeds"], zones["Sevilla"]) == ("Europe/London", "Europe/Madrid")
