"""The nouns of omnichannel."""

from omnichannel.models.channel import Channel, ImapCursor, Inbox
from omnichannel.models.conversation import Conversation, Cycle, Reading, Resolution
from omnichannel.models.inbound import RawInbound
from omnichannel.models.message import Attachment, Attempt, Delivery, Message, Suppression

__all__ = [
    "Attachment",
    "Attempt",
    "Channel",
    "Conversation",
    "Cycle",
    "Delivery",
    "ImapCursor",
    "Inbox",
    "Message",
    "RawInbound",
    "Reading",
    "Resolution",
    "Suppression",
]
