"""What a message from a customer becomes: person, conversation, waiting, preview; and what a delivery report does."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db.models.functions import Now

from crm.actions.contacts import NobodyClaimed
from crm.models import Claim, Event, Identity, Team
from omnichannel.actions import conversations, deliveries
from omnichannel.channels.base import AttachedFile, BouncedRecipient, InboundMessage
from omnichannel.models import Channel, Conversation, Cycle, Delivery, Message, RawInbound, Suppression
from omnichannel.tests.factories import inbound, make_channel, make_contact, make_conversation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel() -> Channel:
    return make_channel()


def received(channel: Channel, **fields: Any) -> Message:
    message = conversations.receive(channel, inbound(**fields))
    assert message is not None
    return message


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ({"text": "Hola,\n\n  sigue\tsin llegar. "}, "Hola, sigue sin llegar."),
        ({"text": "Sí.\n> ¿Llegó?", "reply_text": "Sí."}, "Sí."),
        ({"text": "x" * 140}, "x" * 140),
        ({"text": "x" * 141}, "x" * 139 + "…"),
        ({"text": "  \n"}, ""),
        ({"text": "", "attachments": [AttachedFile(f"{n}.png", "image/png", b"x") for n in range(2)]}, "0.png, 1.png"),
    ],
)
def test_preview_is_what_was_new_on_one_line(channel: Channel, said: dict[str, Any], shown: str) -> None:
    message = received(channel, **said)

    assert Conversation.objects.get().preview == shown
    told = Event.objects.get(name="message.received").properties
    assert (told["excerpt"], told["message_id"], told["automatic"]) == (shown, message.pk, False)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [("Ana", "Ana", ""), ("  Ana   Ruiz Gil ", "Ana", "Ruiz Gil"), ("", "", "")],
)
def test_first_word_of_a_senders_name_is_the_first_name(channel: Channel, name: str, first: str, last: str) -> None:
    contact = received(channel, name=name).contact

    assert (contact.first_name, contact.last_name) == (first, last)


def test_language_of_a_message_is_that_of_a_new_person(channel: Channel) -> None:
    assert received(channel, language="es").contact.language == "es"


def test_conversation_belongs_to_the_inbox_and_team_of_its_account() -> None:
    channel = make_channel(team=Team.objects.create(name="Support"))

    conversation = make_conversation(channel, subject="x" * 501)

    assert (conversation.inbox, conversation.team) == (channel.inbox, channel.inbox.team)
    assert (conversation.subject, conversation.status, conversation.assignee) == ("x" * 500, "open", None)


def test_waiting_begins_with_the_first_message_that_nobody_answered(channel: Channel) -> None:
    make_conversation(channel, message_id="m1@casa.example")
    before = Conversation.objects.get()
    received(channel, in_reply_to="m1@casa.example", text="¿Hola?")
    after = Conversation.objects.get()

    assert before.waiting_since is not None
    assert (after.waiting_since, after.preview) == (before.waiting_since, "¿Hola?")
    assert after.last_message_at > before.last_message_at


def test_program_that_writes_does_not_wait_for_us(channel: Channel) -> None:
    message = received(channel, automatic=True, text="Fuera de la oficina")

    conversation = Conversation.objects.get()
    assert (conversation.waiting_since, conversation.preview) == (None, "Fuera de la oficina")
    assert (message.automatic, Event.objects.get(name="message.received").properties["automatic"]) == (True, True)


def test_waiting_begins_again_after_an_answer_and_ends_with_resolving(channel: Channel) -> None:
    agent, conversation = make_user("agent"), make_conversation(channel, message_id="m1@casa.example")
    conversations.reply(conversation, by=agent, body="Va")
    received(channel, in_reply_to="m1@casa.example")
    conversation.refresh_from_db()
    waiting = conversation.waiting_since
    conversations.resolve(conversation, by=agent)
    conversation.refresh_from_db()

    assert (waiting is None, conversation.waiting_since) == (False, None)


def test_answer_to_a_message_of_another_account_joins_its_conversation_and_keeps_its_inbox(channel: Channel) -> None:
    conversation, other = make_conversation(channel, message_id="m1@casa.example"), make_channel()

    joined = received(other, in_reply_to="m1@casa.example")

    assert (joined.conversation, joined.channel) == (conversation, other)
    assert Conversation.objects.get().inbox == channel.inbox


def test_same_id_at_another_account_is_another_message(channel: Channel) -> None:
    received(channel, external_id="m1")
    received(make_channel(), external_id="m1")

    assert Message.objects.count() == 2


def test_messages_without_an_id_are_never_taken_for_one(channel: Channel) -> None:
    for _ in range(2):
        conversations.receive(channel, InboundMessage(external_id="", claims=[Claim("email", "ana@casa.example")]))

    assert Message.objects.count() == 2


def test_id_that_is_too_long_is_still_known_again(channel: Channel) -> None:
    first = received(channel, external_id="m" * 400)

    assert received(channel, external_id="m" * 400) == first
    assert first.external_id == "m" * 320


def test_what_is_longer_than_its_column_is_cut_and_lists_end(channel: Channel) -> None:
    message = received(
        channel,
        sender="a" * 307 + "@casa.example" + " " * 80,
        name="n" * 300,
        subject="s" * 600,
        to=["t" * 400],
        cc=["c" * 400],
        reply_to=[f"{n}@casa.example" for n in range(11)],
        references=[f"{n}@casa.example" for n in range(101)],
        in_reply_to="r" * 400,
        headers={"thread-index": "x" * 700},
    )
    message.refresh_from_db()

    lengths = (len(message.sender), len(message.sender_name), len(message.subject), len(message.to[0]))
    assert lengths == (320, 200, 500, 320)
    assert (len(message.cc[0]), len(message.in_reply_to), len(message.thread_index)) == (320, 320, 600)
    assert (len(message.reply_to), message.reply_to[0]) == (10, "0@casa.example")
    assert (len(message.references), message.references[-1]) == (100, "99@casa.example")


def test_a_sender_with_an_address_that_no_column_can_hold_is_nobody(channel: Channel) -> None:
    """Cut, it would have no domain and could be somebody else's."""
    with pytest.raises(NobodyClaimed):
        received(channel, sender="a" * 400 + "@casa.example")


