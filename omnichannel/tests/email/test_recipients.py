"""For which account a mail at our SMTP door is, under which key it is stored, and what is written above it."""

import asyncio
import re
from typing import Any

import pytest
from aiosmtpd.smtp import Envelope, Session

from omnichannel.channels.email.tokens import Token
from omnichannel.doors import smtp as door
from omnichannel.models import Channel, RawInbound
from omnichannel.tests.factories import make_channel


@pytest.fixture
def account(db: None) -> Channel:
    return make_channel(kind="email", address="support@hilo.example")


@pytest.fixture
def sales(db: None) -> Channel:
    return make_channel(kind="email", address="sales@hilo.example")


def meta(*recipients: str, **fields: Any) -> dict[str, Any]:
    return {"mail_from": "ana@casa.example", "rcpt": list(recipients), "peer": "192.0.2.1", "helo": "mx", **fields}


def stored() -> list[tuple[int, list[str]]]:
    return [(raw.channel_id, raw.meta["rcpt"]) for raw in RawInbound.objects.order_by("pk")]


# --- whose address it is ---


@pytest.mark.parametrize(
    "address",
    ["support@hilo.example", "SUPPORT@Hilo.Example", "support+shop@hilo.example", "support+a+b@hilo.example"],
)
def test_address_of_an_account_is_known_in_any_case_and_with_an_extension(account: Channel, address: str) -> None:
    assert door.channel_id_for(address) == account.pk


@pytest.mark.parametrize(
    "address",
    [
        "nobody@hilo.example",
        "support@other.example",
        "support",
        "",
        "+x@hilo.example",
        "support@hilo.example.evil.example",
    ],
)
def test_address_of_nobody_is_not_taken(account: Channel, address: str) -> None:
    assert door.channel_id_for(address) is None


def test_account_with_an_extension_of_its_own_comes_first(account: Channel) -> None:
    shop = make_channel(kind="email", address="support+shop@hilo.example")
    assert door.channel_id_for("support+shop@hilo.example") == shop.pk
    assert door.channel_id_for("support+else@hilo.example") == account.pk


def test_account_of_another_kind_takes_no_mail(db: None) -> None:
    make_channel(address="chat@hilo.example")
    assert door.channel_id_for("chat@hilo.example") is None


def test_signed_address_is_that_of_its_account_whatever_the_domain(account: Channel) -> None:
    address = f"reply+{Token('c', 7, account.pk)}@anything.example"
    assert door.channel_id_for(address) == account.pk

    Channel.objects.update(active=False)
    assert door.channel_id_for(address) is None


def test_signed_address_of_an_account_that_is_gone_is_not_taken_for_its_namesake(account: Channel) -> None:
    make_channel(kind="email", address="reply@hilo.example")
    gone = f"reply+{Token('c', 7, account.pk + 1000)}@hilo.example"
    assert door.channel_id_for(gone) is None


# --- what is stored ---


def test_each_account_gets_one_item_with_its_own_recipients(account: Channel, sales: Channel) -> None:
    everybody = ["support@hilo.example", "sales@hilo.example", "support+x@hilo.example", "nobody@hilo.example"]
    door.store(b"mail", meta(*everybody))
    assert stored() == [
        (account.pk, ["support@hilo.example", "support+x@hilo.example"]),
        (sales.pk, ["sales@hilo.example"]),
    ]


@pytest.mark.parametrize(
    ("again", "count"),
    [
        ({"rcpt": ["SUPPORT@hilo.example", "support+x@hilo.example"]}, 1),
        ({"rcpt": ["support+x@hilo.example", "support@hilo.example"]}, 1),
        ({"mail_from": "else@casa.example", "peer": "192.0.2.2", "helo": "other"}, 1),
        ({"rcpt": ["support@hilo.example"]}, 2),
    ],
)
def test_mail_is_the_same_by_its_bytes_and_recipients(account: Channel, again: dict[str, Any], count: int) -> None:
    first = meta("support@hilo.example", "support+x@hilo.example")
    door.store(b"Date: x\r\n\r\nmail", first)
    door.store(b"Date: x\r\n\r\nmail", first | again)
    assert RawInbound.objects.count() == count


def test_what_nothing_tells_apart_is_another_mail_each_time(account: Channel) -> None:
    """Alarms of a printer, without Message-ID and date."""
    for _ in range(2):
        door.store(b"Subject: Paper jam\r\n\r\nTray 2", meta("support@hilo.example"))
    assert RawInbound.objects.count() == 2


