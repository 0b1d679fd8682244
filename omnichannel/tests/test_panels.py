"""The conversations on a contact's page."""

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from crm.actions.merges import merge
from crm.models import Team, User
from crm.tests import factories as crm
from omnichannel.actions import conversations
from omnichannel.models import Conversation
from omnichannel.panels import conversations as panel
from omnichannel.tests.factories import make_channel, make_conversation, make_user

pytestmark = pytest.mark.django_db


def request_by(user: User) -> HttpRequest:
    request = RequestFactory().get("/contacts/1/")
    request.user = user
    return request


def test_panel_shows_open_conversations_first() -> None:
    agent, channel = make_user("agent"), make_channel()
    older = make_conversation(channel, subject="Sigue abierta")
    newer = make_conversation(channel, subject="Ya resuelta")
    conversations.resolve(newer, by=agent)
    html = panel(request_by(agent), older.contact)
    assert html.index("Sigue abierta") < html.index("Ya resuelta")
    assert f"/inbox/new/?contact={older.contact_id}" in html


def test_panel_is_not_for_sales_people() -> None:
    assert panel(request_by(make_user("sales")), make_conversation().contact) == ""


def test_panel_hides_what_another_team_works_on() -> None:
    channel = make_channel(team=Team.objects.create(name="Wholesale"))
    conversation = make_conversation(channel, subject="Secreto")
    assert "Secreto" not in panel(request_by(make_user("agent")), conversation.contact)
    assert "Secreto" in panel(request_by(make_user("manager")), conversation.contact)


@pytest.mark.parametrize(("count", "shown", "more"), [(6, 6, False), (7, 6, True)])
def test_panel_shows_six_and_says_when_there_are_more(count: int, shown: int, more: bool) -> None:
    inbox, contact = make_channel().inbox, crm.contact()
    Conversation.objects.bulk_create(Conversation(inbox=inbox, contact=contact) for _ in range(count))

    html = panel(request_by(make_user("agent")), contact)

    assert (html.count('class="conversation-link"'), "All conversations" in html) == (shown, more)


def test_panel_shows_the_newest_first_among_the_open_ones() -> None:
    channel = make_channel()
    older, newer = (make_conversation(channel, subject=subject) for subject in ("Vieja", "Nueva"))

    html = panel(request_by(make_user("agent")), older.contact)

    assert (older.contact, html.index("Nueva") < html.index("Vieja")) == (newer.contact, True)


def test_panel_of_a_person_shows_the_conversations_of_all_that_they_are() -> None:
    conversation, survivor = make_conversation(subject="Antes"), crm.contact()
    merge(conversation.contact, into=survivor, rule="by hand", evidence={}, by=None)

    assert "Antes" in panel(request_by(make_user("agent")), type(survivor).objects.get(pk=survivor.pk))


def test_panel_without_a_conversation_says_what_to_do() -> None:
    assert "No conversation yet. Write first" in panel(request_by(make_user("agent")), crm.contact())
