"""What a thread shows: its stretches, what happened in between, whose words they are, and by what to answer."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import translation

from crm.actions.merges import merge
from crm.ledger import publish
from crm.ledger.fact import tell
from crm.models import Identity, Team
from crm.tests import factories as crm
from omnichannel import thread
from omnichannel.actions import conversations
from omnichannel.facts import ConversationAssigned
from omnichannel.models import Attachment, Channel, Conversation, Delivery, Message
from omnichannel.tests.factories import inbound, make_channel, make_contact, make_conversation, make_user
from omnichannel.thread import Line, Spoken, Stretch

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 3, 2, 8, tzinfo=UTC)


def said_often(conversation: Conversation, count: int) -> list[Message]:
    """A note of every minute."""
    return Message.objects.bulk_create(
        Message(
            contact=conversation.contact,
            conversation=conversation,
            direction="note",
            text=f"{number}",
            created_at=MORNING + timedelta(minutes=number),
        )
        for number in range(count)
    )


def assigned(conversation: Conversation, to: str, minute: float) -> None:
    publish(
        ConversationAssigned(
            contact_id=conversation.contact_id,
            conversation_id=conversation.pk,
            inbox_id=conversation.inbox_id,
            assignee=to,
            occurred_at=MORNING + timedelta(minutes=minute),
        )
    )


def empty() -> Conversation:
    conversation = make_conversation()
    conversation.messages.all().delete()
    return conversation


def shown(stretch: Stretch) -> list[str]:
    return [item.text if isinstance(item, Line) else item.message.text for item in stretch.items]


def test_thread_of_fifty_messages_is_shown_whole() -> None:
    conversation = empty()
    messages = said_often(conversation, thread.LENGTH)

    stretch = thread.stretch(conversation)

    assert shown(stretch) == [str(number) for number in range(thread.LENGTH)]
    assert (stretch.before, stretch.newest) == (0, messages[-1].pk)


def test_of_fifty_one_the_first_is_shown_on_request() -> None:
    conversation = empty()
    messages = said_often(conversation, thread.LENGTH + 1)

    stretch = thread.stretch(conversation)
    earlier = thread.stretch(conversation, before=stretch.before)

    assert (stretch.before, len(stretch.items)) == (messages[1].pk, thread.LENGTH)
    assert (shown(earlier), earlier.before) == (["0"], 0)


def test_what_happened_between_two_stretches_is_told_once() -> None:
    conversation = empty()
    said_often(conversation, thread.LENGTH + 2)
    for name, minute in (("Before", -0.5), ("Earlier", 0.5), ("Between", 1.5), ("Later", 2.5), ("Last", 99)):
        assigned(conversation, name, minute)

    newest = thread.stretch(conversation)
    earlier = thread.stretch(conversation, before=newest.before)

    assert shown(earlier) == ["Assigned to Before", "0", "Assigned to Earlier", "1", "Assigned to Between"]
    assert [text for text in shown(newest) if text.startswith("Assigned")] == ["Assigned to Later", "Assigned to Last"]


def test_answer_stands_before_what_it_led_to_as_it_came_on_the_screen() -> None:
    agent, conversation = make_user("agent", first_name="Inés", last_name="Romero"), make_conversation()

    conversations.reply(conversation, by=agent, body="Ya salió")
    conversations.resolve(conversation, by=agent)
    conversations.reopen(conversation, by=agent)

    assert shown(thread.stretch(conversation))[1:] == [
        "Ya salió",
        "Assigned to Inés Romero",
        "Resolved by Inés Romero",
        "Reopened",
    ]


def test_before_the_first_message_there_is_nothing() -> None:
    conversation = empty()
    [first] = said_often(conversation, 1)

    stretch = thread.stretch(conversation, before=first.pk)

    assert stretch == Stretch([], 0, 0)


def test_conversation_without_a_message_tells_what_happened() -> None:
    conversation = empty()
    assigned(conversation, "Lola Vidal", 1)

    stretch = thread.stretch(conversation)

    assert (shown(stretch), stretch.before, stretch.newest) == (["Assigned to Lola Vidal"], 0, 0)


def test_what_happened_in_another_conversation_of_the_person_is_not_told() -> None:
    conversation, other = make_conversation(), make_conversation()
    assigned(other, "Lola Vidal", 1)

    assert (conversation.contact_id, shown(thread.stretch(conversation))) == (other.contact_id, ["Hola"])


# --- whose words, and what of them -------------------------------------------------------------------------------


def test_customers_words_are_theirs_by_the_name_they_wrote_under_or_are_known_by() -> None:
    message = make_conversation(name="Ana R.").messages.get()
    assert (Spoken(message).name, Spoken(message).direction) == ("Ana R.", "in")

    message.sender_name = ""

    assert Spoken(message).name == message.contact.name == "Ana R."


def test_our_words_are_their_authors_or_a_programs() -> None:
    agent = make_user("agent", first_name="Lola", last_name="Vidal")
    reply = conversations.reply(make_conversation(), by=agent, body="Va")
    assert (Spoken(reply).name, Spoken(reply).direction) == ("Lola Vidal", "out")

    reply.author = None

    with translation.override("es"):
        assert Spoken(reply).name == "Un programa"  # by an API key
        reply.automatic = True
        assert Spoken(reply).name == "Automático"


@pytest.mark.parametrize(
    ("state", "again"),
    [(state, state in ("failed", "bounced", "unknown", "suppressed")) for state in Delivery.State.values],
)
def test_only_what_failed_was_held_back_or_may_be_lost_is_offered_to_be_sent_again(state: str, again: bool) -> None:
    message = Message(direction="outbound")
    message.delivery = Delivery(state=state)

    assert Spoken(message).may_retry is again


def test_what_was_never_sent_is_not_offered_to_be_sent_again() -> None:
    assert (Spoken(Message(direction="note")).delivery, Spoken(Message(direction="note")).may_retry) == (None, False)


@pytest.mark.parametrize(
    ("text", "reply_text", "html", "more"),
    [
        ("Hola", "", "", False),
        ("Hola", "Hola", "", False),
        ("Hola\n", " Hola ", "", False),
        ("Hola\n> antes", "Hola", "", True),
        ("Hola", "Hola", "<p>Hola</p>", True),
        ("", "", "", False),
    ],
)
def test_whole_message_is_offered_when_there_is_more_than_the_new_part(
    text: str, reply_text: str, html: str, more: bool
) -> None:
    assert Spoken(Message(text=text, reply_text=reply_text, html=html)).has_more is more


@pytest.mark.parametrize(
    ("html", "fields", "listed", "picture"),
    [
        ("<p>x</p>", {"content_type": "image/png"}, True, True),
        ("<p>x</p>", {"content_type": "application/pdf", "inline": True, "content_id": "a@b"}, True, False),
        ("<p>x</p>", {"content_type": "image/png", "inline": True, "content_id": "a@b"}, True, True),
        ('<img data-attachment="1">', {"content_type": "image/png", "content_id": "a@b"}, True, True),
        ('<img data-attachment="0">', {"content_type": "image/png", "inline": True, "content_id": "a@b"}, False, False),
    ],
)
def test_files_that_the_html_draws_are_not_listed_again(
    html: str, fields: dict[str, Any], listed: bool, picture: bool
) -> None:
    """Apple's mail gives every file a Content-ID, named in the HTML or not."""
    message = make_conversation(html=html).messages.get()
    file = Attachment.objects.create(message=message, file=ContentFile(b"x", name="f"), filename="f", size=1, **fields)

    assert Spoken(message).files == ([file] if listed else [])
    assert Spoken(message).pictures == ([file] if picture else [])