def test_one_byte_makes_another_mail(account: Channel) -> None:
    for content in (b"mail", b"mail ", b""):
        door.store(content, meta("support@hilo.example"))
    assert RawInbound.objects.count() == 3


def test_refusal_is_kept_once_for_each_reason_sender_and_account_without_the_mail(
    account: Channel, sales: Channel
) -> None:
    first = meta("support@hilo.example", "sales@hilo.example", refused="Too large.", size=9)
    for said in (first, first | {"peer": "192.0.2.2"}, first | {"refused": "Too long."}, first | {"mail_from": ""}):
        door.store_refusal(said)

    raws = RawInbound.objects.filter(channel=account).order_by("pk")

    assert RawInbound.objects.filter(channel=sales).count() == 3
    assert [(raw.meta["refused"], raw.meta["mail_from"]) for raw in raws] == [
        ("Too large.", "ana@casa.example"),
        ("Too long.", "ana@casa.example"),
        ("Too large.", ""),
    ]
    assert re.fullmatch(rb"Return-Path: <[^\r\n]*>\r\nReceived: [^\r\n]*\r\n", bytes(raws[0].body))
    assert all(raw.dedup_key.startswith("smtp-refused:") for raw in raws)


def test_nobody_gets_nothing(account: Channel) -> None:
    door.store(b"mail", meta("nobody@hilo.example"))
    door.store_refusal(meta("nobody@hilo.example", refused="Too large."))
    assert stored() == []


# --- what is written above it ---


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({}, b"Return-Path: <ana@casa.example>\r\nReceived: from mx ([192.0.2.1]) by Hilo with ESMTP; "),
        ({"mail_from": "", "helo": "", "peer": ""}, b"Return-Path: <>\r\nReceived: from unknown ([]) by Hilo with"),
        ({"mail_from": "ñ@x.example"}, b"Return-Path: <?@x.example>\r\n"),
        ({"mail_from": "a" * 400}, b"Return-Path: <" + b"a" * 320 + b">\r\n"),
        ({"helo": "a b\tc\x00d"}, b"Return-Path: <ana@casa.example>\r\nReceived: from a?b?c?d ("),
    ],
)
def test_trace_has_two_lines_of_visible_ascii(fields: dict[str, str], line: bytes) -> None:
    written = door.trace(meta(**fields))
    assert written.startswith(line)
    assert (written.isascii(), written.count(b"\n"), written[-2:]) == (True, 2, b"\r\n")


@pytest.mark.parametrize("sender", [None, "<>"])
def test_envelope_is_noted_with_what_the_sender_said_of_himself(sender: str | None) -> None:
    session, envelope = Session(asyncio.new_event_loop()), Envelope()
    peer: Any = ("192.0.2.1", 4711)
    session.peer, session.host_name = peer, "h" * 300
    envelope.mail_from = sender  # aiosmtpd's word for nobody
    assert door.noted(session, envelope, ["a@x.example"]) == {
        "mail_from": "",
        "rcpt": ["a@x.example"],
        "peer": "192.0.2.1",
        "helo": "h" * 255,
    }
    session.loop.close()


@pytest.mark.parametrize(
    ("argument", "size"),
    [
        ("FROM:<a@x.example> SIZE=1000", "1000"),
        ("FROM:<a@x.example> BODY=8BITMIME size=7 SMTPUTF8", "7"),
        ("FROM:<a@x.example>", None),
        ("FROM:<a@x.example> SIZE=", None),
        ("FROM:<a@x.example> SIZE=1x", None),
        ("FROM:<a@x.example> XSIZE=1", None),
        ('FROM:<"a SIZE=1 "@x.example>', None),
        ('FROM:<"a SIZE=1 "@x.example> SIZE=2', "2"),
    ],
)
def test_size_is_what_stands_behind_the_address(argument: str, size: str | None) -> None:
    found = door.SIZE.search(argument)
    assert (found[1] if found else None) == size


@pytest.mark.django_db(transaction=True)
def test_hundred_recipients_are_taken_and_one_more_comes_with_the_next_mail() -> None:
    envelope = Envelope()
    envelope.rcpt_tos = [f"p{number}@hilo.example" for number in range(100)]
    session: Any = None

    async def one_more() -> str:
        server: Any = door.make_door()
        return await door.Handler().handle_RCPT(server, session, envelope, "support@hilo.example", [])

    assert asyncio.run(one_more()) == "452 4.5.3 Too many recipients"
    assert len(envelope.rcpt_tos) == 100
