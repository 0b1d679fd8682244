"""What is done with surveys: drafting, publishing, pausing."""

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from crm.models import User
from feedback.models import Question, Survey, Version

Texts = dict[str, dict[str, str]]


class NotPublishable(Exception):
    """The version lacks something that a customer would miss; the message says what."""


@transaction.atomic
def create(
    *, name: str, kind: str, texts: Texts, score: Texts, comment: Texts, by: User | None, **settings: Any
) -> Survey:
    """A survey with its first version as a draft."""
    survey = Survey(name=name, kind=kind, **settings)
    survey.full_clean()
    survey.save()
    version = Version.objects.create(survey=survey, number=1, texts=texts)
    Question.objects.create(version=version, role=Question.Role.SCORE, position=1, texts=score)
    Question.objects.create(version=version, role=Question.Role.COMMENT, position=2, texts=comment)
    return survey


@transaction.atomic
def draft(survey: Survey, *, by: User | None) -> Version:
    """The draft there is, or a new one with the words of the latest version."""
    Survey.objects.select_for_update(no_key=True).get(pk=survey.pk)
    if survey.draft is not None:
        return survey.draft
    latest = survey.versions.order_by("-number").first()
    number = survey.versions.aggregate(last=Max("number"))["last"] or 0
    version = Version.objects.create(survey=survey, number=number + 1, texts=latest.texts if latest else {})
    before = {question.role: question.texts for question in latest.questions.all()} if latest else {}
    for position, role in enumerate(Question.Role.values, start=1):
        version.questions.create(role=role, position=position, texts=before.get(role, {}))
    return version


@transaction.atomic
def publish_version(version: Version, *, by: User | None) -> Version:
    """From now on customers are asked in these words; who was asked before keeps the old ones.

    A survey that was never published becomes active; a paused one stays paused. Raises NotPublishable.
    """
    survey = Survey.objects.select_for_update(no_key=True).get(pk=version.survey_id)
    version = survey.versions.select_for_update().get(pk=version.pk)
    if version.is_published:
        return version
    _refuse_gaps(survey, version)
    Version.objects.filter(pk=version.pk).update(published_at=Now(), published_by=by)
    survey.live_version = version
    survey.status = Survey.Status.ACTIVE if survey.status == Survey.Status.DRAFT else survey.status
    survey.save(update_fields=["live_version", "status"])
    version.refresh_from_db()
    return version


def _refuse_gaps(survey: Survey, version: Version) -> None:
    language = survey.base_language
    score = version.questions.filter(role=Question.Role.SCORE).first()
    if score is None or not score.text("text", language):
        raise NotPublishable(_("Write the question in the base language (%(language)s).") % {"language": language})
    if not version.text("subject", language):
        raise NotPublishable(_("Write the subject in the base language (%(language)s).") % {"language": language})


@transaction.atomic
def pause(survey: Survey, *, by: User | None) -> None:
    """Nobody is asked any more; who was asked may still answer."""
    Survey.objects.filter(pk=survey.pk, status=Survey.Status.ACTIVE).update(status=Survey.Status.PAUSED)


@transaction.atomic
def resume(survey: Survey, *, by: User | None) -> None:
    Survey.objects.filter(pk=survey.pk, status=Survey.Status.PAUSED).update(status=Survey.Status.ACTIVE)


@transaction.atomic
def ask_after(survey: Survey, *, trigger: str, by: User | None) -> None:
    """When the survey asks by itself: one of Survey.Trigger; "" leaves it to journeys and colleagues."""
    Survey.objects.filter(pk=survey.pk).update(trigger=Survey.Trigger(trigger))
