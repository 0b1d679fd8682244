"""What comes back. One home for every way an answer can arrive, so that none can go round the rules.

A look (GET, HEAD) leaves at most a provisional row; only a confirmation counts. Mail scanners open every link of a
mail, so several scores in a short time, a HEAD, or the hidden link mark the row as probably a machine's. It is kept,
and a person who comes later and confirms still counts.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from crm.ledger import publish
from feedback.actions.invitations import common
from feedback.facts import ResponseChanged, SurveyAnswered, SurveyCommented
from feedback.kinds.base import Score
from feedback.models import Answer, Invitation, Response
from feedback.models.response import COMMENT_LENGTH

AT_ONCE = timedelta(seconds=10)  # two different scores within this time: nobody thinks that fast
TOO_SOON = timedelta(seconds=60)  # after the mail left: scanners look before people do
GLANCES_KEPT = 20
EDITS_KEPT = 50
State = Response.State
SCORED = ("score", "band", "state")


class Closed(Exception):
    """The days in which an answer may be changed are over; what was said stays."""


@transaction.atomic
def look(invitation: Invitation, *, score: Score | None, language: str, sign: str = "") -> Response | None:
    """Somebody, or something, opened the link. `sign` names what gave a machine away ("head", "trap"), else "".

    Returns the response if there is one now. Never touches what a person has confirmed.
    """
    _lock(invitation)
    Invitation.objects.filter(pk=invitation.pk, opened_at=None).update(opened_at=Now())
    response = Response.objects.filter(invitation=invitation).first()
    if (response is not None and response.is_given) or (score is None and not sign):
        return response
    response = response or _blank(invitation, language)
    response.glances = [*response.glances, _glance(score, sign)][-GLANCES_KEPT:]
    if score is not None:
        response.score, response.band = score.value, score.band
    if sign or _looks_like_a_machine(response.glances, invitation):
        response.state = State.SUSPECTED_BOT
    _save(response, *SCORED, "glances")
    return response


def _glance(score: Score | None, sign: str) -> dict[str, Any]:
    return {"score": score.value if score else None, "at": timezone.now().isoformat(), "sign": sign}


def _looks_like_a_machine(glances: list[dict[str, Any]], invitation: Invitation) -> bool:
    """Two different scores at once; or two of them before anybody can have read the mail."""
    seen = [
        (glance["score"], datetime.fromisoformat(glance["at"])) for glance in glances if glance["score"] is not None
    ]
    last_score, last_at = seen[-1]
    others = [at for score, at in seen if score != last_score]
    early = last_at - invitation.asked_at < TOO_SOON
    return any(last_at - at < AT_ONCE or early for at in others)


@transaction.atomic
def confirm(invitation: Invitation, *, score: Score, language: str) -> Response:
    """A person gives or changes the score. The same one again changes nothing. Raises Closed."""
    _lock(invitation)
    response = Response.objects.filter(invitation=invitation).first() or _blank(invitation, language)
    if response.is_given and response.is_closed:
        raise Closed
    if response.is_given and response.score == score.value:
        return response
    previous = response.score if response.is_given else None
    _remember(response)
    response.score, response.band, response.language = score.value, score.band, language
    response.state = State.TEST if invitation.is_test else State.CONFIRMED
    response.submitted_at = response.submitted_at or timezone.now()
    _save(response, *SCORED, "language", "submitted_at", "edits")
    _keep_answer(response, invitation)
    Invitation.objects.filter(pk=invitation.pk, answered_at=None).update(answered_at=Now())
    if not invitation.is_test:
        publish(answered_fact(response) if previous is None else changed_fact(response, previous))
    return response


@transaction.atomic
def comment(invitation: Invitation, *, text: str) -> Response | None:
    """In their own words, after a score; "" takes the words back. None without a score to add to. Raises Closed."""
    _lock(invitation)
    response = Response.objects.filter(invitation=invitation).first()
    if response is None or not response.is_given:
        return None
    if response.is_closed:
        raise Closed
    text = _clean(text)
    if text == response.comment:
        return response
    _remember(response)
    response.comment = text
    _save(response, "comment", "edits")
    _keep_words(response, invitation)
    if text and not invitation.is_test:
        publish(SurveyCommented(**common(response.invitation), response_id=response.pk, excerpt=text[:120]))
    return response


@transaction.atomic
def retract(invitation: Invitation) -> Response | None:
    """The customer takes everything back: nothing of it counts any more, and the words are gone. Raises Closed."""
    _lock(invitation)
    response = Response.objects.filter(invitation=invitation).first()
    if response is None or not response.is_given or response.score is None:
        return response
    if response.is_closed:
        raise Closed
    previous = response.score
    response.edits = []
    response.state, response.score, response.band, response.comment = State.PROVISIONAL, None, "", ""
    response.submitted_at = None
    _save(response, *SCORED, "comment", "submitted_at", "edits")
    response.answers.all().delete()
    Invitation.objects.filter(pk=invitation.pk).update(answered_at=None)
    if not invitation.is_test:
        publish(changed_fact(response, previous))
    return response


def _lock(invitation: Invitation) -> None:
    """One at a time for each invitation: a scanner's eleven requests come in parallel."""
    Invitation.objects.select_for_update(no_key=True, of=("self",)).get(pk=invitation.pk)


def _blank(invitation: Invitation, language: str) -> Response:
    return Response(
        invitation=invitation, survey=invitation.survey, inbox_id=invitation.inbox_id, language=language[:8]
    )


def _save(response: Response, *fields: str) -> None:
    """Nothing but what was said: the call that is planned about it meanwhile stays."""
    response.save(update_fields=fields if response.pk else None)


def _remember(response: Response) -> None:
    """Keep what it said before, once it said something."""
    if response.is_given:
        said = {"score": response.score, "comment": response.comment, "at": timezone.now().isoformat()}
        response.edits = [*response.edits, said][-EDITS_KEPT:]


def _clean(text: str) -> str:
    """One line ending, no NUL (PostgreSQL refuses it), no longer than the column's promise."""
    return text.replace("\x00", "").replace("\r\n", "\n").strip()[:COMMENT_LENGTH]


def _keep_answer(response: Response, invitation: Invitation) -> None:
    if invitation.version is not None:
        question = invitation.version.score_question
        Answer.objects.update_or_create(
            response=response, question=question, defaults={"number": response.score, "text": ""}
        )


def _keep_words(response: Response, invitation: Invitation) -> None:
    question = invitation.version.comment_question if invitation.version else None
    if question is None:
        return
    if response.comment:
        Answer.objects.update_or_create(response=response, question=question, defaults={"text": response.comment})
    else:
        response.answers.filter(question=question).delete()


def answered_fact(response: Response) -> SurveyAnswered:
    """What the ledger keeps of a confirmed response, as of the moment it was given."""
    return SurveyAnswered(
        **common(response.invitation),
        response_id=response.pk,
        score=response.score or 0,
        band=response.band,
        occurred_at=response.submitted_at,
    )


def changed_fact(response: Response, previous: int) -> ResponseChanged:
    told = "–" if response.score is None else str(response.score)
    return ResponseChanged(
        **common(response.invitation),
        response_id=response.pk,
        score=response.score,
        band=response.band,
        previous=previous,
        told=told,
    )
