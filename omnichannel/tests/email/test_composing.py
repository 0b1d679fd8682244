"""A delivery as a mail, header by header, and the reply of Outlook's thread index bit by bit."""

import base64
import datetime as dt
import struct
from typing import Any

import pytest

from omnichannel.channels.base import ChannelError
from omnichannel.channels.email.compose import (
    child_thread_index,
    compose,
    envelope_sender,
    message_id_for,
    receives_signed_addresses,
    recipients,
)
from omnichannel.channels.email.tokens import Token
from omnichannel.models import Channel, Delivery, Message
from omnichannel.tests.factories import make_channel, make_contact, make_conversation

pytestmark = pytest.mark.django_db
THREAD = base64.b64encode(bytes([1, 0xD9, 0x00, 0x10, 0x20, 0x30]) + bytes(16)).decode()
BEGAN = dt.datetime(1601, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=(0x01D900102030 << 16) // 10)


@pytest.fixture
def delivery() -> Delivery:
    """Of a message that answers nothing, in no conversation."""
    channel = make_channel(kind="email", address="support@hilo.example")
    message = Message.objects.create(
        contact=make_contact(),
        channel=channel,
        direction=Message.Direction.OUTBOUND,
        subject="Hola",
        text="one\n\ntwo <b>",
        message_id="m@hilo.example",
    )
    return Delivery.objects.create(message=message, channel=channel, address="ana@casa.example", key="k")


def html(delivery: Delivery) -> str:
    body = compose(delivery).get_body(("html",))
    assert body is not None
    return str(body.get_content())


def test_mail_is_from_the_account_under_its_own_name_or_the_one_that_was_chosen(delivery: Delivery) -> None:
    assert compose(delivery)["From"] == f"{delivery.channel.name} <support@hilo.example>"
    delivery.channel.settings = {"from_name": "Ñandú, S.L."}
    assert compose(delivery)["From"] == '"Ñandú, S.L." <support@hilo.example>'


def test_mail_of_a_person_that_answers_nothing_has_no_headers_to_spare(delivery: Delivery) -> None:
    assert sorted(compose(delivery).keys()) == [
        "Content-Type", "Date", "From", "MIME-Version", "Message-ID", "Reply-To", "Subject", "To",
    ]  # fmt: skip


def test_copies_are_in_the_header_and_in_the_envelope_behind_the_customer_each_once(delivery: Delivery) -> None:
    delivery.message.cc = ["boss@casa.example", "ana@casa.example"]
    assert compose(delivery)["Cc"] == "boss@casa.example, ana@casa.example"
    assert recipients(delivery) == ["ana@casa.example", "boss@casa.example"]


def test_copy_to_what_is_no_address_fails_for_good_and_says_which(delivery: Delivery) -> None:
    for address in ("", "nobody", "a@b@c", "a b@c.example", "a@", "<a@b.example"):
        delivery.message.cc = [address]
        with pytest.raises(ChannelError) as caught:
            compose(delivery)
        assert caught.value.permanent is True
        assert str(caught.value).startswith(f"{address!r} is no e-mail address")


def test_of_many_references_the_newest_fifty_go_along(delivery: Delivery) -> None:
    delivery.message.in_reply_to = "r59@x"
    delivery.message.references = [f"r{number}@x" for number in range(60)]

    mail = compose(delivery)

    assert mail["References"].split() == [f"<r{number}@x>" for number in range(10, 60)]
    assert (mail["In-Reply-To"], mail["Thread-Index"]) == ("<r59@x>", None)


def test_robot_says_whether_it_answers_or_begins(delivery: Delivery) -> None:
    message, suppress = delivery.message, "OOF, AutoReply"
    said = []
    for message.automatic, message.in_reply_to in [(False, ""), (False, "r@x"), (True, ""), (True, "r@x")]:
        mail = compose(delivery)
        said.append((mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]))

    assert said == [(None, None), (None, None), ("auto-generated", suppress), ("auto-replied", suppress)]


def test_text_and_page_both_go_and_the_page_is_made_of_the_text_if_there_is_none(delivery: Delivery) -> None:
    mail = compose(delivery)
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert html(delivery).startswith("<p>one</p><p>two &lt;b&gt;</p><div style=")

    delivery.message.html = "<p>own</p>"
    assert html(delivery).startswith("<p>own</p><div style=")


