"""The nouns of omnichannel."""

from omnichannel.models.channel import Channel, ImapCursor, Inbox
from omnichannel.models.conversation import Conversation, Cycle, Reading, Resolution
from omnichannel.models.desk import Draft, Presence
from omnichannel.models.inbound import RawInbound
from omnichannel.models.message import Attachment, Attempt, Delivery, Message, Suppression

__all__ = [
    "Attachment",
    "Attempt",
    "Channel",
    "Conversation",
    "Cycle",
    "Delivery",
    "Draft",
    "ImapCursor",
    "Inbox",
    "Message",
    "Presence",
    "RawInbound",
    "Reading",
    "Resolution",
    "Suppression",
]
