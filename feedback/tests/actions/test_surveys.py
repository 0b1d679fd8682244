from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from feedback.actions import shipped, surveys
from feedback.models import Question, Survey
from feedback.tests.factories import make_survey, make_user

pytestmark = pytest.mark.django_db


def make_draft(**fields: object) -> Survey:
    return surveys.create(
        name="Shop NPS",
        kind="nps",
        texts={"en": {"subject": "One question"}},
        score={"en": {"text": "How likely?"}},
        comment={},
        by=None,
        brand_name="Casa Lumbre",
        **fields,
    )


def test_create_makes_a_draft_that_asks_nobody() -> None:
    survey = make_draft()
    assert (survey.status, survey.live_version) == ("draft", None)
    assert [version.number for version in survey.versions.all()] == [1]
    assert list(Survey.objects.asking_after("conversation.resolved")) == []


def test_publish_version_makes_the_survey_active() -> None:
    survey, by = make_draft(), make_user("admin")
    version = surveys.publish_version(survey.versions.get(), by=by)
    survey.refresh_from_db()
    assert (survey.status, survey.live_version, version.published_by) == ("active", version, by)
    assert version.published_at is not None


def test_publish_version_leaves_a_paused_survey_paused() -> None:
    survey = make_survey()
    surveys.pause(survey, by=None)
    surveys.publish_version(surveys.draft(survey, by=None), by=None)
    survey.refresh_from_db()
    assert (survey.status, str(survey.live_version)) == ("paused", "Relationship NPS v2")


def test_publish_version_twice_changes_nothing() -> None:
    survey = make_draft()
    first = surveys.publish_version(survey.versions.get(), by=None)
    again = surveys.publish_version(first, by=make_user("admin"))
    assert (again.published_at, again.published_by) == (first.published_at, None)


@pytest.mark.parametrize(
    ("texts", "question", "sentence"),
    [
        ({"en": {"subject": "Hi"}}, {"es": {"text": "¿Qué tal?"}}, "Write the question in the base language (en)."),
        ({"es": {"subject": "Hola"}}, {"en": {"text": "How likely?"}}, "Write the subject in the base language (en)."),
    ],
)
def test_publish_version_refuses_gaps_in_the_base_language(
    texts: dict[str, dict[str, str]], question: dict[str, dict[str, str]], sentence: str
) -> None:
    survey = make_draft()
    version = survey.versions.get()
    version.texts = texts
    version.save()
    version.questions.filter(role=Question.Role.SCORE).update(texts=question)
    with pytest.raises(surveys.NotPublishable) as refusal:
        surveys.publish_version(version, by=None)
    assert str(refusal.value) == sentence


def test_draft_starts_with_the_words_of_the_latest_version() -> None:
    survey = make_survey()
    draft = surveys.draft(survey, by=None)
    assert (draft.number, draft.is_published) == (2, False)
    assert draft.texts == shipped.TEXTS
    assert draft.score_question.text("text", "es") == "¿Qué probabilidad hay de que nos recomiendes a un amigo?"
    assert surveys.draft(survey, by=None) == draft


@pytest.mark.parametrize("change", ["texts", "number"])
def test_a_published_version_cannot_be_changed_even_by_hand(change: str) -> None:
    version = make_survey().live_version
    assert version is not None
    setattr(version, change, {"texts": {}, "number": 7}[change])
    with pytest.raises(IntegrityError, match="cannot be changed"), transaction.atomic():
        version.save()
    with pytest.raises(IntegrityError, match="cannot be changed"), transaction.atomic():
        version.__class__.objects.filter(pk=version.pk)._raw_delete("default")


def test_questions_of_a_published_version_cannot_be_changed_added_or_removed() -> None:
    version = make_survey().live_version
    assert version is not None
    question = version.score_question
    attempts: list[Callable[[], object]] = [
        lambda: Question.objects.filter(pk=question.pk).update(texts={}),
        lambda: Question.objects.filter(pk=question.pk).delete(),
        lambda: Question.objects.create(version=version, role="extra", texts={}),
    ]
    for attempt in attempts:
        with pytest.raises(IntegrityError, match="cannot be changed"), transaction.atomic():
            attempt()
    assert version.questions.count() == 2


def test_the_colleague_who_published_may_leave() -> None:
    survey, by = make_draft(), make_user("admin")
    version = surveys.publish_version(survey.versions.get(), by=by)
    by.delete()
    version.refresh_from_db()
    assert version.published_by is None


def test_pause_and_resume_decide_whether_it_asks() -> None:
    survey = make_survey()
    assert list(Survey.objects.asking_after("conversation.resolved")) == [survey]
    surveys.pause(survey, by=None)
    assert list(Survey.objects.asking_after("conversation.resolved")) == []
    surveys.resume(survey, by=None)
    assert list(Survey.objects.asking_after("conversation.resolved")) == [survey]


def test_ask_after_nothing_leaves_asking_to_journeys() -> None:
    survey = make_survey()
    surveys.ask_after(survey, trigger="", by=None)
    assert list(Survey.objects.asking_after("conversation.resolved")) == []
    with pytest.raises(ValueError):
        surveys.ask_after(survey, trigger="full moon", by=None)


def test_shipped_survey_is_installed_once() -> None:
    survey = shipped.relationship_nps(company="Casa Lumbre")
    assert shipped.relationship_nps(company="Somebody else") == survey
    assert Survey.objects.count() == 1
    assert (survey.status, survey.trigger, survey.brand_name) == ("active", "conversation.resolved", "Casa Lumbre")


def test_an_active_survey_needs_a_live_version() -> None:
    survey = make_draft()
    with pytest.raises(IntegrityError, match="survey_active_has_live_version"), transaction.atomic():
        Survey.objects.filter(pk=survey.pk).update(status="active")
