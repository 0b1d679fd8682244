"""The demo company's journey, live, with the people whom the last weeks' conversations brought onto it.

Written as rows, because the engine would date everything today and write to everybody once more. Those whose
conversation is still open really wait: as soon as an agent resolves it, they are asked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.utils import timezone

from crm.demo import COMPANY, seeder
from crm.ledger import Recorded, publish_many
from crm.models import Contact, Event, User
from feedback.actions import surveys
from feedback.actions.occasions import MOMENT
from feedback.actions.shipped import relationship_nps
from feedback.models import Survey
from journeys import demo_mails
from journeys.actions import journeys as verbs
from journeys.actions import shipped
from journeys.facts import JourneyCompleted, JourneyEntered
from journeys.graph import parse
from journeys.models import Enrolment, Journey, Step, Timer, Version, Wait

WEEKS = 8
PATIENCE = timedelta(days=7)
AWAITED = {"resolved": "conversation.resolved", "settled": "conversation.reopened"}  # node → event


@dataclass
class Story:
    """One conversation as the journey saw it; `resolved` is the event that ended the wait, if it came in time."""

    wrote: Event
    resolved: Event | None
    is_first: bool
    steps: list[Step] = field(default_factory=list)

    @property
    def contact_id(self) -> int:
        return self.wrote.contact_id or 0

    @property
    def ends_at(self) -> datetime:
        return self.resolved.occurred_at + MOMENT if self.resolved else self.wrote.occurred_at + PATIENCE


@seeder(order=40)
def journeys(random: Random, customers: Sequence[Contact]) -> None:
    """The journey that comes with the product, and who is on it."""
    now = timezone.now()
    journey = shipped.installed() or _long_live(now - timedelta(weeks=WEEKS, days=1))
    if journey.live_version is None or Enrolment.objects.filter(journey=journey).exists():
        return
    seed(journey, journey.live_version, list(stories(now)), now)


def _long_live(since: datetime) -> Journey:
    """As `shipped.welcome_and_ask` installs it, but published before its first traveller: a version's date cannot be
    changed any more, so it is written with it."""
    boss = User.objects.filter(groups__name="manager").order_by("pk").first()
    survey = relationship_nps(company=COMPANY, by=boss, trigger=Survey.Trigger.NONE)
    surveys.ask_after(survey, trigger=Survey.Trigger.NONE, by=boss)
    journey = verbs.create(name=shipped.NAME, slug=shipped.SLUG, purpose=shipped.PURPOSE, by=boss)
    graph = shipped.graph(survey_id=survey.pk, company=COMPANY)
    version = Version(journey=journey, number=1, graph=graph, listens=parse(graph).listens)
    version.created_at = version.published_at = since
    version.created_by = version.published_by = boss
    version.save()
    Journey.objects.filter(pk=journey.pk).update(created_at=since)
    return verbs.publish(version, by=boss)


def stories(now: datetime) -> Iterator[Story]:
    """From the ledger: everybody's first message of a conversation, unless they were on the journey still."""
    since = now - timedelta(weeks=WEEKS)
    events = Event.objects.filter(name__in=("message.received", "conversation.resolved"), contact__isnull=False)
    wrote: dict[int, Event] = {}
    resolved: dict[int, Event] = {}
    for event in events.order_by("occurred_at", "id"):
        kept = wrote if event.name == "message.received" else resolved
        kept.setdefault(event.properties["conversation_id"], event)
    busy_until: dict[int, datetime] = {}
    for conversation, event in wrote.items():
        story = _story(event, resolved.get(conversation), is_first=event.contact_id not in busy_until)
        if event.occurred_at >= busy_until.get(story.contact_id, event.occurred_at):
            busy_until[story.contact_id] = story.ends_at
            if event.occurred_at >= since:
                yield story


def _story(wrote: Event, resolved: Event | None, *, is_first: bool) -> Story:
    in_time = resolved and wrote.occurred_at <= resolved.occurred_at <= wrote.occurred_at + PATIENCE
    return Story(wrote, resolved if in_time else None, is_first)


