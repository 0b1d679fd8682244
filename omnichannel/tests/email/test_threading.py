from typing import Any

import pytest

from omnichannel.actions import conversations, inbound, outgoing
from omnichannel.channels.email.compose import compose
from omnichannel.channels.email.tests.mails import multipart, raw_mail
from omnichannel.channels.email.tokens import Token
from omnichannel.models import Channel, Conversation, Delivery, Message, RawInbound
from omnichannel.tests.factories import make_channel, make_contact, make_user

pytestmark = pytest.mark.django_db
THREAD = "AdMnBqmZ0Q3b5l2rQ3eXc0pB9s1a2w=="


@pytest.fixture
def account() -> Channel:
    return make_channel(kind="email", address="support@hilo.example")


def arrive(account: Channel, raw: bytes, **meta: Any) -> Message | None:
    """The whole way in: stored, parsed in the sandbox, filed."""
    item = RawInbound.objects.create(channel=account, dedup_key=f"k{RawInbound.objects.count()}", body=raw, meta=meta)
    inbound.process_due()
    item.refresh_from_db()
    assert (item.state, item.error) == ("processed", "")
    return Message.objects.filter(raw=item).first()


def conversation_of(message: Message | None) -> Conversation:
    assert message is not None
    assert message.conversation is not None
    return message.conversation


@pytest.fixture
def opened(account: Channel) -> Conversation:
    return conversation_of(arrive(account, raw_mail(Message_ID="<first@casa.example>", Thread_Index=THREAD)))


@pytest.fixture
def answered(opened: Conversation) -> Delivery:
    return conversations.reply(opened, by=make_user("agent"), body="We look into it.").delivery


def test_mail_becomes_a_conversation(account: Channel, opened: Conversation) -> None:
    message = opened.messages.get()
    assert (opened.subject, message.sender, message.sender_name, message.text) == (
        "Hello",
        "ana@casa.example",
        "Ana Ruiz",
        "Hello",
    )
    assert (message.message_id, message.thread_index) == ("first@casa.example", THREAD)


def test_reply_by_message_id_continues_the_conversation(
    account: Channel, opened: Conversation, answered: Delivery
) -> None:
    reply = raw_mail(In_Reply_To=f"<{answered.message.message_id}>", Subject="another subject")
    assert conversation_of(arrive(account, reply)) == opened


def test_reply_of_a_colleague_by_our_message_id_continues_it(
    account: Channel, opened: Conversation, answered: Delivery
) -> None:
    reply = raw_mail(From="boss@other.example", References=f"<first@casa.example> <{answered.message.message_id}>")
    assert conversation_of(arrive(account, reply)) == opened


def test_signed_reply_address_continues_it(account: Channel, opened: Conversation, answered: Delivery) -> None:
    address = compose(answered)["Reply-To"]
    assert conversation_of(arrive(account, raw_mail(From="any@other.example"), rcpt=[address])) == opened


def test_signed_marker_in_the_quotation_continues_it(
    account: Channel, opened: Conversation, answered: Delivery
) -> None:
    """For mailers that drop every header and rewrite our Message-ID."""
    html = f"<p>Thanks</p><blockquote>{compose(answered).get_body(('html',)).get_content()}</blockquote>"  # type: ignore[union-attr]
    assert conversation_of(arrive(account, raw_mail(html, Content_Type="text/html"))) == opened


def test_own_message_id_of_the_customer_continues_it(account: Channel, opened: Conversation) -> None:
    assert conversation_of(arrive(account, raw_mail(References="<first@casa.example>"))) == opened


def test_subject_number_continues_it_for_the_customer(account: Channel, opened: Conversation) -> None:
    assert conversation_of(arrive(account, raw_mail(Subject=f"Re: [#{opened.pk}] Hello"))) == opened


def test_outlook_thread_continues_it_for_the_customer(account: Channel, opened: Conversation) -> None:
    assert conversation_of(arrive(account, raw_mail(Thread_Index=THREAD[:28] + "AAAAAAA="))) == opened


def stranger(**headers: str) -> bytes:
    return raw_mail(From="mallory@evil.example", **headers)


def test_stranger_with_guessed_evidence_opens_a_new_one(account: Channel, opened: Conversation) -> None:
    guesses: list[dict[str, str]] = [
        {"In_Reply_To": "<first@casa.example>"},
        {"Subject": f"Re: [#{opened.pk}] Hello"},
        {"Thread_Index": THREAD},
    ]
    for guess in guesses:
        assert conversation_of(arrive(account, stranger(**guess))) != opened