def test_message_keeps_by_which_address_it_came_and_from_which_raw_item(channel: Channel) -> None:
    make_contact("otra@casa.example")
    raw = RawInbound.objects.create(channel=channel, dedup_key="k", body=b"x")
    sent_at = datetime(2026, 3, 2, tzinfo=UTC)

    message = conversations.receive(channel, inbound(sender="ANA@casa.example", sent_at=sent_at), raw=raw)

    assert message is not None
    assert message.identity == Identity.objects.get(value="ana@casa.example")
    assert (message.raw, message.sent_at, message.sender) == (raw, sent_at, "ANA@casa.example")


def test_file_is_kept_with_what_identifies_it_and_never_under_its_own_name(channel: Channel) -> None:
    file = AttachedFile("../../etc/passwd" + "x" * 300, "t" * 200, b"bytes", content_id="c" * 300, inline=True)

    kept = received(channel, attachments=[file]).attachments.get()

    assert (kept.size, kept.sha256, kept.inline) == (5, hashlib.sha256(b"bytes").hexdigest(), True)
    assert (len(kept.filename), len(kept.content_type), len(kept.content_id)) == (255, 127, 255)
    folder, half, name = str(kept.file).split("/")
    assert (folder, half, len(name), "passwd" in name) == ("attachments", name[:2], 32, False)


def test_automatic_answer_in_a_resolved_conversation_changes_its_preview_alone(channel: Channel) -> None:
    conversation = make_conversation(channel, message_id="m1@casa.example")
    conversations.resolve(conversation, by=make_user("agent"))

    received(channel, in_reply_to="m1@casa.example", automatic=True, text="Gracias por escribir")

    conversation.refresh_from_db()
    assert (conversation.preview, conversation.status) == ("Gracias por escribir", "resolved")
    assert Cycle.objects.count() == 1


# --- delivery reports --------------------------------------------------------------------------------------------


@pytest.fixture
def delivery(channel: Channel) -> Delivery:
    """A reply to ana@casa.example that the provider has accepted."""
    message = conversations.reply(make_conversation(channel), by=make_user("agent"), body="Hola")
    deliveries.report(message.delivery, "sent")
    return message.delivery


def report(
    delivery: Delivery,
    address: str = "ana@casa.example",
    *,
    permanent: bool = True,
    delayed: bool = False,
    reason: str = "no such user",
) -> Message | None:
    bounce = BouncedRecipient(address, "5.1.1", reason, permanent=permanent, delayed=delayed)
    mail = inbound(
        sender="mailer-daemon@mx.example",
        bounces=[bounce],
        bounced_message_id=delivery.message.message_id,
        automatic=True,
    )
    return conversations.receive(delivery.channel, mail)


def test_delay_is_told_on_the_message_and_stops_nothing(delivery: Delivery) -> None:
    assert report(delivery, permanent=False, delayed=True) is None
    delivery.refresh_from_db()

    assert (delivery.state, delivery.error, Suppression.objects.count()) == ("sent", "5.1.1 no such user", 0)


def test_delay_says_nothing_of_what_has_arrived_since(delivery: Delivery) -> None:
    deliveries.report(delivery, "delivered")
    report(delivery, permanent=False, delayed=True)
    delivery.refresh_from_db()

    assert (delivery.state, delivery.error) == ("delivered", "")


def test_server_that_gave_up_returned_the_message_and_the_address_may_be_written_to_again(delivery: Delivery) -> None:
    report(delivery, permanent=False, reason="mailbox full for five days")
    delivery.refresh_from_db()

    assert (delivery.state, delivery.error) == ("bounced", "5.1.1 mailbox full for five days")
    assert Suppression.objects.count() == 0


