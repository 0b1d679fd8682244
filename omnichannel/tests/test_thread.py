"""What a thread shows: its stretches, what happened in between, whose words they are, and by what to answer."""

from datetime import UTC, datetime, timedelta

import pytest

from crm.ledger import publish
from omnichannel import thread
from omnichannel.facts import ConversationAssigned
from omnichannel.models import Conversation, Message
from omnichannel.tests.factories import make_conversation
from omnichannel.thread import Line, Stretch

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 3, 2, 8, tzinfo=UTC)


def said(conversation: Conversation, number: int, **fields: object) -> Message:
    """A note of the minute `number`."""
    at = MORNING + timedelta(minutes=number)
    return Message.objects.create(
        contact=conversation.contact,
        conversation=conversation,
        **{"direction": "note", "text": f"{number}", "created_at": at} | fields,
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
    messages = [said(conversation, number) for number in range(thread.LENGTH)]

    stretch = thread.stretch(conversation)

    assert shown(stretch) == [str(number) for number in range(thread.LENGTH)]
    assert (stretch.before, stretch.newest) == (0, messages[-1].pk)


def test_of_fifty_one_the_first_is_shown_on_request() -> None:
    conversation = empty()
    messages = [said(conversation, number) for number in range(thread.LENGTH + 1)]

    stretch = thread.stretch(conversation)
    earlier = thread.stretch(conversation, before=stretch.before)

    assert (stretch.before, len(stretch.items)) == (messages[1].pk, thread.LENGTH)
    assert (shown(earlier), earlier.before) == (["0"], 0)


def test_what_happened_between_two_stretches_is_told_once() -> None:
    conversation = empty()
    for number in range(thread.LENGTH + 2):
        said(conversation, number)
    for name, minute in (("Before", -0.5), ("Earlier", 0.5), ("Between", 1.5), ("Later", 2.5), ("Last", 99)):
        assigned(conversation, name, minute)

    newest = thread.stretch(conversation)
    earlier = thread.stretch(conversation, before=newest.before)

    assert shown(earlier) == ["Assigned to Before", "0", "Assigned to Earlier", "1", "Assigned to Between"]
    assert [text for text in shown(newest) if text.startswith("Assigned")] == ["Assigned to Later", "Assigned to Last"]


def test_before_the_first_message_there_is_nothing() -> None:
    conversation = empty()
    first = said(conversation, 1)

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
