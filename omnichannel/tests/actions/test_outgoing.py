"""Deciding to send: by which account, to which address, under which subject, and what a refusal to reach leaves."""

from typing import Any

import pytest

from crm.actions.merges import merge
from crm.models import Contact, Event, Identity
from crm.tests import factories as crm
from omnichannel import routes
from omnichannel.actions import conversations, outgoing, outreach
from omnichannel.actions.outgoing import Unreachable
from omnichannel.models import Channel, Conversation, Cycle, Delivery, Message
from omnichannel.tests.factories import inbound, make_channel, make_contact, make_conversation, make_user

pytestmark = pytest.mark.django_db


def sent(contact: Contact, **fields: Any) -> Delivery | None:
    given: dict[str, Any] = {"key": "k", "subject": "Hola", "text": "Bienvenida"} | fields
    return outgoing.send(contact_id=contact.pk, **given)


@pytest.mark.parametrize(
    ("subject", "answered"),
    [
        ("Pedido", "Re: Pedido"),
        ("RE: Pedido", "RE: Pedido"),
        ("re:Pedido", "re:Pedido"),
        ("Real", "Re: Real"),
        ("", "Re:"),
    ],
)
def test_subject_of_an_answer_says_so_once(subject: str, answered: str) -> None:
    assert outgoing.reply_subject(subject) == answered


def test_answer_goes_by_the_account_that_the_customer_used_last() -> None:
    first, last = make_channel(), make_channel()
    conversation = make_conversation(first, message_id="m1@casa.example")
    conversations.receive(last, inbound(in_reply_to="m1@casa.example", message_id="m2@casa.example"))

    message = conversations.reply(conversation, by=make_user("agent"), body="Va")

    assert (message.channel, message.sender, message.in_reply_to) == (last, last.address, "m2@casa.example")


@pytest.mark.parametrize("kind", ["email", "scripted"])
def test_answer_leaves_by_another_account_when_the_last_one_is_switched_off(kind: str) -> None:
    """In the same thread where it is of the same kind; an identity of another kind is no address for it."""
    last, other = make_channel(kind=kind), make_channel(kind="email")
    conversation = make_conversation(last, message_id="m1@casa.example")
    Channel.objects.filter(pk=last.pk).update(active=False)

    message = conversations.reply(conversation, by=make_user("agent"), body="Va")

    assert (message.channel, message.in_reply_to) == (other, "m1@casa.example" if kind == "email" else "")


def test_answer_by_a_chosen_account_answers_what_came_by_it() -> None:
    first, last = make_channel(), make_channel()
    conversation = make_conversation(first, message_id="m1@casa.example", cc=["hijo@casa.example"])
    conversations.receive(last, inbound(in_reply_to="m1@casa.example", message_id="m2@casa.example"))

    message = conversations.reply(conversation, by=make_user("agent"), body="Va", channel=first)

    assert (message.channel, message.in_reply_to, message.cc) == (first, "m1@casa.example", ["hijo@casa.example"])


def test_answer_by_an_account_that_the_customer_never_used_goes_to_their_newest_address() -> None:
    conversation, other = make_conversation(cc=["hijo@casa.example"], message_id="m1@casa.example"), make_channel()

    message = conversations.reply(conversation, by=make_user("agent"), body="Va", channel=other)

    assert (message.channel, message.to, message.cc) == (other, ["ana@casa.example"], [])
    assert (message.in_reply_to, message.references) == ("", [])


def test_references_of_an_answer_are_those_of_the_message_and_itself_the_last_fifty() -> None:
    conversation = make_conversation(references=[f"r{n}" for n in range(60)], message_id="m1@casa.example")

    references = conversations.reply(conversation, by=make_user("agent"), body="Va").references

    assert (len(references), references[0], references[-1]) == (50, "r11", "m1@casa.example")


