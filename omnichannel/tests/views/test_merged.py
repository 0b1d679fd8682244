"""A conversation of a record that was merged into another one is with the person that both are."""

import pytest
from django.urls import reverse

from crm.actions.merges import merge
from crm.models import Contact, Event
from crm.tests import factories as crm
from omnichannel.actions import conversations
from omnichannel.models import Conversation, Message
from omnichannel.tests.factories import make_channel, make_conversation, make_user
from omnichannel.tests.views.test_inbox import body, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def lucia() -> Contact:
    lucia = crm.contact(first_name="Lucía", last_name="Vega", email="lucia@casa.example")
    Contact.objects.filter(pk=lucia.pk).update(feeling="glad")
    return lucia


@pytest.fixture
def conversation(lucia: Contact) -> Conversation:
    """Opened by somebody unknown, who turned out to be Lucía."""
    conversation = make_conversation(make_channel(), sender="lv@work.example", name="L. V.", subject="Pedido 4711")
    merge(conversation.contact, into=lucia, rule="by hand", evidence={}, by=None)
    return conversation


def test_list_and_thread_name_the_person(conversation: Conversation, lucia: Contact) -> None:
    client = signed_in(make_user("agent"))

    row = body(client, "/inbox/?tab=all").partition(f'id="row-{conversation.pk}"')[2]
    assert "Lucía Vega · Pedido 4711" in row
    assert 'data-feeling="glad"' in row
    page = body(client, f"/inbox/{conversation.pk}/")
    assert "Reply to Lucía Vega…" in page
    assert reverse("contact", args=[lucia.pk]) in page


def test_person_beside_the_thread_is_all_that_they_are(conversation: Conversation, lucia: Contact) -> None:
    order = {"occurred_at": conversation.created_at, "source": "track", "message_id": "o-1"}
    Event.objects.create(contact=lucia, name="Order Completed", **order)

    page = body(signed_in(make_user("agent")), f"/inbox/{conversation.pk}/")

    person = page.partition('id="person-pane"')[2]
    assert "mailto:lucia@casa.example" in person
    assert "mailto:lv@work.example" in person
    assert "Ordered" in person
    members = sorted([lucia.pk, conversation.contact_id])
    assert f'data-live-topics="contact:{members[0]} contact:{members[1]} "' in person


def test_answer_reaches_the_person_where_this_record_has_no_address(lucia: Contact) -> None:
    agent, channel = make_user("agent"), make_channel()
    nameless = crm.contact(email="")
    conversation = Conversation.objects.create(contact=nameless, inbox=channel.inbox, subject="Called us")
    merge(nameless, into=lucia, rule="by hand", evidence={}, by=None)

    conversations.reply(Conversation.objects.get(pk=conversation.pk), by=agent, body="Ya está.")

    assert Message.objects.get().delivery.address == "lucia@casa.example"


def test_separated_people_have_their_own_again(conversation: Conversation, lucia: Contact) -> None:
    conversation.contact.alias.delete()

    assert Conversation.objects.get(pk=conversation.pk).person == conversation.contact
    assert "Lucía" not in body(signed_in(make_user("agent")), f"/inbox/{conversation.pk}/")