@pytest.mark.parametrize(
    ("address", "suppressed"),
    [("Ana@Casa.example", 1), ("", 1), ("hijo@casa.example", 0)],
)
def test_only_the_address_that_was_written_to_is_not_written_to_again(
    delivery: Delivery, address: str, suppressed: int
) -> None:
    """A copy that came back says nothing of the address of the customer."""
    report(delivery, address)
    delivery.refresh_from_db()

    assert delivery.state == "bounced"
    kept = Suppression.objects.filter(kind="email", address="ana@casa.example", reason="bounce")
    assert kept.count() == Suppression.objects.count() == suppressed


@pytest.mark.parametrize(
    ("status", "said", "told"),
    [
        ("5.2.2", "552 5.2.2 Mailbox full", "552 5.2.2 Mailbox full"),
        ("5.2.2", "over quota", "5.2.2 over quota"),
        ("5.0.0", "552 Mailbox full", "5.0.0 552 Mailbox full"),
    ],
)
def test_full_mailbox_returned_the_message_and_is_written_to_again(
    delivery: Delivery, status: str, said: str, told: str
) -> None:
    mail = inbound(
        sender="mailer-daemon@mx.example",
        bounces=[BouncedRecipient("ana@casa.example", status, said, permanent=True)],
        bounced_message_id=delivery.message.message_id,
        automatic=True,
    )
    conversations.receive(delivery.channel, mail)
    delivery.refresh_from_db()

    assert (delivery.state, delivery.error, Suppression.objects.count()) == ("bounced", told, 0)


def blocked(delivery: Delivery, reason: str = "bounce") -> bool:
    return Suppression.objects.filter(address="ana@casa.example", reason=reason).exists()


@pytest.mark.parametrize("verdict", [{}, {"verdict": "verified"}])
def test_who_writes_from_an_address_that_bounced_is_written_to_again(
    delivery: Delivery, verdict: dict[str, str]
) -> None:
    report(delivery)
    assert blocked(delivery)
    conversations.receive(delivery.channel, inbound(sender="Ana@Casa.example", authentication=verdict))
    assert not blocked(delivery)


@pytest.mark.parametrize(
    "mail",
    [
        {"authentication": {"verdict": "unverified"}},
        {"automatic": True},
        {"by_list": True},
        {"sender": "ben@casa.example"},
    ],
)
def test_nobody_else_lifts_the_block_of_an_address(delivery: Delivery, mail: dict[str, Any]) -> None:
    report(delivery)
    conversations.receive(delivery.channel, inbound(**mail))
    assert blocked(delivery)


def test_who_is_named_by_a_web_form_proves_nothing_of_their_address(delivery: Delivery) -> None:
    report(delivery)
    form = replace(inbound(sender="noreply@shop.example"), claims=[Claim("email", "ana@casa.example")])
    conversations.receive(delivery.channel, form)
    assert blocked(delivery)


def test_complaint_is_lifted_by_no_mail(delivery: Delivery) -> None:
    Suppression.objects.create(kind="email", address="ana@casa.example", reason="complaint")
    conversations.receive(delivery.channel, inbound())
    assert blocked(delivery, "complaint")


@pytest.mark.parametrize("permanent", [True, False])
def test_reason_that_is_longer_than_its_column_is_cut(delivery: Delivery, permanent: bool) -> None:
    report(delivery, permanent=permanent, reason="x" * 2000)
    delivery.refresh_from_db()

    assert delivery.error == "5.1.1 " + "x" * 994
    assert [len(kept.detail) for kept in Suppression.objects.all()] == ([500] if permanent else [])


def test_same_report_twice_is_told_once(delivery: Delivery) -> None:
    before = Event.objects.count()
    for _ in range(2):
        report(delivery)

    assert (Suppression.objects.get().detail, Event.objects.count()) == ("5.1.1 no such user", before + 1)


def test_report_counts_at_every_account_of_the_same_kind_and_at_no_other(delivery: Delivery) -> None:
    """Reports go to the sender of the envelope, which may be another mailbox of ours."""
    mine = delivery.channel
    delivery.channel = make_channel(kind="email")
    assert report(delivery) is not None
    assert Delivery.objects.get().state == "sent"

    delivery.channel = make_channel(kind=mine.kind)
    assert report(delivery) is None
    assert Delivery.objects.get().state == "bounced"


def test_report_while_the_provider_is_still_asked_is_the_last_word(channel: Channel) -> None:
    """The claim is taken away, so its late answer cannot say that all went well."""
    message = conversations.reply(make_conversation(channel), by=make_user("agent"), body="Hola")
    Delivery.objects.update(lease="00000000-0000-4000-8000-000000000001", due_at=Now())

    report(message.delivery)

    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.lease, delivery.due_at) == ("bounced", None, None)
    assert deliveries.send_due() == 0
