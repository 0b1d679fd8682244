"""A customer writes, an agent answers, notes, assigns, resolves, reopens."""

import pytest

from crm.models import Contact, Event
from omnichannel.actions import conversations
from omnichannel.models import Conversation, Cycle, Delivery, Message, Reading, Resolution
from omnichannel.tests.factories import ScriptedChannel, inbound, make_channel, make_conversation, make_user
from tests.threads import in_threads

pytestmark = pytest.mark.django_db


def facts() -> list[str]:
    return list(Event.objects.order_by("id").values_list("name", flat=True))


def test_first_message_makes_person_conversation_cycle_and_facts() -> None:
    channel = make_channel()
    message = conversations.receive(channel, inbound(subject="Pedido 4711", text="Sigue sin llegar"))
    assert message is not None
    conversation = Conversation.objects.get()
    assert (conversation.subject, conversation.preview) == ("Pedido 4711", "Sigue sin llegar")
    assert conversation.waiting_since is not None
    assert (conversation.contact.first_name, conversation.contact.last_name) == ("Ana", "Ruiz")
    assert list(Cycle.objects.values_list("number", "resolved_at")) == [(1, None)]
    assert facts() == ["contact.created", "conversation.opened", "message.received"]


def test_the_same_message_again_changes_nothing() -> None:
    channel = make_channel()
    first = conversations.receive(channel, inbound(external_id="m1"))
    again = conversations.receive(channel, inbound(external_id="m1"))
    assert first == again
    assert (Message.objects.count(), facts().count("message.received")) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_the_same_message_twice_at_once_is_one_message() -> None:
    channel = make_channel()
    mail = inbound(external_id="m1")
    in_threads(4, lambda: conversations.receive(channel, mail))
    assert (Message.objects.count(), Conversation.objects.count(), Contact.objects.count()) == (1, 1, 1)


def test_an_answer_to_our_message_joins_its_conversation() -> None:
    conversation = make_conversation()
    sent = conversations.reply(conversation, by=make_user("agent"), body="Mañana llega.")
    channel = sent.channel
    assert channel is not None
    joined = conversations.receive(channel, inbound(in_reply_to=sent.message_id))
    assert joined is not None
    assert joined.conversation == conversation


def test_a_customer_reopens_a_resolved_conversation_in_a_new_cycle() -> None:
    conversation = make_conversation()
    agent = make_user("agent")
    sent = conversations.reply(conversation, by=agent, body="Listo.")
    conversations.resolve(conversation, by=agent)
    conversations.receive(sent.channel, inbound(in_reply_to=sent.message_id))  # type: ignore[arg-type]
    conversation.refresh_from_db()
    assert conversation.status == Conversation.Status.OPEN
    assert [(cycle.number, cycle.resolved_at is None) for cycle in Cycle.objects.all()] == [(1, False), (2, True)]
    assert Resolution.objects.count() == 0


def test_an_auto_reply_is_shown_but_reopens_nothing() -> None:
    conversation = make_conversation()
    agent = make_user("agent")
    sent = conversations.reply(conversation, by=agent, body="Listo.")
    conversations.resolve(conversation, by=agent)
    shown = conversations.receive(sent.channel, inbound(in_reply_to=sent.message_id, automatic=True))  # type: ignore[arg-type]
    conversation.refresh_from_db()
    assert shown is not None
    assert shown.conversation == conversation
    assert (conversation.is_resolved, conversation.waiting_since) == (True, None)


def test_reply_goes_to_the_address_last_used_and_ends_the_waiting() -> None:
    conversation = make_conversation(subject="Lámpara rota", cc=["hijo@casa.example"], message_id="m9@casa.example")
    agent = make_user("agent", first_name="Eva")
    message = conversations.reply(conversation, by=agent, body="Le enviamos otra.")
    assert (message.to, message.cc, message.subject) == (
        ["ana@casa.example"],
        ["hijo@casa.example"],
        "Re: Lámpara rota",
    )
    assert (message.in_reply_to, message.references) == ("m9@casa.example", ["m9@casa.example"])
    assert message.message_id == f"out-{message.pk}@hilo.example"
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.address, delivery.purpose) == ("queued", "ana@casa.example", "transactional")
    conversation.refresh_from_db()
    assert (conversation.waiting_since, conversation.preview) == (None, "Le enviamos otra.")
    assert Cycle.objects.get().first_reply_by == agent
    assert Event.objects.get(name="message.sent").properties["author"] == "Eva"


