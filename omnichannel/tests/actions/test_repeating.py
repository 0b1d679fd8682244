"""The same request again: which key makes what happen once, and what another one's key does not."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from crm.models import Event, User
from omnichannel.actions import conversations, outreach
from omnichannel.actions.conversations import ClientIdTaken, ThreadChanged
from omnichannel.channels.base import AttachedFile
from omnichannel.models import Attachment, Conversation, Delivery, Message
from omnichannel.tests.factories import inbound, make_channel, make_contact, make_conversation, make_user
from tests.threads import in_threads

pytestmark = pytest.mark.django_db
TAKEN = "This client_id belongs to a message of another conversation."


@pytest.fixture
def agent() -> User:
    return make_user("agent")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_same_client_id_again_is_the_same_note(agent: User) -> None:
    conversation = make_conversation()
    file = AttachedFile("plan.png", "image/png", b"png")

    first = conversations.add_note(conversation, by=agent, body="Mira", client_id="n1", attachments=[file])
    again = conversations.add_note(conversation, by=agent, body="Otra", client_id="n1", attachments=[file])

    assert (again, again.text) == (first, "Mira")
    assert (Attachment.objects.count(), Event.objects.filter(name="conversation.note_added").count()) == (1, 1)


def test_a_reply_repeated_after_the_customer_wrote_is_still_that_reply(agent: User) -> None:
    """The browser lost the first answer; what came since does not hold back what has left."""
    channel = make_channel()
    conversation = make_conversation(channel, message_id="m1@casa.example")
    seen = conversation.messages.get().pk
    first = conversations.reply(conversation, by=agent, body="Va", client_id="c1", seen_message_id=seen)
    conversations.receive(channel, inbound(in_reply_to="m1@casa.example"))

    assert conversations.reply(conversation, by=agent, body="Va", client_id="c1", seen_message_id=seen) == first
    with pytest.raises(ThreadChanged):
        conversations.reply(conversation, by=agent, body="Va", client_id="c2", seen_message_id=seen)


def test_a_repeated_reply_reopens_no_assignment(agent: User) -> None:
    conversation = make_conversation()
    conversations.reply(conversation, by=agent, body="Va", client_id="c1")
    conversations.assign(conversation, to=None, by=agent)

    conversations.reply(conversation, by=agent, body="Va", client_id="c1")

    assert Conversation.objects.get().assignee is None


def test_replies_without_a_client_id_are_as_many_as_were_written(agent: User) -> None:
    conversation = make_conversation()
    for _ in range(2):
        conversations.reply(conversation, by=agent, body="Hola")

    assert sorted(Delivery.objects.values_list("key", flat=True)) == sorted(
        f"message:{pk}" for pk in Message.objects.filter(direction="outbound").values_list("pk", flat=True)
    )


def test_the_delivery_of_a_reply_is_known_by_its_client_id(agent: User) -> None:
    conversations.reply(make_conversation(), by=agent, body="Hola", client_id="c1")

    assert Delivery.objects.get().key == "reply:c1"


@pytest.mark.parametrize("again", [conversations.reply, conversations.add_note])
def test_client_id_of_another_conversation_writes_nothing(agent: User, again: Callable[..., Message]) -> None:
    conversations.reply(make_conversation(), by=make_user("agent"), body="Hola", client_id="c1")
    conversation = make_conversation(sender="ben@casa.example")

    with pytest.raises(ClientIdTaken, match=TAKEN):
        again(conversation, by=agent, body="x", client_id="c1")

    assert (conversation.messages.count(), Delivery.objects.count()) == (1, 1)


def test_writing_first_with_a_client_id_of_another_conversation_opens_none(agent: User) -> None:
    channel, contact = make_channel(), make_contact("eva@casa.example")
    conversations.reply(make_conversation(channel), by=make_user("agent"), body="Hola", client_id="c1")

    with pytest.raises(ClientIdTaken, match=TAKEN):
        outreach.write_to(contact, by=agent, channel=channel, subject="s", body="x", client_id="c1")

    assert Conversation.objects.count() == Event.objects.filter(name="conversation.opened").count() == 1


@pytest.mark.django_db(transaction=True)
def test_writing_first_twice_at_once_is_one_message() -> None:
    agent, channel, contact = make_user("agent"), make_channel(), make_contact("ana@casa.example")

    def write() -> Message:
        return outreach.write_to(contact, by=agent, channel=channel, subject="s", body="x", client_id="c1")

    assert len({message.pk for message in in_threads(3, write)}) == 1
    assert Conversation.objects.count() == 1


def test_page_that_sends_it_all_the_same_is_told_that_the_request_is_bad(agent: User) -> None:
    conversations.reply(make_conversation(), by=agent, body="Hola", client_id="c1")
    conversation = make_conversation(sender="ben@casa.example")

    response = signed_in(agent).post(f"/conversations/{conversation.pk}/messages/", {"body": "x", "client_id": "c1"})

    assert (response.status_code, conversation.messages.count()) == (400, 1)


def first_words(agent: User, **fields: Any) -> tuple[int, int]:
    """Status of the answer to writing first, and how many conversations there are then."""
    contact = make_contact("eva@casa.example")
    data = {"channel": make_channel().pk, "subject": "Oferta", "body": "Hola", "client_id": "c1", **fields}
    return signed_in(agent).post(f"/inbox/new/?contact={contact.pk}", data).status_code, Conversation.objects.count()


def test_writing_first_with_a_colleagues_client_id_is_a_bad_request(agent: User) -> None:
    conversations.reply(make_conversation(), by=make_user("agent"), body="Hola", client_id="c1")

    assert first_words(agent) == (400, 1)
