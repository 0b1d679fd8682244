import asyncio
import os
import signal
import smtplib
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError

from crm.models import Heartbeat
from omnichannel import outbox
from omnichannel.actions import inbound
from omnichannel.channels.base import InboundMessage
from omnichannel.channels.email.tests.mails import raw_mail
from omnichannel.channels.email.tokens import Token
from omnichannel.doors import smtp as door
from omnichannel.management.commands.smtp_listener import serve
from omnichannel.models import Channel, RawInbound
from omnichannel.tests.factories import make_channel

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def account() -> Channel:
    return make_channel(kind="email", address="support@hilo.example")


@pytest.fixture
def client(account: Channel) -> Iterator[smtplib.SMTP]:
    loop = asyncio.new_event_loop()

    async def listen() -> Any:
        return await asyncio.get_running_loop().create_server(door.make_door, "127.0.0.1", 0)

    server = loop.run_until_complete(listen())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    with smtplib.SMTP("127.0.0.1", server.sockets[0].getsockname()[1], timeout=10) as connection:
        yield connection
    asyncio.run_coroutine_threadsafe(close_database(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.run_until_complete(loop.shutdown_default_executor())


async def close_database() -> None:
    """The executor's threads keep a connection each, which would hold up the end of the tests' database."""
    from django.db import connections

    for _ in range(8):
        await asyncio.to_thread(connections.close_all)


def test_mail_is_stored_before_it_is_acknowledged(client: smtplib.SMTP, account: Channel) -> None:
    client.sendmail("ana@casa.example", ["support@hilo.example"], raw_mail("Hola\r\n"))
    raw = RawInbound.objects.get()
    assert (raw.channel_id, raw.meta["rcpt"], raw.meta["mail_from"]) == (
        account.pk,
        ["support@hilo.example"],
        "ana@casa.example",
    )
    assert bytes(raw.body).startswith(b"Return-Path: <ana@casa.example>\r\nReceived: from ")
    assert bytes(raw.body).endswith(b"\r\n\r\nHola\r\n")


def test_same_mail_again_is_stored_once(client: smtplib.SMTP, account: Channel) -> None:
    mail = raw_mail()
    for _ in range(2):
        client.sendmail("ana@casa.example", ["support@hilo.example"], mail)
    assert RawInbound.objects.count() == 1


def test_unknown_recipient_is_refused(client: smtplib.SMTP) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as caught:
        client.sendmail("ana@casa.example", ["nobody@hilo.example"], raw_mail())
    assert caught.value.recipients["nobody@hilo.example"][0] == 550
    assert RawInbound.objects.count() == 0


def test_known_recipients_get_the_mail_although_another_is_refused(client: smtplib.SMTP, account: Channel) -> None:
    sales = make_channel(kind="email", address="sales@hilo.example")
    recipients = ["nobody@hilo.example", "Support@Hilo.example", "sales@hilo.example"]
    refused = client.sendmail("ana@casa.example", recipients, raw_mail())
    assert list(refused) == ["nobody@hilo.example"]
    assert set(RawInbound.objects.values_list("channel", flat=True)) == {account.pk, sales.pk}


def test_inactive_account_takes_no_mail(client: smtplib.SMTP, account: Channel) -> None:
    Channel.objects.update(active=False)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        client.sendmail("ana@casa.example", ["support@hilo.example"], raw_mail())


def test_signed_reply_and_bounce_addresses_are_taken(client: smtplib.SMTP, account: Channel) -> None:
    token = Token("c", 7, account.pk)
    recipients = [
        f"reply+{token}@hilo.example",
        f"bounce+{Token('m', 7, account.pk)}@hilo.example",
        "support+x@hilo.example",
    ]
    client.sendmail("", recipients, raw_mail())
    assert RawInbound.objects.get().meta["rcpt"] == recipients


def test_forged_reply_address_is_refused(client: smtplib.SMTP, account: Channel) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        client.sendmail("", [f"reply+c7.{account.pk}.{'0' * 20}@hilo.example"], raw_mail())


def test_database_that_is_down_asks_the_sender_to_come_again(
    client: smtplib.SMTP, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**kwargs: Any) -> None:
        raise DatabaseError("the server closed the connection")

    monkeypatch.setattr(inbound, "receive_raw", broken)
    with pytest.raises(smtplib.SMTPDataError) as caught:
        client.sendmail("ana@casa.example", ["support@hilo.example"], raw_mail())
    assert caught.value.smtp_code == 451


def test_size_is_announced_and_enforced(client: smtplib.SMTP) -> None:
    """At the recipient, not before: only then is it known whose quarantine shows the mail."""
    client.ehlo()
    assert client.esmtp_features["size"] == str(50 << 20)
    assert client.mail("ana@casa.example", [f"SIZE={60 << 20}"])[0] == 250
    assert client.rcpt("nobody@hilo.example")[0] == 550
    assert client.rcpt("support@hilo.example")[0] == 552
    assert client.docmd("DATA")[0] == 503
    client.rset()
    client.mail("ana@casa.example", [f"SIZE={50 << 20}"])
    assert client.rcpt("support@hilo.example")[0] == 250


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> int:
    """Asked for before `client`: a connection keeps the limit that it began with."""
    monkeypatch.setattr(door, "MAX_SIZE", 20_000)
    return 20_000


def quarantined() -> RawInbound:
    inbound.process_due()
    raw = RawInbound.objects.get()
    assert raw.state == "quarantined"
    return raw


def test_mail_that_says_it_is_too_large_is_refused_and_visible(small: int, client: smtplib.SMTP) -> None:
    mail = raw_mail("x" * 70 + "\r\n" * small)
    for _ in range(2):
        with pytest.raises(smtplib.SMTPRecipientsRefused) as caught:
            client.sendmail("ana@casa.example", ["support@hilo.example"], mail)
        assert caught.value.recipients["support@hilo.example"][0] == 552
    raw = quarantined()
    assert raw.error == f"The mail has {len(mail)} bytes; the limit is {small}. It was refused, and its sender told."
    (shown,) = outbox.held([raw])
    assert (shown.sender, shown.size) == ("ana@casa.example", len(mail))
    assert b"xxx" not in bytes(raw.body)


def test_mail_that_turns_out_too_large_is_refused_and_visible(small: int, client: smtplib.SMTP) -> None:
    client.helo()  # without ESMTP nobody says how large a mail is
    mail = raw_mail(("x" * 70 + "\r\n") * 3000)
    with pytest.raises(smtplib.SMTPDataError) as caught:
        client.sendmail("ana@casa.example", ["support@hilo.example"], mail)
    assert caught.value.smtp_code == 552
    raw = quarantined()
    (shown,) = outbox.held([raw])
    assert (shown.sender, shown.size, raw.meta["rcpt"]) == ("ana@casa.example", len(mail), ["support@hilo.example"])
    assert raw.error.startswith(f"The mail has {len(mail)} bytes; the limit is {small}.")
    assert len(raw.body) < 300


def test_mail_with_an_endless_line_is_refused_and_visible(client: smtplib.SMTP, account: Channel) -> None:
    with pytest.raises(smtplib.SMTPDataError) as caught:
        client.sendmail("ana@casa.example", ["support@hilo.example"], raw_mail("x" * (3 << 20) + "\r\n"))
    assert caught.value.smtp_code == 500
    said = f"The mail has a line of more than {1 << 20} bytes. It was refused, and its sender told."
    assert quarantined().error == said


def test_line_that_never_ends_is_hung_up_on(small: int, client: smtplib.SMTP) -> None:
    """aiosmtpd keeps the pieces of a line until it ends, however many."""
    client.ehlo()
    client.mail("ana@casa.example")
    client.rcpt("support@hilo.example")
    assert client.docmd("DATA")[0] == 354
    with pytest.raises(smtplib.SMTPServerDisconnected):
        client.send(b"x" * (50 << 20))


def test_next_mail_on_the_same_connection_is_taken(small: int, client: smtplib.SMTP) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        client.sendmail("ana@casa.example", ["support@hilo.example"], raw_mail("x\r\n" * small))
    client.sendmail("ana@casa.example", ["support@hilo.example"], raw_mail())
    assert sorted("refused" in meta for meta in RawInbound.objects.values_list("meta", flat=True)) == [False, True]


def test_refusal_that_cannot_be_noted_asks_the_sender_to_come_again(
    small: int, client: smtplib.SMTP, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**kwargs: Any) -> None:
        raise DatabaseError("the server closed the connection")

    monkeypatch.setattr(inbound, "receive_raw", broken)
    with pytest.raises(smtplib.SMTPRecipientsRefused) as caught:
        client.sendmail("ana@casa.example", ["support@hilo.example"], raw_mail("x\r\n" * small))
    assert caught.value.recipients["support@hilo.example"][0] == 451


def test_long_lines_are_taken_for_the_parser_to_judge(client: smtplib.SMTP, account: Channel) -> None:
    client.sendmail("ana@casa.example", ["support@hilo.example"], raw_mail("x" * 80_000 + "\r\n"))
    assert len(RawInbound.objects.get().body) > 80_000


def test_trace_cannot_be_used_to_forge_headers() -> None:
    lines = door.trace({"mail_from": "a\r\nX: y", "peer": "1.2.3.4", "helo": "h\nX: z"})
    assert lines.count(b"\r\n") == 2
    assert lines.startswith(b"Return-Path: <a??X:?y>\r\nReceived: from h?X:?z ([1.2.3.4]) by Hilo")


def test_door_says_that_it_is_there_until_it_is_told_to_stop() -> None:
    async def look_and_stop() -> None:
        serving = asyncio.create_task(serve("127.0.0.1", 0))
        while not await door.in_thread(Heartbeat.objects.filter(service="smtp").exists):
            await asyncio.sleep(0.02)
        assert not serving.done()
        os.kill(os.getpid(), signal.SIGTERM)
        await serving
        await close_database()

    asyncio.run(asyncio.wait_for(look_and_stop(), timeout=10))
    assert Heartbeat.objects.filter(service="smtp").exists()


def test_null_sender_is_a_program_for_the_reader(client: smtplib.SMTP) -> None:
    """RFC 5321 §4.5.5: bounces and receipts come so; whoever answers them starts a loop."""
    client.sendmail("", ["support@hilo.example"], raw_mail("Not delivered\r\n"))

    (message,) = parsed()

    assert (bytes(RawInbound.objects.get().body).splitlines()[0], message.automatic) == (b"Return-Path: <>", True)


def test_what_is_no_mail_reaches_the_quarantine(client: smtplib.SMTP) -> None:
    client.sendmail("ana@casa.example", ["support@hilo.example"], b"this is no mail at all\r\n\r\nbody\r\n")

    inbound.process_due()

    raw = RawInbound.objects.get()
    assert (raw.state, raw.error) == ("quarantined", "This is no mail: it has no header fields.")


def parsed() -> list[InboundMessage]:
    raw = RawInbound.objects.get()
    return raw.channel.plugin.parse(raw)