def test_customer_who_copied_a_crowd_is_answered_to_fifty_of_them() -> None:
    conversation = make_conversation(cc=[f"p{n}@casa.example" for n in range(60)])

    message = conversations.reply(conversation, by=make_user("agent"), body="Va")

    assert (len(message.cc), message.cc[-1]) == (routes.MOST_COPIES, "p49@casa.example")


def test_same_address_asked_for_twice_is_written_to_once() -> None:
    conversation = make_conversation(reply_to=["otra@casa.example", "OTRA@casa.example", "ana@casa.example"])

    message = conversations.reply(conversation, by=make_user("agent"), body="Va")

    assert (message.to, message.cc, message.delivery.address) == (
        ["otra@casa.example"],
        ["ana@casa.example"],
        "otra@casa.example",
    )


def test_first_answer_of_a_cycle_is_whose_it_was_and_stays() -> None:
    first, second, conversation = make_user("agent"), make_user("agent"), make_conversation()
    conversations.reply(conversation, by=first, body="Va")
    at = Cycle.objects.get().first_reply_at
    conversations.reply(conversation, by=second, body="Va otra vez")

    cycle = Cycle.objects.get()
    assert (cycle.first_reply_by, cycle.first_reply_at) == (first, at)
    assert at is not None


def test_answer_in_a_second_cycle_is_its_first() -> None:
    agent, conversation = make_user("agent"), make_conversation()
    conversations.reply(conversation, by=agent, body="Va")
    conversations.resolve(conversation, by=agent)
    conversations.reopen(conversation, by=agent)
    assert [cycle.first_reply_by for cycle in Cycle.objects.all()] == [agent, None]

    second = make_user("agent")
    conversations.reply(conversation, by=second, body="Va otra vez")

    assert [cycle.first_reply_by for cycle in Cycle.objects.all()] == [agent, second]


def test_answer_after_resolving_changes_no_cycle_and_opens_nothing() -> None:
    agent, conversation = make_user("agent"), make_conversation()
    resolution = conversations.resolve(conversation, by=agent)

    conversations.reply(conversation, by=agent, body="Una cosa más")

    conversation.refresh_from_db()
    assert (conversation.resolution, Cycle.objects.get().first_reply_at) == (resolution, None)


@pytest.mark.parametrize(
    ("own", "mail", "chosen"),
    [(True, True, "own"), (False, True, "mail"), (None, True, "mail"), (False, False, None)],
)
def test_conversation_that_nothing_came_by_is_answered_by_its_inboxs_account_or_the_first_mail_account(
    own: bool | None, mail: bool, chosen: str | None
) -> None:
    """`own`: is the account of its inbox active; None: it has none."""
    accounts = {"later": make_channel(kind="email", active=False), "mail": make_channel(kind="email", active=mail)}
    accounts["own"] = make_channel(active=bool(own))
    conversation = make_conversation(accounts["own"])
    if own is None:
        Channel.objects.filter(pk=accounts["own"].pk).update(inbox=accounts["later"].inbox)

    if chosen is None:
        with pytest.raises(Unreachable, match="No active channel is set up"):
            outgoing.default_channel(conversation)
    else:
        assert outgoing.default_channel(conversation) == accounts[chosen]


def test_verified_address_comes_before_a_newer_one_and_the_newer_before_the_older() -> None:
    contact, channel = crm.contact(email=""), make_channel()
    for day, value in ((2, "old"), (3, "new"), (1, "sure")):
        seen = f"2026-03-0{day}T00:00Z"
        Identity.objects.create(contact=contact, kind="email", value=f"{value}@casa.example", last_seen_at=seen)
    assert outgoing.reachable_identity(contact, channel).value == "new@casa.example"

    Identity.objects.filter(value="sure@casa.example").update(verified=True)

    assert outgoing.reachable_identity(contact, channel).value == "sure@casa.example"


