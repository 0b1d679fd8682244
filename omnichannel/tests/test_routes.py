"""Answers go to the customer and to whom an agent chose, whoever else writes into the conversation."""

from typing import Any

import pytest
from django.test import Client

from crm.actions.merges import merge
from crm.models import User
from omnichannel import blocks, routes
from omnichannel.actions import conversations
from omnichannel.models import Channel, Conversation, Message, Suppression
from omnichannel.tests.factories import inbound, make_channel, make_contact, make_conversation, make_user

pytestmark = pytest.mark.django_db
STRANGER = "luis@bad.example"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def account() -> Channel:
    return make_channel(address="support@hilo.example")


@pytest.fixture
def conversation(account: Channel) -> Conversation:
    return make_conversation(account, message_id="m1@casa.example", cc=["hijo@casa.example", "support@hilo.example"])


def wrote(account: Channel, **fields: Any) -> Message:
    message = conversations.receive(account, inbound(**{"in_reply_to": "m1@casa.example"} | fields))
    assert message is not None
    return message


def answered(conversation: Conversation, **fields: Any) -> Message:
    return conversations.reply(conversation, by=make_user("agent"), body="Va", **fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"sender": STRANGER, "name": "Ana Ruiz"},
        {"sender": "luis@casa.example", "automatic": True},
        {"sender": "mailer-daemon@mx.example", "automatic": True},
    ],
)
def test_answer_goes_to_the_customer_whoever_wrote_last(
    account: Channel, conversation: Conversation, fields: dict[str, Any]
) -> None:
    wrote(account, message_id="m2@casa.example", **fields)

    message = answered(conversation)

    assert (message.to, message.delivery.address) == (["ana@casa.example"], "ana@casa.example")
    assert (message.cc, message.in_reply_to) == (["hijo@casa.example"], "m1@casa.example")


def test_customers_own_auto_reply_says_nothing_of_where_to_answer(account: Channel, conversation: Conversation) -> None:
    wrote(account, automatic=True, message_id="m2@casa.example", reply_to=["nobody@casa.example"])

    assert answered(conversation).to == ["ana@casa.example"]


def test_what_a_program_sent_for_them_is_answered_where_there_is_nothing_else(account: Channel) -> None:
    only = make_conversation(account, message_id="m7@casa.example", automatic=True)

    assert answered(only).in_reply_to == "m7@casa.example"


def test_address_of_a_record_merged_into_the_customer_is_theirs(account: Channel, conversation: Conversation) -> None:
    other = make_contact("ana@work.example")
    merge(other, into=conversation.contact, rule="by hand", evidence={}, by=None)
    wrote(account, sender="ana@work.example")

    assert answered(Conversation.objects.get()).to == ["ana@work.example"]


def test_composer_is_told_who_else_takes_part(account: Channel, conversation: Conversation) -> None:
    wrote(account, to=["support@hilo.example", "jefe@casa.example"], cc=["hijo@casa.example"])
    wrote(account, sender=STRANGER)
    wrote(account, sender="robot@bad.example", automatic=True)

    (route,) = routes.routes(conversation)

    assert (route.to, route.copied, route.is_detour) == (["ana@casa.example"], ["hijo@casa.example"], False)
    assert (route.offered, route.stranger) == ([STRANGER, "jefe@casa.example"], STRANGER)


def test_composer_is_told_that_nothing_would_leave(
    client: Client, account: Channel, conversation: Conversation
) -> None:
    assert [route.blocked for route in routes.routes(conversation)] == [""]
    Suppression.objects.create(kind="email", address="ana@casa.example", reason="bounce")
    client.force_login(make_user("agent"))

    assert [route.blocked for route in routes.routes(conversation)] == [blocks.BLOCKED["bounce"]]
    page = client.get(f"/inbox/{conversation.pk}/").content.decode()
    assert "Nothing would leave for ana@casa.example." in page


def test_stranger_is_news_only_until_the_customer_writes_again(account: Channel, conversation: Conversation) -> None:
    wrote(account, sender=STRANGER)
    wrote(account)

    (route,) = routes.routes(conversation)

    assert (route.offered, route.stranger) == ([STRANGER], "")


def test_reply_to_of_several_is_one_addressee_and_copies(account: Channel, conversation: Conversation) -> None:
    wrote(account, reply_to=["compras@casa.example", "jefe@casa.example"])

    (route,) = routes.routes(conversation)

    assert (route.to, route.copied, route.is_detour) == (["compras@casa.example"], ["jefe@casa.example"], True)


@pytest.mark.parametrize(
    ("chosen", "cc"),
    [
        ({}, ["hijo@casa.example"]),
        ({"copies": "on"}, []),
        ({"copies": "on", "cc": ["hijo@casa.example", "a@b.example, c@d.example; ", ""]}, None),
    ],
)
def test_copies_go_to_whom_the_agent_chose(
    client: Client, conversation: Conversation, chosen: dict[str, Any], cc: list[str] | None
) -> None:
    client.force_login(make_user("agent"))

    response = client.post(f"/conversations/{conversation.pk}/messages/", {"body": "Va", **chosen}, headers=HTMX)

    assert response.status_code == 200
    assert Message.objects.get(direction="outbound").cc == (
        cc if cc is not None else ["hijo@casa.example", "a@b.example", "c@d.example"]
    )


@pytest.mark.parametrize("wrong", ["nobody", "a@b.example nobody@", ",".join(f"p{n}@b.example" for n in range(51))])
def test_copy_that_cannot_be_sent_is_refused_with_the_text_kept(
    client: Client, conversation: Conversation, wrong: str
) -> None:
    client.force_login(make_user("agent"))

    data = {"body": "Va", "copies": "on", "cc": wrong}
    response = client.post(f"/conversations/{conversation.pk}/messages/", data, headers=HTMX)

    assert response.status_code == 422
    assert Message.objects.filter(direction="outbound").count() == 0


def test_page_names_the_stranger_and_where_the_answer_goes(
    client: Client, account: Channel, conversation: Conversation
) -> None:
    wrote(account, sender=STRANGER, name="Ana Ruiz")
    client.force_login(make_user("agent"))

    page = client.get(f"/inbox/{conversation.pk}/").content.decode()

    assert f'<span class="via sender-address">{STRANGER}</span>' in page
    assert f"{STRANGER} wrote last, who is not known as Ana Ruiz. Your answer goes to ana@casa.example" in page
    assert f'<input type="checkbox" name="cc" value="{STRANGER}" form="composer-{conversation.pk}">' in page
    assert '<input type="checkbox" name="cc" value="hijo@casa.example" checked' in page


def colleague_answered(conversation: Conversation, by: User) -> Message:
    return conversations.reply(conversation, by=by, body="Ya va de camino")


def test_answer_to_what_a_colleague_answered_meanwhile_is_not_sent(client: Client, conversation: Conversation) -> None:
    seen = conversation.messages.get().pk
    colleague_answered(conversation, make_user("agent", first_name="Lola", last_name="Vidal"))
    client.force_login(make_user("agent"))

    data = {"body": "Va", "last_message_id": seen}
    response = client.post(f"/conversations/{conversation.pk}/messages/", data, headers=HTMX)

    assert response.status_code == 409
    assert "Lola Vidal answered while you were writing." in response.content.decode()
    assert conversation.messages.filter(direction="outbound").count() == 1
