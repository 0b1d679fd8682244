"""What every channel must hold, run over all that are found. A new channel is tested here without being named."""

import pytest

from omnichannel.channels.base import ChannelError, ChannelKind, channels
from omnichannel.models import Channel, RawInbound
from omnichannel.tests.factories import make_channel
from tests.icons import assert_drawn

pytestmark = pytest.mark.django_db
KINDS = [kind for slug, kind in channels if slug != "scripted"]


@pytest.fixture(params=KINDS, ids=lambda kind: kind.slug)
def kind(request: pytest.FixtureRequest) -> type[ChannelKind]:
    found: type[ChannelKind] = request.param
    return found


def test_it_says_what_it_is(kind: type[ChannelKind]) -> None:
    assert str(kind.label)
    assert_drawn(kind.icon)
    assert kind.identity_kind


def test_it_parses_and_sends(kind: type[ChannelKind]) -> None:
    assert kind.parse is not ChannelKind.parse
    assert kind.send is not ChannelKind.send
    assert kind.can_find is (kind.find is not ChannelKind.find)


@pytest.mark.parametrize("body", [b"", b"\x00\xff\xfe", b"{", b"<" * 1000, "ñ".encode("latin-1")])
def test_what_it_cannot_read_it_refuses_with_a_sentence(kind: type[ChannelKind], body: bytes) -> None:
    account = make_channel(kind=kind.slug)
    raw = RawInbound.objects.create(channel=account, dedup_key="k", body=body)
    assert refusal_or_ids(account, raw)


def refusal_or_ids(account: Channel, raw: RawInbound) -> bool:
    """It says why it refuses, or gives every message its id. Any other exception fails the test."""
    try:
        return all(message.external_id for message in account.plugin.parse(raw))
    except ChannelError as refusal:
        return bool(str(refusal))


def test_its_settings_are_checked_in_sentences(kind: type[ChannelKind]) -> None:
    for sentence in make_channel(kind=kind.slug).plugin.check_settings():
        assert sentence.endswith(".")


def test_its_secrets_are_among_its_settings(kind: type[ChannelKind]) -> None:
    plugin = make_channel(kind=kind.slug).plugin
    assert set(plugin.secrets()) <= set(plugin.fields())