def test_answer_is_not_copied_to_ourselves() -> None:
    """Every account that reads its copy would file our own answer as mail."""
    channel, sales = make_channel(), make_channel()
    conversation = make_conversation(channel, cc=[sales.address.upper(), channel.address, "hijo@casa.example"])

    message = conversations.reply(conversation, by=make_user("agent"), body="Le enviamos otra.")

    assert message.cc == ["hijo@casa.example"]


def test_answer_goes_where_the_message_asks_while_the_person_stays_the_sender() -> None:
    """A web form writes as the shop and names the customer in Reply-To."""
    conversation = make_conversation(sender="noreply@shop.example", reply_to=["Ana@Casa.example", "hijo@casa.example"])
    message = conversations.reply(conversation, by=make_user("agent"), body="Le enviamos otra.")
    assert (message.delivery.address, message.to, message.cc) == (
        "ana@casa.example",
        ["ana@casa.example"],
        ["hijo@casa.example"],
    )
    assert message.identity is not None
    assert (message.identity.value, list(conversation.contact.identities.values_list("value", flat=True))) == (
        "noreply@shop.example",
        ["noreply@shop.example"],
    )


def test_answer_goes_to_the_sender_again_when_the_next_message_asks_for_nothing_else() -> None:
    channel = make_channel()
    conversation = make_conversation(channel, reply_to=["otra@casa.example"], message_id="m1@casa.example")
    conversations.receive(channel, inbound(in_reply_to="m1@casa.example"))
    message = conversations.reply(conversation, by=make_user("agent"), body="Hola")
    assert message.delivery.address == "ana@casa.example"


def test_what_one_message_asks_for_holds_in_its_own_conversation_only() -> None:
    channel, agent = make_channel(), make_user("agent")
    make_conversation(channel, reply_to=["stranger@elsewhere.example"])
    message = conversations.reply(make_conversation(channel), by=agent, body="Hola")
    assert message.delivery.address == "ana@casa.example"


@pytest.mark.parametrize("wanted", ["", "nobody", "a@b@c\r\nBcc: x@y.example", "SUPPORT@hilo.example"])
def test_answer_goes_to_nobody_unreachable_and_not_to_ourselves(wanted: str) -> None:
    channel = make_channel(address="support@hilo.example")
    conversation = make_conversation(channel, reply_to=[wanted])
    message = conversations.reply(conversation, by=make_user("agent"), body="Hola")
    assert (message.delivery.address, message.cc) == ("ana@casa.example", [])


def test_who_answers_first_takes_the_conversation_and_keeps_it() -> None:
    conversation = make_conversation()
    first, second = make_user("agent"), make_user("agent")
    conversations.add_note(conversation, by=second, body="Busco la factura.")
    assert Conversation.objects.get().assignee is None
    conversations.reply(conversation, by=first, body="La buscamos.")
    conversations.reply(conversation, by=second, body="Aquí está.")
    conversation.refresh_from_db()
    assert conversation.assignee == first
    assert facts().count("conversation.assigned") == 1


def test_the_same_client_id_again_is_the_same_reply() -> None:
    conversation = make_conversation()
    agent = make_user("agent")
    first = conversations.reply(conversation, by=agent, body="Hola", client_id="c1")
    assert conversations.reply(conversation, by=agent, body="Hola", client_id="c1") == first
    assert Delivery.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_double_click_sends_once() -> None:
    conversation = make_conversation()
    agent = make_user("agent")
    in_threads(3, lambda: conversations.reply(conversation, by=agent, body="Hola", client_id="c1"))
    assert (Delivery.objects.count(), facts().count("message.sent")) == (1, 1)


def test_reply_is_held_back_when_the_customer_wrote_meanwhile() -> None:
    conversation = make_conversation()
    agent = make_user("agent")
    seen = conversation.messages.latest("pk").pk
    newer = Message.objects.create(
        contact=conversation.contact, conversation=conversation, direction="inbound", text="Ya llegó."
    )
    with pytest.raises(conversations.ThreadChanged) as held:
        conversations.reply(conversation, by=agent, body="Llega mañana.", seen_message_id=seen)
    assert held.value.newer == [newer]
    assert Delivery.objects.count() == 0
    conversations.reply(conversation, by=agent, body="Me alegro.", seen_message_id=newer.pk)
    assert Delivery.objects.count() == 1


def test_note_stays_inside() -> None:
    conversation = make_conversation()
    note = conversations.add_note(conversation, by=make_user("agent"), body="El almacén dice viernes.")
    assert (note.direction, note.channel, Delivery.objects.count()) == ("note", None, 0)
    assert facts()[-1] == "conversation.note_added"