def test_person_is_reached_by_the_address_of_the_record_merged_into_them() -> None:
    survivor, channel = crm.contact(email=""), make_channel()
    merge(make_contact("eva@casa.example"), into=survivor, rule="by hand", evidence={}, by=None)

    delivery = sent(survivor, channel=channel)

    assert delivery is not None
    assert (delivery.address, delivery.message.contact) == ("eva@casa.example", survivor)


def test_address_of_another_kind_reaches_nobody() -> None:
    contact = crm.contact(email="")
    Identity.objects.create(contact=contact, kind="phone", value="+34600000000")

    with pytest.raises(Unreachable, match=f"{contact.name} has no address for"):
        outgoing.reachable_identity(contact, make_channel())


def test_programs_message_says_so_and_belongs_to_no_conversation() -> None:
    channel = make_channel()

    delivery = sent(make_contact(), channel=channel, subject="s" * 501, html="<p>Hola</p>", consent="surveys")

    assert delivery is not None
    message = delivery.message
    assert (message.automatic, message.author, message.conversation) == (True, None, None)
    assert (message.subject, message.html, message.sender) == ("s" * 500, "<p>Hola</p>", channel.address)
    assert (delivery.purpose, delivery.consent, delivery.extra) == ("transactional", "surveys", {})
    assert message.message_id == f"out-{message.pk}@hilo.example"
    assert not Event.objects.filter(name="message.sent").exists()


def test_program_without_any_account_writes_nothing_and_may_ask_again() -> None:
    contact = make_contact()
    assert sent(contact) is None
    assert (Message.objects.count(), Delivery.objects.count()) == (0, 0)

    channel = make_channel(kind="email")

    delivery = sent(contact)
    assert delivery is not None
    assert delivery.channel == channel


def test_program_sends_by_the_oldest_active_mail_account() -> None:
    make_channel(kind="email", active=False)
    oldest, _newer = make_channel(kind="email"), make_channel(kind="email")
    make_channel()

    delivery = sent(make_contact())

    assert delivery is not None
    assert delivery.channel == oldest


def test_what_a_program_sent_is_answered_in_a_conversation_of_its_own() -> None:
    channel, contact = make_channel(), make_contact("eva@casa.example")
    delivery = sent(contact, channel=channel)
    assert delivery is not None

    answer = conversations.receive(channel, inbound(sender="eva@casa.example", in_reply_to=delivery.message.message_id))

    assert answer is not None
    assert (answer.conversation, answer.contact) == (Conversation.objects.get(), contact)


def test_writing_first_takes_the_conversation_and_nobody_waits_in_it() -> None:
    agent, channel, contact = make_user("agent", first_name="Lola"), make_channel(), make_contact("eva@casa.example")

    message = outreach.write_to(contact, by=agent, channel=channel, subject="Re: Oferta", body="Hola, Eva")

    conversation = Conversation.objects.get()
    assert (message.conversation, conversation.assignee, conversation.waiting_since) == (conversation, agent, None)
    assert (conversation.preview, message.subject, conversation.inbox) == ("Hola, Eva", "Re: Oferta", channel.inbox)
    assert list(Event.objects.exclude(name="contact.created").order_by("id").values_list("name", flat=True)) == [
        "conversation.opened",
        "conversation.assigned",
        "message.sent",
    ]


def test_writing_first_to_somebody_out_of_reach_leaves_no_empty_conversation() -> None:
    contact = crm.contact(email="")

    with pytest.raises(Unreachable):
        outreach.write_to(contact, by=make_user("agent"), channel=make_channel(), subject="s", body="x")

    assert (Conversation.objects.count(), Event.objects.filter(name="conversation.opened").count()) == (0, 0)


def test_note_to_somebody_out_of_reach_is_written_all_the_same() -> None:
    conversation = make_conversation()
    Identity.objects.all().delete()

    note = conversations.add_note(conversation, by=make_user("agent"), body="Llamar")

    assert (note.text, note.channel, Conversation.objects.get().assignee) == ("Llamar", None, None)
