"""Ready-made things for tests, and a channel whose provider does as it is told."""

import itertools
import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from crm.actions import contacts
from crm.models import Claim, Contact, Team, User
from omnichannel.actions import conversations
from omnichannel.channels.base import ChannelKind, InboundMessage, SendResult, channels
from omnichannel.models import Channel, Conversation, Delivery, Inbox, Message, RawInbound

_number = itertools.count(1)


@channels.register
class ScriptedChannel(ChannelKind):
    """Parses JSON, keeps what it sends, answers as `answers` says: a list of results or exceptions."""

    slug = "scripted"
    label = "Scripted"
    identity_kind = "email"
    has_subject = True
    sent: ClassVar[list[tuple[str, str]]] = []
    answers: ClassVar[list[Any]] = []
    finds: ClassVar[list[Any]] = []  # likewise for find(), of tests that set can_find
    parsing: ClassVar[list[Callable[[RawInbound], None]]] = []
    sending: ClassVar[list[Callable[[Delivery], None]]] = []
    closed: ClassVar[list[int]] = []  # the account of each instance whose batch was over

    @classmethod
    def reset(cls) -> None:
        script: list[Any]
        for script in (cls.sent, cls.answers, cls.finds, cls.parsing, cls.sending, cls.closed):
            script.clear()

    def parse(self, raw: RawInbound) -> list[InboundMessage]:
        for act in self.parsing:
            act(raw)
        return [inbound(**json.loads(bytes(raw.body)))]

    def find_conversation(self, message: InboundMessage, contact_id: int) -> Conversation | None:
        answered = Message.objects.filter(message_id=message.in_reply_to).exclude(message_id="").first()
        return answered.conversation if answered else None

    def new_message_id(self, message: Message) -> str:
        return f"out-{message.pk}@hilo.example"

    def send(self, delivery: Delivery) -> SendResult:
        for act in self.sending:
            act(delivery)
        answer = self.answers.pop(0) if self.answers else SendResult(provider_id=f"p-{delivery.pk}")
        if isinstance(answer, BaseException):
            raise answer
        self.sent.append((delivery.address, delivery.message.text))
        return answer

    def find(self, delivery: Delivery) -> SendResult | None:
        found: SendResult | BaseException | None = self.finds.pop(0)
        if isinstance(found, BaseException):
            raise found
        return found

    def close(self) -> None:
        self.closed.append(self.account.pk)


def inbound(
    *,
    sender: str = "ana@casa.example",
    text: str = "Hola",
    external_id: str = "",
    name: str = "Ana Ruiz",
    claims: Sequence[Claim] = (),
    **fields: Any,
) -> InboundMessage:
    return InboundMessage(
        external_id=external_id or f"in-{next(_number)}",
        claims=claims or [Claim("email", sender)],
        sender=sender,
        sender_name=name,
        text=text,
        message_id=fields.pop("message_id", external_id or f"in-{next(_number)}@casa.example"),
        **fields,
    )


def make_user(*roles: str, team: Team | None = None, **fields: Any) -> User:
    number = next(_number)
    return User.objects.create_user(
        fields.pop("email", f"user{number}@hilo.example"), "a long password", roles=roles, team=team, **fields
    )


def make_channel(*, team: Team | None = None, kind: str = "scripted", **fields: Any) -> Channel:
    number = next(_number)
    inbox = Inbox.objects.create(name=f"Inbox {number}", team=team)
    address = fields.pop("address", f"support{number}@hilo.example")
    return Channel.objects.create(kind=kind, name=f"Channel {number}", address=address, inbox=inbox, **fields)


def make_contact(email: str = "", **fields: Any) -> Contact:
    claim = Claim("email", email or f"person{next(_number)}@casa.example")
    return contacts.resolve([claim], source="test", **fields)


def make_old_customer(**fields: Any) -> Contact:
    """Known for longer than the year of the demo's stories."""
    contact = make_contact(**fields)
    contact.created_at -= timedelta(days=400)
    contact.save(update_fields=["created_at"])
    return contact


def make_conversation(channel: Channel | None = None, **fields: Any) -> Conversation:
    """A conversation that a customer has opened with one message."""
    message = conversations.receive(channel or make_channel(), inbound(**fields))
    if message is None or message.conversation is None:
        raise AssertionError("The message was taken for a delivery report.")
    return message.conversation
