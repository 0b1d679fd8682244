"""The conversations on a contact's page."""

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from crm.models import Team, User
from omnichannel.actions import conversations
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