def test_picture_inside_a_message_without_html_is_listed() -> None:
    message = make_conversation().messages.get()
    drawn: dict[str, Any] = {"content_type": "image/png", "inline": True, "content_id": "a@b"}
    file = Attachment.objects.create(message=message, file=ContentFile(b"x", name="f"), filename="f", size=1, **drawn)

    assert Spoken(message).files == [file]


def test_files_of_a_message_stand_in_the_order_in_which_they_came() -> None:
    message = make_conversation().messages.get()
    for name in "cab":
        Attachment.objects.create(message=message, file=ContentFile(b"x", name="f"), filename=name, size=1)

    [spoken] = thread.stretch(message.conversation or Conversation()).items

    assert isinstance(spoken, Spoken)
    assert [file.filename for file in spoken.files] == ["c", "a", "b"]


# --- by what to answer, and who may ------------------------------------------------------------------------------


def test_accounts_to_answer_by_begin_with_the_last_used_then_those_of_the_inbox() -> None:
    stranger, own, second, last = (make_channel() for _ in range(4))
    Channel.objects.filter(pk=second.pk).update(inbox=own.inbox)
    conversation = make_conversation(own, message_id="m1@casa.example")
    conversations.receive(last, inbound(in_reply_to="m1@casa.example"))
    make_channel(active=False)

    by = make_user("manager")
    assert thread.reply_channels(conversation, by=by) == [last, own, second, stranger]


