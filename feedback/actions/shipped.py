"""The survey that comes with the product: an NPS in English and Spanish, ready to ask."""

from django.db import transaction

from crm.models import User
from feedback.actions import surveys
from feedback.actions.surveys import Texts
from feedback.models import Survey

NAME = "Relationship NPS"
TEXTS: Texts = {
    "en": {
        "subject": "One question, ten seconds",
        "intro": "You have been in touch with us lately. One click tells us how we are doing.",
        "thanks": "Thank you. A person reads every answer.",
    },
    "es": {
        "subject": "Una pregunta, diez segundos",
        "intro": "Hace poco que hemos hablado contigo. Con un clic nos dices qué tal lo hacemos.",
        "thanks": "Gracias. Una persona lee cada respuesta.",
    },
}
SCORE: Texts = {
    "en": {
        "text": "How likely are you to recommend us to a friend?",
        "low": "Not at all likely",
        "high": "Extremely likely",
    },
    "es": {
        "text": "¿Qué probabilidad hay de que nos recomiendes a un amigo?",
        "low": "Nada probable",
        "high": "Muy probable",
    },
}
COMMENT: Texts = {
    "en": {"text": "What is the main reason for your score?"},
    "es": {"text": "¿Cuál es el motivo principal de tu nota?"},
}


@transaction.atomic
def relationship_nps(
    *, company: str, by: User | None = None, trigger: str = Survey.Trigger.RESOLVED, active: bool = True
) -> Survey:
    """Asks when a person resolves a conversation, at most every 30 days. Installed once; then the one there is.

    `active=False`: published and paused, so that nobody is asked before somebody has looked at it and started it.
    """
    existing = installed()
    if existing is not None:
        return existing
    survey = surveys.create(
        name=NAME,
        kind="nps",
        texts=TEXTS,
        score=SCORE,
        comment=COMMENT,
        by=by,
        brand_name=company,
        trigger=trigger,
    )
    draft = surveys.draft(survey, by=by)
    surveys.publish_version(draft, by=by)
    if not active:
        surveys.pause(survey, by=by)
    survey.refresh_from_db()
    return survey


def installed() -> Survey | None:
    return Survey.objects.filter(name=NAME).first()
