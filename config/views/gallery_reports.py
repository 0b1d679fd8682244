"""Samples of reports and journeys, for the gallery: drawn by their own templates, with rows that no table holds."""

from datetime import datetime, timedelta
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext

from config.views.gallery_inbox import NOWHERE
from crm.models import Contact, Task
from feedback.kinds.nps.plugin import Nps
from feedback.models import Invitation, Response, Survey
from feedback.views import figures
from journeys.drawing import draw
from journeys.graph import parse
from journeys.models import Enrolment, Journey
from journeys.outline import Count, outline

COUNTS = {9: 41, 10: 20, 8: 15, 7: 8, 6: 9, 3: 4, 0: 3}
EVENT = {"event": "conversation.resolved"}
GRAPH = {
    "nodes": [
        {"id": "wrote", "type": "trigger_event", "config": {"event": "message.received", "entry": "again"}},
        {
            "id": "new",
            "type": "branch",
            "config": {"match": "all", "conditions": [{"type": "newcomer", "days": 1}, {"type": "first_time"}]},
        },
        {"id": "resolved", "type": "wait", "config": {**EVENT, "amount": 7, "unit": "days"}},
        {"id": "pause", "type": "wait", "config": {"amount": 2, "unit": "hours"}},
        {"id": "end", "type": "end", "config": {}},
    ],
    "edges": [
        {"from": "wrote", "to": "new"},
        {"from": "new", "branch": "yes", "to": "resolved"},
        {"from": "new", "branch": "no", "to": "end"},
        {"from": "resolved", "branch": "event", "to": "end"},
        {"from": "resolved", "branch": "timeout", "to": "pause"},
        {"from": "pause", "to": "end"},
    ],
}
STANDING = {"wrote": Count(0, 44), "new": Count(0, 44), "resolved": Count(18, 26, 2), "end": Count(0, 24)}


def reports(now: datetime) -> dict[str, Any]:
    """What the templates of the score's report read."""
    group = {"score": "45", "ci_low": "29", "ci_high": "58"}
    rows = [{"label": "Español", "n": 61, **group}, {"label": "English", "n": 12, "few": True, **group}]
    return {
        "segments": figures.segments(Nps(), COUNTS, QueryDict("band=promoter")),
        "difference": {"title": gettext("Language"), "rows": [*rows, {"label": "–", "n": 4}]},
        "answers": _answers(now),
    }


def _answers(now: datetime) -> list[Response]:
    """With words and without, from somebody to be called, called, or erased."""
    maria = Contact(pk=NOWHERE, first_name="María", last_name="Ruiz")
    due, done = Task(due_on=now.date() + timedelta(days=1)), Task(done_at=now)
    return [
        _answer(0, 3, "«Sigue sin llegar, y ya van dos semanas»", maria, now, follow_up=due),
        _answer(1, 8, "", maria, now),
        _answer(2, 5, "Could you answer faster?", Contact(pk=NOWHERE, first_name="Ben"), now, follow_up=done),
        _answer(3, 10, "Gracias, ha quedado perfecto", None, now),
    ]


def _answer(
    number: int, score: int, words: str, contact: Contact | None, now: datetime, *, follow_up: Task | None = None
) -> Response:
    asked = Invitation(contact=contact, conversation_id=NOWHERE if number == 0 else None)
    return Response(
        pk=NOWHERE + number,
        invitation=asked,
        survey=Survey(kind="nps"),
        score=score,
        band=Nps().score(score).band,
        comment=words,
        submitted_at=now - timedelta(hours=5 * number + 1),
        follow_up=follow_up,
    )


def journeys() -> dict[str, Any]:
    """A journey's picture and outline, and each state that journeys and people on them can be in."""
    graph = parse(GRAPH)
    return {
        "picture": draw(graph, STANDING),
        "lines": outline(graph, STANDING),
        "statuses": [Journey(status=status) for status in Journey.Status.values],
        "enrolment_states": [Enrolment(state=state) for state in Enrolment.State.values],
    }
