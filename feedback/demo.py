"""A year of answers for the demo company: about 260, drifting as a real shop's would.

A calm spring, a bad summer (the carrier was changed and deliveries ran late), a better autumn. Deterministic: the same
random generator and customers give the same answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.db import transaction

from crm.ledger import publish_many
from crm.models import Contact
from feedback import tokens
from feedback.actions import shipped
from feedback.actions.responses import answered_fact
from feedback.demo_words import WORDS
from feedback.models import Answer, Invitation, Response, Survey
from omnichannel.models import Inbox

ANSWERS = 260
RESPONSE_RATE = 0.38
DAYS = 365
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


@transaction.atomic
def seed(random: Random, people: Sequence[Contact], now: datetime, *, company: str) -> Survey:
    """Raises ValueError without customers. Writes nothing if the survey has answers already."""
    if not people:
        raise ValueError("The demo's answers need customers who give them.")
    survey = shipped.relationship_nps(company=company)
    if survey.invitations.exists():
        return survey
    invitations = _invite(random, survey, people, now)
    _answer(random, survey, random.sample(invitations, min(ANSWERS, len(invitations))), now)
    return survey


def _invite(random: Random, survey: Survey, people: Sequence[Contact], now: datetime) -> list[Invitation]:
    """In the hours when a shop resolves conversations; the newest a day ago."""
    inbox = Inbox.objects.order_by("pk").first()
    made = []
    for number in range(round(ANSWERS / RESPONSE_RATE)):
        asked = now - timedelta(days=random.uniform(1, DAYS), hours=random.uniform(0, 9))
        made.append(
            Invitation(
                survey=survey,
                version=survey.live_version,
                contact=random.choice(people),
                cause_key=f"demo:{number}",
                inbox=inbox,
                token_hash=tokens.digest(f"demo {number} {random.random()}"),
                asked_at=asked,
                expires_at=asked + timedelta(days=survey.valid_days),
            )
        )
    return Invitation.objects.bulk_create(made)


def _answer(random: Random, survey: Survey, invitations: Sequence[Invitation], now: datetime) -> None:
    responses = Response.objects.bulk_create([_response(random, survey, one, now) for one in invitations])
    for response in responses:
        response.invitation.opened_at = response.invitation.answered_at = response.submitted_at
    Invitation.objects.bulk_update([response.invitation for response in responses], ["opened_at", "answered_at"])
    Answer.objects.bulk_create([answer for response in responses for answer in _answers(survey, response)])
    publish_many([answered_fact(response) for response in responses])


def _response(random: Random, survey: Survey, invitation: Invitation, now: datetime) -> Response:
    at = min(invitation.asked_at + timedelta(hours=random.expovariate(1 / 14)), now)
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
