"""What was answered: until when it may be changed, what counts, and what the database itself refuses."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from feedback.models import Answer, Response, Survey
from feedback.tests.factories import make_response, make_survey

NOON = datetime(2026, 1, 7, 12, tzinfo=timezone.get_default_timezone())


@pytest.mark.parametrize(
    ("days", "later", "closed"),
    [
        (3, timedelta(days=3) - timedelta(seconds=1), False),
        (3, timedelta(days=3), True),
        (1, timedelta(hours=23), False),
        (1, timedelta(hours=25), True),
        (0, timedelta(0), True),
    ],
)
def test_answer_may_be_changed_for_the_days_of_its_survey(
    monkeypatch: pytest.MonkeyPatch, days: int, later: timedelta, closed: bool
) -> None:
    response = Response(survey=Survey(kind="nps", editable_days=days), submitted_at=NOON)
    monkeypatch.setattr(timezone, "now", lambda: NOON + later)

    assert response.editable_until == NOON + timedelta(days=days)
    assert response.is_closed is closed


def test_answer_that_nobody_confirmed_has_no_days_to_run_out() -> None:
    response = Response(survey=Survey(kind="nps", editable_days=0))

    assert (response.editable_until, response.is_closed) == (None, False)


@pytest.mark.parametrize(
    ("state", "given"), [("confirmed", True), ("test", True), ("provisional", False), ("suspected_bot", False)]
)
def test_answer_is_given_by_a_person_who_confirmed(state: str, given: bool) -> None:
    assert Response(state=state).is_given is given


@pytest.mark.parametrize(
    ("band", "feeling"), [("promoter", "glad"), ("passive", "fine"), ("detractor", "upset"), ("", "")]
)
def test_answer_says_how_somebody_feels(band: str, feeling: str) -> None:
    assert Response(survey=Survey(kind="nps"), band=band).feeling == feeling


@pytest.mark.django_db
def test_words_are_looked_for_as_they_are_written() -> None:
    survey = make_survey()
    for comment in ("The leg broke", "legroom", "100% fine", ""):
        make_response(9, comment=comment, survey=survey)
    searches = ("LEG", "100%", "%", "_", "fine leg")

    said = {words: [r.comment for r in Response.objects.saying(words).order_by("pk")] for words in searches}
    assert said == {
        "LEG": ["The leg broke", "legroom"],
        "100%": ["100% fine"],
        "%": ["100% fine"],
        "_": [],
        "fine leg": [],
    }
    assert Response.objects.with_words().count() == 3


@pytest.mark.django_db
@pytest.mark.parametrize("said", [{"number": None, "text": ""}, {"number": 9, "text": "nine"}])
def test_answer_to_a_question_is_a_number_or_words_and_never_both(said: dict[str, object]) -> None:
    response = make_response(9)
    assert response.invitation.version is not None
    question = response.invitation.version.score_question

    with pytest.raises(IntegrityError, match="answer_says_something"), transaction.atomic():
        Answer.objects.create(response=response, question=question, **said)


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"submitted_at": None}, {"band": ""}])
def test_confirmed_answer_is_complete(change: dict[str, object]) -> None:
    response = make_response(9)

    with pytest.raises(IntegrityError, match="response_confirmed_is_complete"), transaction.atomic():
        Response.objects.filter(pk=response.pk).update(**change)
