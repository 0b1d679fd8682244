"""The facts that omnichannel publishes."""

from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.ledger import Fact, fact
from crm.ledger.fact import labels
from kernel.policies import agents_only
from omnichannel.models import Delivery

OUTBOX, QUARANTINE = "outbox:all", "quarantine:all"  # topics: everybody's lists (live.py)


def someone(author: str) -> str:
    """Nobody is named where an API key did it."""
    return author or gettext("A program")


@dataclass(frozen=True, kw_only=True)
class _OfConversation(Fact):
    conversation_id: int
    inbox_id: int
    assignee_id: int | None = None

    @property
    def concerns(self) -> set[int | None]:
        """Colleagues who hear of it, whichever inboxes they watch."""
        return {self.assignee_id}

    def topics(self) -> list[str]:
        people = sorted(person for person in self.concerns if person)
        return [f"conversation:{self.conversation_id}", f"inbox:{self.inbox_id}", *(f"user:{pk}" for pk in people)]


@fact
@dataclass(frozen=True, kw_only=True)
class ConversationOpened(_OfConversation):
    name: ClassVar = "conversation.opened"
    story: ClassVar = _("Conversation opened: {subject}")
    without: ClassVar = {"subject": _("Conversation opened, without a subject")}
    label: ClassVar = _("conversation opened")
    icon: ClassVar = "message-square-plus"
    subject: str = ""


@fact
@dataclass(frozen=True, kw_only=True)
class MessageReceived(_OfConversation):
    name: ClassVar = "message.received"
    story: ClassVar = _("Wrote: {excerpt}")
    without: ClassVar = {"excerpt": _("Wrote a message without text")}
    icon: ClassVar = "mail"
    label: ClassVar = _("message received")
    fields: ClassVar = {"automatic": _("written by a program"), "to_program": _("answers a program's mail")}
    message_id: int = 0
    excerpt: str = ""
    automatic: bool = False
    to_program: bool = False  # it answers what a program sent because of a conversation: a welcome, a survey


@fact
@dataclass(frozen=True, kw_only=True)
class MessageSent(_OfConversation):
    """An agent's reply: written and on its way out; its delivery has facts of its own."""

    name: ClassVar = "message.sent"
    story: ClassVar = _("{author} answered: {excerpt}")
    without: ClassVar = {"excerpt": _("{author} answered without text")}
    words: ClassVar = {"author": someone}
    icon: ClassVar = "reply"
    message_id: int = 0
    author_id: int | None = None
    author: str = ""
    excerpt: str = ""

    def topics(self) -> list[str]:
        return [*super().topics(), OUTBOX]


@fact
@dataclass(frozen=True, kw_only=True)
class NoteAdded(_OfConversation):
    name: ClassVar = "conversation.note_added"
    story: ClassVar = _("{author} noted: {excerpt}")
    without: ClassVar = {"excerpt": _("{author} left a note without text")}
    words: ClassVar = {"author": someone}
    icon: ClassVar = "notebook-pen"
    message_id: int = 0
    author_id: int | None = None
    author: str = ""
    excerpt: str = ""


@fact
@dataclass(frozen=True, kw_only=True)
class ConversationAssigned(_OfConversation):
    name: ClassVar = "conversation.assigned"
    story: ClassVar = _("Assigned to {assignee}")
    icon: ClassVar = "user-check"
    previous_id: int | None = None
    assignee: str = ""
    by_id: int | None = None
    is_open: bool = True

    @property
    def concerns(self) -> set[int | None]:
        return {self.assignee_id, self.previous_id}


@fact
@dataclass(frozen=True, kw_only=True)
class ConversationResolved(_OfConversation):
    name: ClassVar = "conversation.resolved"
    story: ClassVar = _("Resolved by {by}")
    label: ClassVar = _("conversation resolved")
    icon: ClassVar = "circle-check"
    cycle_id: int = 0
    by_id: int | None = None
    by: str = ""


@fact
@dataclass(frozen=True, kw_only=True)
class ConversationReopened(_OfConversation):
    name: ClassVar = "conversation.reopened"
    story: ClassVar = _("Reopened")
    label: ClassVar = _("conversation reopened")
    icon: ClassVar = "rotate-ccw"
    by_id: int | None = None


@fact
@dataclass(frozen=True, kw_only=True)
class DeliveryChanged(Fact):
    """A message on its way out got further, or did not arrive."""

    name: ClassVar = "message.delivery_changed"
    story: ClassVar = _("Automatic message {state}: {subject}")
    without: ClassVar = {"subject": _("Message {state}")}
    words: ClassVar = {"state": labels(Delivery.State)}
    icon: ClassVar = "send"
    # An answer has its own event; that it got where it should is no news.
    doubles: ClassVar = Q(properties__conversation_id__gt=0) & ~Q(properties__state__in=Delivery.MAY_RETRY)
    delivery_id: int
    message_id: int
    state: str
    conversation_id: int | None = None
    inbox_id: int | None = None
    error: str = ""
    subject: str = ""  # of what a program wrote, outside any conversation

    @classmethod
    def page(cls, properties: dict[str, Any], viewer: Any) -> str:
        """The message in the outbox; one of a conversation stands in its thread."""
        number, stands_alone = properties.get("delivery_id"), not properties.get("conversation_id")
        if stands_alone and isinstance(number, int) and agents_only.admits(viewer):
            return reverse("outbox_delivery", args=[number])
        return ""

    def topics(self) -> list[str]:
        """What did not arrive shows in the list as well."""
        if not self.conversation_id:
            return [OUTBOX]
        in_list = [f"inbox:{self.inbox_id}"] if self.state in Delivery.MAY_RETRY else []
        return [f"conversation:{self.conversation_id}", *in_list, OUTBOX]


@dataclass(frozen=True, kw_only=True)
class _OfInbound(Fact):
    """About nobody yet: who wrote it could not be read."""

    inbound_id: int
    channel_account: str = ""

    def topics(self) -> list[str]:
        return [QUARANTINE]


@fact
@dataclass(frozen=True, kw_only=True)
class InboundQuarantined(_OfInbound):
    name: ClassVar = "inbound.quarantined"
    story: ClassVar = _("Could not be read: what came by {channel_account}")
    icon: ClassVar = "circle-alert"


@fact
@dataclass(frozen=True, kw_only=True)
class InboundReplayed(_OfInbound):
    name: ClassVar = "inbound.replayed"
    story: ClassVar = _("Read again: what came by {channel_account}")
    icon: ClassVar = "refresh-cw"