def test_assigning_twice_is_one_fact() -> None:
    conversation = make_conversation()
    agent = make_user("agent")
    conversations.assign(conversation, to=agent, by=agent)
    conversations.assign(conversation, to=agent, by=agent)
    conversation.refresh_from_db()
    assert (conversation.assignee, facts().count("conversation.assigned")) == (agent, 1)
    conversations.assign(conversation, to=None, by=agent)
    conversation.refresh_from_db()
    assert conversation.assignee is None


def test_resolving_twice_gives_the_first_resolution() -> None:
    conversation = make_conversation()
    agent, other = make_user("agent"), make_user("agent")
    first = conversations.resolve(conversation, by=agent, reason="sent again")
    assert conversations.resolve(conversation, by=other) == first
    assert (first.by, first.reason, facts().count("conversation.resolved")) == (agent, "sent again", 1)


@pytest.mark.django_db(transaction=True)
def test_two_agents_resolving_at_once_resolve_once() -> None:
    conversation = make_conversation()
    agents = iter([make_user("agent"), make_user("agent")])
    in_threads(2, lambda: conversations.resolve(conversation, by=next(agents)))
    assert (Resolution.objects.count(), facts().count("conversation.resolved")) == (1, 1)


def test_reopening_an_open_conversation_changes_nothing() -> None:
    conversation = make_conversation()
    conversations.reopen(conversation, by=make_user("agent"))
    assert (Cycle.objects.count(), "conversation.reopened" in facts()) == (1, False)


def test_reading_remembers_the_newest_message() -> None:
    conversation = make_conversation()
    agent = make_user("agent")
    conversations.mark_read(conversation, by=agent)
    assert Reading.objects.get().last_message_id == conversation.messages.get().pk


def test_a_bounce_lands_on_the_message_and_stops_further_mail() -> None:
    from omnichannel.channels.base import BouncedRecipient
    from omnichannel.models import Suppression

    conversation = make_conversation()
    sent = conversations.reply(conversation, by=make_user("agent"), body="Hola")
    Delivery.objects.update(state="sent", due_at=None)
    report = inbound(
        sender="mailer-daemon@mx.example",
        bounces=[BouncedRecipient("ana@casa.example", "5.1.1", "no such user", permanent=True)],
        bounced_message_id=sent.message_id,
        automatic=True,
    )
    assert conversations.receive(sent.channel, report) is None  # type: ignore[arg-type]
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.error) == ("bounced", "5.1.1 no such user")
    assert Suppression.objects.get().address == "ana@casa.example"
    assert Conversation.objects.count() == 1


def test_bounce_of_a_copy_leaves_the_customers_mail_sent() -> None:
    from omnichannel.channels.base import BouncedRecipient
    from omnichannel.models import Suppression

    conversation = make_conversation(cc=["Luis@casa.example"])
    sent = conversations.reply(conversation, by=make_user("agent"), body="Hola")
    Delivery.objects.update(state="sent", due_at=None)
    gone = BouncedRecipient("luis@casa.example", "5.1.1", "no such user", permanent=True)
    report = inbound(sender="mailer-daemon@mx.example", bounces=[gone], bounced_message_id=sent.message_id)

    assert conversations.receive(sent.channel, report) is None  # type: ignore[arg-type]

    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.error) == ("sent", "luis@casa.example: 5.1.1 no such user")
    assert Suppression.objects.count() == 0


@pytest.mark.parametrize("automatic", [False, True])
def test_mail_by_a_list_is_waited_for_and_never_answered_by_a_program(automatic: bool) -> None:
    message = conversations.receive(make_channel(), inbound(by_list=True, automatic=automatic))

    assert message is not None
    assert message.automatic is automatic
    assert (Conversation.objects.get().waiting_since is None) is automatic
    assert Event.objects.get(name="message.received").properties["automatic"] is True


def test_a_report_about_nobodys_message_is_filed_like_any_mail() -> None:
    from omnichannel.channels.base import BouncedRecipient

    report = inbound(
        sender="mailer-daemon@mx.example",
        bounces=[BouncedRecipient("ana@casa.example", "5.1.1", "no such user", permanent=True)],
        bounced_message_id="forged@elsewhere.example",
        automatic=True,
    )
    filed = conversations.receive(make_channel(), report)
    assert filed is not None
    assert filed.automatic is True


def test_unreachable_people_cannot_be_answered() -> None:
    from omnichannel.actions.outgoing import Unreachable

    conversation = make_conversation()
    conversation.messages.all().delete()
    conversation.contact.identities.all().delete()
    with pytest.raises(Unreachable, match="has no address for"):
        conversations.reply(conversation, by=make_user("agent"), body="Hola")
    assert ScriptedChannel.sent == []
