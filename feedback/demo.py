"""A year of answers for the demo company: about 260, drifting as a real shop's would.

A calm spring, a bad summer (the carrier was changed and deliveries ran late), a better autumn. Deterministic: the same
random generator and customers give the same answers.
"""

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db import transaction
from django.db.models.fields.json import KT
from django.utils import timezone

from crm.demo import COMPANY, seeder, were_here
from crm.facts import FeelingChanged
from crm.ledger import Recorded, publish_many
from crm.models import Contact, Event, Feeling
from feedback import demo_mails, tokens
from feedback.actions import shipped
from feedback.actions.care import call_back
from feedback.actions.responses import answered_fact
from feedback.demo_words import WORDS
from feedback.models import Answer, Invitation, Response, Survey
from omnichannel.models import Cycle, Inbox

ANSWERS = 260
RESPONSE_RATE = 0.38
DAYS = 365
CALLS_FROM = timedelta(days=10)
WITH_WORDS = {"promoter": 0.5, "passive": 0.45, "detractor": 0.75}  # the unhappy write more
SPREAD = {"promoter": (9, 9, 10, 10, 10), "passive": (7, 8, 8), "detractor": (0, 2, 3, 4, 5, 5, 6, 6, 6)}


@dataclass(frozen=True)
class Mood:
    """Shares of promoters and detractors at a time of the year."""

    promoters: float
    detractors: float


def mood(day: int) -> Mood:
    """`day` counts from a year ago."""
    if 190 <= day < 260:
        return Mood(0.42, 0.31)
    return Mood(0.55, 0.20) if day < 190 else Mood(0.64, 0.13)


@seeder(order=30)
def answers(random: Random, customers: Sequence[Contact]) -> None:
    seed(random, customers, timezone.now(), company=COMPANY)


@transaction.atomic
def seed(random: Random, people: Sequence[Contact], now: datetime, *, company: str) -> Survey:
    """Raises ValueError without customers. Writes nothing if the survey has invitations already."""
    if not people:
        raise ValueError("The demo's answers need customers who give them.")
    survey = shipped.relationship_nps(company=company)
    if survey.invitations.exists():
        return survey
    invitations = _invite(random, survey, people, now)
    responses, answered = _answer(random, survey, random.sample(invitations, min(ANSWERS, len(invitations))), now)
    _feel(responses, answered)
    were_here((one.invitation.contact_id or 0, _given_at(one)) for one in responses)
    _care(responses, now)
    return survey


def _invite(random: Random, survey: Survey, people: Sequence[Contact], now: datetime) -> list[Invitation]:
    """After resolved conversations first, then whenever a shop has been in touch; nobody twice in the quiet days."""
    inbox, asked = Inbox.objects.order_by("pk").first(), _Asked(timedelta(days=survey.quiet_days))
    cycles = [cycle for cycle in _resolved(people, now) if asked.may(cycle)]
    made = [_after(survey, cycle) for cycle in cycles]
    wanted = round(ANSWERS / RESPONSE_RATE)
    for number in range(wanted * 3):
        person, at = random.choice(people), now - timedelta(days=random.uniform(1, DAYS))
        if len(made) < wanted and at > person.created_at and asked.may_at(person.pk, at):
            made.append(_invitation(survey, person, f"demo:{number}", at, inbox=inbox))
    demo_mails.post(made)
    return Invitation.objects.bulk_create(invitation for invitation, _token in made)


class _Asked:
    """Who was asked when, so that the demo keeps the product's own rule."""

    def __init__(self, quiet: timedelta) -> None:
        self.quiet = quiet
        self.when: dict[int, list[datetime]] = {}

    def may(self, cycle: Cycle) -> bool:
        return cycle.resolved_at is not None and self.may_at(cycle.conversation.contact_id, cycle.resolved_at)

    def may_at(self, contact_id: int, at: datetime) -> bool:
        before = self.when.setdefault(contact_id, [])
        if any(abs(at - earlier) < self.quiet for earlier in before):
            return False
        before.append(at)
        return True


def _resolved(people: Sequence[Contact], now: datetime) -> list[Cycle]:
    cycles = Cycle.objects.filter(resolved_at__lt=now - timedelta(days=1), resolved_by__isnull=False)
    mine = cycles.filter(conversation__contact__in=[person.pk for person in people])
    return list(mine.select_related("conversation__contact", "conversation__inbox").order_by("resolved_at", "pk"))


def _after(survey: Survey, cycle: Cycle) -> tuple[Invitation, str]:
    conversation = cycle.conversation
    at = (cycle.resolved_at or conversation.created_at) + timedelta(minutes=1)
    fields = {"conversation": conversation, "agent_id": cycle.resolved_by_id, "inbox": conversation.inbox}
    return _invitation(survey, conversation.contact, f"cycle:{cycle.pk}", at, **fields)


