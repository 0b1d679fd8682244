"""By which evidence a mail finds its conversation, in which order, and for whom."""

from typing import Any

import pytest

from crm.actions.merges import merge
from omnichannel.channels.base import InboundMessage
from omnichannel.channels.email.threading import find_conversation
from omnichannel.channels.email.tokens import Token
from omnichannel.models import Channel, Conversation, Message
from omnichannel.tests.factories import inbound, make_channel, make_contact, make_conversation

pytestmark = pytest.mark.django_db
THREAD = "AdMnBqmZ0Q3b5l2rQ3eXc0pB9s1a2w=="


@pytest.fixture
def account() -> Channel:
    return make_channel(kind="email", address="support@hilo.example")


@pytest.fixture
def older(account: Channel) -> Conversation:
    return make_conversation(account, message_id="older@casa.example")


@pytest.fixture
def newer(account: Channel) -> Conversation:
    return make_conversation(account, message_id="newer@casa.example")


def found(message: InboundMessage, contact_id: int = 0) -> Conversation | None:
    return find_conversation(message, contact_id)


def signed(conversation: Conversation) -> str:
    return f"reply+{Token('c', conversation.pk, 1)}@hilo.example"


def sent(conversation: Conversation | None, account: Channel) -> str:
    """A message of ours; its signed id."""
    contact = conversation.contact if conversation else make_contact()
    message = Message.objects.create(
        conversation=conversation, contact=contact, channel=account, direction=Message.Direction.OUTBOUND, text="Hi"
    )
    return f"{Token('m', message.pk, account.pk)}@hilo.example"


def test_nothing_points_anywhere(older: Conversation) -> None:
    assert found(inbound(subject="Re: Hello"), older.contact_id) is None


def test_signed_address_counts_wherever_it_stands_and_for_whomever(older: Conversation) -> None:
    others = ["support@hilo.example", signed(older)]
    places: list[dict[str, Any]] = [{"headers": {"envelope-to": " ".join(others)}}, {"to": others}, {"cc": others}]
    for place in places:
        assert found(inbound(sender="anybody@else.example", **place)) == older


def test_envelope_is_stronger_than_the_header_and_that_is_stronger_than_the_copy(
    account: Channel, older: Conversation, newer: Conversation
) -> None:
    third = make_conversation(account)
    fields: dict[str, Any] = {"to": [signed(newer)], "cc": [signed(third)]}
    assert found(inbound(headers={"envelope-to": signed(older)}, **fields)) == older
    assert found(inbound(**fields)) == newer


def test_each_evidence_is_stronger_than_the_next(account: Channel) -> None:
    made = [make_conversation(account, message_id=f"m{number}@casa.example") for number in range(5)]
    Message.objects.filter(conversation=made[4]).update(thread_index=THREAD)
    evidence: list[dict[str, Any]] = [
        {"to": [signed(made[0])]},
        {"in_reply_to": "m1@casa.example"},
        {"headers": {"marker": str(Token("c", made[2].pk, account.pk)), "thread-index": THREAD}},
        {"subject": f"[#{made[3].pk}]", "headers": {"thread-index": THREAD}},
        {"headers": {"thread-index": THREAD}},
    ]

    for number, conversation in enumerate(made):
        fields = {name: value for each in reversed(evidence[number:]) for name, value in each.items()}
        assert found(inbound(**fields), made[0].contact_id) == conversation


def test_message_that_is_answered_is_stronger_than_those_it_refers_to(older: Conversation, newer: Conversation) -> None:
    references = ["older@casa.example", "newer@casa.example"]
    answer = inbound(in_reply_to="older@casa.example", references=references)
    assert found(answer, older.contact_id) == older
    assert found(inbound(references=references), older.contact_id) == newer
    assert found(inbound(references=[*references, "unknown@x.example"]), older.contact_id) == newer


def test_our_own_id_counts_for_anybody_and_a_received_one_for_those_who_take_part(
    account: Channel, older: Conversation
) -> None:
    stranger = make_contact("boss@other.example")
    answer = inbound(sender="boss@other.example", in_reply_to=sent(older, account))
    assert found(answer, stranger.pk) == older
    assert found(inbound(sender="boss@other.example", in_reply_to="older@casa.example"), stranger.pk) is None


def test_answer_to_a_mailing_without_a_conversation_falls_back_on_the_next_evidence(
    account: Channel, older: Conversation
) -> None:
    mailing = sent(None, account)
    assert found(inbound(in_reply_to=mailing), older.contact_id) is None
    assert found(inbound(in_reply_to=mailing, references=["older@casa.example"]), older.contact_id) == older


