import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from crm.models import Contact, User
from feedback import panels
from feedback.actions import invitations
from feedback.tests.factories import (
    make_contact,
    make_conversation,
    make_invitation,
    make_mailbox,
    make_response,
    make_survey,
    make_user,
)
from kernel.navigation import items_for
from omnichannel.models import Delivery

pytestmark = pytest.mark.django_db


def request_of(user: User) -> HttpRequest:
    request = RequestFactory().get("/")
    request.user = user
    return request


def answered(*scores: int) -> Contact:
    contact = make_contact()
    for score in scores:
        make_response(score, contact=contact, comment=f"Words for {score}")
    return contact


def test_panel_shows_the_last_scores_and_their_line() -> None:
    html = panels.scores_of_contact(request_of(make_user("agent")), answered(9, 5))
    assert "NPS 9" in html
    assert "NPS 5" in html
    assert "Words for 5" in html
    assert 'class="chart sparkline' in html


def test_panel_of_one_score_draws_no_line() -> None:
    html = panels.scores_of_contact(request_of(make_user("agent")), answered(9))
    assert "NPS 9" in html
    assert "sparkline" not in html


def test_panel_says_that_an_answer_is_awaited() -> None:
    contact = make_contact()
    make_invitation(contact=contact)
    html = panels.scores_of_contact(request_of(make_user("agent")), contact)
    assert "Asked “Relationship NPS”, not answered yet." in html


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("suppressed", "“Relationship NPS” did not reach them: not sent."),
        ("bounced", "“Relationship NPS” did not reach them: bounced."),
        ("queued", "“Relationship NPS” is on its way."),
        ("sent", "Asked “Relationship NPS”, not answered yet."),
    ],
)
def test_panel_says_whether_the_question_arrived(state: str, said: str) -> None:
    make_mailbox()
    survey, contact = make_survey(), make_contact()
    assert invitations.invite(survey=survey, contact_id=contact.pk, cause_key="k") is not None
    Delivery.objects.update(state=state)
    assert said in panels.scores_of_contact(request_of(make_user("agent")), contact)


def test_panel_stays_away_from_who_was_never_asked() -> None:
    assert panels.scores_of_contact(request_of(make_user("agent")), make_contact()) == ""


def test_panel_hides_what_is_not_confirmed() -> None:
    contact = make_contact()
    make_response(1, contact=contact, state="suspected_bot")
    html = panels.scores_of_contact(request_of(make_user("manager")), contact)
    assert "NPS 1" not in html


def test_panel_beside_a_conversation_is_the_customers() -> None:
    conversation = make_conversation()
    make_response(3, contact=conversation.contact)
    assert "NPS 3" in panels.scores_beside_conversation(request_of(make_user("agent")), conversation)


def test_reports_are_in_the_navigation_of_managers_alone() -> None:
    def views(role: str) -> list[str]:
        return [item.view for item in items_for(make_user(role))]

    assert "reports" in views("manager")
    assert "reports" not in views("agent")
    assert "reports" not in views("sales")
