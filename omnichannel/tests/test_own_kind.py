"""A channel with an address of a kind of its own: people are called by it, and the channel by its label."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.test import Client

from crm.ledger.fact import tell
from crm.models import Claim, Event
from crm.models.words import called
from omnichannel.actions import conversations
from omnichannel.channels.base import ChannelKind, channels
from omnichannel.models import Conversation
from omnichannel.tests.factories import inbound, make_channel, make_user

pytestmark = pytest.mark.django_db


class Pigeons(ChannelKind):
    slug = "pigeon"
    label = "Homing pigeons"
    identity_kind = "pigeon"


@pytest.fixture(autouse=True)
def pigeons() -> Iterator[None]:
    channels.register(Pigeons)
    yield
    channels.remove("pigeon")


def flown(ring: str = "RING-77") -> Conversation:
    account = make_channel(kind="pigeon")
    written = conversations.receive(account, replace(inbound(name=""), claims=[Claim("pigeon", ring)], sender=ring))
    assert written is not None
    assert written.conversation is not None
    return written.conversation


def test_somebody_without_a_name_is_called_by_it() -> None:
    assert flown().contact.name == "RING-77"


def test_address_stands_beside_the_conversation() -> None:
    talk = flown()
    client = Client()
    client.force_login(make_user("agent", language="en"))
    page = client.get(f"/inbox/{talk.pk}/").content.decode()
    assert '<dt>Homing pigeons</dt><dd class="clip">RING-77</dd>' in page


def test_channel_is_called_by_its_label_where_it_is_told_what_somebody_came_by() -> None:
    assert called("pigeon") == "Homing pigeons"
    talk = flown()
    first = Event.objects.get(name="contact.created", contact=talk.contact)
    assert tell(first.name, first.properties) == "First seen (Homing pigeons)"


def test_list_of_contacts_calls_them_so_too() -> None:
    flown()
    client = Client()
    client.force_login(make_user("agent"))
    assert "RING-77" in client.get("/contacts/").content.decode()
