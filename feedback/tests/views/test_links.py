"""Survey links, used in ways that nobody meant: opened only, mixed up, expired, used again."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from crm.models import Consent
from feedback.actions import surveys
from feedback.models import Invitation, Response, Survey
from feedback.tests.factories import make_invitation
from feedback.tests.views.test_answer import checked, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer() -> Client:
    cache.clear()
    return Client(enforce_csrf_checks=True)


@pytest.mark.parametrize("query", ["?score=9&confirm=1", "?score=9&csrfmiddlewaretoken=x"])
def test_opening_never_confirms_whatever_the_address_says(customer: Client, query: str) -> None:
    invitation, token = make_invitation()
    for _ in range(2):
        assert customer.get(f"/s/{token}{query}").status_code == 200
    invitation.refresh_from_db()
    assert (Response.objects.get().state, invitation.answered_at) == ("provisional", None)
    assert invitation.opened_at is not None


@pytest.mark.parametrize("method", ["put", "delete"])
def test_a_link_is_opened_or_answered_and_nothing_else(customer: Client, method: str) -> None:
    _invitation, token = make_invitation()
    assert getattr(customer, method)(f"/s/{token}").status_code in (403, 405)
    assert Response.objects.count() == 0


def test_one_link_says_nothing_about_another(customer: Client) -> None:
    (first, one), (_second, two) = make_invitation(), make_invitation()
    post(customer, f"/s/{one}", score="9")
    assert checked(customer.get(f"/s/{two}").content.decode()) == []
    assert Response.objects.get().invitation == first
    assert customer.get(f"/s/{one[:11]}{two[11:]}").status_code == 404


def test_an_expired_link_takes_no_answer(customer: Client) -> None:
    _invitation, token = make_invitation()
    customer.get(f"/s/{token}")
    csrf = customer.cookies["hilo-csrf"].value
    Invitation.objects.update(expires_at=timezone.now())
    for path in ("", "/comment", "/withdrawal", "/refusal"):
        given = {"score": "9", "comment": "x"}
        assert customer.post(f"/s/{token}{path}", given, headers={"X-CSRFToken": csrf}).status_code == 404
    assert (Response.objects.count(), Consent.objects.count()) == (0, 0)


def test_who_was_asked_before_is_asked_in_the_words_of_then(customer: Client) -> None:
    invitation, token = make_invitation()
    draft = surveys.draft(invitation.survey, by=None)
    draft.questions.filter(role="score").update(texts={"en": {"text": "Quite another question?"}})
    surveys.publish_version(draft, by=None)
    _later, newer = make_invitation(Survey.objects.get())
    assert "How likely are you" in customer.get(f"/s/{token}").content.decode()
    assert "Quite another question?" in customer.get(f"/s/{newer}").content.decode()


def test_words_without_a_score_are_not_taken(customer: Client) -> None:
    _invitation, token = make_invitation()
    assert post(customer, f"/s/{token}/comment", comment="Hello") == (303, f"/s/{token}")
    assert Response.objects.count() == 0


def test_the_refusal_of_a_tester_or_of_somebody_erased_is_nobody_s(customer: Client) -> None:
    _test, test_token = make_invitation(is_test=True)
    erased, token = make_invitation()
    Invitation.objects.filter(pk=erased.pk).update(contact=None)
    for each in (test_token, token):
        assert post(customer, f"/s/{each}/refusal") == (303, f"/s/{each}")
    assert Consent.objects.count() == 0


def test_the_hidden_link_spoils_no_answer_that_a_person_gave(customer: Client) -> None:
    _invitation, token = make_invitation()
    post(customer, f"/s/{token}", score="9")
    assert customer.get(f"/s/{token}/preferences").status_code == 404
    assert (Response.objects.get().state, Response.objects.get().glances) == ("confirmed", [])


def test_an_answer_taken_back_may_be_given_again_by_the_same_link(customer: Client) -> None:
    _invitation, token = make_invitation()
    post(customer, f"/s/{token}", score="9")
    post(customer, f"/s/{token}/withdrawal")
    assert post(customer, f"/s/{token}", score="4") == (303, f"/s/{token}")
    assert (Response.objects.get().state, Response.objects.get().score) == ("confirmed", 4)


def test_a_language_that_nobody_speaks_here_is_not_carried_along(customer: Client) -> None:
    _invitation, token = make_invitation()
    assert post(customer, f"/s/{token}", score="9", lang="xx//evil.example") == (303, f"/s/{token}")
