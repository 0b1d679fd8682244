"""A channel's folder was taken out, its account and its messages are still there."""

import pytest
from django.test import Client

from omnichannel.actions import inbound
from omnichannel.models import Channel, RawInbound
from omnichannel.tests.factories import make_channel, make_conversation, make_user

pytestmark = pytest.mark.django_db
GONE = "The channel “pigeon” is not installed: put its folder back, or switch this account off."


@pytest.fixture
def pigeon() -> Channel:
    channel = make_channel()
    make_conversation(channel, subject="Coo", text="By air")
    Channel.objects.filter(pk=channel.pk).update(kind="pigeon")
    channel.refresh_from_db()
    return channel


@pytest.mark.usefixtures("pigeon")
@pytest.mark.parametrize("path", ["/inbox/?tab=all", "/outbox/", "/quarantine/", "/contacts/", "/inbox/?q=coo"])
def test_pages_still_open(path: str) -> None:
    client = Client()
    client.force_login(make_user("agent", "admin"))
    assert client.get(path).status_code == 200


def test_conversation_is_still_read(pigeon: Channel) -> None:
    client = Client()
    client.force_login(make_user("agent", "admin"))
    conversation = pigeon.inbox.conversations.get()
    page = client.get(f"/inbox/{conversation.pk}/").content.decode()
    assert "By air" in page
    assert "A channel that is gone" in page


def test_account_is_still_opened_in_the_settings_and_says_what_is_wrong(pigeon: Channel) -> None:
    client = Client()
    client.force_login(make_user("admin"))
    assert client.get(f"/admin/omnichannel/channel/{pigeon.pk}/change/").status_code == 200
    assert pigeon.plugin.check_settings() == [GONE]


def test_what_waits_goes_on_waiting(pigeon: Channel) -> None:
    inbound.receive_raw(channel_id=pigeon.pk, dedup_key="1", body=b"coo", meta={})
    inbound.process_due()
    raw = RawInbound.objects.get(dedup_key="1")
    assert (raw.state, raw.error, raw.due_at is None) == ("received", GONE, False)
