import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from crm.models import Event
from feedback.actions import responses
from feedback.kinds.base import Score
from feedback.kinds.nps.plugin import Nps
from feedback.models import Invitation, Response
from feedback.models.response import COMMENT_LENGTH
from feedback.tests.factories import make_invitation

pytestmark = pytest.mark.django_db

State = Response.State


def score(value: int) -> Score:
    return Nps().score(value)


def given(value: int = 9) -> Invitation:
    invitation, _token = make_invitation()
    responses.confirm(invitation, score=score(value), language="en")
    return invitation


def days_pass(invitation: Invitation, days: float) -> None:
    Response.objects.filter(invitation=invitation).update(submitted_at=timezone.now() - timedelta(days=days))


def response_of(invitation: Invitation) -> Response:
    return Response.objects.get(invitation=invitation)


def events() -> list[str]:
    return list(Event.objects.filter(name__startswith="survey.").order_by("id").values_list("name", flat=True))


def test_look_without_a_score_leaves_no_response() -> None:
    invitation, _token = make_invitation()
    assert responses.look(invitation, score=None, language="en") is None
    invitation.refresh_from_db()
    assert invitation.opened_at is not None
    assert invitation.answered_at is None


def test_look_with_a_score_is_provisional_and_no_fact() -> None:
    invitation, _token = make_invitation()
    response = responses.look(invitation, score=score(9), language="es")
    assert response is not None
    assert (response.state, response.score, response.band, response.submitted_at) == (
        State.PROVISIONAL,
        9,
        "promoter",
        None,
    )
    assert Response.objects.confirmed().count() == 0
    assert events() == []


def test_look_at_the_same_score_again_stays_a_persons() -> None:
    invitation, _token = make_invitation()
    for _ in range(3):
        response = responses.look(invitation, score=score(9), language="en")
    assert response is not None
    assert response.state == State.PROVISIONAL


def test_two_scores_at_once_are_probably_a_machine() -> None:
    invitation, _token = make_invitation()
    for value in range(11):
        responses.look(invitation, score=score(value), language="en")
    response = response_of(invitation)
    assert response.state == State.SUSPECTED_BOT
    assert [glance["score"] for glance in response.glances] == list(range(11))
    assert events() == []


def test_a_person_who_changes_their_mind_slowly_is_no_machine() -> None:
    invitation, _token = make_invitation()
    responses.look(invitation, score=score(9), language="en")
    response = response_of(invitation)
    response.glances[0]["at"] = (timezone.now() - timedelta(seconds=15)).isoformat()
    response.save()
    changed = responses.look(invitation, score=score(8), language="en")
    assert changed is not None
    assert (changed.state, changed.score) == (State.PROVISIONAL, 8)


def test_two_scores_before_anybody_can_have_read_the_mail_are_a_machine() -> None:
    invitation, _token = make_invitation(asked_at=timezone.now() - timedelta(seconds=40))
    responses.look(invitation, score=score(9), language="en")
    response = response_of(invitation)
    response.glances[0]["at"] = (timezone.now() - timedelta(seconds=15)).isoformat()
    response.save()
    changed = responses.look(invitation, score=score(8), language="en")
    assert changed is not None
    assert changed.state == State.SUSPECTED_BOT


@pytest.mark.parametrize("sign", ["head", "trap"])
def test_a_sign_of_a_machine_is_kept(sign: str) -> None:
    invitation, _token = make_invitation()
    response = responses.look(invitation, score=None, language="en", sign=sign)
    assert response is not None
    assert (response.state, response.glances[0]["sign"]) == (State.SUSPECTED_BOT, sign)


def test_glances_do_not_grow_without_end() -> None:
    invitation, _token = make_invitation()
    for value in [*range(11)] * 4:
        responses.look(invitation, score=score(value), language="en")
    assert len(response_of(invitation).glances) == responses.GLANCES_KEPT


def test_confirm_counts_and_tells_it_once() -> None:
    invitation, _token = make_invitation()
    response = responses.confirm(invitation, score=score(3), language="es")
    assert (response.state, response.score, response.band, response.language) == (
        State.CONFIRMED,
        3,
        "detractor",
        "es",
    )
    assert [(answer.question.role, answer.number) for answer in response.answers.all()] == [("score", 3)]
    responses.confirm(invitation, score=score(3), language="es")
    event = Event.objects.get(name="survey.answered")
    assert (event.contact_id, event.properties["score"], event.properties["band"]) == (
        invitation.contact_id,
        3,
        "detractor",
    )
    invitation.refresh_from_db()
    assert invitation.answered_at is not None


def test_confirm_after_a_scanner_was_there_counts() -> None:
    invitation, _token = make_invitation()
    for value in range(11):
        responses.look(invitation, score=score(value), language="en")
    response = responses.confirm(invitation, score=score(2), language="en")
    assert (response.state, response.score) == (State.CONFIRMED, 2)


def test_looks_after_a_confirmation_change_nothing() -> None:
    invitation = given(9)
    for value in range(11):
        responses.look(invitation, score=score(value), language="en", sign="head")
    response = response_of(invitation)
    assert (response.state, response.score, response.glances) == (State.CONFIRMED, 9, [])