def test_forged_signatures_open_a_new_one(account: Channel, opened: Conversation, answered: Delivery) -> None:
    name = f"c{opened.pk}.{account.pk}.{'0' * 20}"
    forged_id = f"<m{answered.message_id}.{account.pk}.{'0' * 20}@hilo.example>"
    for raw, meta in [
        (stranger(In_Reply_To=forged_id, References=forged_id), {}),
        (stranger(), {"rcpt": [f"reply+{name}@hilo.example"]}),
        (stranger(To=f"reply+{name}@hilo.example"), {}),
    ]:
        assert conversation_of(arrive(account, raw, **meta)) != opened
    marked = raw_mail(f"hilo:{name}", From="mallory@evil.example")
    assert conversation_of(arrive(account, marked)) != opened


def test_customer_who_writes_anew_opens_a_new_one(account: Channel, opened: Conversation) -> None:
    """Same sender and same subject are no evidence."""
    assert conversation_of(arrive(account, raw_mail())) != opened


def test_answer_to_a_mailing_opens_a_conversation(account: Channel) -> None:
    contact = make_contact("ana@casa.example")
    delivery = outgoing.send(contact_id=contact.pk, key="k", subject="Welcome", text="Hi", channel=account)
    assert delivery is not None
    reply = arrive(
        account, raw_mail(In_Reply_To=f"<{delivery.message.message_id}>"), rcpt=[compose(delivery)["Reply-To"]]
    )
    assert conversation_of(reply).contact_id == contact.pk


@pytest.fixture
def told(account: Channel, opened: Conversation) -> Delivery:
    """What a program sent because of the conversation, as a welcome and a survey are."""
    sent = outgoing.send(
        contact_id=opened.contact_id, key="k", subject="Welcome", text="Hi", channel=account, conversation_id=opened.pk
    )
    assert sent is not None
    return sent


def test_answer_to_a_program_s_mail_joins_the_conversation_it_is_about(
    account: Channel, opened: Conversation, told: Delivery
) -> None:
    html = f"<p>Thanks</p><blockquote>{compose(told).get_body(('html',)).get_content()}</blockquote>"  # type: ignore[union-attr]
    for answer, meta in [
        (raw_mail(Subject="Re: Welcome"), {"rcpt": [compose(told)["Reply-To"]]}),
        (raw_mail(In_Reply_To=f"<{told.message.message_id}>"), {}),
        (raw_mail(html, Content_Type="text/html"), {}),
    ]:
        assert conversation_of(arrive(account, answer, **meta)) == opened
    told.message.refresh_from_db()
    assert told.message.conversation is None


def test_answer_to_a_program_s_mail_reopens_what_was_resolved(
    account: Channel, opened: Conversation, told: Delivery
) -> None:
    conversations.resolve(opened, by=make_user("agent"))
    arrive(account, raw_mail(), rcpt=[compose(told)["Reply-To"]])
    opened.refresh_from_db()
    assert (opened.is_resolved, Conversation.objects.count()) == (False, 1)


def test_automatic_answer_to_a_program_s_mail_joins_and_reopens_nothing(
    account: Channel, opened: Conversation, told: Delivery
) -> None:
    conversations.resolve(opened, by=make_user("agent"))
    away = raw_mail(In_Reply_To=f"<{told.message.message_id}>", Auto_Submitted="auto-replied")
    assert conversation_of(arrive(account, away)) == opened
    opened.refresh_from_db()
    assert opened.is_resolved


def test_forged_answer_to_a_program_s_mail_opens_a_new_one(
    account: Channel, opened: Conversation, told: Delivery
) -> None:
    name = f"m{told.message_id}.{account.pk}.{'0' * 20}"
    for raw, meta in [
        (stranger(In_Reply_To=f"<{name}@hilo.example>"), {}),
        (stranger(), {"rcpt": [f"reply+{name}@hilo.example"]}),
    ]:
        assert conversation_of(arrive(account, raw, **meta)) != opened


def test_program_s_mail_stands_with_what_it_is_about_in_the_mailbox(opened: Conversation, told: Delivery) -> None:
    mail = compose(told)
    assert (mail["In-Reply-To"], mail["References"]) == ("<first@casa.example>", "<first@casa.example>")
    assert (mail["Auto-Submitted"], mail["Thread-Index"][:28]) == ("auto-replied", THREAD[:28])


def test_program_s_mail_is_about_no_conversation_of_others(account: Channel, opened: Conversation) -> None:
    other = make_contact("ben@casa.example")
    sent = outgoing.send(
        contact_id=other.pk, key="k", subject="Hi", text="Hi", channel=account, conversation_id=opened.pk
    )
    assert sent is not None
    assert (sent.message.about_id, sent.message.in_reply_to, compose(sent)["In-Reply-To"]) == (None, "", None)
    reply = arrive(account, raw_mail(From="ben@casa.example"), rcpt=[compose(sent)["Reply-To"]])
    assert conversation_of(reply) != opened


