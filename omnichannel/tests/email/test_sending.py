import base64
import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.base import ContentFile

from omnichannel.actions import conversations, outgoing
from omnichannel.channels.base import ChannelError
from omnichannel.channels.email import tokens
from omnichannel.channels.email.compose import child_thread_index, compose, envelope_sender
from omnichannel.channels.email.smtp import Server, deliver, server_from_url
from omnichannel.models import Attachment, Channel, Delivery, Message
from omnichannel.tests.factories import inbound, make_channel, make_contact, make_user
from tests.fakes.smtp_sink import SmtpSink

pytestmark = pytest.mark.django_db


@pytest.fixture
def sink(settings: Any) -> Iterator[SmtpSink]:
    with SmtpSink() as running:
        settings.SMTP_URL = running.url
        yield running


@pytest.fixture
def account() -> Channel:
    return make_channel(kind="email", address="support@hilo.example")


def received(account: Channel, **fields: Any) -> Message:
    message = conversations.receive(account, inbound(subject="Pedido 7", **fields))
    assert message is not None
    return message


def replied(account: Channel, body: str = "Gracias por escribir.", **fields: Any) -> Delivery:
    message = received(account, message_id="in-1@casa.example", **fields)
    assert message.conversation is not None
    return conversations.reply(message.conversation, by=make_user("agent"), body=body).delivery


def send(delivery: Delivery) -> Any:
    return delivery.channel.plugin.send(delivery)


def test_reply_reaches_the_customer(account: Channel, sink: SmtpSink) -> None:
    delivery = replied(account, references=["root@casa.example"])
    assert send(delivery).provider_id == "OK kept"
    accepted = sink.accepted[0]
    mail = accepted.mail
    assert accepted.recipients == ["ana@casa.example"]
    assert (mail["From"], mail["To"], mail["Subject"]) == (
        f"{account.name} <support@hilo.example>",
        "ana@casa.example",
        "Re: Pedido 7",
    )
    assert (mail["In-Reply-To"], mail["References"]) == (
        "<in-1@casa.example>",
        "<root@casa.example> <in-1@casa.example>",
    )
    assert mail["Auto-Submitted"] is None
    assert mail.get_body(("plain",)).get_content().strip() == "Gracias por escribir."  # type: ignore[union-attr]
    assert "<p>Gracias por escribir.</p>" in mail.get_body(("html",)).get_content()  # type: ignore[union-attr]


def test_names_in_the_mail_are_signed(account: Channel) -> None:
    delivery = replied(account)
    mail = compose(delivery)
    conversation_id = delivery.message.conversation_id
    assert mail["Message-ID"] == f"<{delivery.message.message_id}>"
    assert tokens.from_message_id(mail["Message-ID"]) == tokens.Token("m", delivery.message_id, account.pk)
    assert tokens.from_address(mail["Reply-To"]) == tokens.Token("c", conversation_id or 0, account.pk)
    assert tokens.from_address(envelope_sender(delivery)) == tokens.Token("m", delivery.message_id, account.pk)
    assert tokens.from_text(mail.as_string()) == tokens.Token("c", conversation_id or 0, account.pk)


def test_mailbox_read_by_imap_gets_no_signed_addresses(account: Channel) -> None:
    account.settings = {"imap_host": "imap.hilo.example"}
    account.save()
    delivery = replied(account)
    delivery.channel = account
    assert (compose(delivery)["Reply-To"], envelope_sender(delivery)) == (None, "support@hilo.example")


def test_sending_again_keeps_the_message_id(account: Channel) -> None:
    delivery = replied(account)
    assert compose(delivery)["Message-ID"] == compose(delivery)["Message-ID"]


@pytest.mark.parametrize(
    "bad", ["\r\nBcc: x@y.example", "\nBcc: x@y.example", "\rBcc: x@y.example", "\0", "\u2028Bcc: x", "\x85"]
)
def test_no_value_can_begin_a_header_line(account: Channel, bad: str) -> None:
    delivery = replied(account)
    message = delivery.message
    message.conversation = None
    message.subject = f"Hello{bad}"
    message.in_reply_to = f"a{bad}@b.example"
    message.references = [f"a{bad}@b.example"]
    delivery.channel.settings = {"from_name": f"Us{bad}"}
    delivery.extra = {"unsubscribe_url": f"https://hilo.example/u/1{bad}"}
    headers = compose(delivery).as_bytes().partition(b"\r\n\r\n")[0]
    names = [line.partition(b":")[0] for line in headers.split(b"\r\n") if not line.startswith((b" ", b"\t"))]
    assert b"Bcc" not in names
    assert not any(byte in headers.replace(b"\r\n", b"") for byte in (b"\r", b"\n", b"\0"))


def test_address_that_is_none_fails_for_good(account: Channel) -> None:
    delivery = replied(account)
    delivery.address = "a@b@c\r\nBcc: x@y.example"
    with pytest.raises(ChannelError) as caught:
        compose(delivery)
    assert caught.value.permanent is True


def test_program_says_that_it_is_one(account: Channel) -> None:
    contact = make_contact("eva@casa.example")
    delivery = outgoing.send(
        contact_id=contact.pk,
        key="k",
        subject="Welcome",
        text="Hi",
        purpose="marketing",
        channel=account,
        extra={"unsubscribe_url": "https://hilo.example/u/t"},
    )
    assert delivery is not None
    mail = compose(delivery)
    assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]) == ("auto-generated", "OOF, AutoReply")
    assert mail["List-Unsubscribe"] == "<https://hilo.example/u/t>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert tokens.from_address(mail["Reply-To"]) == tokens.Token("m", delivery.message_id, account.pk)