def test_confirm_another_score_keeps_what_was_said_before() -> None:
    invitation = given(9)
    response = responses.confirm(invitation, score=score(5), language="en")
    assert (response.score, response.band, [edit["score"] for edit in response.edits]) == (5, "detractor", [9])
    assert [answer.number for answer in response.answers.all()] == [5]
    changed = Event.objects.get(name="survey.response_changed")
    assert (changed.properties["previous"], changed.properties["score"], changed.properties["told"]) == (9, 5, "5")


def test_confirm_another_score_keeps_the_day_of_the_answer() -> None:
    invitation = given(9)
    days_pass(invitation, 2)
    first = response_of(invitation).submitted_at
    responses.confirm(invitation, score=score(5), language="en")
    assert response_of(invitation).submitted_at == first


def test_an_answer_can_be_changed_for_three_days() -> None:
    invitation = given(9)
    days_pass(invitation, 2.99)
    assert responses.confirm(invitation, score=score(8), language="en").score == 8
    days_pass(invitation, 3)
    attempts: list[Callable[[], object]] = [
        lambda: responses.confirm(invitation, score=score(7), language="en"),
        lambda: responses.comment(invitation, text="Too late"),
        lambda: responses.retract(invitation),
    ]
    for late in attempts:
        with pytest.raises(responses.Closed):
            late()
    assert response_of(invitation).score == 8


def test_comment_is_kept_with_the_answer() -> None:
    invitation = given(9)
    response = responses.comment(invitation, text="  Great\r\nservice\x00  ")
    assert response is not None
    assert response.comment == "Great\nservice"
    assert [answer.text for answer in response.answers.filter(question__role="comment")] == ["Great\nservice"]
    assert events() == ["survey.answered", "survey.commented"]


def test_comment_without_a_score_is_not_taken() -> None:
    invitation, _token = make_invitation()
    assert responses.comment(invitation, text="Hello") is None
    responses.look(invitation, score=score(9), language="en")
    assert responses.comment(invitation, text="Hello") is None
    assert response_of(invitation).comment == ""


def test_comment_can_be_changed_and_emptied() -> None:
    invitation = given(9)
    responses.comment(invitation, text="First")
    responses.comment(invitation, text="")
    response = response_of(invitation)
    assert (response.comment, [edit["comment"] for edit in response.edits]) == ("", ["", "First"])
    assert response.answers.filter(question__role="comment").count() == 0


def test_comment_is_cut_to_its_length() -> None:
    response = responses.comment(given(9), text="x" * (COMMENT_LENGTH + 10))
    assert response is not None
    assert len(response.comment) == COMMENT_LENGTH


def test_retract_takes_everything_back() -> None:
    invitation = given(9)
    responses.comment(invitation, text="Secret")
    response = responses.retract(invitation)
    assert response is not None
    assert (response.state, response.score, response.comment, response.edits) == (State.PROVISIONAL, None, "", [])
    assert response.answers.count() == 0
    invitation.refresh_from_db()
    assert invitation.answered_at is None
    assert Event.objects.get(name="survey.response_changed").properties["told"] == "–"


def test_retract_without_an_answer_does_nothing() -> None:
    invitation, _token = make_invitation()
    assert responses.retract(invitation) is None
    assert events() == []


def test_an_answer_may_be_given_again_after_taking_it_back() -> None:
    invitation = given(9)
    responses.retract(invitation)
    assert responses.confirm(invitation, score=score(4), language="en").score == 4
    assert events() == ["survey.answered", "survey.response_changed", "survey.answered"]


def test_a_test_never_counts_and_tells_nobody() -> None:
    invitation, _token = make_invitation(is_test=True)
    response = responses.confirm(invitation, score=score(1), language="en")
    responses.comment(invitation, text="Only trying")
    assert response.state == State.TEST
    assert Response.objects.confirmed().count() == 0
    assert events() == []


def test_the_database_refuses_a_confirmed_response_without_a_score() -> None:
    invitation = given(9)
    with pytest.raises(IntegrityError, match="response_confirmed_is_complete"), transaction.atomic():
        Response.objects.filter(invitation=invitation).update(score=None)


@pytest.mark.django_db(transaction=True)
def test_eleven_links_opened_in_parallel_leave_one_suspected_row() -> None:
    invitation, _token = make_invitation()
    start = threading.Barrier(11)

    def follow(value: int) -> None:
        start.wait()
        responses.look(invitation, score=score(value), language="en")
        connection.close()

    threads = [threading.Thread(target=follow, args=(value,)) for value in range(11)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    response = response_of(invitation)
    assert response.state == State.SUSPECTED_BOT
    assert sorted(glance["score"] for glance in response.glances) == list(range(11))


@pytest.mark.django_db(transaction=True)
def test_a_double_click_counts_once() -> None:
    invitation, _token = make_invitation()
    start = threading.Barrier(2)

    def click() -> None:
        start.wait()
        responses.confirm(invitation, score=score(9), language="en")
        connection.close()

    threads = [threading.Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Response.objects.confirmed().count() == 1
    assert events() == ["survey.answered"]