def test_accounts_that_reach_a_person_are_those_for_whose_kind_they_have_an_address() -> None:
    channel, person, nobody = make_channel(), crm.contact(email=""), crm.contact(email="")
    Identity.objects.create(contact=person, kind="phone", value="+34600000000")
    agent = make_user("agent")
    assert thread.channels_to(person, by=agent) == []

    merge(make_contact("eva@casa.example"), into=person, rule="by hand", evidence={}, by=None)

    person = type(person).objects.get(pk=person.pk)
    assert (thread.channels_to(person, by=agent), thread.channels_to(nobody, by=agent)) == ([channel], [])


@pytest.mark.parametrize(
    ("team", "names"),
    [
        ("Support", ["Ada", "Berta", "Carla", "Dora"]),
        ("", ["Ada", "Berta", "Carla", "Dora", "Elsa", "Fina"]),
    ],
)
def test_colleagues_who_may_work_on_it_are_those_who_see_its_inbox(team: str, names: Sequence[str]) -> None:
    support, wholesale = (Team.objects.create(name=name) for name in ("Support", "Wholesale"))
    for first_name, roles, of in (
        ("Fina", ["agent"], None),
        ("Elsa", ["agent"], wholesale),
        ("Dora", ["agent", "sales"], support),
        ("Carla", ["agent"], support),
        ("Berta", ["manager", "agent"], wholesale),
        ("Ada", ["admin"], None),
        ("Sara", ["sales"], support),
    ):
        make_user(*roles, team=of, first_name=first_name)
    make_user("agent", team=support, first_name="Gone", is_active=False)
    conversation = make_conversation(make_channel(team=Team.objects.filter(name=team).first()))

    assert [person.first_name for person in thread.assignable(conversation)] == names
    for person in thread.assignable(conversation):
        assert Conversation.objects.visible_to(person).filter(pk=conversation.pk).exists()


@pytest.mark.parametrize(("text", "endless"), [("word " * 900, False), ("x" * 1000, True), ("a " + "ñ" * 2000, True)])
def test_words_that_never_end_are_told(text: str, endless: bool) -> None:
    assert Spoken(Message(text=text)).has_endless_word is endless


@pytest.mark.parametrize(("sender", "is_strangers"), [("ana@casa.example", False), ("ana@evil.example", True)])
def test_who_is_not_the_customer_is_a_stranger_whatever_their_name(sender: str, is_strangers: bool) -> None:
    conversation = make_conversation(message_id="m1@casa.example")
    channel = Channel.objects.get()
    message = conversations.receive(channel, inbound(sender=sender, in_reply_to="m1@casa.example"))

    assert message is not None
    assert message.conversation == conversation
    assert thread.spoken(message, conversation).is_strangers is is_strangers


@pytest.mark.parametrize(("author", "told"), [("Lola", "Lola answered: Va"), ("", "A program answered: Va")])
def test_thread_names_who_answered_even_if_nobody_did(author: str, told: str) -> None:
    assert tell("message.sent", {"author": author, "excerpt": "Va"}) == told


@pytest.mark.parametrize(
    ("name", "properties", "told"),
    [
        ("message.received", {"excerpt": ""}, "Wrote a message without text"),
        ("conversation.opened", {"subject": ""}, "Conversation opened, without a subject"),
        ("message.sent", {"author": "Inés", "excerpt": ""}, "Inés answered without text"),
        ("conversation.note_added", {"author": "Inés", "excerpt": ""}, "Inés left a note without text"),
    ],
)
def test_what_has_no_words_is_told_so(name: str, properties: dict[str, str], told: str) -> None:
    assert tell(name, properties) == told