def test_attachment_goes_along(account: Channel, sink: SmtpSink) -> None:
    delivery = replied(account)
    Attachment.objects.create(
        message=delivery.message,
        file=ContentFile(b"%PDF", name="f"),
        filename="factura nº1.pdf",
        content_type="application/pdf",
        size=4,
    )
    send(delivery)
    part = next(iter(sink.accepted[0].mail.iter_attachments()))
    assert (part.get_filename(), part.get_content_type(), part.get_content()) == (
        "factura nº1.pdf",
        "application/pdf",
        b"%PDF",
    )


@pytest.mark.parametrize("kind", ["message/rfc822", "multipart/mixed", "text/plain\r\nBcc: x@y.example", "", "odd"])
def test_file_that_would_be_read_as_mail_goes_as_bytes(account: Channel, kind: str) -> None:
    delivery = replied(account)
    content = ContentFile(b"Subject: x\n\nhello", name="f")
    Attachment.objects.create(message=delivery.message, file=content, filename="a.eml", content_type=kind, size=17)
    part = next(iter(compose(delivery).iter_attachments()))
    assert (part.get_content_type(), part.get_content()) == ("application/octet-stream", b"Subject: x\n\nhello")


def test_lines_that_begin_with_a_dot_arrive_whole(account: Channel, sink: SmtpSink) -> None:
    send(replied(account, body="one\n.\n.two\n..three"))
    assert sink.accepted[0].mail.get_body(("plain",)).get_content().splitlines() == ["one", ".", ".two", "..three"]  # type: ignore[union-attr]


def test_without_a_mail_server_mail_goes_to_the_outbox(account: Channel, settings: Any) -> None:
    settings.SMTP_URL = ""
    result = send(replied(account))
    assert (result.state, result.provider_id.startswith("outbox:")) == ("sent", True)


@pytest.mark.parametrize(
    ("step", "reply", "permanent", "retry_after"),
    [
        ("rcpt", "550 5.1.1 No such user", True, None),
        ("rcpt", "450 4.2.1 Greylisted", False, 300),
        ("mail", "553 Not you", True, None),
        ("data", "554 Spam", True, None),
        ("data", "451 Later", False, 300),
        ("data", "552 Mailbox full", False, None),
    ],
)
def test_refusal_decides_whether_to_try_again(
    account: Channel, sink: SmtpSink, step: str, reply: str, permanent: bool, retry_after: int | None
) -> None:
    sink.replies[step] = [reply]
    with pytest.raises(ChannelError) as caught:
        send(replied(account))
    error = caught.value
    assert (error.permanent, error.unknown, error.retry_after) == (permanent, False, retry_after)
    assert reply[:3] in str(error)


@pytest.mark.parametrize(("step", "unknown", "accepted"), [("mail", False, 0), ("rcpt", False, 0), ("answer", True, 1)])
def test_only_a_break_after_the_final_dot_is_unknown(
    account: Channel, sink: SmtpSink, step: str, unknown: bool, accepted: int
) -> None:
    sink.hang_up.add(step)
    with pytest.raises(ChannelError) as caught:
        send(replied(account))
    assert (caught.value.unknown, caught.value.permanent, len(sink.accepted)) == (unknown, False, accepted)


def test_server_that_is_away_is_tried_again(account: Channel, settings: Any) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:1"
    with pytest.raises(ChannelError) as caught:
        send(replied(account))
    assert (caught.value.permanent, caught.value.unknown) == (False, False)


def test_refused_copy_does_not_hold_up_the_mail(account: Channel, sink: SmtpSink) -> None:
    delivery = replied(account, cc=["copy@casa.example"])
    sink.replies["rcpt"] = ["250 OK", "550 No such user"]
    send(delivery)
    assert (sink.accepted[0].recipients, sink.accepted[0].mail["Cc"]) == (["ana@casa.example"], "copy@casa.example")


def test_account_may_have_a_server_of_its_own(account: Channel, sink: SmtpSink, settings: Any) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:1"
    account.settings = {"smtp_host": "127.0.0.1", "smtp_port": sink.port, "smtp_security": "none"}
    account.save()
    send(replied(account))
    assert len(sink.accepted) == 1


def test_required_encryption_is_not_given_up(sink: SmtpSink) -> None:
    server = Server("127.0.0.1", sink.port, security="starttls")
    with pytest.raises(ChannelError, match="STARTTLS"):
        deliver(server, sender="a@b.example", recipients=["c@d.example"], mail=compose_empty())


def compose_empty() -> Any:
    from email.message import EmailMessage

    return EmailMessage()


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example", Server("mail.example", 25)),
        ("smtp://u%40x:p%2F@mail.example:587?security=starttls", Server("mail.example", 587, "u@x", "p/", "starttls")),
        ("smtps://mail.example", Server("mail.example", 465, security="tls")),
    ],
)
def test_server_is_read_from_the_url(url: str, server: Server) -> None:
    assert server_from_url(url) == server


def test_thread_index_of_a_reply_continues_the_parents() -> None:
    parent = base64.b64encode(bytes([1, 0xD9, 0x00, 0x10, 0x20, 0x30]) + bytes(16)).decode()
    child = base64.b64decode(child_thread_index(parent, dt.datetime(2026, 1, 5, tzinfo=dt.UTC)))
    assert (len(child), child[:22]) == (27, base64.b64decode(parent))


@pytest.mark.parametrize("parent", ["", "!!!", "AAAA", "<script>"])
def test_unreadable_thread_index_is_not_continued(parent: str) -> None:
    assert child_thread_index(parent) == ""
