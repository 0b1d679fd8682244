"""Is the sender who they say they are? Only by the word of a server that we trust, never by the mail's own."""

from typing import Any

import pytest
from django.test import Client

from omnichannel.actions import inbound
from omnichannel.channels.email import tokens
from omnichannel.channels.email.mime.authentication import authentication_results
from omnichannel.channels.email.mime.headers import parse_block
from omnichannel.channels.email.tests.mails import raw_mail
from omnichannel.channels.email.verdict import judge
from omnichannel.models import Channel, Message
from omnichannel.tests.factories import make_channel, make_conversation, make_user

pytestmark = pytest.mark.django_db
PASS = "mx.hilo.example; spf=pass smtp.mailfrom=casa.example; dmarc=pass header.from=casa.example"
FAIL = "mx.hilo.example; spf=fail smtp.mailfrom=casa.example; dmarc=fail header.from=casa.example"
RECEIVED = "from mx.hilo.example by imap.hilo.example; Mon, 5 Jan 2026 10:00:00 +0100"
IMAP = {"uid": 7}


def account(**settings: Any) -> Channel:
    return make_channel(
        kind="email", address="support@hilo.example", settings={"imap_host": "imap.hilo.example", **settings}
    )


def arrives(channel: Channel, *lines: str, meta: dict[str, Any] | None = None, **headers: str) -> Message:
    head = "".join(f"{line}\r\n" for line in lines).encode()
    body = head + raw_mail(**headers)
    inbound.receive_raw(channel_id=channel.pk, dedup_key=str(len(body)), body=body, meta=meta or IMAP)
    inbound.process_due()
    return Message.objects.latest("pk")


def verdict(value: str, *, sender: str = "ana@casa.example", **settings: Any) -> str:
    lines = authentication_results(parse_block(f"Authentication-Results: {value}".encode()))
    found = judge(lines, sender=sender, settings={"authserv_id": "mx.hilo.example", **settings}, meta=IMAP)
    return found.get("verdict", "")


def test_what_the_provider_put_on_top_is_believed_and_kept() -> None:
    message = arrives(account(), f"Authentication-Results: {PASS}", f"Received: {RECEIVED}")
    assert message.authentication == {
        "verdict": "verified",
        "server": "mx.hilo.example",
        "spf": "pass",
        "dmarc": "pass",
    }


@pytest.mark.parametrize(
    "lines",
    [
        [f"Received: {RECEIVED}", f"Authentication-Results: {PASS}"],
        ["Authentication-Results: mx.other.example; dmarc=pass header.from=casa.example", f"Received: {RECEIVED}"],
        ["Authentication-Results: evilhilo.example; dmarc=pass header.from=casa.example", f"Received: {RECEIVED}"],
        ["Authentication-Results: dmarc=pass header.from=casa.example", f"Received: {RECEIVED}"],
        [f"Received: {RECEIVED}"],
    ],
    ids=["inside the mail", "of another server", "of a server with a name like it", "of nobody", "none"],
)
def test_forged_line_never_counts(lines: list[str]) -> None:
    assert arrives(account(), *lines).authentication == {}


def test_named_servers_newest_line_counts_and_older_ones_do_not() -> None:
    channel = account(authserv_id="mx.hilo.example")
    lines = [f"Received: {RECEIVED}", f"Authentication-Results: {FAIL}", f"Authentication-Results: {PASS}"]
    assert arrives(channel, *lines).authentication["verdict"] == "unverified"


def test_provider_that_does_not_name_itself_is_believed_in_its_newest_line_only() -> None:
    channel = account(authserv_id="*")
    lines = ["Received: x", "Authentication-Results: dmarc=fail header.from=casa.example"]
    lines.append("Authentication-Results: dmarc=pass header.from=casa.example")
    assert arrives(channel, *lines).authentication == {"verdict": "unverified", "server": "", "dmarc": "fail"}


@pytest.mark.parametrize(
    ("settings", "peer", "expected"),
    [
        ({}, "10.0.0.5", ""),
        ({"authserv_id": "mx.hilo.example"}, "10.0.0.5", ""),
        ({"authserv_id": "mx.hilo.example", "relays": "10.0.0.0/24, odd"}, "10.0.0.5", "verified"),
        ({"authserv_id": "mx.hilo.example", "relays": "10.0.0.0/24"}, "192.0.2.9", ""),
        ({"authserv_id": "*", "relays": "10.0.0.0/24"}, "10.0.0.5", ""),
        ({"authserv_id": "mx.hilo.example", "relays": "10.0.0.0/24"}, "", ""),
    ],
)
def test_through_our_own_door_only_a_named_relay_is_believed(
    settings: dict[str, str], peer: str, expected: str
) -> None:
    meta = {"peer": peer, "rcpt": ["support@hilo.example"], "mail_from": "ana@casa.example"}
    message = arrives(account(**settings), f"Authentication-Results: {PASS}", f"Received: {RECEIVED}", meta=meta)
    assert message.sender_is == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("dmarc=pass header.from=casa.example", "verified"),
        ("dmarc=pass header.from=other.example", "unverified"),
        ("dmarc=pass", "unverified"),
        ("dmarc=fail header.from=casa.example; dkim=pass header.d=casa.example", "unverified"),
        ("dmarc=none; dkim=pass header.d=casa.example", "verified"),
        ("dkim=fail header.d=casa.example; dkim=pass header.i=@casa.example", "verified"),
        ("dkim=pass header.d=mailer.example", "unverified"),
        ("dkim=pass header.d=example", "unverified"),
        ("spf=pass smtp.mailfrom=bounce@casa.example", "verified"),
        ("spf=pass smtp.mailfrom=x@mailer.example", "unverified"),
        ("spf=softfail smtp.mailfrom=casa.example", "unverified"),
        ("none", "unverified"),
    ],
)
def test_checks_become_one_word(said: str, expected: str) -> None:
    assert verdict(f"mx.hilo.example; {said}") == expected


def test_signature_of_the_organisation_covers_its_departments() -> None:
    said = "mx.hilo.example; dkim=pass header.d=casa.example"
    assert verdict(said, sender="ana@mail.casa.example") == "verified"
    assert verdict(said, sender="ana@notcasa.example") == "unverified"


def test_reply_token_finds_its_thread_from_any_address_verified_or_not() -> None:
    channel = account()
    conversation = make_conversation(channel)
    address = f"reply+{tokens.Token('c', conversation.pk, channel.pk)}@hilo.example"
    line = "Authentication-Results: mx.hilo.example; dmarc=fail header.from=work.example"
    message = arrives(channel, line, From="Ana <ana@work.example>", To=address)
    assert (message.conversation, message.sender_is) == (conversation, "unverified")


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        (PASS, "Sender verified by mx.hilo.example"),
        (FAIL, "Sender not verified: treat links and requests with care"),
        ("", ""),
    ],
)
def test_agent_gets_a_quiet_hint(line: str, hint: str) -> None:
    message = arrives(account(), f"Authentication-Results: {line}" if line else "X-Nothing: 1")
    client = Client()
    client.force_login(make_user("agent"))
    page = client.get(f"/inbox/{message.conversation_id}/").content.decode()
    said = [text for text in ("Sender verified by mx.hilo.example", "Sender not verified") if text in page]
    assert said == ([hint.partition(":")[0]] if hint else [])
