"""What a channel is: a folder in omnichannel/channels/ whose class registers itself (docs/recipes/add-a-channel.md).

The folder's `plugin.py` holds the class; its `__init__.py` stays empty, so that parsers can run without Django.
A channel answers questions; the engine acts. It parses what came in into InboundMessages, and hands one Delivery to its
provider. It never writes rows, opens no transaction and decides nothing about retries.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.models import Claim
from crm.models.words import also_called
from kernel.registry import Registry

MAILBOX_FULL = re.compile(r"(?<![\d.])552(?![\d.])")

if TYPE_CHECKING:
    from omnichannel.models import Channel, Conversation, Delivery, Message, RawInbound


class ChannelError(Exception):
    """A provider said no, or what came in cannot be read. Caught in one place, which decides retry or stop.

    `permanent`: trying again is useless. `unknown`: the provider may have accepted it (the connection broke after the
    message was handed over). `retry_after`: seconds that the provider asked for.
    """

    def __init__(
        self, message: str, *, permanent: bool = False, unknown: bool = False, retry_after: int | None = None
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.unknown = unknown
        self.retry_after = retry_after


@dataclass(frozen=True)
class AttachedFile:
    """A file that goes with a message, in either direction. `content_type` is what its sender says that it is."""

    filename: str
    content_type: str
    content: bytes
    content_id: str = ""
    inline: bool = False


@dataclass(frozen=True)
class BouncedRecipient:
    """One line of a delivery report. `status` as in RFC 3463 ("5.1.1"). `permanent`: the address is no good;
    `delayed`: the provider goes on trying. Neither: it gave up this time."""

    address: str
    status: str
    reason: str
    permanent: bool
    delayed: bool = False

    @property
    def is_gone(self) -> bool:
        """The address itself is no good. A full mailbox refuses for good what it refuses, and is emptied some day."""
        return self.permanent and not (self.status.endswith(".2.2") or MAILBOX_FULL.search(self.reason))

    @property
    def told(self) -> str:
        """What the server said, once."""
        return self.reason if self.status in self.reason else f"{self.status} {self.reason}".strip()


@dataclass(frozen=True)
class InboundMessage:
    """One message from a customer, whatever the channel. `claims`: who it says it is from, strongest first."""

    external_id: str  # unique in the channel account; the same one again is the same message
    claims: Sequence[Claim]
    sender: str = ""
    sender_name: str = ""
    to: Sequence[str] = ()
    cc: Sequence[str] = ()
    reply_to: Sequence[str] = ()  # where the sender wants to be answered, if not at the address they wrote from
    subject: str = ""
    text: str = ""
    reply_text: str = ""
    html: str = ""  # sanitised already
    message_id: str = ""
    in_reply_to: str = ""
    references: Sequence[str] = ()
    sent_at: datetime | None = None
    automatic: bool = False  # no person wrote it: shown, never answered by a program, never reopens, nobody waits
    by_list: bool = False  # a person wrote it to a list: never answered by a program
    language: str = ""
    authentication: dict[str, str] = field(default_factory=dict)  # what a trusted server says of the sender
    attachments: Sequence[AttachedFile] = ()
    bounces: Sequence[BouncedRecipient] = ()
    bounced_message_id: str = ""
    headers: dict[str, str] = field(default_factory=dict)  # what threading looks at (thread-index, envelope recipient)


@dataclass(frozen=True)
class SendResult:
    """What the provider said. `state`: "sent" (accepted), or "delivered" where the provider knows at once."""

    provider_id: str = ""
    state: str = "sent"


class ChannelKind:
    """Base of all channels. An instance serves one account for one use, or for one batch of deliveries."""

    slug: ClassVar[str]
    label: ClassVar[str | Promise]
    icon: ClassVar[str] = "message-circle"
    identity_kind: ClassVar[str]  # by which kind of identity a customer is reached: "email", "phone", …
    has_subject: ClassVar[bool] = False
    # Can the provider be asked what became of a delivery, by find()? If not: transactional once more, marketing never.
    can_find: ClassVar[bool] = False

    def __init__(self, account: "Channel") -> None:
        self.account = account

    def parse(self, raw: "RawInbound") -> list[InboundMessage]:
        """Read what came in. Raises ChannelError(permanent=True) for what can never be read: it is quarantined."""
        raise NotImplementedError(f"{type(self).__name__} must implement parse().")

    def new_message_id(self, message: "Message") -> str:
        """The id that this channel gives an outgoing message for its whole life, before it is sent; "" if none.

        Called once, in the transaction that creates the (saved) message; kept as `message.message_id`.
        """
        return ""

    def find_conversation(self, message: InboundMessage, contact_id: int) -> "Conversation | None":
        """The conversation that this message belongs to by the channel's own, unforgeable evidence."""
        return None

    def send(self, delivery: "Delivery") -> SendResult:
        """Hand one message to the provider. No transaction is open. Raises ChannelError.

        The deliveries of a batch come to one instance, one after the other: it may keep a connection until close().
        """
        raise NotImplementedError(f"{type(self).__name__} must implement send().")

    def find(self, delivery: "Delivery") -> SendResult | None:
        """After a call of which nobody knows how it ended: what the provider has under this delivery's key or id; None
        if it never came there, then it is sent. For those with `can_find`. No transaction is open. Raises ChannelError.
        """
        raise NotImplementedError(f"{type(self).__name__} must implement find(), or leave can_find alone.")

    @property
    def stays_here(self) -> bool:
        """For want of a provider, what this account sends ends in the outbox viewer."""
        return False

    def close(self) -> None:
        """The batch is over: give back what send() kept open. Called once; raises nothing."""

    def check_settings(self) -> list[str]:
        """Sentences about what is missing or wrong in the account's settings; empty when it can work."""
        return []

    def completed(self, settings: dict[str, Any]) -> dict[str, Any]:
        """The settings as they are kept: with what follows from the others, where the admin left it empty."""
        return settings

    def fields(self) -> dict[str, Any]:
        """Settings the admin may fill in: name → Django form field. Names in `secrets()` are kept encrypted."""
        return {}

    def secrets(self) -> tuple[str, ...]:
        return ()


class GoneChannel(ChannelKind):
    """Stands in for a kind whose folder was taken out: what was said is still read, what came in waits.

    What is to be sent fails at once and says so (omnichannel.actions.deliveries).
    """

    label = _("A channel that is gone")
    icon = "plug"
    identity_kind = ""

    def parse(self, raw: "RawInbound") -> list[InboundMessage]:
        raise ChannelError(self.check_settings()[0])

    def send(self, delivery: "Delivery") -> SendResult:
        raise ChannelError(self.check_settings()[0])

    def check_settings(self) -> list[str]:
        said = _("The channel “%(kind)s” is not installed: put its folder back, or switch this account off.")
        return [said % {"kind": self.account.kind}]


channels: Registry[ChannelKind] = Registry("channel", base=ChannelKind, package="omnichannel.channels")


@also_called
def label_of(slug: str) -> object:
    return channels.get(slug).label if slug in channels else ""
