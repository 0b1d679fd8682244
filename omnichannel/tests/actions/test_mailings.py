"""Sending to many: the same rows as `outgoing.send` writes, in a few statements."""

from typing import Any

import pytest
from django.forms.models import model_to_dict

from crm.models import Alias, Identity
from omnichannel.actions import outgoing
from omnichannel.actions.mailings import Mailing, send_many
from omnichannel.models import Channel, Delivery, Message
from omnichannel.tests.factories import make_channel, make_contact, make_conversation

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel() -> Channel:
    return make_channel()


def mailing(contact_id: int, key: str, **fields: Any) -> Mailing:
    return Mailing(contact_id, key, **({"subject": "Hola", "text": "Qué tal", "html": "<p>Qué tal</p>"} | fields))


def test_many_and_one_write_the_same_rows(channel: Channel) -> None:
    ana, ben = make_contact(), make_contact()
    send_many([mailing(ana.pk, "many", extra={"campaign": 1})], channel=channel)
    outgoing.send(
        contact_id=ben.pk, key="one", subject="Hola", text="Qué tal", html="<p>Qué tal</p>", channel=channel,
        extra={"campaign": 1},
    )  # fmt: skip

    assert _told("many") == _told("one")
    assert Message.objects.get(delivery__key="many").to == [ana.identities.get().display]


def test_many_and_one_about_a_conversation_write_the_same_rows(channel: Channel) -> None:
    conversation = make_conversation(channel, message_id="asked@casa.example", references=["before@casa.example"])
    stranger = make_contact()
    send_many(
        [
            mailing(conversation.contact_id, "many", conversation_id=conversation.pk),
            mailing(stranger.pk, "stranger", conversation_id=conversation.pk),
        ],
        channel=channel,
    )
    outgoing.send(
        contact_id=conversation.contact_id, key="one", subject="Hola", text="Qué tal", html="<p>Qué tal</p>",
        channel=channel, conversation_id=conversation.pk,
    )  # fmt: skip

    assert _told("many") == _told("one")
    sent = Message.objects.get(delivery__key="many")
    assert (sent.about, sent.in_reply_to) == (conversation, "asked@casa.example")
    assert sent.references == ["before@casa.example", "asked@casa.example"]
    assert Message.objects.get(delivery__key="stranger").about_id is None


def _told(key: str) -> dict[str, Any]:
    """Everything of the message and its delivery that is not about whom and when."""
    delivery = Delivery.objects.select_related("message").get(key=key)
    own = ("id", "contact", "identity", "to", "message", "address", "key", "message_id", "due_at", "created_at")
    rows = model_to_dict(delivery.message) | {f"d_{k}": v for k, v in model_to_dict(delivery).items() if k not in own}
    rows["message_id_shape"] = delivery.message.message_id.replace(str(delivery.message_id), "#")
    return {name: value for name, value in rows.items() if name not in own}


def test_same_key_is_sent_once(channel: Channel) -> None:
    ana = make_contact()
    for _ in range(2):
        assert send_many([mailing(ana.pk, "a")], channel=channel) == {}

    assert Delivery.objects.count() == Message.objects.count() == 1


def test_who_has_no_address_is_named_with_the_reason(channel: Channel) -> None:
    ana, ben = make_contact(), make_contact()
    Identity.objects.filter(contact=ben).delete()

    assert list(send_many([mailing(ana.pk, "a"), mailing(ben.pk, "b")], channel=channel)) == ["b"]
    assert list(Delivery.objects.values_list("key", flat=True)) == ["a"]


def test_merged_people_are_reached_by_the_newest_verified_address(channel: Channel) -> None:
    member, survivor = make_contact("old@casa.example"), make_contact("new@casa.example")
    Alias.objects.create(member=member, survivor=survivor, rule="test")
    Identity.objects.filter(value="old@casa.example").update(verified=True)
    send_many([mailing(survivor.pk, "a")], channel=channel)

    assert Delivery.objects.get().address == "old@casa.example"


def test_without_a_channel_everybody_is_unreachable() -> None:
    ana = make_contact()

    assert list(send_many([mailing(ana.pk, "a")])) == ["a"]


def test_a_hundred_cost_as_many_statements_as_one(channel: Channel, django_assert_max_num_queries: Any) -> None:
    people = [make_contact() for _ in range(100)]
    with django_assert_max_num_queries(8):
        send_many([mailing(person.pk, f"k{person.pk}") for person in people], channel=channel)

    assert Delivery.objects.count() == 100