def test_names_of_what_is_gone_are_passed_over(account: Channel, older: Conversation) -> None:
    gone = Token("c", older.pk + 1000, account.pk)
    message = inbound(to=[f"reply+{gone}@hilo.example"], in_reply_to=f"{Token('m', 10**9, account.pk)}@hilo.example")
    assert found(message, older.contact_id) is None
    marked = inbound(headers={"marker": str(gone)}, subject=f"[#{older.pk}]")
    assert found(marked, older.contact_id) == older


def test_id_that_two_mails_have_belongs_to_the_newest_in_which_the_sender_takes_part(account: Channel) -> None:
    mine = make_conversation(account, message_id="same@x.example")
    of_others = make_conversation(account, sender="eva@casa.example", message_id="same@x.example")
    newest = make_conversation(account, message_id="same@x.example")
    answer = inbound(in_reply_to="same@x.example")
    assert found(answer, mine.contact_id) == newest
    assert found(inbound(sender="eva@casa.example", in_reply_to="same@x.example"), of_others.contact_id) == of_others


def test_number_in_the_subject_counts_for_the_customer(older: Conversation) -> None:
    stranger = make_contact()
    for subject in ("Re: [#{}] Hello", "[#{}]", "[#999999999999999999] AW: [#{}] x"):
        message = inbound(sender="any@x.example", subject=subject.format(older.pk))
        assert found(message, older.contact_id) == older
        assert found(message, stranger.pk) is None


def test_number_of_another_form_is_none(older: Conversation) -> None:
    for form in ("#{}", "[{}]", "(#{})", "[# {}]", "[#{}", "[#-{}]", "[#{}x]", "[#1234567890123456789]"):
        assert found(inbound(subject=form.format(older.pk)), older.contact_id) is None


def test_outlook_thread_is_known_by_its_root_and_only_among_the_customers_own(older: Conversation) -> None:
    Message.objects.filter(conversation=older).update(thread_index=THREAD)
    child = inbound(headers={"thread-index": THREAD[:28] + "XyZ0123="})
    assert found(child, older.contact_id) == older
    assert found(child, make_contact().pk) is None
    for other in (THREAD[:27], "B" + THREAD[1:], THREAD[:27] + "%", ""):
        assert found(inbound(headers={"thread-index": other}), older.contact_id) is None


def test_newest_conversation_of_an_outlook_thread_goes_on(older: Conversation, newer: Conversation) -> None:
    Message.objects.filter(conversation__in=[older, newer]).update(thread_index=THREAD)
    assert found(inbound(headers={"thread-index": THREAD}), older.contact_id) == newer


# --- who takes part ---


def test_whoever_was_written_to_takes_part_whatever_the_case(account: Channel) -> None:
    stranger = make_contact()
    lists = {"to": ["boss@other.example"], "cc": ["eva@other.example"]}
    conversation = make_conversation(account, message_id="m@casa.example", **lists)
    for sender in ("boss@other.example", "Boss@Other.example", "eva@other.example", "EVA@other.example"):
        assert found(inbound(sender=sender, in_reply_to="m@casa.example"), stranger.pk) == conversation


def test_whoever_wrote_in_it_takes_part_whatever_the_case(older: Conversation) -> None:
    stranger = make_contact()
    assert found(inbound(sender="ANA@casa.example", in_reply_to="older@casa.example"), stranger.pk) == older
    assert found(inbound(sender="na@casa.example", in_reply_to="older@casa.example"), stranger.pk) is None


def test_nobody_takes_part_nowhere(account: Channel) -> None:
    conversation = make_conversation(account, message_id="m@casa.example")
    Message.objects.filter(conversation=conversation).update(sender="")
    assert found(inbound(sender="", in_reply_to="m@casa.example"), make_contact().pk) is None


def test_person_who_was_merged_with_the_customer_takes_part(older: Conversation) -> None:
    other = make_contact("ana@work.example")
    Message.objects.filter(conversation=older).update(thread_index=THREAD)
    answers: list[dict[str, Any]] = [{"in_reply_to": "older@casa.example"}, {"headers": {"thread-index": THREAD}}]
    assert [found(inbound(sender="ana@work.example", **each), other.pk) for each in answers] == [None, None]

    merge(older.contact, into=other, rule="by hand", evidence={}, by=None)

    assert [found(inbound(sender="ana@work.example", **each), other.pk) for each in answers] == [older, older]
