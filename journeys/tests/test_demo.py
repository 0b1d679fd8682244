"""The demo company's journey: rows that the engine could have written, and that it goes on from."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from crm.ledger.publishing import publish_many
from crm.models import Contact, Event
from feedback.models import Invitation, Survey
from journeys import demo
from journeys.actions import shipped
from journeys.models import Enrolment, Journey, Timer, Wait
from journeys.tests import factories as make
from omnichannel.facts import ConversationResolved, MessageReceived

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> list[Contact]:
    """One whose question was resolved, one who waits, one from long ago, one who gave up."""
    make.channel()
    people = [make.contact() for _ in range(4)]
    now = timezone.now()
    asked = [now - timedelta(days=days) for days in (10, 1, 200, 20)]
    with transaction.atomic():
        publish_many(
            [
                MessageReceived(contact_id=p.pk, conversation_id=p.pk, inbox_id=1, occurred_at=at)
                for p, at in zip(people, asked, strict=True)
            ]
        )
        resolved = asked[0] + timedelta(days=1)
        publish_many(
            [
                ConversationResolved(
                    contact_id=people[0].pk, conversation_id=people[0].pk, inbox_id=1, occurred_at=resolved
                )
            ]
        )
        demo.journeys(None, people)  # type: ignore[arg-type]
    return people


def test_the_last_weeks_are_on_the_journey(people: list[Contact]) -> None:
    resolved, waits, _long_ago, gave_up = people
    found = {e.contact_id: e for e in Enrolment.objects.all()}

    assert set(found) == {resolved.pk, waits.pk, gave_up.pk}
    assert make.told(found[resolved.pk])[3:] == [
        *("resolved waiting", "resolved event", "settled waiting", "settled timeout", "ask next", "end end")
    ]
    assert make.told(found[gave_up.pk])[3:] == ["resolved waiting", "resolved timeout", "end end"]
    assert (found[waits.pk].state, found[waits.pk].node) == ("active", "resolved")
    assert all(e.steps.order_by("-visit").values_list("visit", flat=True)[0] == e.visit for e in found.values())
    assert (Timer.objects.count(), Wait.objects.count()) == (1, 1)


def test_story_is_told_on_the_days_it_happened(people: list[Contact]) -> None:
    entered = Event.objects.get(contact=people[0], name="journey.entered")
    wrote = Event.objects.get(contact=people[0], name="message.received")

    assert (entered.occurred_at, entered.cause_id) == (wrote.occurred_at, wrote.pk)
    assert Event.objects.filter(name="journey.completed").count() == 2


def test_who_waits_is_asked_as_soon_as_the_conversation_is_resolved(people: list[Contact]) -> None:
    make.happens(people[1], "conversation.resolved")
    make.time_is_up(Enrolment.objects.get(contact=people[1]))

    assert Invitation.objects.get(contact=people[1]).suppressed == ""
    assert Enrolment.objects.get(contact=people[1]).state == "completed"


def test_once_seeded_nothing_is_added(people: list[Contact]) -> None:
    before = Enrolment.objects.count()
    demo.journeys(None, people)  # type: ignore[arg-type]

    assert Enrolment.objects.count() == before
    assert Journey.objects.get().slug == shipped.SLUG
    assert Survey.objects.get().trigger == ""
