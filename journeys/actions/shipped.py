"""The journey that comes with the product: somebody writes, is welcomed, and is asked once we have helped.

    message received (written by a person, no answer to a welcome or a survey, again after leaving)
      → new to us, and here for the first time?  yes → welcome mail
      → wait for the conversation to be resolved, at most 7 days
          it happened → wait a moment whether it is opened again
              it happened → wait for the resolution again
              time is up  → ask for an opinion → end
          time is up  → end

The moment is longer than the page offers to undo a resolution: nobody is asked about what was resolved by mistake.

The survey's own trigger is switched off while this journey is live, so that nobody is asked from two sides.
"""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext, gettext_noop

from crm.models import User
from feedback.actions import surveys
from feedback.actions.occasions import MOMENT
from feedback.actions.shipped import relationship_nps
from feedback.models import Survey
from journeys.actions import journeys
from journeys.models import Journey

SLUG = "welcome-and-ask"
NAME = gettext_noop("Welcome and ask")  # in the language of whoever installs it
PURPOSE = gettext_noop(
    "Greets people who write for the first time, and asks how it went once their question is resolved."
)

WELCOME = {
    "en": {
        "subject": "We have your message{% if contact.first_name != '' %}, {{ contact.first_name }}{% endif %}",
        "text": (
            "Hello{% if contact.first_name != '' %} {{ contact.first_name }}{% endif %},\n\n"
            "Thank you for writing to us, and welcome. A person reads every message here; you will hear from one of us "
            "soon, usually the same day.\n\n"
            "If you think of something else, just reply to this mail: it joins the same conversation.\n\n"
            "Warm regards,\n{{ brand }}"
        ),
    },
    "es": {
        "subject": "Hemos recibido tu mensaje{% if contact.first_name != '' %}, {{ contact.first_name }}{% endif %}",
        "text": (
            "Hola{% if contact.first_name != '' %}, {{ contact.first_name }}{% endif %}:\n\n"
            "Gracias por escribirnos, te damos la bienvenida. Aquí una persona lee cada mensaje; te contestaremos "
            "pronto, casi siempre el mismo día.\n\n"
            "Si se te ocurre algo más, responde a este correo y quedará en la misma conversación.\n\n"
            "Un saludo,\n{{ brand }}"
        ),
    },
}


def graph(*, survey_id: int, company: str) -> dict[str, Any]:
    newcomer = [{"type": "newcomer", "days": 1}, {"type": "first_time"}]
    by_a_person = [{"property": name, "op": "is_not", "value": True} for name in ("automatic", "to_program")]
    return {
        "nodes": [
            _node("wrote", "trigger_event", event="message.received", entry="again", where=by_a_person),
            _node("new", "branch", match="all", conditions=newcomer),
            _node("welcome", "send_message", texts=WELCOME, brand=company, purpose="transactional"),
            _node("resolved", "wait", event="conversation.resolved", amount=7, unit="days"),
            _node("settled", "wait", event="conversation.reopened", amount=MOMENT.seconds, unit="seconds"),
            _node("ask", "send_survey", survey=survey_id),
            _node("end", "end"),
        ],
        "edges": [
            {"from": "wrote", "to": "new"},
            {"from": "new", "branch": "yes", "to": "welcome"},
            {"from": "new", "branch": "no", "to": "resolved"},
            {"from": "welcome", "to": "resolved"},
            {"from": "resolved", "branch": "event", "to": "settled"},
            {"from": "resolved", "branch": "timeout", "to": "end"},
            {"from": "settled", "branch": "event", "to": "resolved"},
            {"from": "settled", "branch": "timeout", "to": "ask"},
            {"from": "ask", "to": "end"},
        ],
    }


def _node(id: str, type: str, /, **config: Any) -> dict[str, Any]:  # noqa: A002 - the graph's own words
    return {"id": id, "type": type, "config": config}


def installed() -> Journey | None:
    return Journey.objects.filter(slug=SLUG).first()


@transaction.atomic
def welcome_and_ask(*, company: str, live: bool, by: User | None = None) -> Journey:
    """Install it, once; then the one there is, untouched. `live=False`: paused, for somebody to look at first.

    A survey that comes with it asks only through it; one that was there before keeps its own trigger until this goes
    live, and is not silenced by installing.
    """
    existing = installed()
    if existing is not None:
        return existing
    survey = relationship_nps(company=company, by=by, trigger=Survey.Trigger.NONE)
    journey = journeys.create(name=gettext(NAME), slug=SLUG, purpose=gettext(PURPOSE), by=by)
    version = journeys.add_version(journey, graph=graph(survey_id=survey.pk, company=company), by=by)
    journey = journeys.publish(version, by=by)
    if live:
        surveys.ask_after(survey, trigger=Survey.Trigger.NONE, by=by)
        return journey
    Journey.objects.filter(pk=journey.pk).update(status=Journey.Status.PAUSED)
    journey.refresh_from_db()
    return journey
