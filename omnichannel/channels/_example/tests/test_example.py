"""The example channel against a local provider that speaks its format."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from omnichannel.actions import conversations
from omnichannel.channels.base import ChannelError, channels
from omnichannel.models import Channel, Delivery, Message, RawInbound
from omnichannel.tests.factories import make_channel, make_user

pytestmark = pytest.mark.django_db
SLUG = Path(__file__).parent.parent.name.lstrip("_")
PAYLOADS = Path(__file__).parent.parent / "payloads"
WRITER = "ana@casa.example"  # as the payload names them


class Provider(HTTPServer):
    status = 200

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.taken: list[dict[str, Any]] = []


class Answer(BaseHTTPRequestHandler):
    server: Provider

    def do_POST(self) -> None:
        self.server.taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(b'{"id": "p-7"}')

    def log_message(self, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    server = Provider()
    settings.EGRESS_ALLOW_PRIVATE = [f"127.0.0.1:{server.server_port}"]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()


def account(provider: Provider) -> Channel:
    return make_channel(kind=SLUG, settings={"url": f"http://127.0.0.1:{provider.server_port}/"})


def test_it_is_found_by_its_folder() -> None:
    assert SLUG in channels


def received(channel: Channel) -> Message:
    """From the payload on, so that whoever wrote is known by what this channel knows them by."""
    raw = RawInbound(channel=channel, dedup_key="k", body=(PAYLOADS / "message.json").read_bytes())
    (message,) = channel.plugin.parse(raw)
    filed = conversations.receive(channel, message)
    assert filed is not None
    return filed


def answered(channel: Channel) -> Delivery:
    conversation = received(channel).conversation
    assert conversation is not None
    return conversations.reply(conversation, by=make_user("agent"), body="Mañana.", channel=channel).delivery


def test_a_documented_payload_becomes_a_conversation(provider: Provider) -> None:
    filed = received(account(provider))
    who = filed.contact.identities.get()
    assert (filed.text, who.kind, who.value) == ("¿Cuándo llega mi pedido?", channels.get(SLUG).identity_kind, WRITER)


def test_an_answer_is_handed_to_the_provider(provider: Provider) -> None:
    channel = account(provider)
    assert channel.plugin.send(answered(channel)).provider_id == "p-7"
    assert provider.taken == [{"to": WRITER, "text": "Mañana."}]


@pytest.mark.parametrize(("status", "permanent"), [(400, True), (503, False)])
def test_a_refusal_says_whether_to_try_again(provider: Provider, status: int, permanent: bool) -> None:
    provider.status = status
    channel = account(provider)
    delivery = answered(channel)
    with pytest.raises(ChannelError, match=f"answered {status}") as refused:
        channel.plugin.send(delivery)
    assert refused.value.permanent is permanent