def _invitation(survey: Survey, person: Contact, cause_key: str, at: datetime, **fields: Any) -> tuple[Invitation, str]:
    """Not saved yet, with the token that its mail carries."""
    token = tokens.new()
    invitation = Invitation(
        survey=survey,
        version=survey.live_version,
        contact=person,
        cause_key=cause_key,
        token_hash=tokens.digest(token),
        asked_at=at,
        expires_at=at + timedelta(days=survey.valid_days),
        **fields,
    )
    return invitation, token


def _answer(
    random: Random, survey: Survey, invitations: Sequence[Invitation], now: datetime
) -> tuple[list[Response], list[Recorded]]:
    responses = Response.objects.bulk_create([_response(random, survey, one, now) for one in invitations])
    for response in responses:
        response.invitation.opened_at = response.invitation.answered_at = response.submitted_at
    Invitation.objects.bulk_update([response.invitation for response in responses], ["opened_at", "answered_at"])
    Answer.objects.bulk_create([answer for response in responses for answer in _answers(survey, response)])
    return responses, publish_many([answered_fact(response) for response in responses])


def _feel(responses: Sequence[Response], answered: Sequence[Recorded]) -> None:
    """As the consumer would have done it at the time: an answer is how somebody feels, until something newer says
    otherwise, as an open conversation does."""
    told = _told_feelings([response.invitation.contact_id for response in responses])
    in_turn = sorted(zip(responses, answered, strict=True), key=lambda each: _given_at(each[0]))
    changes = [(change, event) for response, event in in_turn if (change := _changed(told, response))]
    publish_many([change for change, _ in changes], causes=[event for _, event in changes])
    for feeling in Feeling.values:
        feels = [person for person, known in told.items() if known[-1][1] == feeling]
        Contact.objects.filter(pk__in=feels).update(feeling=feeling)


def _changed(told: dict[int, list[tuple[datetime, str]]], response: Response) -> FeelingChanged | None:
    """What the answer changed in its place of the story, which knows of it from now on; None: nothing."""
    person, at = response.invitation.contact_id or 0, _given_at(response)
    known = told.setdefault(person, [])
    place = bisect(known, at, key=lambda each: each[0])
    previous = known[place - 1][1] if place else ""
    if previous == response.feeling:
        return None
    known.insert(place, (at, response.feeling))
    return FeelingChanged(contact_id=person, feeling=response.feeling, previous=previous, occurred_at=at)


def _given_at(response: Response) -> datetime:
    return response.submitted_at or response.created_at


def _told_feelings(people: Sequence[int | None]) -> dict[int, list[tuple[datetime, str]]]:
    """What the ledger says already of these, oldest first."""
    events = Event.objects.filter(name=FeelingChanged.name, contact__in=people).order_by("occurred_at", "pk")
    told: dict[int, list[tuple[datetime, str]]] = {}
    for person, at, feeling in events.values_list("contact_id", "occurred_at", KT("properties__feeling")):
        told.setdefault(person or 0, []).append((at, feeling))
    return told


def _care(responses: Sequence[Response], now: datetime) -> None:
    """Calls that are still to be made: the unhappy of the last days."""
    for response in responses:
        recent = response.submitted_at is not None and now - response.submitted_at < CALLS_FROM
        if recent and response.band == "detractor":
            call_back(response)


def _response(random: Random, survey: Survey, invitation: Invitation, now: datetime) -> Response:
    at = min(invitation.asked_at + timedelta(hours=random.expovariate(1 / 14)), now - timedelta(minutes=5))
    band = _band(random, mood(DAYS - (now - at).days))
    language = _language(invitation)
    words = random.choice(WORDS[language][band]) if random.random() < WITH_WORDS[band] else ""
    return Response(
        invitation=invitation,
        survey=survey,
        inbox_id=invitation.inbox_id,
        state=Response.State.CONFIRMED,
        score=random.choice(SPREAD[band]),
        band=band,
        comment=words,
        language=language,
        submitted_at=at,
    )


def _band(random: Random, at_that_time: Mood) -> str:
    chance = random.random()
    if chance < at_that_time.promoters:
        return "promoter"
    return "detractor" if chance < at_that_time.promoters + at_that_time.detractors else "passive"


def _language(invitation: Invitation) -> str:
    own = invitation.contact.language if invitation.contact else ""
    return own if own in WORDS else "es"


def _answers(survey: Survey, response: Response) -> list[Answer]:
    version = survey.live_version
    if version is None or version.comment_question is None:
        return []
    score = Answer(response=response, question=version.score_question, number=response.score)
    words = Answer(response=response, question=version.comment_question, text=response.comment)
    return [score, words] if response.comment else [score]