def test_colleague_who_wrote_into_a_conversation_is_told_about_it(
    account: Channel, opened: Conversation, answered: Delivery
) -> None:
    reply = raw_mail(From="boss@other.example", In_Reply_To=f"<{answered.message.message_id}>", Message_ID="<b@o.com>")
    message = arrive(account, reply)
    assert message is not None
    sent = outgoing.send(
        contact_id=message.contact_id, key="k", subject="W", text="Hi", channel=account, conversation_id=opened.pk
    )
    assert sent is not None
    assert (sent.message.about, sent.message.in_reply_to) == (opened, "b@o.com")


def test_same_mail_by_two_ways_is_one_message(account: Channel) -> None:
    raw = raw_mail()
    first = arrive(account, b"Return-Path: <ana@casa.example>\r\nReceived: by one\r\n" + raw)
    arrive(account, b"Received: by another\r\n" + raw)
    assert list(Message.objects.all()) == [first]


def test_two_mails_with_one_message_id_are_two(account: Channel) -> None:
    for body in ("one", "two"):
        arrive(account, raw_mail(body, Message_ID="<same@casa.example>"))
    assert Message.objects.count() == 2


def test_mail_without_message_id_is_taken(account: Channel) -> None:
    assert arrive(account, raw_mail(Message_ID="")) is not None


def test_automatic_reply_is_marked(account: Channel, opened: Conversation, answered: Delivery) -> None:
    reply = arrive(account, raw_mail(In_Reply_To=f"<{answered.message.message_id}>", Auto_Submitted="auto-replied"))
    assert reply is not None
    assert (reply.automatic, reply.conversation) == (True, opened)


def bounce_of(
    message_id: str, address: str = "ana@casa.example", action: str = "failed", status: str = "5.1.1"
) -> bytes:
    return multipart(
        "report",
        "Content-Type: text/plain\r\n\r\nIt could not be delivered.",
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.casa.example\r\n\r\n"
        f"Final-Recipient: rfc822; {address}\r\n"
        f"Action: {action}\r\nStatus: {status}\r\nDiagnostic-Code: smtp; 550 {status} No such user",
        f"Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{message_id}>\r\nSubject: Re: Hello\r\n",
        From="MAILER-DAEMON@casa.example",
        Subject="Undelivered Mail Returned to Sender",
        Return_Path="<>",
    )


def test_bounce_lands_on_the_message_itself(account: Channel, answered: Delivery) -> None:
    assert arrive(account, bounce_of(answered.message.message_id)) is None
    answered.refresh_from_db()
    assert (answered.state, answered.error) == ("bounced", "550 5.1.1 No such user")


def test_bounce_to_the_signed_address_needs_no_returned_headers(account: Channel, answered: Delivery) -> None:
    address = f"bounce+{Token('m', answered.message_id, account.pk)}@hilo.example"
    assert arrive(account, bounce_of("unknown@elsewhere.example"), rcpt=[address]) is None
    answered.refresh_from_db()
    assert answered.state == "bounced"


def test_delay_is_no_bounce(account: Channel, answered: Delivery) -> None:
    arrive(account, bounce_of(answered.message.message_id, action="delayed", status="4.4.1"))
    answered.refresh_from_db()
    assert answered.state == "queued"


def test_forged_bounce_is_shown_and_changes_nothing(account: Channel, answered: Delivery) -> None:
    forged = f"m{answered.message_id}.{account.pk}.{'0' * 20}@hilo.example"
    message = arrive(account, bounce_of(forged))
    answered.refresh_from_db()
    assert (answered.state, message is not None) == ("queued", True)


def test_unreadable_mail_is_quarantined_with_its_reason(account: Channel) -> None:
    huge = raw_mail(Content_Type="text/plain; " + "a=b; " * 16_000)
    item = RawInbound.objects.create(channel=account, dedup_key="huge", body=huge)
    assert arrive(account, raw_mail("after it")) is not None
    item.refresh_from_db()
    assert item.state == "quarantined"
    assert item.error.startswith("A header block has 80")


def test_mail_of_a_web_form_is_answered_to_its_reply_to(account: Channel) -> None:
    form = raw_mail(From="Shop <noreply@shop.example>", Reply_To="Ana Ruiz <ana@casa.example>")
    conversation = conversation_of(arrive(account, form))
    delivery = conversations.reply(conversation, by=make_user("agent"), body="We look into it.").delivery
    assert (compose(delivery)["To"], delivery.address) == ("ana@casa.example", "ana@casa.example")
    answer = arrive(account, raw_mail(Subject="Re: Hello"), rcpt=[compose(delivery)["Reply-To"]])
    assert conversation_of(answer) == conversation


def test_our_own_signed_address_in_reply_to_is_not_answered(account: Channel) -> None:
    ours = f"reply+{Token('c', 7, account.pk)}@hilo.example"
    conversation = conversation_of(arrive(account, raw_mail(Reply_To=f"{ours}, other@casa.example")))
    assert conversation.messages.get().reply_to == ["other@casa.example"]