def test_marker_stands_inside_the_body_of_a_whole_page_and_names_the_message(delivery: Delivery) -> None:
    delivery.message.html = "<html><body><p>a</p><pre></body></pre></body></html>"
    page = html(delivery)
    marker = f"hilo:{Token('m', delivery.message_id, delivery.channel_id or 0)}</div></body></html>"
    assert page.strip().endswith(marker)
    assert page.count("hilo:") == 1


def test_mail_without_a_text_can_still_be_sent(delivery: Delivery) -> None:
    delivery.message.text = ""
    body = compose(delivery).get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == ""


def test_message_id_is_signed_at_the_domain_of_the_installation(delivery: Delivery, settings: Any) -> None:
    settings.MAIL_DOMAIN = "mail.hilo.example"
    message = delivery.message
    assert message_id_for(message) == f"{Token('m', message.pk, message.channel_id or 0)}@mail.hilo.example"


def test_signed_addresses_are_used_where_they_come_back_to_us(delivery: Delivery) -> None:
    token = Token("m", delivery.message_id, delivery.channel_id or 0)
    imap: dict[str, Any] = {"imap_host": "imap.hilo.example"}

    for settings in ({}, imap | {"signed_addresses": True}):
        delivery.channel.settings = settings
        assert receives_signed_addresses(delivery.channel) is True
        assert envelope_sender(delivery) == f"bounce+{token}@hilo.example"
        assert compose(delivery)["Reply-To"] == f"reply+{token}@hilo.example"

    for settings in (imap, imap | {"signed_addresses": None}, {"signed_addresses": False}):
        delivery.channel.settings = settings
        assert receives_signed_addresses(delivery.channel) is False
        assert (envelope_sender(delivery), compose(delivery)["Reply-To"]) == ("support@hilo.example", None)


# --- Outlook's thread index ---


@pytest.fixture
def answer(delivery: Delivery) -> Delivery:
    """To a mail of Outlook."""
    conversation = make_conversation(delivery.channel, message_id="in@casa.example")
    Message.objects.filter(conversation=conversation).update(thread_index=THREAD)
    delivery.message.conversation, delivery.message.in_reply_to = conversation, "in@casa.example"
    return delivery


def test_answer_continues_the_thread_of_what_it_answers(answer: Delivery) -> None:
    assert base64.b64decode(compose(answer)["Thread-Index"])[:22] == base64.b64decode(THREAD)


def test_answer_to_a_message_of_another_conversation_or_to_none_continues_nothing(answer: Delivery) -> None:
    elsewhere = make_conversation(answer.channel, message_id="other@casa.example")
    Message.objects.filter(conversation=elsewhere).update(thread_index=THREAD)
    for in_reply_to in ("other@casa.example", "unknown@casa.example", ""):
        answer.message.in_reply_to = in_reply_to
        assert compose(answer)["Thread-Index"] is None


@pytest.mark.parametrize(
    ("after", "block"),
    [
        (dt.timedelta(0), 0),
        (dt.timedelta(microseconds=(1 << 18) // 10 + 1), 1),
        (dt.timedelta(hours=1), 36_000_000_000 >> 18),
        (dt.timedelta(days=651), 651 * 864_000_000_000 >> 18),
        (dt.timedelta(days=652), 1 << 31 | 652 * 864_000_000_000 >> 23),  # the first bit: a coarser scale
        (dt.timedelta(days=-1), 0),  # its clock is ahead of ours
    ],
)
def test_child_block_is_the_time_since_the_thread_began(after: dt.timedelta, block: int) -> None:
    child = base64.b64decode(child_thread_index(THREAD, BEGAN + after))
    assert struct.unpack(">IB", child[22:]) == (block, 0)


def test_each_answer_adds_five_bytes_and_the_root_is_22() -> None:
    child = child_thread_index(THREAD, BEGAN)
    assert [len(base64.b64decode(each)) for each in (THREAD, child, child_thread_index(child, BEGAN))] == [22, 27, 32]
    assert child_thread_index(base64.b64encode(bytes(21)).decode(), BEGAN) == ""


def test_account_of_another_address_answers_from_its_own_domain(delivery: Delivery) -> None:
    Channel.objects.filter(pk=delivery.channel_id).update(address="hola@mail.tienda.example")
    delivery.channel.refresh_from_db()
    assert envelope_sender(delivery).endswith("@mail.tienda.example")