def seed(journey: Journey, version: Version, told: Sequence[Story], now: datetime) -> None:
    enrolments = [_enrolment(journey, version, story, now) for story in told]
    Enrolment.objects.bulk_create(enrolments)
    pairs = list(zip(enrolments, told, strict=True))
    steps = Step.objects.bulk_create([step for enrolment, story in pairs for step in _steps(enrolment, story, now)])
    demo_mails.post([step for step in steps if step.node == "welcome"])
    waiting = [(enrolment, story) for enrolment, story in pairs if enrolment.is_active]
    Timer.objects.bulk_create([_timer(enrolment, story) for enrolment, story in waiting])
    Wait.objects.bulk_create([_wait(enrolment) for enrolment, _story in waiting])
    _tell(journey, version, pairs)


def _enrolment(journey: Journey, version: Version, story: Story, now: datetime) -> Enrolment:
    over = story.ends_at <= now
    visit = (4 if story.is_first else 3) + ((3 if story.resolved else 1) if over else 0)
    wrote = story.wrote
    return Enrolment(
        journey=journey,
        version=version,
        contact_id=story.contact_id,
        state=Enrolment.State.COMPLETED if over else Enrolment.State.ACTIVE,
        node="end" if over else "resolved",
        visit=visit,
        event_id=wrote.pk,
        entry={"name": wrote.name, "properties": wrote.properties, "depth": wrote.depth},
        entered_at=wrote.occurred_at,
        left_at=story.ends_at if over else None,
    )


def _steps(enrolment: Enrolment, story: Story, now: datetime) -> Iterator[Step]:
    """The log that the engine would have written, with its times."""
    path = [("wrote", "next"), ("new", "yes" if story.is_first else "no")]
    path += [("welcome", "next")] if story.is_first else []
    entered = [*path, ("resolved", "waiting")]
    for visit, (node, outcome) in enumerate(entered, start=1):
        yield _step(enrolment, node, visit, outcome, story.wrote.pk, story.wrote.occurred_at)
    if enrolment.is_active:
        return
    visit = len(entered)
    if story.resolved is None:
        left = [("resolved", "timeout"), ("end", "end")]
    else:
        at, visit = story.resolved.occurred_at, visit + 1
        yield _step(enrolment, "resolved", visit - 1, "event", story.resolved.pk, at)
        yield _step(enrolment, "settled", visit, "waiting", story.resolved.pk, at)
        left = [("settled", "timeout"), ("ask", "next"), ("end", "end")]
    for number, (node, outcome) in enumerate(left, start=visit):
        yield _step(enrolment, node, number, outcome, None, story.ends_at)


def _step(enrolment: Enrolment, node: str, visit: int, outcome: str, event_id: int | None, at: datetime) -> Step:
    return Step(
        enrolment=enrolment,
        version=enrolment.version,
        node=node,
        visit=visit,
        outcome=outcome,
        detail=AWAITED[node] if outcome == "waiting" else "",
        event_id=event_id,
        at=at,
    )


def _timer(enrolment: Enrolment, story: Story) -> Timer:
    return Timer(
        enrolment=enrolment,
        journey_id=enrolment.journey_id,
        node=enrolment.node,
        visit=enrolment.visit,
        branch="timeout",
        due_at=story.ends_at,
    )


def _wait(enrolment: Enrolment) -> Wait:
    return Wait(
        enrolment=enrolment,
        contact_id=enrolment.contact_id,
        node=enrolment.node,
        visit=enrolment.visit,
        event_name=AWAITED["resolved"],
    )


def _tell(journey: Journey, version: Version, pairs: Sequence[tuple[Enrolment, Story]]) -> None:
    """Entering and completing, on the day it happened."""
    common: dict[str, Any] = {"journey_id": journey.pk, "journey": journey.name, "version": version.number}
    begun = [
        JourneyEntered(contact_id=e.contact_id, enrolment_id=e.pk, occurred_at=e.entered_at, **common) for e, _ in pairs
    ]
    publish_many(begun, causes=[Recorded(story.wrote.pk, story.wrote.depth) for _, story in pairs])
    over = [(e, story.resolved or story.wrote) for e, story in pairs if not e.is_active]
    done = [
        JourneyCompleted(contact_id=e.contact_id, enrolment_id=e.pk, occurred_at=e.left_at, **common) for e, _ in over
    ]
    publish_many(done, causes=[Recorded(cause.pk, cause.depth) for _, cause in over])
